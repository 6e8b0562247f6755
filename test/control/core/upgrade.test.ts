import { describe, expect, it } from 'vitest';
import { newTest } from '../../../control/core/evaluate.ts';
import { noneServed } from '../../../control/core/release.ts';
import { newService, type Service, splitOf, weights } from '../../../control/core/service.ts';
import { DEFAULT_SLO, rulesOf } from '../../../control/core/slo.ts';
import { upgraded } from '../../../control/core/upgrade.ts';
import { activate, by, drive, given, must, onBlue, record, release, set, T0, taking, tick, trial, watchOn } from './scene.ts';

const LATER = T0 + 100_000;
const fresh = newService('app', ['blue', 'green'], LATER);
const WELL = { blue: [80, 0], green: [20, 0] } as const;
const counts = (requests: number, errors: number) => ({ requests, errors });
const pair = (a: readonly [number, number], b: readonly [number, number]) => ({ candidate: counts(...a), active: counts(...b) });

/** What the former version kept of the counts of a second or minute. */
const formerCounts = (at: number) => ({
  at,
  slots: {
    blue: { requests: 800, errors: 2, overridden: 0, overriddenErrors: 0 },
    green: { requests: 200, errors: 1, overridden: 3, overriddenErrors: 3 },
  },
});

/** A watch as the former version kept it: two tests, minutes of errors, one carried pair. */
const formerWatch = {
  kind: 'split',
  slot: 'green',
  returnTo: 'blue',
  since: { epoch: trial.epoch, revision: 2 },
  startedAt: T0,
  endsAt: null,
  total: pair([200, 1], [800, 2]),
  open: pair([3, 0], [9, 0]),
  carried: { ...pair([1, 1], [0, 0]), since: 90 },
  absolute: { logR: [90, 1, -2, -9, -30, -90, -200, -900], minute: 2, second: 90, startLogE: 1 },
  relative: { ...newTest(), minute: 2, second: 90 },
  minutes: [
    { minute: 0, ...pair([120, 0], [500, 1]) },
    { minute: 1, ...pair([80, 1], [300, 1]) },
  ],
  heldSince: null,
  release: null,
};

/** The objectives and guards of the former version, one of them set. */
const formerSlo = {
  errorObjective: 0.02,
  errorRatio: 1.5,
  falseRollbackChance: 0.01,
  minBad: 5,
  minEffect: 0.001,
  minRequests: 50,
  holdSeconds: 300,
  bakeSeconds: 600,
};

/** A service as the former version saved it. */
function former(service: Service, news: object = {}): Service {
  const { reports: _reports, alerts: _alerts, release: now, ...kept } = service;
  const { lookedAt: _lookedAt, gate: _gate, gates: _gates, stage, plan, ...was } = now ?? {};
  const { hooks: _hooks, ...rules } = plan ?? {};
  const served = stage && { ...stage, served: counts(200, 1) };
  const old = {
    ...kept,
    slo: formerSlo,
    second: formerCounts(T0 / 1000 + 90),
    minutes: [formerCounts(T0 / 60_000), formerCounts(T0 / 60_000 + 1)],
    release: now === null ? null : { ...was, plan: rules, stage: served ?? null },
    ...news,
  };
  return JSON.parse(JSON.stringify(old));
}

const HOOK = { on: 'before-start', channel: 'ci' } as const;
const begun = given(onBlue, release());

describe('a state that the former version saved', () => {
  const saved = former(begun, { watches: [formerWatch] });
  const after = upgraded(saved, fresh, LATER);

  it('keeps its split, versions and release', () => {
    expect(splitOf(after)).toEqual(splitOf(begun));
    expect(weights(after)).toEqual({ blue: 8000, green: 2000 });
    expect(after).toMatchObject({ versions: begun.versions, releases: 1, active: 'blue', deployments: begun.deployments });
    expect(after.release).toEqual({
      ...begun.release,
      lookedAt: LATER,
      stage: { ...begun.release?.stage, served: noneServed(after.slo) },
    });
  });

  it('keeps what was set of objectives, and gets the guards that have come since', () => {
    expect(after.slo).toEqual({ ...DEFAULT_SLO, errorObjective: 0.02 });
    expect(after).toMatchObject({ alerts: [], reports: { taken: 0, malformed: 0, future: 0, replayed: 0, unknownSlots: 0 } });
  });

  it('is watched on with evidence afresh', () => {
    const watch = watchOn(after);
    expect(watch).toMatchObject({
      kind: 'split',
      slot: 'green',
      returnTo: 'blue',
      startedAt: LATER,
      endsAt: null,
      heldSince: null,
    });
    expect(watch.since).toEqual({ epoch: begun.epoch, revision: begun.revision });
    expect(watch.tests.map(({ rule }) => rule)).toEqual(rulesOf(after.slo, { compares: true }));
    for (const test of watch.tests) expect(test).toMatchObject({ evidence: newTest(), recent: [], carried: null });
  });

  it('keeps its counts, without latencies', () => {
    expect(after.minutes).toHaveLength(2);
    expect(after.minutes[1]?.slots.green).toEqual({ requests: 200, errors: 1, overridden: 3, overriddenErrors: 3, latency: [] });
  });

  it('is plain JSON, and stays as it is when it is loaded again', () => {
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    expect(upgraded(after, fresh, LATER + 5000)).toEqual(after);
  });

  it('survives every event, and its release goes on to its end', () => {
    expect(must(after, tick, LATER).service.release?.state).toBe('running');
    const latency = taking(9, 20);
    const well = { blue: [80, 0, { latency, visitors: 16 }], green: [20, 0, { latency, visitors: 4 }] } as const;
    const { service, actions } = drive(after, 620, well, LATER + 1000);
    expect(actions).toEqual(['release_completed']);
    expect(service).toMatchObject({ active: 'green', release: { state: 'completed' } });
  });

  it('is rolled back where its candidate fails', () => {
    const { service } = drive(after, 5, { blue: [80, 0], green: [20, 20] }, LATER + 1000);
    expect([service.release?.state, weights(service).green]).toEqual(['rolled_back', 0]);
  });
});

