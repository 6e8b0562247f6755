import { describe, expect, it } from 'vitest';
import {
  absoluteTrial,
  judgeSecond,
  logEvidence,
  logMean,
  logSecondCap,
  newTest,
  relativeTrial,
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
  if (test === 'absolute') return absoluteTrial({ requests: step.total ?? 0, errors: step.bad ?? 0 }, objective ?? 0);
  const candidate = { requests: step.candidate ?? 0, errors: step.candidateBad ?? 0 };
  return relativeTrial(candidate, { requests: step.active ?? 0, errors: step.activeBad ?? 0 }, ratio ?? 0);
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
    const test = judgeSecond(newTest(), absoluteTrial({ requests: 10, errors: 2 }, 0.01), 100, 3);
    const back = judgeSecond(test, absoluteTrial({ requests: 10, errors: 0 }, 0.01), 5, 3);
    expect(back.second).toBe(100);
    expect(back.minute).toBe(test.minute);
  });

  it('survives JSON from its first moment on', () => {
    expect(JSON.parse(JSON.stringify(newTest()))).toEqual(newTest());
  });

  it('is the mean of several tests', () => {
    expect(logMean([Math.log(10), Math.log(30)])).toBeCloseTo(Math.log(20), 12);
  });
});
