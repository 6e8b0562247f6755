// What evidence brings about through `transition`: rollbacks, holds, bakes.
import { describe, expect, it } from 'vitest';
import { weights } from '../../../control/core/service.ts';
import { activate, drive, evidenceOn, given, must, onA, onGreen, rollback, row, set, setSlos, T0, trial } from './scene.ts';

describe('rollback by evidence', () => {
  it('moves traffic home within four seconds when the candidate alone fails, and says why', () => {
    const { service, audit } = drive(trial, 4, { blue: [40, 0], green: [10, 10] });
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
    const good = drive(trial, 7200, { blue: [90, 0], green: [10, 0] });
    expect(good.audit).toEqual([]);
    const { audit } = drive(good.service, 6, { blue: [90, 0], green: [10, 10] }, T0 + 7_201_000);
    expect(audit.map((entry) => entry.action)).toEqual(['rolled_back']);
  });

  it('needs five bad requests, however unlikely fewer are', () => {
    const { service, audit } = drive(trial, 4, { blue: [40, 0], green: [1, 1] });
    expect(audit).toEqual([]);
    expect(drive(service, 4, { blue: [40, 0], green: [1, 1] }, T0 + 6000).audit[0]?.action).toBe('rolled_back');
  });

  it('is not had by one bad second, however bad', () => {
    const bad = drive(trial, 1, { blue: [4000, 0], green: [1000, 1000] }).service;
    const { audit } = drive(bad, 60, { blue: [40, 0], green: [10, 0] }, T0 + 2000);
    expect(audit).toEqual([]);
  });

  it('leaves a candidate alone that fails as often as the active slot', () => {
    const { audit } = drive(trial, 600, { blue: [400, 4], green: [100, 1] });
    expect(audit).toEqual([]);
  });

  it('leaves a difference alone that is certain but tiny', () => {
    const strict = given(trial, setSlos({ errorObjective: 0.5 }));
    const { service, audit } = drive(strict, 300, { blue: [100_000, 10], green: [100_000, 60] });
    const [, relative] = evidenceOn(service);
    expect(Math.max(...(relative?.logR ?? []))).toBeGreaterThan(Math.log(500));
    expect(audit).toEqual([]);
  });

  it('pools a second over all isolates: a thousand reports judge like one', () => {
    const one = drive(trial, 3, { blue: [4000, 4], green: [1000, 20] }).service;
    let many = trial;
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
    let apart = trial;
    for (let second = 1; second <= 6; second++)
      apart = must(
        apart,
        { type: 'report', rows: [second % 2 ? row(apart, 'green', 1, 1) : row(apart, 'blue', 9, 0)] },
        T0 + second * 1000,
      ).service;
    const [, relative] = evidenceOn(apart);
    expect(Math.max(...(relative?.logR ?? []))).toBeGreaterThan(0);
  });

  it('judges the last second at the next tick when no report closes it', () => {
    const { service } = drive(trial, 3, { blue: [40, 0], green: [10, 10] });
    expect(weights(must(service, { type: 'tick' }, T0 + 60_000).service)).toEqual({ blue: 10_000, green: 0 });
  });
});

describe('both slots bad', () => {
  const outage = { blue: [40, 16], green: [10, 4] } satisfies Record<string, [number, number]>;

  it('holds the rollback back for a minute of shared failure, and says so once', () => {
    const { service, audit } = drive(trial, 60, outage);
    expect(weights(service)).toEqual({ blue: 8000, green: 2000 });
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held', 'alert_raised']);
    expect(service.watches[0]?.heldSince).not.toBeNull();
  });

  it('goes home when it still holds after five minutes', () => {
    const { audit } = drive(trial, 320, outage);
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held', 'alert_raised', 'rolled_back']);
    expect((audit[2]?.at ?? 0) - (audit[0]?.at ?? 0)).toBe(300_000);
  });

  it('holds back for its time anew when the first outage is long over', () => {
    const first = drive(trial, 30, outage);
    const mended = drive(first.service, 7200, { blue: [400, 0], green: [100, 0] }, T0 + 40_000);
    expect(mended.service.watches[0]?.heldSince).toBeNull();
    const { audit } = drive(mended.service, 60, outage, T0 + 7_300_000);
    expect(audit.map((entry) => entry.action)).toEqual(['rollback_held', 'alert_raised']);
  });

  it('holds back in a bake too, where home has visitors and fails as much', () => {
    const baking = given(onGreen, activate('blue'), set({ green: 2000 }));
    const { service, audit } = drive(baking, 60, outage);
    expect([service.active, weights(service).green]).toEqual(['blue', 2000]);
    expect(new Set(audit.map((entry) => entry.action))).toEqual(new Set(['rollback_held', 'alert_raised']));
  });

  it('does not hold back when the candidate is far worse', () => {
    const { audit } = drive(trial, 10, { blue: [40, 1], green: [10, 8] });
    expect(audit.map((entry) => entry.action)).toEqual(['rolled_back']);
  });
});

describe('a slot made active at once, and a third one on trial', () => {
  const abc = given(onA, activate('b'));
  const beside = given(abc, set({ b: 9000, c: 1000, a: 0 }));

  it('are watched apart; when the bake fails, the trial goes on against the slot that is active then', () => {
    expect(beside.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([
      ['bake', 'b', 'a'],
      ['split', 'c', 'b'],
    ]);
    const { service } = drive(beside, 4, { a: [0, 0], b: [90, 90], c: [10, 0] });
    expect([service.active, weights(service)]).toEqual(['a', { a: 9000, b: 0, c: 1000 }]);
    expect(service.watches.map((w) => [w.kind, w.slot, w.returnTo])).toEqual([['split', 'c', 'a']]);
  });

  it('never send the weight of one to the other when both fail at once', () => {
    const { service, audit } = drive(beside, 4, { b: [90, 90], c: [10, 10] });
    expect([service.active, weights(service).b]).toEqual(['a', 0]);
    expect(audit.map((entry) => entry.what)).toEqual(['Rolled back b to a.']);
  });
});

describe('memory', () => {
  it('is bounded: ten minutes of counts, of a test the last minutes with bad requests, those between added up', () => {
    const { service } = drive(trial, 150 * 60, (second) => ({ blue: [8, 0], green: [2, second % 1200 === 0 ? 1 : 0] }));
    const [watch] = service.watches;
    expect(service.minutes.length).toBe(10);
    const recent = watch?.tests[0]?.recent ?? [];
    expect(recent.map(({ minute, candidate }) => [minute, candidate.bad])).toEqual([
      [60, 1],
      [80, 1],
      [100, 1],
      [120, 1],
      [140, 1],
      [149, 0],
    ]);
    // Of every minute since the sixtieth, none is lost.
    expect(recent.reduce((sum, minute) => sum + minute.candidate.requests, 0)).toBe(2 * 90 * 60);
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
