import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSecond, logEvidence, logSecondCap, newTest, relativeTrial } from '../../../control/core/evaluate.ts';
import { closeSecond, type Judging } from '../../../control/core/judge.ts';
import { DEFAULT_SLO, nameOf } from '../../../control/core/slo.ts';
import { addPairs, newWatch, type Pair, recentSpan, type Side, type Watch } from '../../../control/core/watch.ts';
import { type Histogram, merge, NO_LATENCIES } from '../../../router/histogram.ts';
import { randomFrom, T0 } from './scene.ts';

const slo = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }] };
const SINCE = { epoch: 1, revision: 1 };
const fresh = newWatch('green', 'blue', SINCE, DEFAULT_SLO, T0);
const baking = newWatch('green', 'blue', SINCE, DEFAULT_SLO, T0, { seconds: 600, release: null });
const FIRST = Math.floor(T0 / 1000);
const NOTHING: Side = { requests: 0, errors: 0, judged: [], latency: NO_LATENCIES, visitors: 0 };

/** Requests of which some failed, and all failed ones count. */
function side(requests: number, bad: number, more: Partial<Side> = {}): Side {
  return { ...NOTHING, requests, errors: bad, judged: [{ requests, bad }], ...more };
}

/** Closes second `at` of a watch, with what both slots served in it. */
function close(watch: Watch, at: number, candidate: Side, active: Side, more: Partial<Judging> = {}): Watch {
  const judging = { slo: DEFAULT_SLO, share: 0.2, latencies: () => NO_LATENCIES, ...more };
  return closeSecond({ ...watch, open: { candidate, active } }, FIRST + at, judging);
}

const named = (watch: Watch, name: string) => {
  const test = watch.tests.find(({ rule }) => nameOf(rule) === name);
  if (test === undefined) throw new Error(`no test ${name}`);
  return test;
};
const logs = ({ tests }: Watch) => tests.map(({ evidence }) => logEvidence(evidence));
const pair = (a: readonly [number, number], b: readonly [number, number]): Pair => ({
  candidate: { requests: a[0], bad: a[1] },
  active: { requests: b[0], bad: b[1] },
});

/** 200 latencies: p50, p90 and p99 are buckets 100, 120 and 140. */
const TWO_HUNDRED: Histogram = [100, 100, 120, 80, 140, 20];
const latencies = () => TWO_HUNDRED;

