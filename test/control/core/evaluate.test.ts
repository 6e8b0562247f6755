import { describe, expect, it } from 'vitest';
import {
  absoluteTrial,
  judgeSecond,
  logEvidence,
  logMean,
  logSecondCap,
  newTest,
  plain,
  relativeTrial,
  requestsNeeded,
  type Trial,
} from '../../../control/core/evaluate.ts';
import vectors from '../../vectors/evidence.json' with { type: 'json' };

interface Step {
  readonly minute?: number;
  readonly second?: number;
  readonly candidate?: number;
  readonly active?: number;
  readonly candidateBad?: number;
  readonly activeBad?: number;
  readonly total?: number;
  readonly bad?: number;
  readonly logE: number;
}

interface Case {
  readonly name: string;
  readonly test: string;
  readonly ratio?: number;
  readonly objective?: number;
  readonly steps: readonly Step[];
}

function trialOf({ test, ratio, objective }: Case, step: Step): Trial | undefined {
  if (test === 'absolute') return absoluteTrial({ requests: step.total ?? 0, bad: step.bad ?? 0 }, objective ?? 0);
  const candidate = { requests: step.candidate ?? 0, bad: step.candidateBad ?? 0 };
  return relativeTrial(candidate, { requests: step.active ?? 0, bad: step.activeBad ?? 0 }, ratio ?? 0);
}

function run(sequence: Case, cap: number) {
  let test = newTest();
  return sequence.steps.map((step) => {
    test = judgeSecond(test, trialOf(sequence, step), step.second ?? ((step.minute ?? 1) - 1) * 60, cap);
    return logEvidence(test);
  });
}

function expectClose(got: number[], steps: readonly Step[]) {
  const off = steps.map(({ logE }, i) => Math.abs((got[i] ?? Number.NaN) - logE) / Math.abs(logE));
  expect(off.length).toBeGreaterThan(0);
  for (const relative of off) expect(relative).toBeLessThan(1e-9);
}

describe('evidence', () => {
  it.each(vectors.cases as Case[])('agrees with the vector: $name', (sequence) => {
    expectClose(run(sequence, Number.POSITIVE_INFINITY), sequence.steps);
  });

  it.each(vectors.capped as Case[])('agrees with the vector, capped: $name', (sequence) => {
    expectClose(run(sequence, vectors.secondCap), sequence.steps);
  });

  it('caps a second half-way to the threshold', () => {
    expect(logSecondCap(5, 0.01)).toBeCloseTo(vectors.secondCap, 12);
  });

  it('takes a second before the last judged for that one', () => {
    const test = judgeSecond(newTest(), absoluteTrial({ requests: 10, bad: 2 }, 0.01), 100, 3);
    const back = judgeSecond(test, absoluteTrial({ requests: 10, bad: 0 }, 0.01), 5, 3);
    expect(back.second).toBe(100);
    expect(back.minute).toBe(test.minute);
  });

  it('survives JSON from its first moment on', () => {
    expect(JSON.parse(JSON.stringify(newTest()))).toEqual(newTest());
  });

  it('is the mean of several tests', () => {
    expect(logMean([Math.log(10), Math.log(30)])).toBeCloseTo(Math.log(20), 12);
  });

  it('says nothing of a second without requests of its slots', () => {
    const none = { requests: 0, bad: 0 };
    expect(absoluteTrial(none, 0.01)).toBeUndefined();
    expect(relativeTrial({ requests: 9, bad: 9 }, none, 1.5)).toBeUndefined();
    expect(relativeTrial(none, { requests: 9, bad: 9 }, 1.5)).toBeUndefined();
  });

  const CHANCES = [0.001, 0.01, 0.2, 0.6];
  it.each(CHANCES)('is no more after a second than before, on average, of a slot whose bad share is just at the null %d', (p) => {
    const before = judgeSecond(newTest(), { bad: 1, trials: 3, nullShare: p }, 0, Number.POSITIVE_INFINITY);
    for (const [cap, most] of [[Number.POSITIVE_INFINITY, 1 + 1e-9] as const, [1, 1] as const]) {
      const after = chancesOf(12, p).map((chance, bad) => {
        const judged = judgeSecond(before, { bad, trials: 12, nullShare: p }, 1, cap);
        return chance * Math.exp(logEvidence(judged) - logEvidence(before));
      });
      const mean = after.reduce((sum, part) => sum + part, 0);
      expect(mean).toBeLessThan(most);
      // Without a cap the bet is fair, and gives nothing away.
      if (cap > 1) expect(mean).toBeGreaterThan(1 - 1e-9);
    }
  });

  it.each([
    ['all bad', 1e12, 1e12],
    ['all good', 0, 1e12],
  ])('stays finite and survives JSON when of very many requests %s', (_, bad, trials) => {
    let test = newTest();
    for (let second = 0; second < 100; second++) test = judgeSecond(test, { bad, trials, nullShare: 0.01 }, second, 3);
    expect(test.logR.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(logEvidence(test))).toBe(true);
    expect(JSON.parse(JSON.stringify(test))).toEqual(test);
  });

  it.each([
    [Math.log(12.5), 12.5],
    [1e6, 1.79769e308],
    [-1e6, 0],
  ])('of ln %d is shown as a number', (log, shown) => {
    expect(plain(log)).toBe(shown);
  });
});

describe('the cap of a second', () => {
  const CAP = 3.1;
  const good = (requests: number) => absoluteTrial({ requests, bad: 0 }, 0.01);
  const bad = (requests: number) => absoluteTrial({ requests, bad: requests }, 0.01);

  it.each([10, 100, 1000, 10_000])('lets a slot climb out in a few seconds after ten good ones of %d requests each', (rate) => {
    let test = newTest();
    for (let second = 0; second < 10; second++) test = judgeSecond(test, good(rate), second, CAP);
    let seconds = 0;
    while (logEvidence(test) < Math.log(500)) test = judgeSecond(test, bad(rate), 10 + seconds++, CAP);
    expect(seconds).toBeLessThanOrEqual(6);
  });

  it('is still that of one second', () => {
    let test = newTest();
    for (let second = 0; second < 59; second++) test = judgeSecond(test, good(10_000), second, CAP);
    for (let part = 0; part < 10; part++) test = judgeSecond(test, bad(10_000), 59, CAP);
    expect(logEvidence(test)).toBeCloseTo(Math.log(1e-4) + CAP, 9);
  });
});

describe('requests needed', () => {
  it.each([
    [{ requests: 0, bad: 0 }, 50],
    [{ requests: 50, bad: 0 }, 0],
    [{ requests: 49, bad: 0 }, 1],
    [{ requests: 1000, bad: 10 }, 0],
    [{ requests: 1000, bad: 11 }, 100],
    [{ requests: 20, bad: 1 }, 80],
    [{ requests: 1, bad: 1 }, 99],
    [{ requests: 10, bad: 0 }, 40],
  ])('after %o are %d', (sampled, needed) => {
    expect(requestsNeeded(sampled, 50, 0.01)).toBe(needed);
  });

  it('are one where a bad share is over its objective by less than rounding', () => {
    expect(29 > 0.29 * 100 && Math.ceil(29 / 0.29) === 100).toBe(true);
    expect(requestsNeeded({ requests: 100, bad: 29 }, 50, 0.29)).toBe(1);
  });
});

/** The chance of each count of bad ones among `trials`. */
function chancesOf(trials: number, p: number): number[] {
  let chance = (1 - p) ** trials;
  return Array.from({ length: trials + 1 }, (_, bad) => {
    const one = chance;
    chance *= ((trials - bad) / (bad + 1)) * (p / (1 - p));
    return one;
  });
}
