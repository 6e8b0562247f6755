// Where a release stands, and what is thought of a slot: in its colour and in words.
import type { ReleaseState, Verdict } from '../../api/types.ts';
import { stateName } from '../../words.ts';
import { stateKind, VERDICT_KIND } from '../release/stepper.ts';

/** The state of a release. */
export function StateBadge({ state }: { readonly state: ReleaseState }) {
  return <span class={`badge ${stateKind(state)}`}>{stateName(state)}</span>;
}

/** A verdict on a slot or stage. */
export function VerdictBadge({ verdict }: { readonly verdict: Verdict }) {
  return <span class={`badge ${VERDICT_KIND[verdict]}`}>{verdict}</span>;
}