describe('a closed second', () => {
  it('tells each test its own pair', () => {
    const watch = newWatch('green', 'blue', SINCE, slo, T0);
    const candidate = side(9, 3, {
      judged: [
        { requests: 9, bad: 2 },
        { requests: 8, bad: 1 },
      ],
      latency: [104, 1, 105, 2, 125, 3, 145, 1],
    });
    const active = side(90, 4, {
      judged: [
        { requests: 90, bad: 4 },
        { requests: 80, bad: 5 },
      ],
      latency: [100, 50, 101, 4, 121, 6, 141, 3],
    });
    const closed = close(watch, 5, candidate, active, { slo, latencies });
    expect(Object.fromEntries(closed.tests.map(({ rule, total }) => [nameOf(rule), total]))).toEqual({
      'errors absolute': pair([9, 2], [90, 4]),
      'latency over 500 ms absolute': pair([8, 1], [80, 5]),
      'errors relative': pair([9, 2], [90, 4]),
      // Above 1.2 times the quantile, four buckets up, against above the quantile.
      'latency p50 relative': pair([7, 6], [63, 13]),
      'latency p90 relative': pair([7, 4], [63, 9]),
      'latency p99 relative': pair([7, 1], [63, 3]),
    });
    expect(closed.total).toEqual({ candidate: { requests: 9, errors: 3 }, active: { requests: 90, errors: 4 } });
    expect(closed.open).toEqual(watch.open);
  });

  it('says nothing to a test that was told nothing', () => {
    const closed = close(fresh, 5, side(9, 9), side(90, 0));
    const untold = closed.tests.filter(({ rule }) => rule.sli === 'latency');
    expect(untold).toHaveLength(3);
    for (const test of untold) expect(test).toMatchObject({ recent: [], carried: null, total: pair([0, 0], [0, 0]) });
    expect(untold.map(({ evidence }) => evidence.second)).toEqual([-1, -1, -1]);
  });

  it('in which nothing came tells no test anything, but that it is over', () => {
    const before = close(fresh, 5, side(9, 1), side(90, 0), { latencies });
    const after = close(before, 70, NOTHING, NOTHING, { latencies });
    expect(after.tests).toEqual(before.tests);
    expect(after.total).toEqual(before.total);
  });

  it('compares what took longer than the quantiles as equals, failures by the ratio allowed', () => {
    const latency: Histogram = [90, 30, 150, 10];
    const closed = close(fresh, 5, side(40, 4, { latency }), side(90, 2, { latency }), { latencies });
    const cap = logSecondCap(5, 0.01);
    const judged = (of: Pair, ratio: number) => judgeSecond(newTest(), relativeTrial(of.candidate, of.active, ratio), 5, cap);
    expect(named(closed, 'errors relative').evidence).toEqual(judged(pair([40, 4], [90, 2]), 1.5));
    expect(named(closed, 'latency p50 relative').evidence).toEqual(judged(pair([40, 10], [40, 10]), 1));
  });

  it('is charged to the candidate alone by absolute tests, in relation by relative ones', () => {
    const [alone, beside] = [close(fresh, 5, side(20, 2), side(80, 0)), close(fresh, 5, side(20, 2), side(80, 8))];
    expect(logs(alone)[0]).toBe(logs(beside)[0]);
    expect(logs(alone)[1]).toBeGreaterThan(logs(beside)[1] ?? 0);
  });

  it('in a bake goes to absolute tests only', () => {
    const closed = close(baking, 5, side(9, 9, { visitors: 9 }), NOTHING, { share: 1, latencies });
    expect(closed.tests.map(({ rule, total }) => [nameOf(rule), total.candidate])).toEqual([
      ['errors absolute', { requests: 9, bad: 9 }],
    ]);
    expect([closed.thresholds, closed.ratio]).toEqual([null, baking.ratio]);
  });

  it.each([
    [0.2, 3],
    [0, 0],
    [1, 0],
  ])('counts visitors where both slots have weight: share %d', (share, seen) => {
    const closed = close(fresh, 5, side(3, 0, { visitors: 3 }), side(9, 0), { share });
    expect(closed.ratio.candidate).toBe(seen);
  });
});

describe('seconds that lack a side', () => {
  const bad = side(2, 2);
  const good = side(50, 0);
  const errors = (watch: Watch) => named(watch, 'errors relative');

  it.each<[number, Pair]>([
    [1, pair([2, 2], [50, 0])],
    [9, pair([2, 2], [50, 0])],
    [10, pair([0, 0], [0, 0])],
  ])('are carried for ten seconds at most: the other side comes %d later', (later, total) => {
    const carried = close(fresh, 3, bad, NOTHING);
    expect(errors(carried).carried).toEqual({ ...pair([2, 2], [0, 0]), since: 3 });
    expect(errors(close(carried, 3 + later, NOTHING, good)).total).toEqual(total);
  });

  it('are added up, and judged once when the other side comes', () => {
    const two = close(close(fresh, 3, bad, NOTHING), 5, bad, NOTHING);
    expect(errors(two)).toMatchObject({ carried: { since: 3 }, total: pair([0, 0], [0, 0]) });
    const judged = errors(close(two, 6, bad, good));
    expect(judged).toMatchObject({ carried: null, total: pair([6, 6], [50, 0]) });
    const atOnce = errors(close(fresh, 6, side(6, 6), good));
    expect(judged.evidence).toEqual(atOnce.evidence);
  });

  it('are carried on over a second in which nothing came', () => {
    const idle = close(close(fresh, 3, bad, NOTHING), 4, NOTHING, NOTHING);
    expect(errors(idle).carried).toEqual({ ...pair([2, 2], [0, 0]), since: 3 });
  });

  it('make room for what comes after their time', () => {
    const later = close(close(fresh, 3, bad, NOTHING), 13, NOTHING, good);
    expect(errors(later).carried).toEqual({ ...pair([0, 0], [50, 0]), since: 13 });
    const idle = close(close(fresh, 3, bad, NOTHING), 13, NOTHING, NOTHING);
    expect(errors(idle).carried).toBeNull();
  });

  it('are carried for latencies as for errors', () => {
    const slow = close(fresh, 3, side(4, 0, { latency: [150, 4] }), NOTHING, { latencies });
    const judged = close(slow, 8, NOTHING, side(50, 0, { latency: [90, 50] }), { latencies });
    expect(named(judged, 'latency p99 relative').total).toEqual(pair([4, 4], [50, 0]));
  });
});

