// Where a release stands, in its colour and in words.
import type { ReleaseState } from '../../api/types.ts';
import { stateName } from '../../words.ts';
import { stateKind } from '../release/stepper.ts';

/** The state of a release. */
export function StateBadge({ state }: { readonly state: ReleaseState }) {
  return <span class={`badge ${stateKind(state)}`}>{stateName(state)}</span>;
}
