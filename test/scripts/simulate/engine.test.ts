import { describe, expect, it } from 'vitest';
import { DEFAULT_SLO } from '../../../control/core/slo.ts';
import { foreseenBad, foreseenWell } from '../../../scripts/simulate/forecast.ts';
import { Lab, steady } from '../../../scripts/simulate/lab.ts';
import { peersFor } from '../../../scripts/simulate/peers.ts';
import { type Scenario, type Second, Traffic } from '../../../scripts/simulate/traffic.ts';
import { compare, SLUICE } from '../../../scripts/simulate/trial.ts';

const WELL = { errorRate: 0, slower: 1, stalls: 0 };
const LIMITS = { maxErrorShare: 0.01, latency: null };
const usual: Scenario = { perSecond: 100, errorRate: 0.001, shape: 'plain', turnsAt: 0 };
const second = (requests: number, errors: number): Second => ({
  candidate: { requests, errors, latency: [] },
  active: { requests: 90, errors: 0, latency: [] },
});

/** When each rule rolls back, of candidate seconds given by their time. */
function rolledBack(candidate: (t: number) => readonly [requests: number, errors: number], seconds: number) {
  const peers = peersFor(LIMITS);
  for (let t = 0; t < seconds; t++) for (const peer of peers) peer.second(t, second(...candidate(t)));
  return Object.fromEntries(peers.map(({ name, rolledBackAt }) => [name, rolledBackAt]));
}

function tried(candidate: Scenario['candidate'], { turnsAt = 0, seconds = 600, seed = 1, slo = DEFAULT_SLO } = {}) {
  const scenario = { ...usual, turnsAt, ...(candidate && { candidate }) };
  return compare({ scenario, plan: steady(10), slo, seconds, seed }, LIMITS);
}

describe('traffic', () => {
  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => {
      const traffic = new Traffic(usual, seed);
      return Array.from({ length: 20 }, (_, t) => traffic.second(t, 0.1));
    };
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });

  it.each([
    ['plain', 0.01],
    ['clumps', 0.01],
    ['drift', 0.0133],
    ['bursts', 0.0197],
  ] as const)('of shape %s fails as often as it should', (shape, rate) => {
    const traffic = new Traffic({ ...usual, errorRate: 0.01, shape }, 3);
    let requests = 0;
    let errors = 0;
    for (let t = 0; t < 12_000; t++) {
      const { active } = traffic.second(t, 0.1);
      requests += active.requests;
      errors += active.errors;
    }
    expect(requests / 12_000).toBeCloseTo(90, 0);
    expect(errors / requests / rate).toBeGreaterThan(0.93);
    expect(errors / requests / rate).toBeLessThan(1.07);
  });

  it('names who sent each error', () => {
    const traffic = new Traffic({ ...usual, errorRate: 0.05, shape: 'clumps' }, 5);
    const { active } = traffic.second(0, 0.1);
    const named = (active.errorsBy ?? []).filter((_, i) => i % 3 === 2).reduce((sum, count) => sum + count, 0);
    expect(named).toBe(active.errors);
    expect(active.errors % 5).toBe(0);
  });
});

describe('the rules of others', () => {
  it('roll back as they say, on a candidate that always fails', () => {
    const always = rolledBack(() => [10, 10], 400);
    expect(always).toEqual({ CanaryRoll: 180, Flagger: 360, HMD: 60, 'any error': 1 });
  });

  it('forgive a failed check in a row, or add it up', () => {
    // Every other minute is bad.
    const now = rolledBack((t) => [10, Math.floor(t / 60) % 2 === 0 ? 1 : 0], 1200);
    expect(now).toEqual({ CanaryRoll: undefined, Flagger: 600, HMD: 60, 'any error': 1 });
  });

  it('take no requests for a pass, or for a failed check', () => {
    expect(rolledBack(() => [0, 0], 400)).toEqual({
      CanaryRoll: undefined,
      Flagger: 360,
      HMD: undefined,
      'any error': undefined,
    });
  });

  it('let a share at the limit pass', () => {
    expect(rolledBack(() => [100, 1], 400)).toMatchObject({ CanaryRoll: undefined, Flagger: undefined, HMD: undefined });
  });

  it('see latencies over the threshold', () => {
    const peers = peersFor({ maxErrorShare: 0.01, latency: { overMs: 500, maxShare: 0.01 } });
    const slow: Second = { ...second(10, 0), candidate: { requests: 10, errors: 0, latency: [150, 9, 200, 1] } };
    for (let t = 0; t < 60; t++) for (const peer of peers) peer.second(t, slow);
    expect(peers.find(({ name }) => name === 'HMD')?.rolledBackAt).toBe(60);
  });
});

