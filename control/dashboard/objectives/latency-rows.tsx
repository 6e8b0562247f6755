// Latency objectives, to be typed: a row each, as a percentile or as the share of requests that may be slower.
import { useRef } from 'preact/hooks';
import type { Issues } from '../parts/form.tsx';
import { SelectField, TextField } from '../parts/inputs.tsx';
import type { LatencyFields } from './slos-fields.ts';

interface Shape {
  readonly rows: readonly LatencyFields[];
  readonly issues: Issues;
  readonly set: (rows: readonly LatencyFields[]) => void;
}

const SPELLINGS = [
  ['percentile', 'percentile'],
  ['share', 'share'],
] as const;

/** All of them. */
export function LatencyRows({ rows, issues, set }: Shape) {
  const add = useRef<HTMLButtonElement>(null);
  const change = (key: number, changed: Partial<LatencyFields>) =>
    set(rows.map((row) => (row.key === key ? { ...row, ...changed } : row)));
  const key = Math.max(-1, ...rows.map((row) => row.key)) + 1;
  return (
    <fieldset>
      <legend>Objectives</legend>
      {rows.length === 0 && <p>None: latencies are only compared with the active slot's.</p>}
      {rows.map((row, i) => (
        <Row
          key={row.key}
          row={row}
          number={i + 1}
          issues={issuesAt(issues, i)}
          set={(changed) => change(row.key, changed)}
          remove={() => {
            set(rows.filter((one) => one.key !== row.key));
            add.current?.focus();
          }}
        />
      ))}
      {issues.latencyObjectives !== undefined && <p class="hint wrong">{issues.latencyObjectives}</p>}
      <p class="hint">"p99 at most 500 ms" and "at most 1 % slower than 500 ms" are one and the same.</p>
      <button type="button" ref={add} onClick={() => set([...rows, { key, by: 'percentile', figure: '99', ms: '' }])}>
        Add a latency objective
      </button>
    </fieldset>
  );
}

interface RowShape {
  readonly row: LatencyFields;
  readonly number: number;
  readonly issues: { readonly figure?: string | undefined; readonly ms?: string | undefined };
  readonly set: (changed: Partial<LatencyFields>) => void;
  readonly remove: () => void;
}

function Row({ row: { by, figure, ms }, number, issues, set, remove }: RowShape) {
  return (
    <fieldset class="objective-latency">
      <legend class="visually-hidden">Latency objective {number}</legend>
      <SelectField label="Said as" value={by} set={(to) => set({ by: to, figure: otherSpelling(figure) })} options={SPELLINGS} />
      <TextField
        label={by === 'percentile' ? 'Percentile' : 'Share at most'}
        unit={by === 'percentile' ? undefined : '%'}
        mode="decimal"
        value={figure}
        set={(text) => set({ figure: text })}
        issue={issues.figure}
      />
      <TextField
        label={by === 'percentile' ? 'At most' : 'Slower than'}
        unit="ms"
        mode="decimal"
        value={ms}
        set={(text) => set({ ms: text })}
        issue={issues.ms}
      />
      <div class="small-buttons">
        <button type="button" onClick={remove}>
          Remove<span class="visually-hidden"> latency objective {number}</span>
        </button>
      </div>
    </fieldset>
  );
}

// The percentile and the share in percent come to 100.
function otherSpelling(figure: string): string {
  const number = Number(figure);
  return figure.trim() !== '' && number > 0 && number < 100 ? String(Number((100 - number).toPrecision(8))) : figure;
}

/** Of a row, whichever way it is spelled; what is wrong with the row as a whole is told at its first field. */
function issuesAt(issues: Issues, at: number): RowShape['issues'] {
  const of = (field: string) => issues[`latencyObjectives.${at}${field}`];
  return { figure: of('.percentile') ?? of('.maxShare') ?? of(''), ms: of('.maxMs') ?? of('.overMs') };
}
