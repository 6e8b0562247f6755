// The figures of each slot as text: those at the cursor, or the newest ones that are whole.
import { clock, duration } from '../../words.ts';
import { slotClass } from '../parts/slot.tsx';
import { Table } from '../parts/table.tsx';
import { type Change, fullLabel } from './changes.ts';
import type { Shown } from './panels.ts';
import { dashOf } from './scene.ts';
import { figureText } from './summary.ts';

const COLUMNS = ['rate', 'share', 'p50', 'p90', 'p99'] as const;
const HEADS = ['Slot', ...['Req/s', 'Errors', 'p50', 'p90', 'p99'].map((num) => ({ num }))];

interface Shape {
  readonly shown: Shown;
  /** The row that is told; -1 where nothing is known. */
  readonly at: number;
  /** Whether the row is the newest one, since nobody asked for another. */
  readonly isNow: boolean;
  /** What was changed at the cursor. */
  readonly changes: readonly Change[];
}

/** The legend: which line is which slot's, and its figures. */
export function Legend({ shown: { slots, rows, figures }, at, isNow, changes }: Shape) {
  const row = rows[at];
  return (
    <Table
      class="chart-legend"
      caption={
        <caption>
          <strong>{isNow || row === undefined ? 'Now' : clock(new Date(row.from).toISOString())}</strong>{' '}
          <span class="dim">
            {row !== undefined && (isNow ? `as of ${timeOf(row.to)}` : `for ${duration((row.to - row.from) / 1000)}`)}
            {changes.length > 0 && `; ${changes.slice(-2).map(fullLabel).join('; ')}`}
          </span>
        </caption>
      }
      heads={HEADS}
    >
      {slots.map((slot, index) => (
        <tr key={slot}>
          <th scope="row" class={`chart-slot ${slotClass(slots, slot)}`}>
            <Key index={index} />
            {slot}
          </th>
          {COLUMNS.map((figure) => (
            <td key={figure} class="num">
              {figureText(figure, figures[index]?.[at]?.[figure] ?? null)}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

/** How the line of a slot looks. */
function Key({ index }: { readonly index: number }) {
  return (
    <svg class="chart-key" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true">
      <line x1="0" y1="4" x2="26" y2="4" stroke-dasharray={dashOf(index).join(' ')} />
    </svg>
  );
}

function timeOf(ms: number): string {
  return clock(new Date(ms).toISOString()).slice(6);
}
