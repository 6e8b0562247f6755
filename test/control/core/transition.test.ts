import { describe, expect, it } from 'vitest';
import { BY_ITSELF, type By } from '../../../control/core/audit.ts';
import type { Change } from '../../../control/core/change.ts';
import { explain } from '../../../control/core/rejection.ts';
import { type Event, newService, type Service, splitOf, weights } from '../../../control/core/service.ts';
import { transition } from '../../../control/core/transition.ts';
import type { Row } from '../../../router/report.ts';
import { parseSplit } from '../../../router/split.ts';

const T0 = 1_795_000_000_000;
const by: By = { actor: 'ann', reason: null, requestId: 'r1' };
const version = { versionId: 'v1', tag: null, message: null, author: null, source: null };

function must(service: Service, event: Event, now = T0): Change {
  const result = transition(service, event, now);
  if (!result.ok) throw new Error(explain(result.rejection));
  return result.value;
}

function given(service: Service, ...events: Event[]): Service {
  return events.reduce((s, event) => must(s, event).service, service);
}

function refusal(service: Service, event: Event, now = T0): string {
  const result = transition(service, event, now);
  return result.ok ? 'not refused' : result.rejection.reason;
}

const record = (slot: string | null, force = false): Event => ({
  type: 'record_deployment',
  slot,
  version,
  force,
  lease: null,
  by,
});
const activate = (slot: string): Event => ({ type: 'activate', slot, by });
const set = (w: Record<string, number>, ifRevision: number | null = null): Event => ({
  type: 'set_split',
  weights: w,
  ifRevision,
  by,
});
const rotate: Event = { type: 'rotate', by };
const rollback: Event = { type: 'rollback', by };

const empty = newService('app', ['blue', 'green'], T0);
const both = given(empty, record('blue'), record('green'));
const onBlue = given(both, activate('blue'));
const onGreen = given(onBlue, activate('green'));
const onA = given(newService('app', ['a', 'b', 'c'], T0), record('a'), record('b'), record('c'), activate('a'));

function row(service: Service, slot: string, requests: number, errors: number, revision = service.revision): Row {
  return { epoch: service.epoch, revision, slot, requests, errors, overridden: 0, overriddenErrors: 0 };
}

/** A report a second, each with these [requests, errors] of blue and green. */
function drive(service: Service, seconds: number, counts: Record<string, [number, number]>, from = T0 + 1000) {
  let current = service;
  const audit: Change['audit'][number][] = [];
  for (let second = 0; second < seconds; second++) {
    const rows = Object.entries(counts).map(([slot, [requests, errors]]) => row(current, slot, requests, errors));
    const change = must(current, { type: 'report', rows }, from + second * 1000);
    current = change.service;
    audit.push(...change.audit);
  }
  return { service: current, audit };
}

describe('a first set-up', () => {
  it('puts the first deployments into the slots in order', () => {
    expect(given(empty, record(null)).versions.blue?.versionId).toBe('v1');
    expect(Object.keys(given(empty, record(null), record(null)).versions)).toEqual(['blue', 'green']);
  });

  it('publishes nothing before a slot is active', () => {
    expect(splitOf(both)).toBeUndefined();
    expect(refusal(both, set({ green: 1000 }))).toBe('no-active-slot');
    expect(refusal(both, rollback)).toBe('nothing-to-roll-back');
  });

  it('takes rotate for activate, and starts no bake, since there is nowhere to return to', () => {
    const change = must(both, rotate);
    expect(change.service.active).toBe('blue');
    expect(change.service.watches).toEqual([]);
    expect(change.effects).toEqual([{ type: 'publish_split', revision: 1 }]);
    expect(refusal(empty, rotate)).toBe('no-idle-slot');
  });
});

