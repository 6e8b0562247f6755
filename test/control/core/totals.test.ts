import { describe, expect, it } from 'vitest';
import { newService, type Service } from '../../../control/core/service.ts';
import { addToTotals, LATENCY_BOUNDS, NO_TOTALS, newTotals } from '../../../control/core/totals.ts';
import { upgraded } from '../../../control/core/upgrade.ts';
import { bucketOf, LAST_BUCKET, merge, type NO_LATENCIES, sparse } from '../../../router/histogram.ts';
import {
  activate,
  by,
  drive,
  given,
  must,
  onA,
  onBlue,
  randomFrom,
  record,
  release,
  rollback,
  row,
  set,
  setSlos,
  T0,
  taking,
  tick,
  trial,
} from './scene.ts';

const counted = (latency: typeof NO_LATENCIES) =>
  addToTotals(newTotals(), { blue: { requests: 0, errors: 0, overridden: 0, overriddenErrors: 0, latency } }).slots.blue ??
  NO_TOTALS;
const placeOf = (ms: number) => counted([bucketOf(ms), 1]).latency.indexOf(1);
const steer = (verb: 'abort' | 'deny' | 'promote') =>
  ({ type: 'steer_release', release: 1, verb, force: false, past: null, by }) as const;
const begun = given(onBlue, release({}, { soakSeconds: 5 }));
const baking = drive(begun, 8, { blue: [80, 0], green: [20, 0] }).service;
const BAD = { blue: [80, 0], green: [20, 20] } as const;

describe('latencies', () => {
  it.each(LATENCY_BOUNDS.map((ms, i) => [ms, i] as const))('of just %d ms count under that bound', (ms, place) => {
    expect([placeOf(ms), placeOf(ms * 1.0501), placeOf(ms * 0.9)]).toEqual([place, place + 1, place]);
  });

  it('of nothing at all and of hours have their places too', () => {
    expect([placeOf(0), placeOf(1e9)]).toEqual([0, LATENCY_BOUNDS.length]);
    expect(counted([LAST_BUCKET, 2]).latencyMs).toBe(240_000);
  });

  it('sum up to what they took, 2.5 % off at most', () => {
    const random = randomFrom(5);
    for (let run = 0; run < 50; run++) {
      const times = Array.from({ length: 200 }, () => 0.1 * 1.05 ** (random() * 280));
      const buckets = new Uint32Array(LAST_BUCKET + 1);
      for (const ms of times) buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1;
      const sum = times.reduce((a, b) => a + b);
      expect(Math.abs(counted(sparse(buckets)).latencyMs / sum - 1)).toBeLessThan(0.025);
    }
  });
});

describe('totals', () => {
  const latency = merge(taking(9, 20) ?? [], taking(600, 3) ?? []);

  it('take a second in once it is closed, and not before', () => {
    const rows = [row(trial, 'green', 30, 2, { overridden: 4, overriddenErrors: 1, latency })];
    const open = given(trial, { type: 'report', rows }, { type: 'report', rows });
    expect(open.totals.slots).toEqual({});
    const closed = must(open, tick, T0 + 1000).service;
    expect(closed.totals.slots).toEqual({
      green: {
        ...{ requests: 60, errors: 4, overridden: 8, overriddenErrors: 2 },
        latency: [0, 40, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0],
        latencyMs: expect.closeTo(40 * 9 + 6 * 600, -2),
      },
    });
    expect(must(closed, tick, T0 + 9000).service.totals).toBe(closed.totals);
  });

  it('go on beyond what health shows, over any number of restarts', () => {
    let service: Service = trial;
    for (let hour = 0; hour < 3; hour++) {
      service = drive(service, 1000, { blue: [80, 1], green: [20, 0] }, T0 + hour * 3_600_000).service;
      service = upgraded(JSON.parse(JSON.stringify(service)), newService('app', ['blue', 'green'], T0), T0);
    }
    const { totals } = must(service, tick, T0 + 20_000_000).service;
    expect(totals.slots).toMatchObject({ blue: { requests: 240_000, errors: 3000 }, green: { requests: 60_000, errors: 0 } });
  });

  it('keep a slot that is taken out, so that one that comes back goes on', () => {
    const served = drive(given(onA, set({ a: 8000, b: 2000, c: 0 })), 3, { b: [10, 0] });
    const without = must(served.service, { type: 'configure', slots: ['a', 'c'] }, served.until).service;
    const again = must(without, { type: 'configure', slots: ['a', 'b', 'c'] }, served.until).service;
    expect([without, again].map(({ totals }) => totals.slots.b?.requests)).toEqual([30, 30]);
  });

  it('of a former version begin at 0, and what is known is kept', () => {
    const { totals, reportedAt, ...former } = drive(trial, 3, { blue: [80, 0] }).service;
    const fresh = newService('app', ['blue', 'green'], T0);
    expect([totals.slots.blue?.requests, reportedAt]).toEqual([160, T0 + 3000]);
    expect(upgraded(former as Service, fresh, T0)).toMatchObject({ totals: newTotals(), reportedAt: null });
    const { 'sample-ratio': _, ...alerts } = { ...totals.alerts, capped: 7 };
    const less = { ...totals, alerts, rollbacks: 2 } as Service['totals'];
    expect(upgraded({ ...trial, totals: less }, fresh, T0).totals).toEqual({
      ...totals,
      alerts: { ...totals.alerts, capped: 7 },
      rollbacks: 2,
    });
  });
});

