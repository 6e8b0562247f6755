// What the charts show, in words. Pure.
import { clock, count, latencyText, shareText } from '../../words.ts';
import { rateText } from './axes.ts';
import type { Figures } from './figures.ts';
import type { Shown } from './panels.ts';
import { newest, type Row } from './rows.ts';

const MINUTE_MS = 60_000;

type Told = Pick<Shown, 'rows' | 'slots' | 'figures'>;

/** A figure in words; without one, there is nothing to say. */
export function figureText(figure: keyof Figures, value: number | null): string {
  if (value === null) return '–';
  if (figure === 'rate') return rateText(value);
  return figure === 'share' ? shareText(value) : latencyText(value);
}

/** `15 minutes`, `1 hour`, `6 hours`. */
export function rangeText(minutes: number): string {
  return minutes < 60 ? `${minutes} minutes` : count(minutes / 60, 'hour');
}

/** What a chart of a figure is called. */
export function titleOf(figure: keyof Figures): string {
  if (figure === 'rate') return 'Requests per second';
  return figure === 'share' ? 'Error share' : `Latency ${figure}`;
}

/** A chart in a sentence: `Error share, last 15 minutes: blue 0.1 % now, at most 0.5 %; green 12 % now, at most 40 %.` */
export function chartText(figure: keyof Figures, { rows, slots, figures }: Told, minutes: number): string {
  const now = newest(rows);
  const told = slots.flatMap((slot, i) => {
    const values = figures[i]?.flatMap((of) => of[figure] ?? []) ?? [];
    if (values.length === 0) return [];
    const value = figures[i]?.[now]?.[figure] ?? null;
    const is = value === null ? 'nothing' : figureText(figure, value);
    return [`${slot} ${is} now, at most ${figureText(figure, Math.max(...values))}`];
  });
  return `${titleOf(figure)}, last ${rangeText(minutes)}: ${told.join('; ') || 'no requests'}.`;
}

/** A row in a sentence: `11-21 10:33:05: blue 50 requests per second, 0.1 % errors, p99 40 ms.` */
export function rowText(at: number, { rows, slots, figures }: Told): string {
  const told = slots.map((slot, i) => `${slot} ${figuresText(figures[i]?.[at])}`);
  return `${clock(new Date(rows[at]?.from ?? 0).toISOString())}: ${told.join('; ')}.`;
}

function figuresText(figures: Figures | undefined): string {
  const { rate = null, share = null, p99 = null } = figures ?? {};
  if (share === null) return 'no requests';
  const pace = rate === null ? '' : `${rateText(rate)} requests per second, `;
  return `${pace}${shareText(share)} errors${p99 === null ? '' : `, p99 ${latencyText(p99)}`}`;
}

/** What a slot served in a minute. */
export interface Minute {
  readonly requests: number;
  readonly errors: number;
  /** The highest of any of its points. */
  readonly p99: number | null;
}

/** The last whole minutes in which there were rows, newest first: when each began (ms), and what each slot served. */
export function minutesOf(rows: readonly Row[], slots: readonly string[], now: number, most: number) {
  const last = Math.floor(now / MINUTE_MS) - 1;
  const oldest = rows[0]?.from ?? now;
  const starts = Array.from({ length: most }, (_, i) => (last - i) * MINUTE_MS).filter((start) => start >= oldest);
  return starts.map((at) => {
    const within = rows.filter(({ from }) => from >= at && from < at + MINUTE_MS);
    return { at, slots: slots.map((slot) => ({ slot, ...minuteOf(within, slot) })) };
  });
}

function minuteOf(rows: readonly Row[], slot: string): Minute {
  const points = rows.flatMap(({ slots }) => slots[slot] ?? []);
  const sum = (of: 'requests' | 'errors') => points.reduce((total, point) => total + point[of], 0);
  const p99 = points.flatMap((point) => point.p99 ?? []);
  return { requests: sum('requests'), errors: sum('errors'), p99: p99.length === 0 ? null : Math.max(...p99) };
}