describe('the split', () => {
  it('gives the slot left out the rest', () => {
    expect(weights(given(onBlue, set({ green: 725 })))).toEqual({ blue: 9275, green: 725 });
  });

  it.each<[string, Service, Event]>([
    ['unknown-slot', onBlue, set({ purple: 100 })],
    ['unknown-slot', onBlue, activate('purple')],
    ['unknown-slot', onBlue, record('purple')],
    ['weights-off', onBlue, set({ blue: 5000, green: 4000 })],
    ['weights-off', onBlue, set({ blue: 6000, green: 6000 })],
    ['stale-revision', onBlue, set({ green: 100 }, 7)],
    ['slot-empty', given(empty, record('blue'), activate('blue')), set({ green: 100 })],
    ['slot-empty', given(empty, record('blue'), activate('blue')), activate('green')],
    ['slot-in-use', onBlue, record('blue')],
    ['slot-in-use', given(onBlue, set({ green: 100 })), record('green')],
    ['slot-in-use', onGreen, record('blue')],
    ['nothing-to-roll-back', onBlue, rollback],
  ])('refuses with %s and changes nothing', (reason, service, event) => {
    const frozen = JSON.stringify(service);
    expect(refusal(service, event)).toBe(reason);
    expect(JSON.stringify(service)).toBe(frozen);
  });

  it('wants all but one slot named', () => {
    const three = onA;
    expect(refusal(three, set({ b: 100 }))).toBe('weights-incomplete');
    expect(weights(given(three, set({ b: 100, c: 200 })))).toEqual({ a: 9700, b: 100, c: 200 });
  });

  it('leaves revision and audit alone when nothing would change', () => {
    for (const event of [activate('blue'), set({ green: 0 })]) {
      const change = must(onBlue, event);
      expect(change.service).toBe(onBlue);
      expect([change.effects, change.audit]).toEqual([[], []]);
    }
  });

  it('takes a new salt while all weight is on one slot, and keeps it while it is not', () => {
    const ten = given(onBlue, set({ green: 1000 }));
    const half = given(ten, set({ green: 5000 }));
    expect(ten.salt).not.toBe(onBlue.salt);
    expect(half.salt).toBe(ten.salt);
    expect(given(half, set({ green: 10_000 }), set({ green: 1000 })).salt).not.toBe(ten.salt);
  });

  it('moves no visitor between slots that neither give nor take', () => {
    const three = onA;
    const before = given(three, set({ a: 8000, b: 1000, c: 1000 }));
    const later = given(before, set({ a: 7000, b: 1000, c: 2000 }));
    const bucketsOfB = ({ ranges }: Service) =>
      ranges.flatMap(([slot, end], i) => (slot === 'b' ? [[ranges[i - 1]?.[1] ?? 0, end]] : []));
    expect(bucketsOfB(later)).toEqual(bucketsOfB(before));
  });

  it('goes back to the active slot alone when that one is activated, without a bake', () => {
    const back = given(onBlue, set({ green: 1000 }), activate('blue'));
    expect([weights(back), back.watches, back.previous]).toEqual([{ blue: 10_000, green: 0 }, [], null]);
  });

  it('is always one that routers can read', () => {
    const split = splitOf(given(onBlue, set({ green: 1234 })));
    expect(parseSplit(JSON.parse(JSON.stringify(split)), 'app')).toEqual(split);
  });
});

describe('rollback by hand', () => {
  it('returns all weight to the active slot', () => {
    const back = given(onBlue, set({ green: 5000 }), rollback);
    expect([back.active, weights(back)]).toEqual(['blue', { blue: 10_000, green: 0 }]);
  });

  it('returns once to the slot that was active before', () => {
    const back = given(onGreen, rollback);
    expect([back.active, back.previous, weights(back)]).toEqual(['blue', null, { blue: 10_000, green: 0 }]);
    expect(refusal(back, rollback)).toBe('nothing-to-roll-back');
  });
});

