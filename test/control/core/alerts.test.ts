// What a watch says beside its verdict: alerts, and the record of decisions a minute.
import { describe, expect, it } from 'vitest';
import { type AlertKind, KEPT_ALERTS } from '../../../control/core/alert.ts';
import { type Service, weights } from '../../../control/core/service.ts';
import type { Row } from '../../../router/report.ts';
import { by, drive, given, must, onA, onBlue, release, row, type Served, set, T0, tick, trial, watchOn } from './scene.ts';

const OUTAGE: Served = { blue: [80, 32], green: [20, 8] };
const WELL: Served = { blue: [80, 0], green: [20, 0] };

const said = ({ alerts }: Service, kind: AlertKind) => alerts.filter(({ alert }) => alert === kind);

/** So many visitors, each with one bad request. */
const visitors = (from: number, count: number) => Array.from({ length: count }, (_, i) => [from + i, 0, 1]).flat();

describe('an alert that both slots are bad', () => {
  const begun = given(onBlue, release());

  it('is raised once while it lasts, with the numbers, and comes before the rollback', () => {
    const { service, audit, decisions } = drive(begun, 330, OUTAGE);
    expect(said(service, 'both-bad')).toHaveLength(1);
    expect(said(service, 'both-bad')[0]).toMatchObject({ slot: 'green', at: audit[0]?.at });
    expect(said(service, 'both-bad')[0]?.what).toMatch(
      /^Held back the rollback of green: blue is as bad, .* \d+ of \d+ requests/,
    );
    expect(audit.map(({ action }) => action)).toEqual(['rollback_held', 'alert_raised', 'release_held', 'release_rolled_back']);
    expect((audit[3]?.at ?? 0) - (audit[0]?.at ?? 0)).toBe(300_000);
    expect(decisions.filter(({ routine }) => !routine).map(({ verdict, did }) => [verdict, did])).toEqual([
      ['hold', 'held'],
      ['fail', 'rolled back'],
    ]);
  });

  it('is raised again in the next outage', () => {
    const mended = drive(drive(begun, 20, OUTAGE).service, 300, WELL, T0 + 21_000);
    expect(mended.service.release?.state).toBe('running');
    expect(said(drive(mended.service, 60, OUTAGE, mended.until).service, 'both-bad')).toHaveLength(2);
  });

  it('is raised once, too, where the plan stops and asks, and nobody answers', () => {
    const { service, actions } = drive(given(onBlue, release({ onFail: 'pause' })), 1200, OUTAGE);
    expect(service.release).toMatchObject({ state: 'paused', failed: true });
    expect(actions).toEqual(['rollback_held', 'alert_raised', 'release_held', 'release_paused']);
  });
});

describe('an alert that caps have swallowed much', () => {
  const crawled: Served = { blue: [80, 0], green: [20, 1, { errorsBy: [7, 0, 1] }] };

  it('is raised at twenty bad requests, once, and nobody is rolled back for them', () => {
    // The first two of the visitor count; the report after the twenty-second sees twenty swallowed.
    const before = drive(trial, 22, crawled);
    expect([before.actions, watchOn(before.service).caps[0]?.swallowed]).toEqual([[], 20]);
    const { service, audit } = drive(before.service, 600, crawled, before.until);
    expect(audit.map(({ action, alert, actor }) => [action, alert, actor])).toEqual([['alert_raised', 'capped', 'sluice']]);
    expect(audit[0]).toMatchObject({
      at: before.until,
      what: expect.stringMatching(/^20 bad requests .* in the watch of green/),
    });
    expect(said(service, 'capped')).toHaveLength(1);
    expect(weights(service).green).toBe(2000);
  });

  it('counts those of all objectives', () => {
    const latencyObjectives = [{ overMs: 500, maxShare: 0.01 }];
    const both = given(
      onBlue,
      { type: 'set_slos', slo: { ...onBlue.slo, latencyObjectives, latencyGraceSeconds: 0 }, by },
      set({ green: 2000 }),
    );
    const slow: Partial<Row> = { errorsBy: [7, 0, 1], slow: [{ overMs: 500, count: 1, by: [7, 0, 1] }] };
    const { service } = drive(both, 13, { blue: [80, 0], green: [20, 1, slow] });
    expect(said(service, 'capped')[0]?.what).toMatch(/^20 /);
  });
});

