// What gets written down about a change: who, what, when, why. Append-only. Pure.
import type { Weights } from './buckets.ts';

/** What happened, past tense. */
export type Action =
  | 'split_set'
  | 'slot_activated'
  | 'rolled_back'
  | 'deployment_recorded'
  | 'bake_ended'
  | 'rollback_held'
  | 'slots_configured'
  | 'split_adopted'
  | 'split_healed';

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
  readonly service: string;
  readonly action: Action;
  /** What was done, in one sentence. */
  readonly what: string;
  readonly before: Standing;
  readonly after: Standing;
}

/** The actor of what nobody asked for. */
export const BY_ITSELF: By = { actor: 'sluice', reason: null, requestId: null };
