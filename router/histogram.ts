// Contract out, of the stages `observe` and `flush`: latencies as a histogram that merges by addition. Pure.
// Buckets grow by 5 %: so a quantile is off by (1.05 − 1) / (1.05 + 1) = 2.44 % at most, from 0.1 ms to 120 s.
// The idea of equal relative error: Masson, Rim, Lee, "DDSketch" (VLDB 2019).

/** Counts by bucket: [bucket, count, bucket, count, …], buckets ascending, counts above 0. */
export type Histogram = readonly number[];

const LOWEST_MS = 0.1;
const HIGHEST_MS = 120_000;
const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);

/** The last bucket: all that took longer than 120 s. */
export const LAST_BUCKET = Math.ceil(Math.log(HIGHEST_MS / LOWEST_MS) / LOG_GROWTH) + 1;

/** No latencies. */
export const NO_LATENCIES: Histogram = [];

/** The bucket of a latency in ms: 0 up to 0.1 ms, `LAST_BUCKET` above 120 s. */
export function bucketOf(ms: number): number {
  if (!(ms > LOWEST_MS)) return 0;
  if (ms > HIGHEST_MS) return LAST_BUCKET;
  // Less than the rounding of a logarithm belongs to the bound itself.
  return Math.ceil(Math.log(ms / LOWEST_MS) / LOG_GROWTH - 1e-9);
}

/** The longest latency of a bucket, in ms; 120 s for the last. */
export function boundOf(bucket: number): number {
  return Math.min(LOWEST_MS * GROWTH ** bucket, HIGHEST_MS);
}

/** Buckets to go up so that a latency is at least `ratio` times as long (ratio ≥ 1). */
export function bucketsFor(ratio: number): number {
  return Math.ceil(Math.log(ratio) / LOG_GROWTH - 1e-9);
}

/** The sum of two histograms. */
export function merge(a: Histogram, b: Histogram): Histogram {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const sum: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    sum.push(Math.min(left, right), (left <= right ? (a[i + 1] ?? 0) : 0) + (right <= left ? (b[j + 1] ?? 0) : 0));
    if (left <= right) i += 2;
    if (right <= left) j += 2;
  }
  return sum;
}

/** How many latencies there are. */
export function totalOf(histogram: Histogram): number {
  return countAbove(histogram, -1);
}

/** How many latencies are in higher buckets than `bucket`. */
export function countAbove(histogram: Histogram, bucket: number): number {
  let count = 0;
  for (let i = histogram.length - 2; i >= 0 && (histogram[i] ?? 0) > bucket; i -= 2) count += histogram[i + 1] ?? 0;
  return count;
}

/** The bucket that holds the quantile `q` (0 to 1, by nearest rank); `undefined` of none. */
export function quantileBucket(histogram: Histogram, q: number): number | undefined {
  // Less than the rounding of a product is no rank: 0.07 of 100 is the seventh.
  let left = Math.max(Math.ceil(totalOf(histogram) * q * (1 - 1e-12)), 1);
  for (let i = 0; i < histogram.length; i += 2) {
    left -= histogram[i + 1] ?? 0;
    if (left <= 0) return histogram[i];
  }
  return undefined;
}

/** The quantile `q` (0 to 1) in ms, off by 2.5 % at most between 0.1 ms and 120 s; `null` of none. */
export function quantile(histogram: Histogram, q: number): number | null {
  const bucket = quantileBucket(histogram, q);
  return bucket === undefined ? null : middleOf(bucket);
}

/** The latency that is as far, relatively, from both ends of its bucket, in ms; the bound of the first and the last bucket. */
export function middleOf(bucket: number): number {
  return bucket === 0 || bucket === LAST_BUCKET ? boundOf(bucket) : (boundOf(bucket) * 2) / (GROWTH + 1);
}

/** The histogram of counts by bucket, such as an array of `LAST_BUCKET + 1` counts. */
export function sparse(counts: ArrayLike<number>): Histogram {
  const pairs: number[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket] ?? 0;
    if (count > 0) pairs.push(bucket, count);
  }
  return pairs;
}

/** Whether an untrusted value is a histogram. */
export function isHistogram(value: unknown): value is Histogram {
  if (!Array.isArray(value) || value.length % 2 !== 0) return false;
  let last = -1;
  for (let i = 0; i < value.length; i += 2) {
    const [bucket, count] = [value[i], value[i + 1]];
    if (!Number.isInteger(bucket) || bucket <= last || bucket > LAST_BUCKET) return false;
    if (!Number.isInteger(count) || count < 1 || count > 1e9) return false;
    last = bucket;
  }
  return true;
}
