// Points of a service as rows of a table that moves with the time: what is drawn, and what is told of it. Pure.
import type { PointView } from '../../api/types.ts';
import type { Figures } from './figures.ts';

/** Routers gather for 20 s while nothing is watched: a shorter silence says nothing, and what follows it belongs to it, too. */
export const SILENCE_MS = 25_000;
/** What a point counts comes in for so long after its time. */
const LATE_MS = 2_000;
const QUIET_MS = 5_000;
const QUIET_APART_MS = 60_000;

/** A point in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly slots: PointView['slots'];
}

/** A span of time of which figures are told; one of silence has no slots. */
export interface Row extends Span {
  /** The seconds in which its requests came, a short silence before it included; `null` while more may come. */
  readonly seconds: number | null;
}

/** The slots of a row of silence. */
export const SILENT: Row['slots'] = {};

/** Points in milliseconds. */
export function spansOf(points: readonly PointView[]): Span[] {
  return points.map(({ at, seconds, slots }) => ({ from: Date.parse(at), to: Date.parse(at) + seconds * 1000, slots }));
}

/** Two sets of spans in one, oldest first, no two of which overlap: a longer one is whole, and counts only ever grow. */
export function mergedSpans(asked: readonly Span[], live: readonly Span[]): Span[] {
  const sorted = [...asked, ...live].toSorted((a, b) => a.from - b.from || b.to - a.to || requestsOf(b) - requestsOf(a));
  const merged: Span[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const span of sorted) {
    if (span.from < end) continue;
    merged.push(span);
    end = span.to;
  }
  return merged;
}

/** Where the charts end (ms): now, or where control was heard last. What was not heard is no silence. */
export function endOf(now: number, staleSince: number | null, spans: readonly Span[] | null): number {
  // The clock here may be behind that of control.
  return Math.max(Math.min(now, staleSince ?? now), spans?.at(-1)?.from ?? 0);
}

/** The rows from `from` to `now` (ms), oldest first: spans, and where there were none for long, silence. */
export function rowsOf(spans: readonly Span[], from: number, now: number): Row[] {
  const rows: Row[] = [];
  let end: number | null = null;
  for (const span of spans) {
    const silence: number = end === null ? 0 : span.from - end;
    const since = Math.max(end ?? from, from);
    end = span.to;
    if (span.to <= from) continue;
    if (span.from - since > SILENCE_MS) rows.push(...quiet(since, span.from));
    const before = silence > SILENCE_MS ? 0 : silence;
    rows.push({ ...span, seconds: span.to + LATE_MS > now ? null : (span.to - span.from + before) / 1000 });
  }
  const since = Math.max(end ?? from, from);
  if (now - since > SILENCE_MS) rows.push(...quiet(since, now));
  return rows;
}

/** When a row is drawn, in seconds: its middle. */
export function middleOf({ from, to }: Span): number {
  return (from + to) / 2000;
}

/** A figure of a slot, row by row: `null` where the line is broken, `undefined` where it goes on to the next one. */
export function columnOf(
  rows: readonly Row[],
  figures: readonly Figures[],
  figure: keyof Figures,
): (number | null | undefined)[] {
  const column: (number | null | undefined)[] = figures.map((of) => of[figure]);
  let last = -1;
  figures.forEach((of, i) => {
    if (of[figure] === null) return;
    const silence = (rows[i]?.from ?? 0) - (rows[last]?.to ?? Number.NEGATIVE_INFINITY);
    if (i - last > 1 && silence <= SILENCE_MS) column.fill(undefined, last + 1, i);
    last = i;
  });
  return column;
}

/** Indexes of values that no line leads to. */
export function lonely(column: readonly (number | null | undefined)[]): number[] {
  const known = column.flatMap((value, i) => (value === undefined ? [] : [i]));
  const has = (i: number | undefined) => i !== undefined && typeof column[i] === 'number';
  return known.filter((at, i) => has(at) && !has(known[i - 1]) && !has(known[i + 1]));
}

/** The row that lies nearest to a time in seconds; -1 of none. */
export function nearest(rows: readonly Row[], at: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.to / 1000 < at) low = middle + 1;
    else high = middle;
  }
  const [before, here] = [rows[low - 1], rows[low]];
  if (here === undefined) return -1;
  return before !== undefined && Math.abs(middleOf(before) - at) < Math.abs(middleOf(here) - at) ? low - 1 : low;
}

/** The newest row whose figures are whole; -1 of none. */
export function newest(rows: readonly Row[]): number {
  return rows.findLastIndex(({ seconds }) => seconds !== null);
}

function requestsOf({ slots }: Span): number {
  return Object.values(slots).reduce((sum, { requests }) => sum + requests, 0);
}

// Nothing from a time to another: each minute of it is told, and its end.
function quiet(from: number, to: number): Row[] {
  const width = Math.min(QUIET_MS, (to - from) / 2);
  const starts = Array.from({ length: Math.ceil((to - width - from) / QUIET_APART_MS) }, (_, i) => from + i * QUIET_APART_MS);
  return [...starts, to - width].map((start) => ({ from: start, to: start + width, slots: SILENT, seconds: width / 1000 }));
}
