// The slots of a service as blocks, one below the other.
import type { ComponentChildren } from 'preact';
import { grouped, percent } from '../../words.ts';
import { ErrorShare } from './error-share.tsx';
import { Probe, SlotHead, type SlotsShown, Version } from './slot-parts.tsx';
import { quantileText, type SlotRow } from './slot-rows.ts';

/** The blocks. */
export function SlotsBlocks({ rows, names, objective, now }: SlotsShown) {
  return (
    <ul class="slots-blocks">
      {rows.map((row) => (
        <li key={row.slot}>
          <h3>
            <SlotHead row={row} names={names} />
          </h3>
          <Version version={row.version} />
          <Figures row={row} objective={objective} />
          <p class="dim">
            Probe: <Probe row={row} now={now} />
          </p>
        </li>
      ))}
    </ul>
  );
}

function Figures({ row: { weight, health }, objective }: { readonly row: SlotRow; readonly objective: number }) {
  const figures: readonly (readonly [string, ComponentChildren])[] = [
    ['Weight', percent(weight)],
    ['Requests', grouped(health?.requests ?? 0)],
    ['Errors', <ErrorShare key="errors" health={health} objective={objective} />],
    ['p50', quantileText(health, 'p50')],
    ['p90', quantileText(health, 'p90')],
    ['p99', quantileText(health, 'p99')],
    ['p99.9', quantileText(health, 'p999')],
  ];
  return (
    <dl class="slots-figures">
      {figures.map(([title, figure]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
