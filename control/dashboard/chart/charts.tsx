// The charts below each other, and the cursor over all of them: by mouse, touch and keys.
import { useEffect, useRef } from 'preact/hooks';
import { Choice } from './choice.tsx';
import { QUANTILES, type Quantile } from './figures.ts';
import type { PanelName } from './panels.ts';
import { Plots, type Texts, type View } from './plots.ts';
import { middleOf, newest } from './rows.ts';
import { LEFT, RIGHT } from './scene.ts';
import { rowText } from './summary.ts';

const MEAN = 'mean of 1 min';
const STEADY = 'mean of 1 min while steady';

interface Shape {
  readonly view: View;
  readonly texts: Texts;
  /** Whether figures are means of a minute. */
  readonly isCoarse: boolean;
  readonly quantile: Quantile;
  readonly setQuantile: (quantile: Quantile) => void;
  /** Puts the cursor to a time in seconds, or away. */
  readonly move: (at: number | null) => void;
}

/** The three charts. Other slots take another key. */
export function Charts({ view, texts, isCoarse, quantile, setQuantile, move }: Shape) {
  const hosts = {
    rate: useRef<HTMLDivElement>(null),
    share: useRef<HTMLDivElement>(null),
    latency: useRef<HTMLDivElement>(null),
  };
  const plots = useRef<Plots | null>(null);
  useEffect(() => {
    const element = (name: PanelName) => {
      const { current } = hosts[name];
      if (current === null) throw new Error('a chart must have its element');
      return current;
    };
    plots.current = new Plots({ rate: element('rate'), share: element('share'), latency: element('latency') }, view, texts);
    return () => plots.current?.destroy();
  }, []);
  useEffect(() => plots.current?.show(view, texts));
  return (
    <div class="chart-panels">
      <Title note={isCoarse ? MEAN : ''}>Requests per second</Title>
      <div ref={hosts.rate} />
      <Title note={isCoarse ? MEAN : STEADY}>Error share</Title>
      <div ref={hosts.share} />
      <div class="chart-head">
        <Title note={isCoarse ? MEAN : ''}>Latency</Title>
        <Choice label="Percentile" values={QUANTILES} value={quantile} name={String} choose={setQuantile} />
      </div>
      <div ref={hosts.latency} />
      <Pad view={view} move={move} />
    </div>
  );
}

function Title({ note, children }: { readonly note: string; readonly children: string }) {
  return (
    <h3>
      {children} {note !== '' && <span class="chart-note">({note})</span>}
    </h3>
  );
}

/** What is pointed at to move the cursor; keys move it from row to row. */
function Pad({ view, move }: Pick<Shape, 'view' | 'move'>) {
  const { cursor } = view;
  const { rows } = view.shown;
  return (
    <div
      class="chart-pad"
      role="slider"
      tabIndex={0}
      aria-label="Time shown: arrow keys, Home, End; Escape for now"
      aria-valuemin={0}
      aria-valuemax={Math.max(rows.length - 1, 0)}
      aria-valuenow={cursor ?? Math.max(newest(rows), 0)}
      aria-valuetext={cursor === null ? 'Now' : rowText(cursor, view.shown)}
      onPointerDown={(event) => move(timeAt(event, view))}
      onPointerMove={(event) => move(timeAt(event, view))}
      onPointerLeave={(event) => event.pointerType === 'mouse' && move(null)}
      onBlur={() => move(null)}
      onKeyDown={(event) => {
        const to = afterKey(event.key, cursor ?? newest(rows), rows.length);
        if (to === undefined) return;
        event.preventDefault();
        const there = to === null ? undefined : rows[to];
        move(there === undefined ? null : middleOf(there));
      }}
    />
  );
}

/** The row that a key leads to; `null` for none, `undefined` for keys that lead nowhere. */
function afterKey(key: string, at: number, rows: number): number | null | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -12,
    PageUp: 12,
  };
  const step = steps[key];
  if (step !== undefined) return Math.min(Math.max(at + step, 0), rows - 1);
  if (key === 'Home') return 0;
  if (key === 'End') return rows - 1;
  return key === 'Escape' ? null : undefined;
}

function timeAt(
  { currentTarget, clientX }: { readonly currentTarget: EventTarget; readonly clientX: number },
  { from, to }: View,
) {
  const { left, width } = (currentTarget as HTMLElement).getBoundingClientRect();
  const part = (clientX - left - LEFT) / (width - LEFT - RIGHT);
  return (from + Math.min(Math.max(part, 0), 1) * (to - from)) / 1000;
}