describe('thresholds of latency', () => {
  const asked: number[] = [];
  const at = (watch: Watch, second: number, latencies: Histogram) =>
    close(watch, second, side(1, 0), side(9, 0), {
      latencies: (atLeast) => {
        asked.push(atLeast);
        return latencies;
      },
    });

  it('are quantiles of what the active slot had shown before, once it had shown 200', () => {
    expect(at(fresh, 0, [100, 199]).thresholds).toBeNull();
    expect(at(fresh, 0, TWO_HUNDRED).thresholds).toEqual({ second: 0, buckets: [100, 120, 140] });
    expect(new Set(asked)).toEqual(new Set([200]));
  });

  it('stay for ten seconds, and are renewed then', () => {
    const first = at(fresh, 7, TWO_HUNDRED);
    const later: Histogram = [50, 300];
    expect(at(first, 16, later).thresholds).toEqual(first.thresholds);
    expect(at(first, 17, later).thresholds).toEqual({ second: 17, buckets: [50, 50, 50] });
  });

  it('stay where there is no longer enough to renew them', () => {
    const first = at(fresh, 7, TWO_HUNDRED);
    expect(at(first, 120, [50, 199]).thresholds).toEqual(first.thresholds);
  });

  it('come when they are there', () => {
    const none = at(fresh, 7, NO_LATENCIES);
    expect(at(none, 8, TWO_HUNDRED).thresholds).toEqual({ second: 8, buckets: [100, 120, 140] });
  });
});

describe('the recent span', () => {
  it('is the shortest of whole minutes that holds enough bad requests, whatever is forgotten', () => {
    const second = fc.record({
      after: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 60, max: 400 }), fc.constant(-5)),
      bad: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(3)),
      activeBad: fc.nat(2),
    });
    const walk = fc.tuple(fc.array(second, { minLength: 1, maxLength: 60, size: 'max' }), fc.integer({ min: 1, max: 8 }));
    let most = 0;
    fc.assert(
      fc.property(walk, ([seconds, minBad]) => {
        const guards = { ...DEFAULT_SLO, minBad };
        const told: { minute: number; pair: Pair }[] = [];
        let [watch, at] = [fresh, 0];
        for (const { after, bad, activeBad } of seconds) {
          at = Math.max(at + after, 0);
          watch = close(watch, at, side(10, bad), side(90, activeBad), { slo: guards });
          // A clock that goes back stands still.
          const minute = Math.max(Math.floor(at / 60), told.at(-1)?.minute ?? 0);
          told.push({ minute, pair: pair([10, bad], [90, activeBad]) });
          for (const test of watch.tests.slice(0, 2)) {
            expect(recentSpan(test, minBad)).toEqual(shortestSpan(told, minBad));
            most = Math.max(most, test.recent.length - minBad);
          }
        }
      }),
      { numRuns: 100, seed: 7 },
    );
    expect(most).toBeLessThanOrEqual(3);
  });
});

