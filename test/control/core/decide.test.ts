import { describe, expect, it } from 'vitest';
import { decide, neededOf } from '../../../control/core/decide.ts';
import { newTest, type Sampled } from '../../../control/core/evaluate.ts';
import { DEFAULT_SLO, nameOf, type Slo } from '../../../control/core/slo.ts';
import { newWatch, type Watch, type WatchTest } from '../../../control/core/watch.ts';
import { T0 } from './scene.ts';

const evidence = (log: number) => ({ ...newTest(), logR: newTest().logR.map(() => log) });

type Counted = readonly [requests: number, bad: number];

interface Given {
  readonly candidate: Counted;
  readonly active?: Counted;
  /** ln of each bet of the two tests of errors; the three of latency, told nothing, stay at −5. */
  readonly absolute?: number;
  readonly relative?: number;
  readonly heldSeconds?: number;
}

const sampled = ([requests, bad]: Counted): Sampled => ({ requests, bad });

/** What a test was told, in one minute, and ln of each of its bets. */
interface Told {
  readonly candidate?: Counted;
  readonly active?: Counted;
  readonly log?: number;
}

/** A watch whose tests, by name, were told something. */
function watchTold(told: Readonly<Record<string, Told>>, slo: Slo = DEFAULT_SLO, bake = false): Watch {
  const watch = newWatch('green', 'blue', { epoch: 1, revision: 1 }, slo, T0, bake ? { seconds: 600, release: null } : undefined);
  const unknown = Object.keys(told).filter((name) => !watch.tests.some(({ rule }) => nameOf(rule) === name));
  if (unknown.length > 0) throw new Error(`no such test: ${unknown}`);
  const tests = watch.tests.map((test): WatchTest => {
    const { candidate = [0, 0], active = [0, 0], log = -5 } = told[nameOf(test.rule)] ?? {};
    const pair = { candidate: sampled(candidate), active: sampled(active) };
    return { ...test, evidence: evidence(log), total: pair, recent: [{ minute: 0, ...pair }] };
  });
  return { ...watch, tests };
}

function watchOf({ candidate, active = [0, 0], absolute, relative, heldSeconds }: Given): Watch {
  const counts = { candidate, active };
  return {
    ...watchTold({ 'errors absolute': { ...counts, log: absolute }, 'errors relative': { ...counts, log: relative } }),
    heldSince: heldSeconds === undefined ? null : T0 - heldSeconds * 1000,
  };
}

