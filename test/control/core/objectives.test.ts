import { describe, expect, it } from 'vitest';
import { newTest } from '../../../control/core/evaluate.ts';
import { noneServed } from '../../../control/core/release.ts';
import { nextDeadline, type Service } from '../../../control/core/service.ts';
import { DEFAULT_SLO, nameOf, objectivesOf, rulesOf, type Slo, slosMistake } from '../../../control/core/slo.ts';
import { drive, given, must, onBlue, onGreen, refusal, release, set, setSlos, T0, tick, trial, watchOn } from './scene.ts';

const latencyObjectives = [
  { overMs: 500, maxShare: 0.01 },
  { overMs: 100, maxShare: 0.1 },
];
const WELL = { blue: [80, 0], green: [20, 0] } as const;
const OUTAGE = { blue: [80, 32], green: [20, 8] } as const;

describe('the tests of a watch', () => {
  const names = (slo: Slo, compares: boolean) => rulesOf(slo, { compares }).map(nameOf);

  it('are two of errors and three of latency, unless a service sets objectives of latency', () => {
    expect(names(DEFAULT_SLO, true)).toEqual([
      'errors absolute',
      'errors relative',
      'latency p50 relative',
      'latency p90 relative',
      'latency p99 relative',
    ]);
    expect(names({ ...DEFAULT_SLO, latencyObjectives }, true).slice(0, 4)).toEqual([
      'errors absolute',
      'latency over 500 ms absolute',
      'latency over 100 ms absolute',
      'errors relative',
    ]);
  });

  it('are only absolute ones where there is nothing to compare with, in the order of the objectives', () => {
    const slo = { ...DEFAULT_SLO, latencyObjectives };
    expect(names(slo, false)).toEqual(['errors absolute', 'latency over 500 ms absolute', 'latency over 100 ms absolute']);
    expect(objectivesOf(slo)).toEqual([
      { sli: 'errors', overMs: null, maxShare: 0.01 },
      { sli: 'latency', overMs: 500, maxShare: 0.01 },
      { sli: 'latency', overMs: 100, maxShare: 0.1 },
    ]);
  });
});

