import { describe, expect, it } from 'vitest';
import { decide } from '../../../control/core/decide.ts';
import { newTest } from '../../../control/core/evaluate.ts';
import { conviction, didOf, percent, standingOf, told } from '../../../control/core/sentences.ts';
import { DEFAULT_SLO, nameOf, type Slo } from '../../../control/core/slo.ts';
import { newWatch, type Watch, type WatchTest } from '../../../control/core/watch.ts';
import { bucketOf } from '../../../router/histogram.ts';
import { T0 } from './scene.ts';

type Counted = readonly [requests: number, bad: number];

const sampled = ([requests, bad]: Counted) => ({ requests, bad });

/** A watch in which one test, by name, was told something, with ln of each of its bets. */
function watchOf(name: string, candidate: Counted, active: Counted, log: number, slo: Slo = DEFAULT_SLO): Watch {
  const watch = newWatch('green', 'blue', { epoch: 1, revision: 1 }, slo, T0);
  const pair = { candidate: sampled(candidate), active: sampled(active) };
  const tests = watch.tests.map((test): WatchTest => {
    const bets = newTest().logR.map(() => (nameOf(test.rule) === name ? log : -5));
    const evidence = { ...newTest(), logR: bets };
    return nameOf(test.rule) === name
      ? { ...test, evidence, total: pair, recent: [{ minute: 0, ...pair }] }
      : { ...test, evidence };
  });
  const thresholds = { second: 0, buckets: [bucketOf(40), bucketOf(90), bucketOf(400)] };
  return {
    ...watch,
    tests,
    thresholds,
    total: { candidate: { requests: candidate[0], errors: 0 }, active: { requests: active[0], errors: 0 } },
  };
}

const objectives = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }] };

describe('a conviction', () => {
  const words = (watch: Watch, slo: Slo = DEFAULT_SLO) => conviction(watch, decide(watch, slo, T0), slo);

  it.each<[string, string, string]>([
    [
      'errors relative',
      words(watchOf('errors relative', [50, 25], [200, 1], 1000)),
      'errors relative: 25 of 50 requests on green failed (50 %), 1 of 200 requests on blue failed (0.5 %) at the same time; ' +
        'allowed is 1.5 times as much. Evidence 10^434, a rollback takes 100.',
    ],
    [
      'errors absolute',
      words(watchOf('errors absolute', [50, 25], [0, 0], 5)),
      'errors absolute: 25 of 50 requests on green failed (50 %); the objective is 1 %. Evidence 238, a rollback takes 100.',
    ],
    [
      'errors absolute, by far',
      words(watchOf('errors absolute', [50, 25], [0, 0], 20)),
      'errors absolute: 25 of 50 requests on green failed (50 %); the objective is 1 %. Evidence 10^8, a rollback takes 100.',
    ],
    [
      'an objective of latency',
      words(watchOf('latency over 500 ms absolute', [40, 12], [0, 0], 6, objectives), objectives),
      'latency over 500 ms absolute: 12 of 40 requests on green took longer than 500 ms (30 %); the objective is 1 %. ' +
        'Evidence 538, a rollback takes 100.',
    ],
    [
      'latency relative',
      words(watchOf('latency p99 relative', [80, 40], [900, 9], 8)),
      'latency p99 relative: 40 of 80 requests on green took longer than 486 ms (50 %), 1.2 times the p99 of blue lately; ' +
        '9 of 900 requests on blue took longer than that p99, 400 ms (1 %). Evidence 4770, a rollback takes 100.',
    ],
  ])('by %s names the test, the slots, their counts and the evidence', (_, got, wanted) => {
    expect(got).toBe(wanted);
  });

  it('counts over the recent span, not over the whole watch', () => {
    const watch = watchOf('errors absolute', [36_000, 6], [0, 0], 10);
    const recent = [
      { minute: 0, candidate: sampled([35_990, 0]), active: sampled([0, 0]) },
      { minute: 1, candidate: sampled([10, 6]), active: sampled([0, 0]) },
    ];
    expect(words({ ...watch, tests: watch.tests.map((test) => ({ ...test, recent })) })).toContain('6 of 10 requests on green');
  });
});

describe('how a watch stands', () => {
  const words = (watch: Watch) => standingOf(watch, decide(watch, DEFAULT_SLO, T0), DEFAULT_SLO);

  it('without requests, says so', () => {
    expect(words(newWatch('green', 'blue', { epoch: 1, revision: 1 }, DEFAULT_SLO, T0))).toBe('green has had no requests yet.');
  });

  it('names what speaks loudest, with its numbers', () => {
    expect(words(watchOf('errors relative', [50, 1], [200, 3], -1))).toBe(
      'Loudest is errors relative: 1 of 50 requests on green failed (2 %), 3 of 200 requests on blue failed (1.5 %) at the same time; ' +
        'allowed is 1.5 times as much. Evidence 0.632 of the 100 a rollback takes.',
    );
  });
});

describe('words', () => {
  it.each([
    [0, '0 %'],
    [0.001, '0.1 %'],
    [1 / 3, '33.3 %'],
    [0.12345, '12.3 %'],
    [1, '100 %'],
  ])('for the share %d are %s', (share, words) => {
    expect(percent(share)).toBe(words);
  });

  it.each<[Counted, string]>([
    [[0, 0], '0 of 0 requests on green failed (0 %)'],
    [[1, 1], '1 of 1 request on green failed (100 %)'],
    [[200, 3], '3 of 200 requests on green failed (1.5 %)'],
  ])('for counts %o say how many of how many', (counted, words) => {
    expect(told(sampled(counted), 'green', didOf(null))).toBe(words);
  });

  it('for latency name the threshold', () => {
    expect([didOf(500), didOf(0.30000001)]).toEqual(['took longer than 500 ms', 'took longer than 0.3 ms']);
  });
});