describe('verdict', () => {
  it.each<[string, Given, string, number]>([
    ['enough good requests', { candidate: [50, 0] }, 'pass', 0],
    ['too few requests', { candidate: [13, 0] }, 'insufficient', 37],
    ['none at all', { candidate: [0, 0] }, 'insufficient', 50],
    ['over the objective without evidence', { candidate: [100, 2] }, 'insufficient', 100],
    ['just at the objective', { candidate: [200, 2] }, 'pass', 0],
    ['evidence of the absolute test', { candidate: [50, 25], active: [500, 0], absolute: 10 }, 'fail', 0],
    ['evidence of the relative test', { candidate: [50, 25], active: [500, 0], relative: 10 }, 'fail', 0],
    ['evidence from four bad requests', { candidate: [50, 4], active: [500, 0], absolute: 10 }, 'insufficient', 350],
    ['evidence from five bad requests', { candidate: [50, 5], active: [500, 0], absolute: 10 }, 'fail', 0],
    ['evidence of next to no difference', { candidate: [10_000, 105], active: [10_000, 0], absolute: 10 }, 'insufficient', 500],
    ['both bad alike', { candidate: [50, 20], active: [200, 80], absolute: 10 }, 'hold', 0],
    ['both bad, the active one half as much', { candidate: [50, 20], active: [200, 40], absolute: 10 }, 'hold', 0],
    ['both bad, the active one less than half as much', { candidate: [50, 20], active: [200, 39], absolute: 10 }, 'fail', 0],
    ['both bad, the active one within the objective', { candidate: [50, 1], active: [200, 2], absolute: 10 }, 'insufficient', 50],
    [
      'bad, the active one more than half as much but within the objective',
      { candidate: [10_000, 150], active: [10_000, 90], absolute: 10 },
      'fail',
      0,
    ],
    [
      'both bad, but the relative test knows who',
      { candidate: [50, 20], active: [200, 79], absolute: 10, relative: 10 },
      'fail',
      0,
    ],
    [
      'both bad, the relative tests enough by themselves',
      { candidate: [50, 20], active: [200, 79], absolute: 10, relative: Math.log(410 / 8) },
      'fail',
      0,
    ],
    [
      'both bad, the relative tests not enough by themselves',
      { candidate: [50, 20], active: [200, 79], absolute: 10, relative: Math.log(390 / 8) },
      'hold',
      0,
    ],
    [
      'both bad, held for less than its time',
      { candidate: [50, 20], active: [200, 80], absolute: 10, heldSeconds: 299 },
      'hold',
      0,
    ],
    ['both bad, held from this moment', { candidate: [50, 20], active: [200, 80], absolute: 10, heldSeconds: 0 }, 'hold', 0],
    ['both bad, held for its time', { candidate: [50, 20], active: [200, 80], absolute: 10, heldSeconds: 300 }, 'fail', 0],
    [
      'both bad, and the relative test certain of next to no difference',
      { candidate: [5000, 2004], active: [5000, 2000], absolute: 10, relative: 100 },
      'hold',
      0,
    ],
  ])('%s', (_, given, verdict, needs) => {
    expect(decide(watchOf(given), DEFAULT_SLO, T0)).toMatchObject({ verdict, needs });
  });

  it('asks for one more request where rounding would ask for none', () => {
    expect(decide(watchOf({ candidate: [99, 1] }), DEFAULT_SLO, T0).needs).toBe(1);
  });

  it.each<[string, Counted, string]>([
    ['fails where home has no traffic', [0, 0], 'fail'],
    ['holds where home has some and is as bad', [200, 80], 'hold'],
  ])('of a bake %s', (_, active, verdict) => {
    const bake = watchTold({ 'errors absolute': { candidate: [50, 20], active, log: 10 } }, DEFAULT_SLO, true);
    expect(bake.tests).toHaveLength(1);
    expect(decide(bake, DEFAULT_SLO, T0).verdict).toBe(verdict);
  });

  it.each([
    [1e-13, 'fail'],
    [1e-6, 'pass'],
  ])('is not a matter of the last bit of a float: short of the threshold by %d it is %s', (short, verdict) => {
    // The mean over five tests of which two speak: 2/5 of 250 is the 100 it takes.
    const log = Math.log(250) + Math.log(1 / 8) - short;
    const silent = { log: -100 };
    const speaks = { candidate: [100_000, 500], active: [100_000, 0], log } satisfies Told;
    const watch = watchTold({
      'errors absolute': { candidate: [100_000, 500] as const, log: -100 },
      'errors relative': speaks,
      'latency p50 relative': speaks,
      'latency p90 relative': silent,
      'latency p99 relative': silent,
    });
    expect(decide(watch, DEFAULT_SLO, T0).verdict).toBe(verdict);
  });

  it('is of the mean over all tests, those that were told nothing included', () => {
    const { logEvidence, logThreshold } = decide(watchOf({ candidate: [50, 0], absolute: 10, relative: 10 }), DEFAULT_SLO, T0);
    expect(logEvidence).toBeCloseTo(Math.log((2 * 8 * Math.exp(10) + 3 * 8 * Math.exp(-5)) / 5), 9);
    expect(logThreshold).toBeCloseTo(Math.log(100), 12);
  });

  it('fails at once where nothing is to be held back', () => {
    const both = watchOf({ candidate: [50, 20], active: [200, 80], absolute: 10 });
    expect(decide(both, { ...DEFAULT_SLO, holdSeconds: 0 }, T0).verdict).toBe('fail');
  });

  it('looks at the shortest recent span that holds enough bad requests', () => {
    const late = watchOf({ candidate: [36_000, 6], active: [500, 0], absolute: 10 });
    const recent = [
      { minute: 0, candidate: sampled([35_990, 0]), active: sampled([400, 0]) },
      { minute: 1, candidate: sampled([10, 6]), active: sampled([100, 0]) },
    ];
    const [absolute, ...others] = late.tests.map((test) => ({ ...test, recent }));
    const tests = absolute === undefined ? [] : [absolute, ...others];
    expect(decide({ ...late, tests }, DEFAULT_SLO, T0).verdict).toBe('fail');
    const whole = [{ minute: 0, candidate: sampled([36_000, 6]), active: sampled([500, 0]) }];
    expect(decide({ ...late, tests: tests.map((test) => ({ ...test, recent: whole })) }, DEFAULT_SLO, T0).verdict).toBe('pass');
  });
});

