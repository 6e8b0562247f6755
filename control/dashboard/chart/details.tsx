// What the charts show, as text: all changes of the range, and the last minutes in words.
import { useState } from 'preact/hooks';
import { clock, latencyText, sampleText, shareText } from '../../words.ts';
import { SlotName } from '../parts/slot.tsx';
import { When } from '../parts/when.tsx';
import type { Change } from './changes.ts';
import type { Row } from './rows.ts';
import { type Minute, minutesOf, rangeText } from './summary.ts';

const MINUTES = 10;

/** All changes, the newest first. */
export function Changes({ changes, minutes }: { readonly changes: readonly Change[]; readonly minutes: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="chart-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Changes in this range <span class="dim">({changes.length})</span>
      </summary>
      {isOpen && changes.length === 0 && <p class="dim">Nothing was changed in the last {rangeText(minutes)}.</p>}
      {isOpen && (
        <ol class="chart-changes">
          {changes.toReversed().map(({ at, kind, label, by, entry }) => (
            <li key={`${at} ${label} ${entry.what}`}>
              <When at={entry.at} />
              <span class={`badge ${kind === 'rollback' ? 'bad' : ''}`}>{label}</span>
              <span>
                {entry.what}
                {entry.reason !== null && ` ${entry.reason}`} <span class="dim">by {by ?? 'Sluice itself'}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

/** The last minutes as a table. */
export function Minutes({
  rows,
  slots,
  now,
}: {
  readonly rows: readonly Row[];
  readonly slots: readonly string[];
  readonly now: number;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="chart-details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The last {MINUTES} minutes in words</summary>
      {isOpen && (
        <div class="table">
          <table>
            <thead>
              <tr>
                <th scope="col">Minute</th>
                {slots.map((slot) => (
                  <th key={slot} scope="col">
                    <SlotName slots={slots} slot={slot} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {minutesOf(rows, slots, now, MINUTES).map((minute) => (
                <tr key={minute.at}>
                  <th scope="row" class="num">
                    {clock(new Date(minute.at).toISOString()).slice(6, 11)}
                  </th>
                  {minute.slots.map((one) => (
                    <td key={one.slot}>{minuteText(one)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function minuteText({ requests, errors, p99 }: Minute): string {
  if (requests === 0) return 'no requests';
  const share = errors === 0 ? '' : ` (${shareText(errors / requests)})`;
  return `${sampleText(requests, errors)}${share}${p99 === null ? '' : `, p99 at most ${latencyText(p99)}`}`;
}