/** As the page on the judgement says it: minute by minute from the last, until there are enough. */
function shortestSpan(told: readonly { minute: number; pair: Pair }[], minBad: number): Pair {
  const minutes = [...new Set(told.map(({ minute }) => minute))].sort((a, b) => b - a);
  let [sum, from] = [pair([0, 0], [0, 0]), Number.POSITIVE_INFINITY];
  for (const minute of minutes) {
    if (sum.candidate.bad >= minBad) break;
    from = minute;
    sum = pair([0, 0], [0, 0]);
    for (const one of told) if (one.minute >= from) sum = addPairs(sum, one.pair);
  }
  return sum;
}

describe('evidence', () => {
  const huge = side(1e9, 1e9, { judged: [{ requests: 1e9, bad: 1e9 }], latency: [300, 1e9] });

  it('grows within a second by the capped factor at most, that of the number of tests', () => {
    const five = close(fresh, 0, huge, side(1e9, 0, { latency: [10, 1e9] }), { latencies });
    const start = Math.log(1 / 2);
    expect(logs(five).map((log) => log - start)).toEqual(Array(5).fill(expect.closeTo(logSecondCap(5, 0.01), 6)));
    const one = close(baking, 0, huge, NOTHING);
    expect((logs(one)[0] ?? 0) - start).toBeCloseTo(Math.log(10), 6);
  });

  it('grows no further when the same second is closed again', () => {
    const once = close(fresh, 5, huge, side(1e9, 0));
    expect(logs(close(once, 5, huge, side(1e9, 0)))[0]).toBeCloseTo(logs(once)[0] ?? 0, 9);
  });

  it('stays finite under counts as huge as a report may bring, for and against the candidate', () => {
    const random = randomFrom(11);
    let watch = fresh;
    for (let second = 0; second < 300; second++) {
      const [a, b] = [Math.floor(random() ** 4 * 1e9), Math.floor(random() ** 4 * 1e9)];
      const candidate = side(1e9, a, { latency: [300, 1e9] });
      watch = close(watch, second, candidate, side(1e9, b, { latency: [10, 1e9], visitors: 1e9 }), { latencies });
      if (second === 150) watch = close(watch, second, huge, side(1e9, 0));
    }
    expect(JSON.parse(JSON.stringify(watch))).toEqual(watch);
    expect(logs(watch).every(Number.isFinite)).toBe(true);
  });

  it('is not changed by a clock that goes back', () => {
    const first = close(fresh, 130, side(10, 2), side(90, 1), { latencies });
    const still = close(first, 130, side(10, 1), side(90, 1), { latencies });
    const back = close(first, 20, side(10, 1), side(90, 1), { latencies: () => [50, 300] });
    expect(back).toEqual(still);
    // Even to before the watch began.
    expect(close(fresh, -500, side(10, 1), side(90, 1))).toEqual(close(fresh, 0, side(10, 1), side(90, 1)));
    expect(close(first, -500, side(10, 1), side(90, 1), { latencies })).toEqual(still);
  });
});

it('keeps a watch small, however long it goes on', () => {
  const random = randomFrom(5);
  let [watch, latency] = [fresh, NO_LATENCIES];
  const size = (at: number) => {
    for (let second = at; second < at + 43_200; second += 9) {
      const some = (from: number): Histogram => [from, 5, from + Math.floor(random() * 30) + 1, 1];
      latency = merge(latency.slice(-40), some(100)).slice(-40);
      const bad = random() < 0.02 ? 1 : 0;
      const [candidate, active] = [side(10, bad, { latency: some(100) }), side(90, bad, { latency: some(100) })];
      watch = close(watch, second, candidate, active, { latencies: () => latency });
    }
    return JSON.stringify(watch).length;
  };
  const half = size(0);
  expect(size(43_200)).toBeLessThan(half * 1.2);
  expect(half).toBeLessThan(10_000);
});