it('an alert of full tables is raised once, and says what that means', () => {
  const many = (second: number): Served => ({
    blue: [100_000, 100, { errorsBy: visitors(1 + second * 200, 100) }],
    green: [100_000, 100, { errorsBy: visitors(101 + second * 200, 100) }],
  });
  const { service, audit } = drive(trial, 60, many);
  expect(audit.map(({ alert }) => alert)).toEqual(['table-full']);
  expect(said(service, 'table-full')[0]?.what).toContain('the first ones may count again');
});

describe('a report of a slot nobody knows', () => {
  const strange = (slot = 'purple') => ({ type: 'report', rows: [row(trial, slot, 5, 5), row(trial, 'green', 10, 0)] }) as const;

  it('raises an alert; its row is left out and counted, the others are taken', () => {
    const rows = [...strange().rows, row(trial, 'teal', 1, 0)];
    const { service, audit } = must(trial, { type: 'report', rows }, T0 + 1000);
    expect(service.reports).toMatchObject({ taken: 1, unknownSlots: 2 });
    expect(service.second?.slots).toEqual({ green: expect.objectContaining({ requests: 10 }) });
    expect(audit.map(({ action, alert }) => [action, alert])).toEqual([['alert_raised', 'unknown-slot']]);
    expect(service.alerts).toEqual([
      { at: T0 + 1000, alert: 'unknown-slot', slot: 'purple', what: expect.stringContaining('slot purple') },
    ]);
  });

  it('raises another only after an hour, and is counted meanwhile', () => {
    let service = must(trial, strange(), T0).service;
    for (const later of [1, 3_599_999]) {
      const change = must(service, strange('teal'), T0 + later);
      expect(change.audit).toEqual([]);
      service = change.service;
    }
    expect([service.reports.unknownSlots, service.alerts.length]).toEqual([3, 1]);
    const after = must(service, strange('teal'), T0 + 3_600_000).service;
    expect(after.alerts.map(({ slot }) => slot)).toEqual(['purple', 'teal']);
  });

  it('is said of no more than the last alerts, the newest last', () => {
    let service = trial;
    for (let hour = 0; hour < KEPT_ALERTS + 5; hour++) service = must(service, strange(), T0 + hour * 3_600_000).service;
    expect(service.alerts.map(({ at }) => (at - T0) / 3_600_000)).toEqual(Array.from({ length: KEPT_ALERTS }, (_, i) => i + 5));
  });
});

describe('an alert that the share of visitors is off', () => {
  const none: Served = { blue: [20, 0, { visitors: 20 }], green: [0, 0] };
  const right: Served = { blue: [16, 0, { visitors: 16 }], green: [4, 0, { visitors: 4 }] };

  it('is raised once in a watch, and decides nothing', () => {
    const { service, audit } = drive(trial, 120, none);
    expect(audit.map(({ alert }) => alert)).toEqual(['sample-ratio']);
    expect(said(service, 'sample-ratio')[0]?.what).toMatch(/^green has had 0 of \d+ visitors, which its weight does not explain/);
    expect(weights(service).green).toBe(2000);
  });

  it('is raised again in another watch', () => {
    const { service, until } = drive(trial, 60, none);
    const afresh = [set({ green: 0 }), set({ green: 2000 })].reduce((s, event) => must(s, event, until).service, service);
    expect(said(drive(afresh, 60, none, until + 1000).service, 'sample-ratio')).toHaveLength(2);
  });

  it('is not raised where the share is right, also when the weight changes under way', () => {
    const first = drive(trial, 60, right);
    const half = must(first.service, set({ green: 5000 }), first.until).service;
    const { service } = drive(
      half,
      120,
      { blue: [10, 0, { visitors: 10 }], green: [10, 0, { visitors: 10 }] },
      first.until + 1000,
    );
    expect(service.alerts).toEqual([]);
  });

  it('is not raised where most go to a third slot', () => {
    const three = given(onA, set({ a: 1000, b: 1000, c: 8000 }));
    const visits = (n: number) => [n, 0, { visitors: n }] as const;
    expect(drive(three, 120, { a: visits(3), b: visits(3), c: visits(24) }).service.alerts).toEqual([]);
  });

  it('does not hear of visitors that an earlier split sent', () => {
    const half = must(trial, set({ green: 5000 })).service;
    const late: Served = { blue: [20, 0, { visitors: 20, revision: trial.revision }], green: [0, 0] };
    expect(drive(half, 60, late).service.alerts).toEqual([]);
  });
});