describe('guards that do not go together', () => {
  it.each<[Partial<Slo>, string | undefined]>([
    [{}, undefined],
    [{ perVisitorCap: 5 }, 'perVisitorCap (5) must be below minBad (5)'],
    [{ perNetworkCap: 5 }, 'perNetworkCap (5) must be below minBad (5)'],
    [{ perNetworkCap: 'off' }, undefined],
    [{ minBad: 3 }, 'perNetworkCap (4) must be below minBad (3)'],
    [{ minBad: 3, perNetworkCap: 'off' }, undefined],
  ])('%o are found', (news, mistake) => {
    const found = slosMistake({ ...DEFAULT_SLO, ...news });
    if (mistake === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(mistake);
  });
});

describe('objectives and guards that are set', () => {
  const seen = drive(given(onBlue, release()), 20, { blue: [80, 1], green: [20, 0] }).service;

  it('change nothing and leave no trace where they are the same', () => {
    const change = must(trial, setSlos({}));
    expect(change.service).toBe(trial);
    expect(change.audit).toEqual([]);
  });

  it.each<Partial<Slo>>([{ perVisitorCap: 5 }, { perNetworkCap: 9 }, { minBad: 4 }, { minBad: 2, perNetworkCap: 'off' }])(
    '%o are refused, whole, where they do not go with the others',
    (news) => {
      const frozen = JSON.stringify(seen);
      expect(refusal(seen, setSlos({ ...news, holdSeconds: 1 }), T0 + 20_000)).toBe('slos-off');
      expect(JSON.stringify(seen)).toBe(frozen);
    },
  );

  it('leave those that are not named as they were set before', () => {
    const once = must(trial, setSlos({ minBad: 9, bakeSeconds: 60 })).service;
    expect(must(once, setSlos({ minBad: 7 })).service.slo).toEqual({ ...DEFAULT_SLO, minBad: 7, bakeSeconds: 60 });
    // What goes with what was set before is sound, though not with what is set by itself.
    expect(refusal(trial, setSlos({ perNetworkCap: 8 }))).toBe('slos-off');
    expect(must(once, setSlos({ perNetworkCap: 8 })).service.slo.perNetworkCap).toBe(8);
  });

  it('are in the audit, as they were and as they are', () => {
    const { audit, service } = must(trial, setSlos({ minBad: 9, holdSeconds: 60 }));
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({
      action: 'slos_set',
      actor: 'ann',
      before: DEFAULT_SLO,
      after: { minBad: 9, holdSeconds: 60 },
    });
    expect(service.slo).toEqual({ ...DEFAULT_SLO, minBad: 9, holdSeconds: 60 });
  });

  it.each<[string, Partial<Slo>]>([
    ['minBad', { minBad: 9 }],
    ['minEffect', { minEffect: 0.01 }],
    ['minRequests', { minRequests: 9 }],
    ['perVisitorCap', { perVisitorCap: 1 }],
    ['perNetworkCap', { perNetworkCap: 'off' }],
    ['falseRollbackChance', { falseRollbackChance: 0.001 }],
    ['latencyGraceSeconds', { latencyGraceSeconds: 0 }],
    ['holdSeconds', { holdSeconds: 1 }],
    ['bakeSeconds', { bakeSeconds: 1 }],
  ])('%s goes on with the evidence', (_, news) => {
    const { service, audit } = must(seen, setSlos(news), T0 + 20_000);
    expect(service.watches).toBe(seen.watches);
    expect(service.release).toBe(seen.release);
    expect(audit.map(({ what }) => what)).toEqual(['Objectives and guards set.']);
  });

  it.each<[string, Partial<Slo>, number]>([
    ['errorObjective', { errorObjective: 0.02 }, 5],
    ['errorRatio', { errorRatio: 2 }, 5],
    ['latencyRatio', { latencyRatio: 2 }, 5],
    ['latencyObjectives', { latencyObjectives }, 7],
  ])('%s begins with evidence and sample afresh, on the same watch', (_, news, tests) => {
    const slo = { ...DEFAULT_SLO, ...news };
    const { service, audit, effects } = must(seen, setSlos(news), T0 + 20_000);
    const [before, after] = [watchOn(seen), watchOn(service)];
    expect(audit.map(({ what }) => what)).toEqual(['Objectives and guards set. Evidence begins afresh.']);
    expect(effects).toEqual([]);
    expect(before.total.candidate.requests).toBeGreaterThan(0);
    expect(after.total).toEqual({ candidate: { requests: 0, errors: 0 }, active: { requests: 0, errors: 0 } });
    expect(after.tests.map(({ rule }) => rule)).toEqual(rulesOf(slo, { compares: true }));
    expect(after.tests).toHaveLength(tests);
    for (const test of after.tests) expect(test).toMatchObject({ evidence: newTest(), recent: [], carried: null });
    expect(after.open.candidate.judged).toHaveLength(slo.latencyObjectives.length + 1);
    expect(after.caps).toHaveLength(slo.latencyObjectives.length + 1);
    expect(after).toMatchObject({ kind: 'split', slot: 'green', returnTo: 'blue', startedAt: T0 + 20_000, warmSince: null });
    expect(after.since).toEqual({ epoch: service.epoch, revision: service.revision });
    expect(service.release?.stage).toEqual({ ...seen.release?.stage, served: noneServed(slo) });
    // The second that is open under the new objectives is judged by them.
    expect(drive(service, 5, WELL, T0 + 21_000).service.watches[0]?.tests[0]?.total.candidate).toEqual({ requests: 80, bad: 0 });
  });

  it('count nothing that was assigned before the split in force', () => {
    const more = must(trial, set({ green: 3000 })).service;
    const { service } = must(more, setSlos({ errorObjective: 0.02 }));
    expect(watchOn(more).since.revision).toBe(trial.revision);
    expect(watchOn(service).since).toEqual({ epoch: more.epoch, revision: more.revision });
    const late = drive(service, 3, { green: [20, 20, { revision: trial.revision }] }).service;
    expect(watchOn(late).total.candidate).toEqual({ requests: 0, errors: 0 });
  });

  it('leave a bake its end and its release', () => {
    const { service } = must(onGreen, setSlos({ latencyObjectives }), T0 + 60_000);
    expect(watchOn(service)).toMatchObject({ kind: 'bake', endsAt: T0 + 600_000, release: null, returnTo: 'blue' });
    expect(watchOn(service).tests.map(({ rule }) => rule.kind)).toEqual(['absolute', 'absolute', 'absolute']);
  });

  it('say nothing of evidence where nothing is watched', () => {
    expect(must(onBlue, setSlos({ errorObjective: 0.02 })).audit[0]?.what).toBe('Objectives and guards set.');
  });

  it('leave what a release that is over has served', () => {
    const done = drive(given(onBlue, release({ bakeSeconds: 0 }, { soakSeconds: 5 })), 10, WELL).service;
    expect(done.release).toMatchObject({ state: 'completed' });
    const { service } = must(done, setSlos({ errorObjective: 0.02 }), T0 + 20_000);
    expect(service.release).toBe(done.release);
  });

  it('let a release go on that was held for an outage', () => {
    const held = drive(given(onBlue, release()), 20, OUTAGE).service;
    expect(held.release).toMatchObject({ state: 'held', heldFor: 'outage' });
    const set = must(held, setSlos({ errorObjective: 0.5 }), T0 + 20_500).service;
    const { service, audit } = must(set, tick, T0 + 21_000);
    expect([service.release?.state, audit.map(({ action }) => action)]).toEqual(['running', ['release_resumed']]);
    expect(watchOn(service).heldSince).toBeNull();
  });

  it('of a shorter hold count at once', () => {
    const held = drive(given(onBlue, release()), 60, OUTAGE).service;
    const set = must(held, setSlos({ holdSeconds: 10 }), T0 + 60_500).service;
    expect(nextDeadline(set)).toBeLessThan(T0 + 60_500);
    expect(must(set, tick, T0 + 60_500).service.release?.state).toBe('rolled_back');
  });
});

it('a pending release has no sample to forget', () => {
  const pending: Service = given(onBlue, { ...release(), autoStart: false } as ReturnType<typeof release>);
  const { service } = must(pending, setSlos({ errorObjective: 0.02 }));
  expect(service.release).toBe(pending.release);
});
