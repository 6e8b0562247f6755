import { describe, expect, it } from 'vitest';
import { BY_ITSELF } from '../../../control/core/audit.ts';
import { type Event, newService, type Service, splitOf, weights } from '../../../control/core/service.ts';
import { parseSplit } from '../../../router/split.ts';
import {
  activate,
  both,
  drive,
  empty,
  given,
  must,
  onA,
  onBlue,
  onGreen,
  record,
  refusal,
  release,
  rollback,
  rotate,
  row,
  set,
  T0,
  trial,
} from './scene.ts';

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

  it('is not done twice by two who saw the same split: the second would go on to the slot before', () => {
    const seen = given(onGreen, set({ blue: 1000 }));
    const meant = { ...rollback, ifRevision: seen.revision };
    const back = given(seen, meant);
    expect([back.active, weights(back)]).toEqual(['green', { blue: 0, green: 10_000 }]);
    expect(given(back, rollback).active).toBe('blue');
    expect(refusal(back, meant)).toBe('stale-revision');
  });
});

describe('what was meant for an earlier split', () => {
  const by = BY_ITSELF;
  const steer = { type: 'steer_release', release: 1, force: false, past: null, by } as const;

  it.each<Event>([
    { type: 'rotate', by },
    { type: 'rollback', by },
    { type: 'activate', slot: 'green', by },
    { ...steer, verb: 'promote' },
  ])('is refused: $type', (event) => {
    const service = event.type === 'steer_release' ? given(onBlue, release()) : given(onBlue, set({ green: 1000 }));
    expect(refusal(service, { ...event, ifRevision: service.revision - 1 } as Event)).toBe('stale-revision');
    expect(given(service, { ...event, ifRevision: service.revision } as Event).revision).toBe(service.revision + 1);
  });

  it('is refused by what became of its release, where that is why', () => {
    expect(refusal(given(onBlue, release()), { ...steer, verb: 'approve', ifRevision: 0 })).toBe('release-state');
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
  it('watches every slot that has weight and is not active, and stops when it has none', () => {
    expect(trial.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([['split', 'green', 'blue']]);
    expect(given(trial, set({ green: 3000 })).watches).toEqual(trial.watches);
    expect(given(trial, set({ green: 0 })).watches).toEqual([]);
  });

  it('begins afresh, under a new revision, when a version is forced into a watched slot', () => {
    const seen = drive(trial, 5, { blue: [40, 0], green: [10, 0] }).service;
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
    const old = { ...row(trial, 'green', 9, 9), revision: trial.revision - 1 };
    const overridden = { ...row(trial, 'green', 0, 0), overridden: 50, overriddenErrors: 50 };
    const change = must(trial, { type: 'report', rows: [old, overridden] }, T0 + 1000);
    const later = must(change.service, { type: 'tick' }, T0 + 5000).service;
    expect(later.watches[0]?.total.candidate).toEqual({ requests: 0, errors: 0 });
    expect(later.minutes[0]?.slots.green).toEqual({ requests: 9, errors: 9, overridden: 50, overriddenErrors: 50, latency: [] });
  });

  it('refuses a report on a split that was never published, whole', () => {
    const rows = [row(trial, 'green', 1, 0), row(trial, 'green', 1, 0, { revision: trial.revision + 1 })];
    expect(refusal(trial, { type: 'report', rows })).toBe('split-from-the-future');
  });

  it('leaves out rows of unknown slots', () => {
    const change = must(trial, { type: 'report', rows: [row(trial, 'purple', 5, 5)] }, T0 + 1000);
    expect(change.service.second?.slots).toEqual({});
  });

  it('takes a clock that jumps back for one that stands still', () => {
    const later = must(trial, { type: 'report', rows: [row(trial, 'green', 1, 0)] }, T0 + 9000).service;
    const back = must(later, { type: 'report', rows: [row(trial, 'green', 2, 0)] }, T0 - 9000).service;
    expect(back.second).toMatchObject({ at: Math.floor(T0 / 1000) + 9, slots: { green: { requests: 3 } } });
  });
});

describe('against KV', () => {
  const ours = splitOf(trial);
  if (ours === undefined) throw new Error('a split was set');

  it('leaves alone what is right', () => {
    expect(must(trial, { type: 'reconcile', found: ours, settled: true }).effects).toEqual([]);
  });

  it.each([
    ['nothing readable', null],
    ['an older split', { ...ours, revision: 1 }],
  ])('writes anew over %s, and notes it', (_, found) => {
    const change = must(trial, { type: 'reconcile', found, settled: true });
    expect(change.effects).toEqual([{ type: 'publish_split', revision: trial.revision }]);
    expect(change.audit.map((entry) => entry.action)).toEqual(['split_healed']);
  });

  it('notes nothing while an older split may still be on its way out', () => {
    const change = must(trial, { type: 'reconcile', found: { ...ours, revision: 1 }, settled: false });
    expect([change.effects.length, change.audit.length]).toEqual([1, 0]);
  });

  it.each([
    ['a newer one', { ...ours, epoch: ours.epoch + 50 }],
    ['another one of the same revision', { ...ours, salt: 'other' }],
  ])('goes above %s, and goes on watching', (_, found) => {
    const change = must(trial, { type: 'reconcile', found, settled: true });
    expect(change.service).toMatchObject({ epoch: found.epoch + 1, revision: trial.revision + 1, ranges: trial.ranges });
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
