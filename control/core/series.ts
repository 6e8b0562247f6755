// What slots served lately, as points of a chart: 5 s wide while they are kept in memory, a minute wide beyond. Pure.
// No evidence: nothing is decided by it, and what was in memory alone may be lost.
import { addCounts, type CountsAt, quantileMs } from './counts.ts';
import type { Service } from './service.ts';

const BUCKET_SECONDS = 5;
const BUCKET_MS = BUCKET_SECONDS * 1000;
const MINUTE_SECONDS = 60;
const MINUTE_MS = 60_000;
/** Whole minutes that a ring reaches back, beside the one that is open. */
const RING_MINUTES = 15;
/** Minutes that finished ones are kept for. */
export const SERIES_MINUTES = 360;

/** What a slot served over a point; quantiles in ms, `null` of none. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** What each slot that had requests served over some seconds. */
export interface Point {
  /** When it begins, ms. */
  readonly at: number;
  readonly seconds: number;
  readonly slots: Readonly<Record<string, Figures>>;
}

/** The points of the last minutes, whole minutes of them, so that no minute is there in part but the one it began in. */
export interface Ring {
  /** Oldest first. */
  readonly filled: readonly Point[];
  /** The bucket that is filling, by its number since 1970. */
  readonly filling: CountsAt | null;
}

/** A ring that holds nothing. */
export const EMPTY_RING: Ring = { filled: [], filling: null };

/** The second that was open before a change and is closed after it; `null` where none was closed. */
export function closedSecond({ second }: Pick<Service, 'second'>, after: Pick<Service, 'second'>): CountsAt | null {
  return second !== null && second.at !== after.second?.at ? second : null;
}

/** The ring with one more second that is closed. One from before the bucket that is filling goes into it. */
export function withSecond({ filled, filling }: Ring, second: CountsAt): Ring {
  const at = Math.floor(second.at / BUCKET_SECONDS);
  if (filling !== null && at <= filling.at)
    return { filled, filling: { at: filling.at, slots: addCounts(filling.slots, second.slots) } };
  const from = (Math.floor(second.at / MINUTE_SECONDS) - RING_MINUTES) * MINUTE_MS;
  const all = filling === null ? filled : [...filled, bucketPoint(filling)];
  return { filled: all.filter((point) => point.at >= from), filling: { at, slots: second.slots } };
}

/** The bucket that is filling, or `null`. */
export function newestPoint({ filling }: Ring): Point | null {
  return filling === null ? null : bucketPoint(filling);
}

/** A minute of a service as a point; one that is open is as wide as it is old, in whole buckets. @param now ms */
export function minutePoint({ at, slots }: CountsAt, now: number): Point {
  const age = Math.max(Math.ceil((now - at * MINUTE_MS) / BUCKET_MS), 1) * BUCKET_SECONDS;
  return { at: at * MINUTE_MS, seconds: Math.min(age, MINUTE_SECONDS), slots: figuresOf(slots) };
}

/** A finished minute, of figures that were stored. */
export function storedPoint(at: number, slots: Point['slots']): Point {
  return { at: at * MINUTE_MS, seconds: MINUTE_SECONDS, slots };
}

/**
 * Ring and minutes in one, oldest first. A minute of which the ring holds anything is the ring's: so nothing is there twice.
 * @param from ms; points that end before it are left out
 */
export function seriesOf(ring: Ring, minutes: readonly Point[], from: number): Point[] {
  const newest = newestPoint(ring);
  const fine = newest === null ? ring.filled : [...ring.filled, newest];
  const held = new Set(fine.map(({ at }) => Math.floor(at / MINUTE_MS)));
  const coarse = minutes.filter(({ at }) => !held.has(at / MINUTE_MS));
  return [...coarse, ...fine].filter(({ at, seconds }) => at + seconds * 1000 > from).toSorted((a, b) => a.at - b.at);
}

/** Figures of each slot that had requests; those that were overridden do not count. */
export function figuresOf(slots: CountsAt['slots']): Point['slots'] {
  const figures: Record<string, Figures> = {};
  for (const [slot, { requests, errors, latency }] of Object.entries(slots)) {
    const at = (q: number) => quantileMs(latency, q);
    if (requests > 0) figures[slot] = { requests, errors, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  }
  return figures;
}

function bucketPoint({ at, slots }: CountsAt): Point {
  return { at: at * BUCKET_MS, seconds: BUCKET_SECONDS, slots: figuresOf(slots) };
}