describe('the engine', () => {
  it('is out before any check of the others, at a fraction of the cost', () => {
    const outcomes = tried({ ...WELL, errorRate: 1 });
    expect(outcomes.get(SLUICE)?.seconds).toBeLessThanOrEqual(4);
    expect(outcomes.get(SLUICE)).toMatchObject({ rule: expect.stringMatching(/^errors/) });
    expect(outcomes.get('HMD')?.bad ?? 0).toBeGreaterThan((outcomes.get(SLUICE)?.bad ?? 0) * 10);
  });

  it('catches doubled latency within 30 s after the grace, and names it', () => {
    const outcome = tried({ ...WELL, slower: 2 }).get(SLUICE);
    expect(outcome?.seconds).toBeGreaterThanOrEqual(30);
    expect(outcome?.seconds).toBeLessThanOrEqual(60);
    expect(outcome?.rule).toMatch(/^latency p\d+ relative$/);
  });

  it('counts from the moment the candidate turns bad', () => {
    const outcome = tried({ ...WELL, errorRate: 1 }, { turnsAt: 300 }).get(SLUICE);
    expect(outcome?.seconds).toBeLessThanOrEqual(6);
    expect(outcome?.bad).toBe(outcome?.served);
  });

  it.each(['plain', 'drift', 'bursts', 'clumps', 'noisy'] as const)(
    'rolls no healthy release back, with traffic of shape %s',
    (shape) => {
      for (let seed = 1; seed <= 4; seed++) {
        const scenario = { ...usual, errorRate: 0.005, shape };
        const plan = steady(50);
        const slo = { ...DEFAULT_SLO, errorObjective: 0.02 };
        const outcome = compare({ scenario, plan, slo, seconds: 300, seed }, LIMITS).get(SLUICE);
        expect(outcome).toMatchObject({ seconds: null });
      }
    },
  );

  it('would not do so well without the cap per visitor', () => {
    const slo = { ...DEFAULT_SLO, errorObjective: 0.02, perVisitorCap: 1000, perNetworkCap: 'off' } as const;
    const scenario = { ...usual, perSecond: 10, errorRate: 0.005, shape: 'noisy' } as const;
    const outcome = compare({ scenario, plan: steady(10), slo, seconds: 300, seed: 1 }, LIMITS).get(SLUICE);
    expect(outcome?.seconds).not.toBeNull();
  });

  it('judges by the service: a latency objective is a test of its own', () => {
    const slo = { ...DEFAULT_SLO, latencyObjectives: [{ overMs: 500, maxShare: 0.001 }] };
    const outcome = tried({ ...WELL, stalls: 0.05 }, { slo, seconds: 300 }).get(SLUICE);
    expect(outcome?.rule).toBe('latency over 500 ms absolute');
  });

  it('holds a deadline though nothing comes in', () => {
    const lab = new Lab(steady(50), DEFAULT_SLO);
    for (let t = 0; t < 20; t++)
      lab.second(t, { candidate: { requests: 10, errors: 5, latency: [] }, active: { requests: 10, errors: 5, latency: [] } });
    lab.passTo(20);
    expect([lab.convicted, lab.service.release?.state]).toEqual([undefined, 'held']);
    lab.passTo(3600);
    expect(lab.convicted?.at).toBeGreaterThan(299);
    expect(lab.convicted?.at).toBeLessThan(310);
  });
});

describe('a forecast', () => {
  const question = { plan: steady(10), slo: DEFAULT_SLO, perSecond: 50, errorRate: 0.001, runs: 5, seed: 1 };

  it('sums up releases of a bad candidate', () => {
    const found = foreseenBad(question, { ...WELL, errorRate: 0.2 }, 0);
    expect(found).toMatchObject({ runs: 5, caught: 5, stage: 1, rule: 'errors relative' });
    expect(found.medianSeconds ?? 0).toBeLessThanOrEqual(found.ninetiethSeconds ?? 0);
    expect(found.medianBad).toBeGreaterThanOrEqual(5);
  });

  it('lets a healthy one through its plan', () => {
    const stages = [10, 100].map((percent) => ({
      ...steady(percent).stages[0],
      soakSeconds: 60,
      minRequests: 10,
      advance: 'auto',
    }));
    const plan = { ...steady(10), stages, bakeSeconds: 30 } as typeof question.plan;
    expect(foreseenWell({ ...question, plan })).toEqual({ runs: 5, falseRollbacks: 0, medianCompletedSeconds: 120 });
  });
});
