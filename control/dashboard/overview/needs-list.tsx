// What there is to decide about a service, before all else that is said of it.
import { tied } from '../parts/tied.ts';
import { lookOf, type Need } from './needs.ts';
import './needs.css';

/** Things to decide; nothing is shown where there are none. `short`: long sentences are cut after some lines. */
export function NeedsList({ needs, short = false }: { readonly needs: readonly Need[]; readonly short?: boolean }) {
  if (needs.length === 0) return null;
  return (
    <ul class={short ? 'needs needs-short' : 'needs'} aria-label="To decide">
      {needs.map((need, i) => (
        <li key={i} class={`needs-${lookOf(need)}`}>
          <bdi>{tied(need.sentence)}</bdi>
        </li>
      ))}
    </ul>
  );
}
