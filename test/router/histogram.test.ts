import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundOf,
  bucketOf,
  bucketsFor,
  countAbove,
  type Histogram,
  isHistogram,
  LAST_BUCKET,
  merge,
  NO_LATENCIES,
  quantile,
  quantileBucket,
  sparse,
  totalOf,
} from '../../router/histogram.ts';

const [LOWEST, HIGHEST] = [0.1, 120_000];

function histogramOf(latencies: readonly number[]): Histogram {
  const counts = new Uint32Array(LAST_BUCKET + 1);
  for (const ms of latencies) counts[bucketOf(ms)] = (counts[bucketOf(ms)] ?? 0) + 1;
  return sparse(counts);
}

/** How latencies fall, from a number drawn evenly from 0 to 1. */
const shapes: Readonly<Record<string, (u: number) => number>> = {
  even: (u) => u * 2000,
  'even by magnitude': (u) => LOWEST * (HIGHEST / LOWEST) ** u,
  exponential: (u) => -80 * Math.log(1 - u),
  'with a heavy tail': (u) => 5 / (1 - u) ** 1.5,
  'of two humps': (u) => (u < 0.9 ? 20 + u : 9000 + 500 * u),
  constant: () => 37.5,
  'of whole milliseconds': (u) => Math.ceil(u * 12),
  'at the bounds of buckets': (u) => boundOf(Math.floor(u * LAST_BUCKET)),
};

/** Even, other than `fc.double`, which is even over all floats: so nearly always close to 0. */
const share = fc.integer({ min: 0, max: 999_999 }).map((n) => n / 1e6);

const someLatencies = fc
  .tuple(fc.constantFrom(...Object.keys(shapes)), fc.array(share, { minLength: 1, maxLength: 500, size: 'max' }))
  .map(([shape, draws]) => draws.map((u) => Math.min(Math.max(shapes[shape]?.(u) ?? 0, LOWEST), HIGHEST)));

const anyLatencies = fc.array(
  share.map((u) => 0.05 * 4e6 ** u),
  { maxLength: 60, size: 'max' },
);

