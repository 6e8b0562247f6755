// What gets written down about a change: who, what, when, why. Append-only. Pure.
import type { Role } from './access.ts';
import type { AlertKind } from './alert.ts';
import type { Weights } from './buckets.ts';
import type { Plan } from './plan.ts';
import type { ReleaseState } from './release.ts';
import type { Slo } from './slo.ts';

/** What happens, past tense. */
export const ACTIONS = [
  'split_set',
  'slot_activated',
  'rolled_back',
  'deployment_recorded',
  'slot_leased',
  'lease_returned',
  'version_removed',
  'bake_ended',
  'rollback_held',
  'slots_configured',
  'split_adopted',
  'split_healed',
  'default_plan_set',
  'release_created',
  'release_started',
  'stage_advanced',
  'stage_extended',
  'release_awaiting_approval',
  'release_approved',
  'release_denied',
  'release_paused',
  'release_resumed',
  'release_held',
  'hook_asked',
  'hook_passed',
  'hook_refused',
  'hook_skipped',
  'stage_skipped',
  'release_promoted',
  'release_completed',
  'release_rolled_back',
  'release_aborted',
  'plan_set',
  'plan_deleted',
  'channel_set',
  'channel_deleted',
  'channel_tested',
  'delivery_repeated',
  'slos_set',
  'token_created',
  'token_revoked',
  'team_set',
  'team_deleted',
  'person_set',
  'person_deleted',
  'preview_signed',
  'alert_raised',
] as const;

/** What happened. */
export type Action = (typeof ACTIONS)[number];

/** Who asked, and why. `sluice` is the actor of what Sluice does by itself. */
export interface By {
  readonly actor: string;
  /** As which it was allowed; none for what Sluice does by itself. */
  readonly role?: Role;
  readonly reason: string | null;
  readonly requestId: string | null;
}

/** The part of a service's state that a change is about. */
export interface Standing {
  readonly active: string | null;
  readonly revision: number;
  readonly weights: Weights;
  /** The newest release, if it is not over. */
  readonly release?: { readonly id: number; readonly state: ReleaseState; readonly stage: number | null };
}

/** Anything else that a change is about, as it may be shown: never with a secret in it. */
export interface Item {
  readonly kind: 'version' | 'lease' | 'setting' | 'team' | 'token' | 'person' | 'channel' | 'preview';
  readonly [field: string]: unknown;
}

/** What a change was about, before it or after it. */
export type Noted = Standing | Plan | Slo | Item | null;

/** One entry of the audit. */
export interface AuditEntry extends By {
  readonly at: number;
  /** `null` for what belongs to none, such as plans. */
  readonly service: string | null;
  readonly action: Action;
  /** What was done, in one sentence. */
  readonly what: string;
  readonly before: Noted;
  readonly after: Noted;
  /** Of what belongs to no service: whose it is, `null` for the owners. */
  readonly team?: string | null;
  /** Of `alert_raised`. */
  readonly alert?: AlertKind;
}

/** The actor of what nobody asked for. */
export const BY_ITSELF: By = { actor: 'sluice', reason: null, requestId: null };
