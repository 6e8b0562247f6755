// Where a release stands, in its colour and in words.
import type { ReleaseState } from '../../api/types.ts';
import { stateName } from '../../words.ts';

const LOOKS: Readonly<Record<ReleaseState, string>> = {
  pending: '',
  running: '',
  paused: 'warn',
  awaiting_approval: 'warn',
  held: 'warn',
  completed: 'good',
  rolled_back: 'bad',
  aborted: 'bad',
};

/** The state of a release. */
export function StateBadge({ state }: { readonly state: ReleaseState }) {
  return <span class={`badge ${LOOKS[state]}`}>{stateName(state)}</span>;
}