describe('of the former version', () => {
  it('a bake keeps its end, and the release it is of', () => {
    const done = drive(given(onBlue, release({}, { soakSeconds: 5 })), 8, WELL).service;
    const { startedAt, endsAt, since } = watchOn(done);
    const bake = { ...formerWatch, kind: 'bake', startedAt, endsAt, since, release: 1, relative: null };
    const after = upgraded(former(done, { watches: [bake] }), fresh, LATER);
    expect(watchOn(after)).toMatchObject({ kind: 'bake', startedAt: LATER, endsAt, release: 1 });
    expect(watchOn(after).tests).toHaveLength(1);
    // What a release that is over has served stays on record.
    expect(after.release?.stage?.served).toEqual({ requests: 200, errors: 1, judged: [{ requests: 0, bad: 0 }] });
    const failed = drive(after, 6, { green: [100, 100] }, LATER + 1000).service;
    expect([failed.release?.state, failed.active]).toEqual(['rolled_back', 'blue']);
  });

  it('a bake that is over ends with the next look', () => {
    const onGreen = given(onBlue, activate('green'));
    const bake = { ...formerWatch, kind: 'bake', endsAt: LATER - 1, relative: null };
    const after = upgraded(former(onGreen, { watches: [bake] }), fresh, LATER);
    expect(must(after, tick, LATER).audit.map(({ action }) => action)).toEqual(['bake_ended']);
  });

  it('a release that was held for an outage goes on', () => {
    const held = drive(begun, 20, { blue: [80, 32], green: [20, 8] }).service;
    const after = upgraded(former(held, { watches: [{ ...formerWatch, heldSince: T0 + 5000 }] }), fresh, LATER);
    expect(after.release).toMatchObject({ state: 'held', heldFor: 'outage' });
    expect(must(after, tick, LATER).service.release?.state).toBe('running');
  });

  it('a release that evidence was kept of in the present form lacks no hooks', () => {
    const { release: now, ...kept } = begun;
    const { gate: _gate, gates: _gates, plan, ...was } = now ?? {};
    const { hooks: _hooks, ...rules } = plan ?? {};
    const after = upgraded(JSON.parse(JSON.stringify({ ...kept, release: { ...was, plan: rules } })), fresh, LATER);
    expect(after).toEqual(begun);
  });

  it.each<[string, Service]>([
    ['a split by hand', former(trial, { watches: [formerWatch] })],
    ['a service with nothing on trial', former(onBlue)],
    ['a release that is over', former(drive(begun, 8, { blue: [80, 0], green: [20, 20] }).service)],
    [
      'a release that waits for its start',
      former(given(onBlue, { ...release(), autoStart: false } as ReturnType<typeof release>)),
    ],
    ['a stage without visitors', former(given(onBlue, release({}, { weight: 0 })))],
    ['nothing but slots', former(newService('app', ['blue', 'green'], T0), { second: null, minutes: [] })],
  ])('%s goes on', (_, saved) => {
    const after = upgraded(saved, fresh, LATER);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    const latency = { latency: taking(9, 20) };
    const { service } = drive(after, 20, { blue: [80, 0, latency], green: [20, 0, latency] }, LATER);
    expect(splitOf(service)).toEqual(splitOf(saved));
    expect(service.minutes.at(-1)?.slots.blue?.latency).toEqual(taking(9, 20 * 19));
    const slo = { ...service.slo, latencyObjectives: [{ overMs: 5, maxShare: 0.5 }] };
    const set = must(service, { type: 'set_slos', slo, by }, LATER + 20_000);
    expect(set.service.slo).toEqual(slo);
  });
});

describe('a state that this version saved', () => {
  it.each<[string, Service]>([
    ['with a split by hand and no release ever', drive(trial, 30, WELL).service],
    ['with a release', drive(begun, 30, WELL).service],
    ['with a release at a gate', drive(given(onBlue, release({ hooks: [HOOK] })), 9, WELL).service],
    ['with a bake', drive(given(onBlue, activate('green')), 30, { green: [100, 0] }).service],
    ['with another version since', given(begun, record('green', true))],
    ['with a split since', given(trial, set({ green: 5000 }))],
  ])('%s loses nothing when it is loaded', (_, saved) => {
    expect(upgraded(JSON.parse(JSON.stringify(saved)), fresh, LATER)).toEqual(saved);
  });
});