describe('a version recorded where a rollback would return to', () => {
  const baked = must(onGreen, { type: 'tick' }, T0 + 600_000).service;

  it('is not rolled back to', () => {
    expect(refusal(given(baked, record('blue')), rollback)).toBe('nothing-to-roll-back');
  });

  it('ends the bake when it is forced', () => {
    expect(given(onGreen, record('blue', true)).watches).toEqual([]);
  });
});

describe('watching', () => {
  const split = given(onBlue, set({ green: 2000 }));

  it('watches every slot that has weight and is not active, and stops when it has none', () => {
    expect(split.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([['split', 'green', 'blue']]);
    expect(given(split, set({ green: 3000 })).watches).toEqual(split.watches);
    expect(given(split, set({ green: 0 })).watches).toEqual([]);
  });

  it('begins afresh, under a new revision, when a version is forced into a watched slot', () => {
    const seen = drive(split, 5, { blue: [40, 0], green: [10, 0] }).service;
    const forced = given(seen, record('green', true));
    expect(forced.revision).toBe(seen.revision + 1);
    expect(forced.watches[0]?.total.candidate.requests).toBe(0);
    expect(forced.watches[0]?.since.revision).toBe(forced.revision);
  });

  it('bakes anew when a version is forced into a slot that bakes', () => {
    const forced = given(drive(onGreen, 5, { green: [50, 0] }).service, record('green', true));
    expect(forced.watches.map((w) => [w.kind, w.slot, w.returnTo, w.total.candidate.requests])).toEqual([
      ['bake', 'green', 'blue', 0],
    ]);
  });

  it('counts nothing that was assigned before the watch, nor overridden requests', () => {
    const old = { ...row(split, 'green', 9, 9), revision: split.revision - 1 };
    const overridden = { ...row(split, 'green', 0, 0), overridden: 50, overriddenErrors: 50 };
    const change = must(split, { type: 'report', rows: [old, overridden] }, T0 + 1000);
    const later = must(change.service, { type: 'tick' }, T0 + 5000).service;
    expect(later.watches[0]?.total.candidate).toEqual({ requests: 0, errors: 0 });
    expect(later.minutes[0]?.slots.green).toEqual({ requests: 9, errors: 9, overridden: 50, overriddenErrors: 50 });
  });

  it('refuses a report on a split that was never published, whole', () => {
    const rows = [row(split, 'green', 1, 0), row(split, 'green', 1, 0, split.revision + 1)];
    expect(refusal(split, { type: 'report', rows })).toBe('split-from-the-future');
  });

  it('leaves out rows of unknown slots', () => {
    const change = must(split, { type: 'report', rows: [row(split, 'purple', 5, 5)] }, T0 + 1000);
    expect(change.service.second?.slots).toEqual({});
  });

  it('takes a clock that jumps back for one that stands still', () => {
    const later = must(split, { type: 'report', rows: [row(split, 'green', 1, 0)] }, T0 + 9000).service;
    const back = must(later, { type: 'report', rows: [row(split, 'green', 2, 0)] }, T0 - 9000).service;
    expect(back.second).toMatchObject({ at: Math.floor(T0 / 1000) + 9, slots: { green: { requests: 3 } } });
  });
});

describe('rollback by evidence', () => {
  const split = given(onBlue, set({ green: 2000 }));

  it('moves traffic home within four seconds when the candidate alone fails, and says why', () => {
    const { service, audit } = drive(split, 4, { blue: [40, 0], green: [10, 10] });
    expect([weights(service), service.active]).toEqual([{ blue: 10_000, green: 0 }, 'blue']);
    expect(service.watches).toEqual([]);
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({
      action: 'rolled_back',
      actor: 'sluice',
      before: { weights: { green: 2000 } },
      after: { weights: { green: 0 } },
    });
    expect(audit[0]?.reason).toMatch(/^errors \w+: \d+ of \d+ requests on green failed \(100 %\)/);
  });

  it('convicts each slot alone: the others keep their weight', () => {
    const three = given(onA, set({ b: 1000, c: 2000 }));
    const { service } = drive(three, 5, { a: [70, 0], b: [10, 10], c: [20, 0] });
    expect(weights(service)).toEqual({ a: 8000, b: 0, c: 2000 });
    expect(service.watches.map((w) => w.slot)).toEqual(['c']);
  });

  it('catches a slot that turns bad after two good hours as fast as one that is bad from the start', () => {
    const good = drive(split, 7200, { blue: [90, 0], green: [10, 0] });
    expect(good.audit).toEqual([]);
    const { audit } = drive(good.service, 6, { blue: [90, 0], green: [10, 10] }, T0 + 7_201_000);
    expect(audit.map((entry) => entry.action)).toEqual(['rolled_back']);
  });

  it('needs five bad requests, however unlikely fewer are', () => {
    const { service, audit } = drive(split, 4, { blue: [40, 0], green: [1, 1] });
    expect(audit).toEqual([]);
    expect(drive(service, 4, { blue: [40, 0], green: [1, 1] }, T0 + 6000).audit[0]?.action).toBe('rolled_back');
  });

  it('is not had by one bad second, however bad', () => {
    const bad = drive(split, 1, { blue: [4000, 0], green: [1000, 1000] }).service;
    const { audit } = drive(bad, 60, { blue: [40, 0], green: [10, 0] }, T0 + 2000);
    expect(audit).toEqual([]);
  });

  it('leaves a candidate alone that fails as often as the active slot', () => {
    const { audit } = drive(split, 600, { blue: [400, 4], green: [100, 1] });
    expect(audit).toEqual([]);
  });

  it('leaves a difference alone that is certain but tiny', () => {
    const strict = { ...split, slo: { ...split.slo, errorObjective: 0.5 } };
    const { service, audit } = drive(strict, 300, { blue: [100_000, 10], green: [100_000, 60] });
    const { relative } = service.watches[0] ?? {};
    expect(Math.max(...(relative?.logR ?? []))).toBeGreaterThan(Math.log(200));
    expect(audit).toEqual([]);
  });

  it('pools a second over all isolates: a thousand reports judge like one', () => {
    const one = drive(split, 3, { blue: [4000, 4], green: [1000, 20] }).service;
    let many = split;
    for (let second = 1; second <= 3; second++)
      for (let isolate = 0; isolate < 100; isolate++)
        many = must(
          many,
          { type: 'report', rows: [row(many, 'blue', 40, isolate < 4 ? 1 : 0), row(many, 'green', 10, isolate < 20 ? 1 : 0)] },
          T0 + second * 1000 + isolate,
        ).service;
    expect(many.watches).toEqual(one.watches);
  });

  it('carries seconds over until both slots had a request', () => {
    let apart = split;
    for (let second = 1; second <= 6; second++)
      apart = must(
        apart,
        { type: 'report', rows: [second % 2 ? row(apart, 'green', 1, 1) : row(apart, 'blue', 9, 0)] },
        T0 + second * 1000,
      ).service;
    const relative = apart.watches[0]?.relative?.logR ?? [];
    expect(Math.max(...relative)).toBeGreaterThan(0);
  });

  it('judges the last second at the next tick when no report closes it', () => {
    const { service } = drive(split, 3, { blue: [40, 0], green: [10, 10] });
    expect(weights(must(service, { type: 'tick' }, T0 + 60_000).service)).toEqual({ blue: 10_000, green: 0 });
  });
});

describe('both slots bad', () => {
  const split = given(onBlue, set({ green: 2000 }));
  const outage = { blue: [40, 16], green: [10, 4] } satisfies Record<string, [number, number]>;

  it('holds the rollback back for a minute of shared failure, and says so once', () => {
    const { service, audit } = drive(split, 60, outage);
    expect(weights(service)).toEqual({ blue: 8000, green: 2000 });
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held']);
    expect(service.watches[0]?.heldSince).not.toBeNull();
  });

  it('goes home when it still holds after five minutes', () => {
    const { audit } = drive(split, 320, outage);
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held', 'rolled_back']);
    expect((audit[1]?.at ?? 0) - (audit[0]?.at ?? 0)).toBe(300_000);
  });

  it('holds back for its time anew when the first outage is long over', () => {
    const first = drive(split, 30, outage);
    const mended = drive(first.service, 7200, { blue: [400, 0], green: [100, 0] }, T0 + 40_000);
    expect(mended.service.watches[0]?.heldSince).toBeNull();
    const { audit } = drive(mended.service, 60, outage, T0 + 7_300_000);
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held']);
  });

  it('holds back in a bake too, where home has visitors and fails as much', () => {
    const baking = given(onGreen, activate('blue'), set({ green: 2000 }));
    const { service, audit } = drive(baking, 60, outage);
    expect([service.active, weights(service).green]).toEqual(['blue', 2000]);
    expect(new Set(audit.map((entry) => entry.action))).toEqual(new Set(['rollback_held']));
  });

  it('does not hold back when the candidate is far worse', () => {
    const { audit } = drive(split, 10, { blue: [40, 1], green: [10, 8] });
    expect(audit.map((entry) => entry.action)).toEqual(['rolled_back']);
  });
});

describe('a slot made active at once, and a third one on trial', () => {
  const abc = given(onA, activate('b'));
  const trial = given(abc, set({ b: 9000, c: 1000, a: 0 }));

  it('are watched apart; when the bake fails, the trial goes on against the slot that is active then', () => {
    expect(trial.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([
      ['bake', 'b', 'a'],
      ['split', 'c', 'b'],
    ]);
    const { service } = drive(trial, 4, { a: [0, 0], b: [90, 90], c: [10, 0] });
    expect([service.active, weights(service)]).toEqual(['a', { a: 9000, b: 0, c: 1000 }]);
    expect(service.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([['split', 'c', 'a']]);
  });

  it('never send the weight of one to the other when both fail at once', () => {
    const { service, audit } = drive(trial, 4, { b: [90, 90], c: [10, 10] });
    expect([service.active, weights(service).b]).toEqual(['a', 0]);
    expect(audit.map((entry) => entry.what)).toEqual(['Rolled back b to a.']);
  });
});

describe('memory', () => {
  it('is bounded: ten minutes of counts, two hours of a watch minute by minute, older ones added up', () => {
    const { service } = drive(given(onBlue, set({ green: 2000 })), 150 * 60, { blue: [8, 0], green: [2, 0] });
    const [watch] = service.watches;
    expect([service.minutes.length, watch?.minutes.length]).toEqual([10, 120]);
    const kept = watch?.minutes.reduce((sum, minute) => sum + minute.candidate.requests, 0);
    expect(kept).toBe(watch?.total.candidate.requests);
  });
});

describe('bake', () => {
  it('watches a slot made active at once, and returns to the former one when it fails', () => {
    expect(onGreen.watches.map((w) => [w.kind, w.slot, w.returnTo, w.endsAt])).toEqual([['bake', 'green', 'blue', T0 + 600_000]]);
    const { service, audit } = drive(onGreen, 5, { green: [50, 50] });
    expect([service.active, service.previous, weights(service)]).toEqual(['blue', null, { blue: 10_000, green: 0 }]);
    expect(audit.at(-1)).toMatchObject({ action: 'rolled_back', actor: 'sluice' });
  });

  it('is over after its time, and keeps the former slot to roll back to', () => {
    const { service, audit } = must(onGreen, { type: 'tick' }, T0 + 600_000);
    expect(service.watches).toEqual([]);
    expect(audit.map((entry) => entry.action)).toEqual(['bake_ended']);
    expect(given(service, rollback).active).toBe('blue');
  });

  it('ends when the slot loses its weight', () => {
    expect(given(onGreen, set({ blue: 10_000 })).watches.map((w) => [w.kind, w.slot])).toEqual([['split', 'blue']]);
  });
});

describe('against KV', () => {
  const split = given(onBlue, set({ green: 2000 }));
  const ours = splitOf(split);
  if (ours === undefined) throw new Error('a split was set');

  it('leaves alone what is right', () => {
    expect(must(split, { type: 'reconcile', found: ours, settled: true }).effects).toEqual([]);
  });

  it.each([
    ['nothing readable', null],
    ['an older split', { ...ours, revision: 1 }],
  ])('writes anew over %s, and notes it', (_, found) => {
    const change = must(split, { type: 'reconcile', found, settled: true });
    expect(change.effects).toEqual([{ type: 'publish_split', revision: split.revision }]);
    expect(change.audit.map((entry) => entry.action)).toEqual(['split_healed']);
  });

  it('notes nothing while an older split may still be on its way out', () => {
    const change = must(split, { type: 'reconcile', found: { ...ours, revision: 1 }, settled: false });
    expect([change.effects.length, change.audit.length]).toEqual([1, 0]);
  });

  it.each([
    ['a newer one', { ...ours, epoch: ours.epoch + 50 }],
    ['another one of the same revision', { ...ours, salt: 'other' }],
  ])('goes above %s, and goes on watching', (_, found) => {
    const change = must(split, { type: 'reconcile', found, settled: true });
    expect(change.service).toMatchObject({ epoch: found.epoch + 1, revision: split.revision + 1, ranges: split.ranges });
    expect(drive(change.service, 5, { blue: [40, 0], green: [10, 10] }).audit.at(-1)?.action).toBe('rolled_back');
  });

  it('carries on from it when the object lost its state', () => {
    const lost = newService('app', ['blue', 'green'], T0);
    const { service, effects, audit } = must(lost, {
      type: 'reconcile',
      found: { ...ours, epoch: lost.epoch + 9 },
      settled: true,
    });
    expect(service).toMatchObject({ epoch: lost.epoch + 10, active: 'blue', ranges: ours.ranges, salt: ours.salt });
    expect([effects.length, audit[0]?.actor]).toEqual([1, BY_ITSELF.actor]);
    expect(drive(service, 5, { blue: [40, 0], green: [10, 10] }).audit.at(-1)?.action).toBe('rolled_back');
  });

  it('does not carry on from one with slots it does not know, but goes above it', () => {
    const lost = newService('app', ['red', 'gold'], T0);
    const { service, effects } = must(lost, { type: 'reconcile', found: { ...ours, epoch: lost.epoch + 9 }, settled: true });
    expect([service.active, service.epoch, effects]).toEqual([null, lost.epoch + 10, []]);
  });
});

describe('slots of services.ts', () => {
  it('sends the weight of a slot that is gone to the active one', () => {
    const three = given(onA, set({ b: 1000, c: 2000 }));
    const { service } = must(three, { type: 'configure', slots: ['a', 'b'] });
    expect([service.slots, weights(service)]).toEqual([['a', 'b'], { a: 9000, b: 1000 }]);
    expect(service.versions.c).toBeUndefined();
  });

  it('ends a bake whose slot to return to is gone', () => {
    const { service } = must(onGreen, { type: 'configure', slots: ['green', 'red'] });
    expect([service.active, service.previous, service.watches]).toEqual(['green', null, []]);
  });

  it('has no active slot when that one is gone', () => {
    const { service } = must(onBlue, { type: 'configure', slots: ['green', 'red'] });
    expect([service.active, splitOf(service)]).toEqual([null, undefined]);
  });

  it('takes a new slot in without weight', () => {
    const { service, effects } = must(onBlue, { type: 'configure', slots: ['blue', 'green', 'red'] });
    expect([weights(service), effects]).toEqual([{ blue: 10_000, green: 0, red: 0 }, []]);
  });
});
