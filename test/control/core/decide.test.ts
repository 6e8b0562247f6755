import { describe, expect, it } from 'vitest';
import { conviction, decide } from '../../../control/core/decide.ts';
import { type Counts, newTest } from '../../../control/core/evaluate.ts';
import { DEFAULT_SLO } from '../../../control/core/slo.ts';
import { newWatch, type Watch } from '../../../control/core/watch.ts';

const T0 = 1_795_000_000_000;
const evidence = (log: number) => ({ ...newTest(), logR: newTest().logR.map(() => log) });

interface Given {
  readonly candidate: [requests: number, errors: number];
  readonly active?: [requests: number, errors: number];
  /** ln of each bet of the two tests. */
  readonly absolute?: number;
  readonly relative?: number;
  readonly heldSeconds?: number;
}

const counts = ([requests, errors]: [number, number]): Counts => ({ requests, errors });

function watchOf({ candidate, active = [0, 0], absolute = -5, relative = -5, heldSeconds }: Given): Watch {
  const pair = { candidate: counts(candidate), active: counts(active) };
  return {
    ...newWatch('green', 'blue', { epoch: 1, revision: 1 }, T0),
    total: pair,
    minutes: [{ minute: 0, ...pair }],
    absolute: evidence(absolute),
    relative: evidence(relative),
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
    ['evidence of next to no difference', { candidate: [10_000, 105], active: [10_000, 0], absolute: 10 }, 'insufficient', 500],
    ['both bad alike', { candidate: [50, 20], active: [200, 80], absolute: 10 }, 'hold', 0],
    ['both bad, the active one half as much', { candidate: [50, 20], active: [200, 40], absolute: 10 }, 'hold', 0],
    ['both bad, the active one less than half as much', { candidate: [50, 20], active: [200, 39], absolute: 10 }, 'fail', 0],
    ['both bad, the active one within the objective', { candidate: [50, 1], active: [200, 2], absolute: 10 }, 'insufficient', 50],
    [
      'both bad, but the relative test knows who',
      { candidate: [50, 20], active: [200, 80], absolute: 10, relative: 10 },
      'fail',
      0,
    ],
    [
      'both bad, held for less than its time',
      { candidate: [50, 20], active: [200, 80], absolute: 10, heldSeconds: 299 },
      'hold',
      0,
    ],
    ['both bad, held for its time', { candidate: [50, 20], active: [200, 80], absolute: 10, heldSeconds: 300 }, 'fail', 0],
  ])('%s', (_, given, verdict, needs) => {
    expect(decide(watchOf(given), DEFAULT_SLO, T0)).toMatchObject({ verdict, needs });
  });

  it('asks for one more request where rounding would ask for none', () => {
    expect(decide(watchOf({ candidate: [99, 1] }), DEFAULT_SLO, T0).needs).toBe(1);
  });

  it.each<[string, Given['active'], string]>([
    ['fails where home has no traffic', [0, 0], 'fail'],
    ['holds where home has some and is as bad', [200, 80], 'hold'],
  ])('of a bake %s', (_, active, verdict) => {
    const bake = { ...watchOf({ candidate: [50, 20], active, absolute: 10 }), relative: null };
    expect(decide(bake, DEFAULT_SLO, T0).verdict).toBe(verdict);
  });

  it('is not a matter of the last bit of a float', () => {
    const log = Math.log(100) + Math.log(1 / 8) - 1e-13;
    expect(
      decide(watchOf({ candidate: [50, 25], active: [500, 0], absolute: log, relative: log }), DEFAULT_SLO, T0).verdict,
    ).toBe('fail');
  });

  it('looks at the shortest recent span that holds enough bad requests', () => {
    const late = watchOf({ candidate: [36_000, 6], active: [500, 0], absolute: 10 });
    const minutes = [
      { minute: 0, candidate: counts([35_990, 0]), active: counts([400, 0]) },
      { minute: 1, candidate: counts([10, 6]), active: counts([100, 0]) },
    ];
    expect(decide({ ...late, minutes }, DEFAULT_SLO, T0).verdict).toBe('fail');
  });
});

describe('conviction', () => {
  it('names test, slots, counts and evidence in a sentence', () => {
    const relative = watchOf({ candidate: [50, 25], active: [200, 1], relative: 1000 });
    expect(conviction(relative, decide(relative, DEFAULT_SLO, T0), DEFAULT_SLO)).toBe(
      'errors relative: 25 of 50 requests on green failed (50 %), 1 of 200 requests on blue failed (0.5 %) at the same time; ' +
        'allowed is 1.5 times as much. Evidence 10^434, a rollback takes 100.',
    );
    const absolute = watchOf({ candidate: [50, 25], absolute: 5 });
    expect(conviction(absolute, decide(absolute, DEFAULT_SLO, T0), DEFAULT_SLO)).toBe(
      'errors absolute: 25 of 50 requests on green failed (50 %); the objective is 1 %. Evidence 594, a rollback takes 100.',
    );
  });
});
