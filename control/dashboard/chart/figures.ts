// What is told of each slot at each time: requests per second, error share, latencies. Pure.
import type { SlotPointView } from '../../api/types.ts';
import { type Row, SILENT } from './rows.ts';

/** Over how long a share of errors is told, while it is steady. */
export const STEADY_MS = 60_000;

/** A quantile of latency. */
export type Quantile = 'p50' | 'p90' | 'p99';

/** The quantiles, the worst first. */
export const QUANTILES: readonly Quantile[] = ['p99', 'p90', 'p50'];

/** What is told of a slot at a time; `null` where there is nothing to tell. */
export interface Figures extends Readonly<Record<Quantile, number | null>> {
  /** Requests per second. */
  readonly rate: number | null;
  /** Failed requests of the last minute, 0 to 1; of less, where that is another now. */
  readonly share: number | null;
}

/**
 * What is told of each slot, row by row.
 * @param overMs rates and latencies are means over so long, so that short rows are no more restless than whole minutes; 0 for those of the row
 */
export function figuresOf(rows: readonly Row[], slots: readonly string[], overMs: number): Figures[][] {
  const steady = firstsOf(rows, STEADY_MS);
  const firsts = overMs === 0 ? rows.map((_, i) => i) : unbroken(rows, firstsOf(rows, overMs));
  return slots.map((slot) => {
    const points = rows.map(({ slots: served }) => served[slot] ?? NONE);
    const shares = sharesOf(points, steady);
    const mean = meansOf(rows, points, firsts);
    return points.map(({ requests }, i) => {
      const isServed = requests > 0;
      const quantile = (of: Quantile) => (isServed ? mean(i, of) : null);
      const latencies = { p50: quantile('p50'), p90: quantile('p90'), p99: quantile('p99') };
      return { rate: mean(i, 'rate'), share: isServed ? (shares[i] ?? null) : null, ...latencies };
    });
  });
}

/**
 * The share of failed requests, row by row: over the last minute while it does no more than chance would have it, so that noise is
 * no outage; from a row on that leaves it, afresh, so that an outage is seen at once and whole.
 */
function sharesOf(points: readonly SlotPointView[], steady: readonly number[]): number[] {
  const requests = sumsOf(points.map((point) => point.requests));
  const errors = sumsOf(points.map((point) => point.errors));
  let since = 0;
  return points.map((point, i) => {
    since = Math.max(since, steady[i] ?? i);
    if (hasJumped(point, requests(since, i), errors(since, i))) since = i;
    return errors(since, i + 1) / requests(since, i + 1);
  });
}

// Three standard deviations, and one or two requests that happen to fail.
function hasJumped({ requests, errors }: SlotPointView, before: number, failed: number): boolean {
  if (before === 0 || requests === 0) return false;
  const chance = (failed + 1) / (before + 1);
  const deviation = Math.sqrt(requests * Math.max(chance * (1 - chance), 0));
  return Math.abs(errors - requests * chance) > 3 * deviation + 1.5;
}

/** Means up to a row: rates by time, latencies by requests; none of a silence. */
function meansOf(rows: readonly Row[], points: readonly SlotPointView[], firsts: readonly number[]) {
  const requests = sumsOf(points.map((point) => point.requests));
  const seconds = sumsOf(rows.map((row) => row.seconds ?? 0));
  const weighted = (quantile: Quantile) => sumsOf(points.map((point) => point.requests * (point[quantile] ?? 0)));
  const sums = { p50: weighted('p50'), p90: weighted('p90'), p99: weighted('p99') };
  return (i: number, figure: Quantile | 'rate'): number | null => {
    const first = firsts[i] ?? i;
    if (figure !== 'rate') return sums[figure](first, i + 1) / requests(first, i + 1);
    if (rows[i]?.seconds === null) return null;
    // Nobody came, or nobody was there to count: which of them it was, nothing tells.
    return rows[i]?.slots === SILENT ? null : requests(first, i + 1) / seconds(first, i + 1);
  };
}

/** For each row the first one that began within so long before its end. */
function firstsOf(rows: readonly Row[], overMs: number): number[] {
  let first = 0;
  return rows.map(({ to }, i) => {
    while (first < i && (rows[first]?.from ?? to) < to - overMs) first += 1;
    return first;
  });
}

/** The same, but no mean reaches back over a silence. */
function unbroken(rows: readonly Row[], firsts: readonly number[]): number[] {
  let since = 0;
  return firsts.map((first, i) => {
    if (rows[i]?.slots === SILENT) since = i + 1;
    return Math.min(Math.max(first, since), i);
  });
}

/** Sums of any stretch of values, its end not included. */
function sumsOf(values: readonly number[]): (from: number, to: number) => number {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => {
    sums[i + 1] = (sums[i] ?? 0) + value;
  });
  return (from, to) => (sums[to] ?? 0) - (sums[from] ?? 0);
}

const NONE: SlotPointView = { requests: 0, errors: 0, p50: null, p90: null, p99: null };