describe('a decision a minute', () => {
  const begun = given(onBlue, release());
  const sample = { path: '/cart', status: 500, milliseconds: 12, ray: 'r' };

  it('says how a release stands, with counts, evidence by test and what went badly', () => {
    const { decisions } = drive(begun, 200, (second) => ({
      ...WELL,
      ...(second === 70 ? { green: [20, 1, { samples: [sample] }] } : {}),
    }));
    expect(decisions.map(({ at, routine, did, verdict }) => [(at - T0) / 1000, routine, did, verdict])).toEqual([
      [60, true, 'went on', 'pass'],
      [120, true, 'went on', 'pass'],
      [180, true, 'went on', 'pass'],
    ]);
    const [first, second] = decisions;
    expect(first).toMatchObject({ release: 1, stage: 1, rule: 'errors relative', samples: [] });
    expect(first?.reason).toMatch(
      /^Loudest is errors relative: 0 of \d+ requests on green failed \(0 %\), 0 of \d+ requests on blue/,
    );
    expect(second?.candidate).toEqual({ slot: 'green', requests: 119 * 20, errors: 1 });
    expect(second?.active).toEqual({ slot: 'blue', requests: 119 * 80, errors: 0 });
    expect(second?.samples).toEqual([sample]);
    expect(second?.tests.map(({ test, candidate }) => [test, candidate.bad])).toEqual([
      ['errors absolute', 1],
      ['errors relative', 1],
      ['latency p50 relative', 0],
      ['latency p90 relative', 0],
      ['latency p99 relative', 0],
    ]);
    const { logEvidence, logThreshold, tests } = second ?? {};
    expect(logThreshold).toBeCloseTo(Math.log(100), 9);
    const mean = (tests ?? []).reduce((sum, test) => sum + Math.exp(test.logEvidence), 0) / 5;
    expect(logEvidence).toBeCloseTo(Math.log(mean), 9);
  });

  it.each<[string, Served, string, RegExp]>([
    ['no requests at all', {}, 'insufficient', /^green has had no requests yet\.$/],
    ['none on the candidate', { blue: [1, 0], green: [0, 0] }, 'insufficient', /^green has had no requests yet\.$/],
    ['no latencies', { blue: [80, 1], green: [20, 0] }, 'pass', /^Loudest is errors absolute: 0 of/],
  ])('after a minute with %s says so', (_, served, verdict, reason) => {
    const [decision] = drive(begun, 60, served).decisions;
    expect(decision).toMatchObject({ routine: true, verdict, reason: expect.stringMatching(reason) });
  });

  it('of a stage without visitors has no test to name', () => {
    const { decisions } = must(given(onBlue, release({}, { weight: 0 })), tick, T0 + 60_000);
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({
      rule: null,
      logEvidence: null,
      tests: [],
      reason: 'green has no visitors in this stage.',
    });
    expect(decisions[0]?.candidate).toEqual({ slot: 'green', requests: 0, errors: 0 });
  });

  it('is written of nothing that is over, nor of a split without a release', () => {
    expect(drive(trial, 200, WELL).decisions).toEqual([]);
    const over = drive(begun, 8, { blue: [80, 0], green: [20, 20] });
    expect(over.decisions.map(({ did, routine }) => [did, routine])).toEqual([['rolled back', false]]);
    expect(drive(over.service, 200, { blue: [100, 0] }, over.until).decisions).toEqual([]);
  });

  it('that rolls back carries the rule, the evidence over its threshold, and samples', () => {
    const [decision] = drive(begun, 8, { blue: [80, 0], green: [20, 20, { samples: [sample] }] }).decisions;
    expect(decision).toMatchObject({
      verdict: 'fail',
      routine: false,
      rule: expect.stringMatching(/^errors/),
      samples: [sample, sample],
    });
    expect(decision?.logEvidence ?? 0).toBeGreaterThan((decision?.logThreshold ?? 0) - 1e-6);
    expect(decision?.reason).toContain('requests on green failed (100 %)');
  });
});