describe('verdict of several tests', () => {
  const served = { candidate: [1000, 0], active: [9000, 0] } as const;
  const slow = { candidate: [1000, 400], active: [9000, 90], log: 10 } as const;

  it('names latency where latency convicts', () => {
    const watch = watchTold({ 'errors absolute': served, 'errors relative': served, 'latency p99 relative': slow });
    const { verdict, cause } = decide(watch, DEFAULT_SLO, T0);
    expect([verdict, nameOf(cause.rule)]).toEqual(['fail', 'latency p99 relative']);
  });

  it('names the loudest of those that convict', () => {
    const watch = watchTold({ 'latency p50 relative': slow, 'latency p90 relative': { ...slow, log: 12 } });
    expect(nameOf(decide(watch, DEFAULT_SLO, T0).cause.rule)).toBe('latency p90 relative');
  });

  it.each<[string, Told]>([
    ['certain of next to no difference', { candidate: [100_000, 90], active: [100_000, 0], log: 500 }],
    ['certain from four bad requests', { candidate: [4, 4], active: [1000, 0], log: 500 }],
  ])('is hidden by no test that is %s', (_, loud) => {
    const alone = { 'errors absolute': served, 'errors relative': loud };
    expect(decide(watchTold(alone), DEFAULT_SLO, T0).verdict).toBe('pass');
    const { verdict, cause } = decide(watchTold({ ...alone, 'latency p99 relative': slow }), DEFAULT_SLO, T0);
    expect([verdict, nameOf(cause.rule)]).toEqual(['fail', 'latency p99 relative']);
  });

  it('does not count what a test knows that may not convict towards another', () => {
    const tiny = { candidate: [100_000, 90], active: [100_000, 0], log: 500 } as const;
    const weak = { ...slow, log: Math.log(400 / 8) };
    const watch = watchTold({ 'errors absolute': served, 'errors relative': tiny, 'latency p99 relative': weak });
    expect(decide(watch, DEFAULT_SLO, T0).verdict).toBe('pass');
  });
});

describe('verdict by relative latency', () => {
  const slow = watchTold({ 'latency p90 relative': { candidate: [100, 60], active: [900, 90], log: 12 } });
  const ofVisitors = (candidate: number) => ({ ...slow, ratio: { ...slow.ratio, candidate, active: 400 } });

  it.each([
    ['fails where visitors enough have come to the candidate', 50, 'fail'],
    ['convicts nobody while they are few', 49, 'pass'],
    ['fails where no router tells visitors', 0, 'fail'],
  ])('%s', (_, candidate, verdict) => {
    const watch = ofVisitors(candidate);
    const [absolute, ...others] = watch.tests;
    const tests = [{ ...absolute, total: { candidate: sampled([100, 0]), active: sampled([900, 0]) } } as WatchTest, ...others];
    expect(decide({ ...watch, tests }, DEFAULT_SLO, T0).verdict).toBe(verdict);
  });

  it('leaves errors to convict also where visitors are few', () => {
    const watch = watchTold({ 'errors relative': { candidate: [100, 60], active: [900, 9], log: 12 } });
    expect(decide({ ...watch, ratio: { ...watch.ratio, candidate: 3 } }, DEFAULT_SLO, T0).verdict).toBe('fail');
  });
});

describe('verdict by objectives of latency', () => {
  const slo = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }] };
  const broken = { candidate: [1000, 400], log: 10 } as const;
  const over = (active: Counted, more: Record<string, Told> = {}) =>
    watchTold({ 'latency over 500 ms absolute': { ...broken, active }, ...more }, slo);

  it.each<[string, Watch, string, string]>([
    ['fails where the active slot keeps it', over([9000, 90]), 'fail', 'latency over 500 ms absolute'],
    [
      'fails where the active slot keeps it and breaks another one',
      over([9000, 90], { 'errors absolute': { candidate: [1000, 9], active: [9000, 4000] } }),
      'fail',
      'latency over 500 ms absolute',
    ],
    ['holds where the active slot breaks it as much', over([9000, 1800]), 'hold', 'latency over 500 ms absolute'],
    [
      'fails where the active slot breaks only the louder of two',
      over([9000, 90], { 'errors absolute': { candidate: [1000, 400], active: [9000, 4000], log: 20 } }),
      'fail',
      'errors absolute',
    ],
    [
      'holds where the active slot breaks both',
      over([9000, 4000], { 'errors absolute': { candidate: [1000, 400], active: [9000, 4000], log: 20 } }),
      'hold',
      'errors absolute',
    ],
  ])('%s', (_, watch, verdict, cause) => {
    const got = decide(watch, slo, T0);
    expect([got.verdict, nameOf(got.cause.rule)]).toEqual([verdict, cause]);
  });

  it('needs what each objective needs, and in all as many as the hungriest', () => {
    const two = {
      ...slo,
      latencyObjectives: [
        { overMs: 500, maxShare: 0.01 },
        { overMs: 100, maxShare: 0.1 },
      ],
    };
    const watch = watchTold(
      {
        'errors absolute': { candidate: [100, 0] },
        'latency over 500 ms absolute': { candidate: [100, 3] },
        'latency over 100 ms absolute': { candidate: [10, 1] },
      },
      two,
    );
    expect(neededOf(watch, two)).toEqual([0, 200, 40]);
    expect(decide(watch, two, T0)).toMatchObject({ verdict: 'insufficient', needs: 200 });
  });
});