describe('the newest report', () => {
  it('is known by when it was taken, and a refused one is not', () => {
    expect(trial.reportedAt).toBeNull();
    const { service } = drive(trial, 2, { blue: [1, 0] });
    expect(service.reportedAt).toBe(T0 + 2000);
    expect(must(service, { type: 'note_refused', why: 'malformed' }, T0 + 3000).service.reportedAt).toBe(T0 + 2000);
  });
});

describe('one rollback is counted', () => {
  it.each<[string, Service]>([
    ['of a release, by evidence', drive(begun, 4, BAD).service],
    [
      'of a release, by its plan',
      drive(given(onBlue, release({ onInsufficient: 'rollback' }, { soakSeconds: 5 })), 8, {}).service,
    ],
    ['of a release, by hand', given(begun, rollback)],
    ['of a split by hand, by evidence', drive(trial, 4, BAD).service],
    ['of a split by hand, by hand', given(trial, rollback)],
    ['in the bake of a release, by evidence', drive(baking, 6, { green: [100, 100] }, T0 + 10_000).service],
    ['in the bake of a release, by hand', given(baking, rollback)],
    ['to the former slot, by hand', given(onBlue, activate('green'), rollback)],
  ])('%s', (_, { totals }) => expect(totals.rollbacks).toBe(1));

  it.each<[string, Service]>([
    ['a release that is aborted', given(begun, steer('abort'))],
    ['a release that is only paused for its candidate', drive(given(onBlue, release({ onFail: 'pause' })), 9, BAD).service],
    ['a split set back by hand', given(trial, set({ green: 0 }))],
  ])('but none of %s', (_, { totals }) => expect(totals.rollbacks).toBe(0));
});

describe('ends of releases are counted', () => {
  const none = { completed: 0, rolled_back: 0, aborted: 0 };
  const pending = given(onBlue, { ...release(), autoStart: false } as ReturnType<typeof release>);
  it.each<[string, Service, Partial<typeof none>]>([
    ['under way', begun, {}],
    ['completed', baking, { completed: 1 }],
    ['promoted', given(begun, steer('promote')), { completed: 1 }],
    ['rolled back', drive(begun, 9, BAD).service, { rolled_back: 1 }],
    ['aborted', given(begun, steer('abort')), { aborted: 1 }],
    ['aborted before its start', given(pending, steer('abort')), { aborted: 1 }],
    [
      'denied',
      given(
        drive(given(onBlue, release({}, { soakSeconds: 5, advance: 'manual' })), 8, { green: [20, 0] }).service,
        steer('deny'),
      ),
      { aborted: 1 },
    ],
    ['without its slots', must(begun, { type: 'configure', slots: ['blue'] }).service, { aborted: 1 }],
    ['completed, and rolled back in its bake', given(baking, rollback), { completed: 1, rolled_back: 1 }],
    ['aborted, with another one after it', given(begun, steer('abort'), release()), { aborted: 1 }],
  ])('%s', (_, { totals }, ended) => expect(totals.ended).toEqual({ ...none, ...ended }));
});

it('alerts are counted by what they are about, also those no longer kept', () => {
  const strange = (service: Service) => [row(service, 'purple', 1, 0)];
  let service = trial;
  for (let hour = 0; hour < 30; hour++)
    service = must(service, { type: 'report', rows: strange(service) }, T0 + hour * 3_600_000).service;
  expect(service.alerts).toHaveLength(20);
  expect(service.totals.alerts).toEqual({ ...newTotals().alerts, 'unknown-slot': 30 });
  const outage = drive(given(onBlue, setSlos({ perVisitorCap: 1 }), set({ green: 2000 })), 20, {
    blue: [80, 32],
    green: [20, 8],
  });
  expect(outage.service.totals.alerts).toEqual({ ...newTotals().alerts, 'both-bad': 1 });
  expect(given(onBlue, record('green', true)).totals).toEqual(newTotals());
});
