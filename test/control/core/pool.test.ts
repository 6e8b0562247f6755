import { describe, expect, it } from 'vitest';
import { pool } from '../../../control/core/pool.ts';
import { DEFAULT_SLO } from '../../../control/core/slo.ts';
import { newWatch, type Watch } from '../../../control/core/watch.ts';
import type { Row, Sample } from '../../../router/report.ts';
import { T0, taking } from './scene.ts';

const slo = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.01 }] };
const SINCE = { epoch: 3, revision: 7 };
const WARM = T0 + 60_000;
const NO = { requests: 0, bad: 0 };
const fresh = newWatch('green', 'blue', SINCE, slo, T0);
const warm: Watch = { ...fresh, warmSince: T0 };

function row(slot: string, requests: number, errors: number, more?: Partial<Row>): Row {
  return { ...SINCE, slot, requests, errors, overridden: 0, overriddenErrors: 0, ...more };
}

/** Pools rows one after another, each at its own ms. */
function pooled(watch: Watch, rows: readonly (Row | readonly [number, Row])[], revision = SINCE.revision): Watch {
  return rows.reduce((sum: Watch, timed) => {
    const [now, one] = 'slot' in timed ? [WARM, timed] : timed;
    return pool(sum, one, { slo, revision, now });
  }, watch);
}

const slow = (count: number, by?: readonly number[], overMs = 500) => ({ slow: [{ overMs, count, by }] });

describe('rows of reports', () => {
  it.each<[string, Partial<Row>, boolean]>([
    ['of the split the watch began with', {}, true],
    ['of a later split', { revision: 9 }, true],
    ['of an earlier split', { revision: 6 }, false],
    ['of an earlier epoch, whatever its revision', { epoch: 2, revision: 90 }, false],
    ['of a later epoch', { epoch: 4, revision: 8 }, false],
    ['of a slot that is neither of the two', { slot: 'red' }, false],
  ])('%s count: %o, %s', (_, more, counts) => {
    const after = pooled(fresh, [row('green', 5, 1, more)]);
    if (counts) expect(after.open.candidate).toMatchObject({ requests: 5, errors: 1 });
    else expect(after).toBe(fresh);
  });

  it('are added up by slot', () => {
    const { open } = pooled(fresh, [row('green', 5, 1), row('blue', 40, 2), row('green', 3, 1), row('blue', 10, 0)]);
    expect(open.candidate).toMatchObject({ requests: 8, errors: 2 });
    expect(open.active).toMatchObject({ requests: 50, errors: 2 });
    expect(open.candidate.judged[0]).toEqual({ requests: 8, bad: 2 });
    expect(open.active.judged[0]).toEqual({ requests: 50, bad: 2 });
  });

  it('of overridden requests count nothing', () => {
    const { open, warmSince } = pooled(fresh, [row('green', 0, 0, { overridden: 9, overriddenErrors: 9 })]);
    expect(open.candidate).toMatchObject({ requests: 0, errors: 0, judged: [NO, NO] });
    expect(warmSince).toBeNull();
  });

  it('have all errors shown, and those judged that the caps let through, on either slot', () => {
    const by = { errorsBy: [1, 0, 5] };
    const { open, caps } = pooled(fresh, [row('blue', 9, 5, by), row('green', 9, 5, by)]);
    expect([open.active.errors, open.candidate.errors]).toEqual([5, 5]);
    expect([open.active.judged[0]?.bad, open.candidate.judged[0]?.bad]).toEqual([2, 0]);
    expect(caps.map(({ swallowed }) => swallowed)).toEqual([8, 0]);
  });

  it('have a visitor capped for each objective apart', () => {
    const { open } = pooled(warm, [row('green', 9, 2, { errorsBy: [1, 0, 2], ...slow(4, [1, 0, 4]) })]);
    expect(open.candidate.judged).toEqual([
      { requests: 9, bad: 2 },
      { requests: 9, bad: 2 },
    ]);
  });

  it('tell visitors apart only under the split in force', () => {
    const rows = [row('green', 9, 0, { visitors: 3 }), row('blue', 9, 0, { visitors: 4, revision: 8 }), row('blue', 9, 0)];
    const { open } = pooled(fresh, rows, 8);
    expect([open.candidate.visitors, open.active.visitors]).toEqual([0, 4]);
  });

  it('leave the last ten samples of the candidate, and none of the active slot', () => {
    const sample = (n: number): Sample => ({ path: `/${n}`, status: 500, milliseconds: 1, ray: '' });
    const three = (from: number) => ({ samples: [sample(from), sample(from + 1), sample(from + 2)] });
    const rows = [1, 4, 7, 10].map((from) => row('green', 3, 3, three(from)));
    const { samples } = pooled(fresh, [...rows, row('blue', 3, 3, three(90))]);
    expect(samples.map(({ path }) => path)).toEqual(['/3', '/4', '/5', '/6', '/7', '/8', '/9', '/10', '/11', '/12']);
  });
});

