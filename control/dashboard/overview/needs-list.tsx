// What there is to decide about a service, before all else that is said of it.
import { count } from '../../words.ts';
import { tied } from '../parts/tied.ts';
import { lookOf, type Need } from './needs.ts';
import './needs.css';

/** How many there is room for where they are short. */
const FEW = 2;

/** Things to decide; nothing is shown where there are none. `short`: the first ones, long sentences cut after some lines. */
export function NeedsList({ needs, short = false }: { readonly needs: readonly Need[]; readonly short?: boolean }) {
  if (needs.length === 0) return null;
  const shown = short ? needs.slice(0, FEW) : needs;
  const more = needs.length - shown.length;
  return (
    <ul class={short ? 'needs needs-short' : 'needs'} aria-label="To decide">
      {shown.map((need, i) => (
        <li key={i} class={`notice ${lookOf(need)}`}>
          <bdi>{tied(need.sentence)}</bdi>
        </li>
      ))}
      {more > 0 && <li class="notice info">And {count(more, 'thing')} more.</li>}
    </ul>
  );
}