describe('bucket', () => {
  it.each([
    [Number.NaN, 0],
    [Number.NEGATIVE_INFINITY, 0],
    [-5, 0],
    [0, 0],
    [0.1, 0],
    [0.100_001, 1],
    [0.105, 1],
    [0.105_001, 2],
    [120_000, LAST_BUCKET - 1],
    [120_000.001, LAST_BUCKET],
    [Number.POSITIVE_INFINITY, LAST_BUCKET],
  ])('of %d ms is %d', (ms, bucket) => expect(bucketOf(ms)).toBe(bucket));

  it('ends at its bound, which is its own', () => {
    for (let bucket = 0; bucket < LAST_BUCKET; bucket++) {
      expect(bucketOf(boundOf(bucket))).toBe(bucket);
      expect(bucketOf(boundOf(bucket) * 1.000_001)).toBe(bucket + 1);
    }
  });

  it.each([
    [1, 0],
    [1.05, 1],
    [1.0501, 2],
    [1.2, 4],
    [1.05 ** 7, 7],
    [2, 15],
  ])('goes up for a latency %d times as long by %d', (ratio, buckets) => expect(bucketsFor(ratio) + 0).toBe(buckets));

  it('of a latency that is as many times as long is never beyond what it may go up', () => {
    fc.assert(
      fc.property(share, share, (place, growth) => {
        const [ms, ratio] = [LOWEST * 1e5 ** place, 1 + 11 * growth];
        expect(bucketOf(ms * ratio)).toBeLessThanOrEqual(bucketOf(ms) + bucketsFor(ratio));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('quantile', () => {
  it('is off by 2.5 % at most, against the exact one by nearest rank, however latencies fall', () => {
    fc.assert(
      fc.property(someLatencies, fc.integer({ min: 1, max: 1000 }), (latencies, permille) => {
        const rank = Math.ceil((latencies.length * permille) / 1000);
        const exact = latencies.toSorted((a, b) => a - b)[rank - 1] ?? 0;
        const error = Math.abs((quantile(histogramOf(latencies), permille / 1000) ?? 0) / exact - 1);
        expect(error).toBeLessThanOrEqual(0.025);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('takes the nearest rank, also where a share is no binary fraction', () => {
    for (const count of [20, 100, 1000, 12_000])
      for (let percent = 1; percent <= 99; percent++) {
        const rank = Math.ceil((count * percent) / 100);
        const holds = (bucket: number) => expect([count, percent, bucket]).toEqual([count, percent, 1]);
        holds(quantileBucket([1, rank, 2, count - rank], percent / 100) ?? 0);
        holds(quantileBucket([0, rank - 1, 1, count - rank + 1], percent / 100) ?? 0);
      }
  });

  it.each<[string, number[], number, number | null]>([
    ['of nothing', [], 0.5, null],
    ['of what takes no time', [0, 0], 0.5, 0.1],
    ['of 0.1 ms', [0.1], 0.99, 0.1],
    ['of more than 120 s', [130_000, 1e9], 0.5, 120_000],
    ['0, the shortest', [0, 50, 130_000], 0, 0.1],
    ['1, the longest', [0, 50, 130_000], 1, 120_000],
  ])('%s', (_, latencies, q, ms) => expect(quantile(histogramOf(latencies), q)).toBe(ms));
});

describe('merge', () => {
  it('gives the histogram of both together, in either order, and leaves both as they were', () => {
    fc.assert(
      fc.property(anyLatencies, anyLatencies, (some, others) => {
        const [a, b] = [Object.freeze(histogramOf(some)), Object.freeze(histogramOf(others))];
        expect(merge(a, b)).toEqual(histogramOf([...some, ...others]));
        expect(merge(b, a)).toEqual(merge(a, b));
        expect([a, b]).toEqual([histogramOf(some), histogramOf(others)]);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('leaves a histogram as it is where the other is empty', () => {
    expect(merge(NO_LATENCIES, [3, 1])).toEqual([3, 1]);
    expect(merge([3, 1], NO_LATENCIES)).toEqual([3, 1]);
  });
});

describe('count', () => {
  it('is that of the latencies in higher buckets', () => {
    fc.assert(
      fc.property(anyLatencies, fc.integer({ min: -1, max: LAST_BUCKET }), (latencies, bucket) => {
        expect(countAbove(histogramOf(latencies), bucket)).toBe(latencies.filter((ms) => bucketOf(ms) > bucket).length);
        expect(totalOf(histogramOf(latencies))).toBe(latencies.length);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

describe('histogram', () => {
  it.each<[unknown]>([[[]], [[0, 1]], [[LAST_BUCKET, 1e9]], [[0, 1, 1, 2, LAST_BUCKET, 3]]])('takes %j', (value) =>
    expect(isHistogram(value)).toBe(true),
  );

  it.each<[string, unknown]>([
    ['nothing', null],
    ['an object', { 0: 1, length: 2 }],
    ['a typed array', new Uint32Array([1, 2])],
    ['a bucket without a count', [1]],
    ['a negative bucket', [-1, 1]],
    ['a bucket beyond the last', [LAST_BUCKET + 1, 1]],
    ['half a bucket', [0.5, 1]],
    ['a bucket twice', [3, 1, 3, 1]],
    ['buckets that descend', [4, 1, 3, 1]],
    ['a count of 0', [3, 0]],
    ['a negative count', [3, -1]],
    ['half a count', [3, 0.5]],
    ['a count beyond all bounds', [3, 1e9 + 1]],
    ['no number', [3, Number.NaN]],
    ['text', ['3', '1']],
    ['holes', new Array(2)],
  ])('is not %s', (_, value) => expect(isHistogram(value)).toBe(false));

  it('is told from anything without a throw, and is sound where it is taken', () => {
    const values = fc.oneof(fc.anything({ withSparseArray: true }), fc.array(fc.integer({ min: -1, max: 400 })));
    fc.assert(
      fc.property(values, (value) => {
        if (!isHistogram(value)) return;
        expect(
          sparse(Array.from({ length: LAST_BUCKET + 1 }, (_, b) => countAbove(value, b - 1) - countAbove(value, b))),
        ).toEqual(value);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
