// Axes of the charts: how far they reach, how they are spaced and what stands at them. Pure.
import { figure } from '../../words.ts';

/** An axis that runs upwards. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Requests per second that an axis reaches at least. */
const LEAST_RATE = 1;
const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
/** Axes of shares by their end; were there a lower one, noise would look like an outage. */
const SHARES: readonly (readonly number[])[] = [
  [0, 0.001, 0.01, 0.03, 0.1],
  [0, 0.001, 0.01, 0.1, 0.3],
  [0, 0.001, 0.01, 0.1, 0.5, 1],
];
/** Where axes of latencies begin and end, ms. */
const LATENCIES = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000];
/** Steps from the beginning to the end at least: noise fills no axis. */
const LEAST_STEPS = 2;
const MOST_TICKS = 5;

/** The axis of requests per second: from 0, evenly spaced. */
export function rateAxis(values: readonly number[]): Axis {
  const most = Math.max(LEAST_RATE, ...values);
  const unit = 10 ** Math.floor(Math.log10(most));
  const high = (ROUND.find((times) => times * unit >= most) ?? 10) * unit;
  return { low: 0, high, ticks: [0, high / 2, high] };
}

/** The axis of error shares: from 0, spaced by `root`. */
export function shareAxis(values: readonly number[]): Axis {
  const most = Math.max(0, ...values);
  const ticks = SHARES.find((steps) => (steps.at(-1) ?? 1) >= most) ?? [0, 1];
  return { low: 0, high: ticks.at(-1) ?? 1, ticks };
}

/** The axis of latencies in ms, spaced by `log`. */
export function latencyAxis(values: readonly number[]): Axis {
  const first = LATENCIES.findLastIndex((ms) => ms <= Math.min(...values));
  const from = values.length === 0 ? 0 : Math.min(Math.max(first, 0), LATENCIES.length - 1 - LEAST_STEPS);
  const last = LATENCIES.findIndex((ms) => ms >= Math.max(...values));
  const to = Math.max(last < 0 ? LATENCIES.length - 1 : last, from + LEAST_STEPS);
  const steps = LATENCIES.slice(from, to + 1);
  const every = steps.length > MOST_TICKS ? 2 : 1;
  return { low: LATENCIES[from] ?? 1, high: LATENCIES[to] ?? 1, ticks: steps.filter((_, i) => i % every === 0) };
}

/** Cube roots show 0.1 % beside 100 %, and 0. */
export function root(share: number): number {
  return Math.cbrt(share);
}

/** The way back from `root`. */
export function cube(value: number): number {
  return value ** 3;
}

/** Logarithms show 5 ms beside 30 s. */
export function log(ms: number): number {
  return Math.log10(Math.max(ms, 1));
}

/** The way back from `log`. */
export function power(value: number): number {
  return 10 ** value;
}

/** What stands at an axis of rates: `0.5`, `50`, `1.5k`. */
export function rateTick(rate: number): string {
  return rate >= 1000 ? `${Number((rate / 1000).toPrecision(3))}k` : String(Number(rate.toPrecision(3)));
}

/** Requests per second as they are told. */
export function rateText(rate: number): string {
  return rate > 0 && rate < 0.1 ? '<0.1' : figure(rate);
}
