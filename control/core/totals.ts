// What a service has counted over its life, for whoever takes differences of it. Pure. Only ever grows: seconds are added
// once they are closed, and a second that is closed is stored before anyone hears of it.
import { bucketOf, type Histogram, LAST_BUCKET, middleOf } from '../../router/histogram.ts';
import type { AlertKind } from './alert.ts';
import type { CountsAt, SlotCounts } from './counts.ts';
import type { End } from './release.ts';

/** Upper bounds of the latency counts, ms. What is stored is counted by them: other ones would need an upgrade of it. */
export const LATENCY_BOUNDS: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 750, 1000, 2500, 5000, 10_000, 30_000];

/** All that was counted of one slot. */
export interface SlotTotals extends Omit<SlotCounts, 'latency'> {
  /** Latencies by the first of `LATENCY_BOUNDS` they are not above, and behind these, those above the last. */
  readonly latency: readonly number[];
  /** The sum of these latencies, each taken for the middle of its bucket, ms. */
  readonly latencyMs: number;
}

/** All that was counted of a service. */
export interface Totals {
  /** Of every slot that ever had a request: one that comes back into services.ts goes on from where it was. */
  readonly slots: Readonly<Record<string, SlotTotals>>;
  readonly rollbacks: number;
  /** Releases by how they ended; one that completed and was rolled back in its bake is in both. */
  readonly ended: Readonly<Record<End, number>>;
  readonly alerts: Readonly<Record<AlertKind, number>>;
}

/** A slot without requests. */
export const NO_TOTALS: SlotTotals = {
  requests: 0,
  errors: 0,
  overridden: 0,
  overriddenErrors: 0,
  latency: [...LATENCY_BOUNDS, 0].map(() => 0),
  latencyMs: 0,
};

/** A service that has counted nothing. */
export function newTotals(): Totals {
  return {
    slots: {},
    rollbacks: 0,
    ended: { completed: 0, rolled_back: 0, aborted: 0 },
    alerts: { 'both-bad': 0, 'sample-ratio': 0, capped: 0, 'table-full': 0, 'unknown-slot': 0 },
  };
}

/** The totals and the counts of a second. */
export function addToTotals(totals: Totals, counts: CountsAt['slots']): Totals {
  const slots = { ...totals.slots };
  for (const [slot, second] of Object.entries(counts)) slots[slot] = addSecond(slots[slot] ?? NO_TOTALS, second);
  return { ...totals, slots };
}

/** The totals, with one more under a key. */
export function oneMore<T extends string>(of: Readonly<Record<T, number>>, key: T): Readonly<Record<T, number>> {
  return { ...of, [key]: of[key] + 1 };
}

// The bucket that holds a bound counts under it: so that a latency of just the bound does, as `le` says, and with it one that
// is longer by less than a bucket, 5 %.
const BOUND_BUCKETS = LATENCY_BOUNDS.map(bucketOf);
const PLACE_OF_BUCKET = Array.from({ length: LAST_BUCKET + 1 }, (_, bucket) => {
  const place = BOUND_BUCKETS.findIndex((bound) => bucket <= bound);
  return place < 0 ? LATENCY_BOUNDS.length : place;
});

function addSecond(totals: SlotTotals, second: SlotCounts): SlotTotals {
  const { latency, latencyMs } = withLatencies(totals, second.latency);
  return {
    requests: totals.requests + second.requests,
    errors: totals.errors + second.errors,
    overridden: totals.overridden + second.overridden,
    overriddenErrors: totals.overriddenErrors + second.overriddenErrors,
    latency,
    latencyMs,
  };
}

function withLatencies({ latency, latencyMs }: SlotTotals, more: Histogram): Pick<SlotTotals, 'latency' | 'latencyMs'> {
  const counts = [...latency];
  let sum = latencyMs;
  for (let i = 0; i < more.length; i += 2) {
    const [bucket = 0, count = 0] = [more[i], more[i + 1]];
    const place = PLACE_OF_BUCKET[bucket] ?? LATENCY_BOUNDS.length;
    counts[place] = (counts[place] ?? 0) + count;
    sum += count * middleOf(bucket);
  }
  // Whole microseconds: digits beyond are noise, and stored with every second.
  return { latency: counts, latencyMs: Math.round(sum * 1000) / 1000 };
}
