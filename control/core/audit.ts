// What gets written down about a change: who, what, when, why. Append-only. Pure.
import type { AlertKind } from './alert.ts';
import type { Weights } from './buckets.ts';
import type { ShownChannel } from './channel.ts';
import type { Plan } from './plan.ts';
import type { Slo } from './slo.ts';

/** What happened, past tense. */
export type Action =
  | 'split_set'
  | 'slot_activated'
  | 'rolled_back'
  | 'deployment_recorded'
  | 'slot_leased'
  | 'lease_returned'
  | 'version_removed'
  | 'bake_ended'
  | 'rollback_held'
  | 'slots_configured'
  | 'split_adopted'
  | 'split_healed'
  | 'default_plan_set'
  | 'release_created'
  | 'release_started'
  | 'stage_advanced'
  | 'stage_extended'
  | 'release_awaiting_approval'
  | 'release_approved'
  | 'release_denied'
  | 'release_paused'
  | 'release_resumed'
  | 'release_held'
  | 'hook_asked'
  | 'hook_passed'
  | 'hook_refused'
  | 'hook_skipped'
  | 'stage_skipped'
  | 'release_promoted'
  | 'release_completed'
  | 'release_rolled_back'
  | 'release_aborted'
  | 'plan_set'
  | 'plan_deleted'
  | 'channel_set'
  | 'channel_deleted'
  | 'channel_tested'
  | 'delivery_repeated'
  | 'slos_set'
  | 'alert_raised';

/** Who asked, and why. `sluice` is the actor of what Sluice does by itself. */
export interface By {
  readonly actor: string;
  readonly reason: string | null;
  readonly requestId: string | null;
}

/** The part of a service's state that a change is about. */
export interface Standing {
  readonly active: string | null;
  readonly revision: number;
  readonly weights: Weights;
}

/** One entry of the audit. */
export interface AuditEntry extends By {
  readonly at: number;
  /** `null` for what belongs to none, such as plans. */
  readonly service: string | null;
  readonly action: Action;
  /** What was done, in one sentence. */
  readonly what: string;
  readonly before: Standing | Plan | Slo | ShownChannel | null;
  readonly after: Standing | Plan | Slo | ShownChannel | null;
  /** Of `alert_raised`. */
  readonly alert?: AlertKind;
}

/** The actor of what nobody asked for. */
export const BY_ITSELF: By = { actor: 'sluice', reason: null, requestId: null };