describe('latencies', () => {
  const late = (slot: string) => row(slot, 10, 0, { latency: taking(900, 10), ...slow(10) });
  const at = (seconds: number) => T0 + seconds * 1000;
  const seen = ({ open: { candidate, active } }: Watch) =>
    [candidate, active].map((side) => [side.latency.length / 2, side.judged[1]]);
  const ALL = { requests: 10, bad: 10 };

  it.each<[string, Watch, unknown[]]>([
    [
      'before the candidate had a request',
      pooled(fresh, [[at(500), late('blue')]]),
      [
        [0, NO],
        [0, NO],
      ],
    ],
    [
      'with the candidate’s first request',
      pooled(fresh, [
        [at(5), late('green')],
        [at(5), late('blue')],
      ]),
      [
        [0, NO],
        [0, NO],
      ],
    ],
    [
      'a moment before the grace is over',
      pooled(fresh, [
        [at(5), row('green', 1, 0)],
        [at(35) - 1, late('green')],
        [at(35) - 1, late('blue')],
      ]),
      [
        [0, NO],
        [0, NO],
      ],
    ],
    [
      'from then on',
      pooled(fresh, [
        [at(5), row('green', 1, 0)],
        [at(35), late('green')],
        [at(35), late('blue')],
      ]),
      [
        [1, ALL],
        [1, ALL],
      ],
    ],
    [
      'where only overridden requests had come before',
      pooled(fresh, [
        [at(5), row('green', 0, 0, { overridden: 1 })],
        [at(40), late('green')],
      ]),
      [
        [0, NO],
        [0, NO],
      ],
    ],
  ])('%s count as they should, of both slots', (_, watch, expected) => {
    expect(seen(watch)).toEqual(expected);
  });

  it('are waited for no longer by what comes again', () => {
    const { warmSince } = pooled(fresh, [
      [at(5), row('green', 1, 0)],
      [at(9), row('green', 1, 0)],
    ]);
    expect(warmSince).toBe(at(5));
  });

  it('are held back alone: errors of a cold candidate count', () => {
    expect(pooled(fresh, [row('green', 9, 9)]).open.candidate.judged).toEqual([{ requests: 9, bad: 9 }, NO]);
  });

  it('are no grace without one', () => {
    const after = pool(fresh, late('green'), { slo: { ...slo, latencyGraceSeconds: 0 }, revision: 7, now: at(5) });
    expect(after.open.candidate.judged[1]).toEqual(ALL);
  });

  it.each<[string, Partial<Row>, { requests: number; bad: number }]>([
    ['with the threshold', slow(4), { requests: 10, bad: 4 }],
    ['with the threshold, none over it', slow(0), { requests: 10, bad: 0 }],
    ['with another threshold', slow(4, undefined, 250), NO],
    ['of a router that knew no threshold', {}, NO],
    [
      'with several',
      {
        slow: [
          { overMs: 250, count: 9 },
          { overMs: 500, count: 3 },
        ],
      },
      { requests: 10, bad: 3 },
    ],
  ])('of a row %s tell an objective what they know', (_, more, expected) => {
    expect(pooled(warm, [row('green', 10, 0, more)]).open.candidate.judged[1]).toEqual(expected);
  });
});
