import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveBuckets, tidyRanges, weightsOf } from '../../control/core/buckets.ts';
import { assign, bucketOf, hash32, visitorOf } from '../../router/assign.ts';
import { type BucketRange, type CompiledSplit, compileSplit, parseSplit, type Split, WEIGHT_TOTAL } from '../../router/split.ts';
import vectors from '../vectors/assign.json' with { type: 'json' };

const SLOTS = ['blue', 'green', 'red', 'gold', 'grey', 'pink', 'teal', 'lime', 'navy', 'plum'];

function splitOf(ranges: readonly BucketRange[], salt = 's'): Split {
  return { schema: 1, service: 'app', epoch: 1, revision: 1, salt, active: 'blue', ranges };
}

/** The slot a visitor falls on. */
function slotOf(split: CompiledSplit, key: string): string {
  return assign(split, visitorOf(split, key));
}

/** Weights of 2 to 10 slots, any of them 0, that sum to the total. */
function someWeights(slots: readonly string[]) {
  return fc.array(fc.nat(WEIGHT_TOTAL), { minLength: slots.length - 1, maxLength: slots.length - 1 }).map((cuts) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), WEIGHT_TOTAL];
    return Object.fromEntries(slots.map((slot, i) => [slot, (edges[i + 1] ?? 0) - (edges[i] ?? 0)]));
  });
}

const manyChanges = fc
  .integer({ min: 2, max: 10 })
  .chain((n) => fc.array(someWeights(SLOTS.slice(0, n)), { minLength: 2, maxLength: 12 }));

function owners(ranges: readonly BucketRange[]): string[] {
  const compiled = compileSplit(splitOf(ranges), SLOTS, 'blue');
  return Array.from(compiled.slotOfBucket, (index) => SLOTS[index] ?? '');
}

describe('hash', () => {
  it.each(vectors.cases)('agrees with the frozen vector for $key under $salt', ({ salt, key, hash, bucket }) => {
    expect(hash32(key, hash32(salt, 0))).toBe(hash);
    expect(bucketOf(hash)).toBe(bucket);
  });

  it('spreads 100,000 keys over the buckets as chance would (χ², p > 0.001)', () => {
    const counts = new Float64Array(100);
    for (let i = 0; i < 100_000; i++) {
      const cell = Math.floor(bucketOf(hash32(`visitor-${i}`, 42)) / 100);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    const chi2 = counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: the 0.999 quantile is 148.2, the 0.001 quantile 61.1.
    expect(chi2).toBeLessThan(148.2);
    expect(chi2).toBeGreaterThan(61.1);
  });

  it.each([
    [8_999, 'blue'],
    [9_000, 'green'],
    [9_999, 'green'],
    [10_000, 'blue'],
    [4_294_967_295, 'blue'],
    [4_294_959_999, 'green'],
  ])('of %d falls on %s, which has its bucket', (visitor, slot) => {
    expect(assign(compileSplit(splitOf(tidyRanges({ blue: 9000, green: 1000 })), SLOTS, 'blue'), visitor)).toBe(slot);
  });

  it('gives a slot of 10 % its share of visitors', () => {
    const split = compileSplit(splitOf(tidyRanges({ blue: 9000, green: 1000 })), SLOTS, 'blue');
    let green = 0;
    for (let i = 0; i < 100_000; i++) if (slotOf(split, `visitor-${i}`) === 'green') green++;
    expect(Math.abs(green - 10_000)).toBeLessThan(3 * Math.sqrt(100_000 * 0.1 * 0.9));
  });

  it('draws anew under another salt: who was on a 10 % slot is on it again in 10 % of cases', () => {
    const [one, other] = ['1.2', '1.3'].map((salt) =>
      compileSplit(splitOf(tidyRanges({ blue: 9000, green: 1000 }), salt), SLOTS, 'blue'),
    );
    let both = 0;
    for (let i = 0; i < 100_000; i++) {
      const key = `visitor-${i}`;
      if (one && other && slotOf(one, key) === 'green' && slotOf(other, key) === 'green') both++;
    }
    expect(Math.abs(both - 1000)).toBeLessThan(4 * Math.sqrt(100_000 * 0.01 * 0.99));
  });
});

describe('buckets', () => {
  it('holds exact shares, moves as few as can be and takes from none that grows, over any changes of 2 to 10 slots', () => {
    fc.assert(
      fc.property(manyChanges, ([first, ...changes]) => {
        let ranges = tidyRanges(first ?? {});
        let before = first ?? {};
        for (const weights of changes) {
          const was = owners(ranges);
          ranges = moveBuckets(ranges, weights);
          expect(parseSplit(splitOf(ranges), 'app')).toBeDefined();
          expect(weightsOf(ranges, Object.keys(weights))).toEqual(weights);
          let moved = 0;
          owners(ranges).forEach((slot, bucket) => {
            const from = was[bucket] ?? '';
            if (slot === from) return;
            moved++;
            if ((weights[from] ?? 0) >= (before[from] ?? 0)) throw new Error(`${from} grew and lost bucket ${bucket}`);
            if ((weights[slot] ?? 0) <= (before[slot] ?? 0)) throw new Error(`${slot} shrank and gained bucket ${bucket}`);
          });
          const least = Object.keys(weights).reduce((sum, s) => sum + Math.max((weights[s] ?? 0) - (before[s] ?? 0), 0), 0);
          expect(moved).toBe(least);
          before = weights;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps ranges few over a thousand changes among ten slots', () => {
    let ranges = tidyRanges({ blue: WEIGHT_TOTAL });
    const samples = fc.sample(someWeights(SLOTS), { numRuns: 1000, seed: 7 });
    let most = 0;
    for (const weights of samples) {
      ranges = moveBuckets(ranges, weights);
      most = Math.max(most, ranges.length);
    }
    expect(most).toBeLessThan(50);
  });

  it('never lets a visitor leave a slot that grows', () => {
    const jar = Array.from({ length: 2000 }, (_, i) => `visitor-${i}`);
    let ranges = tidyRanges({ blue: 9000, green: 1000 });
    let on = new Set<string>();
    for (const green of [1000, 2500, 5000, 10_000]) {
      ranges = moveBuckets(ranges, { blue: WEIGHT_TOTAL - green, green });
      const split = compileSplit(splitOf(ranges), SLOTS, 'blue');
      const now = new Set(jar.filter((key) => slotOf(split, key) === 'green'));
      expect([...on].filter((key) => !now.has(key))).toEqual([]);
      on = now;
    }
    expect(on.size).toBe(jar.length);
  });
});
