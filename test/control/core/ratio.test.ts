import { describe, expect, it } from 'vitest';
import { logEvidence, logMean, logSecondCap } from '../../../control/core/evaluate.ts';
import { isRatioOff, judgeRatio, newSampleRatio, type SampleRatio } from '../../../control/core/ratio.ts';
import { randomFrom } from './scene.ts';

const THRESHOLD = Math.log(100);
const LOG = { cap: logSecondCap(5, 0.01), threshold: THRESHOLD };

const logRatioEvidence = ({ over, under }: SampleRatio) => logMean([logEvidence(over), logEvidence(under)]);

type Visits = readonly [candidate: number, active: number];

/** Judges seconds until the evidence is enough. @returns the second of it, or `null` after the last */
function foundAt(seconds: number, share: number, visits: (second: number) => Visits): number | null {
  let ratio = newSampleRatio();
  for (let second = 0; second < seconds; second++) {
    const [candidate, active] = visits(second);
    ratio = judgeRatio(ratio, { candidate, active }, share, second, LOG);
    if (logRatioEvidence(ratio) >= THRESHOLD) return second;
  }
  return null;
}

/** How many of `trials` visitors come to a slot of such a share. */
function drawn(random: () => number, trials: number, share: number): Visits {
  let candidate = 0;
  for (let i = 0; i < trials; i++) if (random() < share) candidate++;
  return [candidate, trials - candidate];
}

describe('the share of visitors', () => {
  it.each([
    ['is said to be off once it has been for a while', 22, true],
    ['is not where those who were missing come late', 15, false],
  ])('%s', (_, missing, off) => {
    let ratio = newSampleRatio();
    for (let second = 0; second < 30; second++) {
      const visits = second < missing ? { candidate: 0, active: 80 } : { candidate: 60, active: 80 };
      ratio = judgeRatio(ratio, visits, 0.2, second, LOG);
      if (second === 29 || isRatioOff(ratio)) break;
    }
    expect(isRatioOff(ratio)).toBe(off);
  });

  it.each<[string, number, Visits]>([
    ['three times too many', 0.1, [6, 14]],
    ['three times too many of a small share', 0.01, [3, 97]],
    ['a third of what it should', 0.3, [2, 18]],
    ['none at all', 0.1, [0, 20]],
    ['none at all of a small share', 0.01, [0, 100]],
    ['all of them', 0.5, [20, 0]],
    ['all of them, where it should get nearly all', 0.9, [20, 0]],
  ])('is found to be off where the candidate gets %s (%d)', (_, share, visits) => {
    expect(foundAt(120, share, () => visits)).not.toBeNull();
  });

  it.each<[string, number, number]>([
    ['exactly right', 0.1, 0.1],
    ['off by less than it matters, upwards', 0.1, 0.14],
    ['off by less than it matters, downwards', 0.1, 0.07],
    ['right for a small weight', 0.01, 0.01],
    ['right for nearly all', 0.95, 0.95],
  ])('is never said to be off where it is %s (%d for %d), in a hundred seeded runs', (_, share, real) => {
    const found = Array.from({ length: 100 }, (_run, seed) => {
      const random = randomFrom(seed + 1);
      return foundAt(60, share, () => drawn(random, 20, real));
    });
    expect(found).toEqual(Array(100).fill(null));
  });

  it('is counted with what it was judged by', () => {
    const two = judgeRatio(
      judgeRatio(newSampleRatio(), { candidate: 1, active: 9 }, 0.1, 0, LOG),
      { candidate: 2, active: 8 },
      0.1,
      1,
      LOG,
    );
    expect([two.candidate, two.active]).toEqual([3, 17]);
  });

  it('is told apart: too many from too few', () => {
    const ofAMinute = (visits: Visits): SampleRatio => {
      let ratio = newSampleRatio();
      for (let second = 0; second < 60; second++)
        ratio = judgeRatio(ratio, { candidate: visits[0], active: visits[1] }, 0.1, second, LOG);
      return ratio;
    };
    const [many, few] = [ofAMinute([6, 14]), ofAMinute([0, 20])];
    expect(logEvidence(many.over)).toBeGreaterThan(THRESHOLD);
    expect(logEvidence(many.under)).toBeLessThan(0);
    expect(logEvidence(few.under)).toBeGreaterThan(THRESHOLD);
    expect(logEvidence(few.over)).toBeLessThan(0);
  });

  it('says nothing in a second without visitors', () => {
    const ratio = judgeRatio(newSampleRatio(), { candidate: 3, active: 3 }, 0.1, 0, LOG);
    expect(judgeRatio(ratio, { candidate: 0, active: 0 }, 0.1, 7000, LOG)).toBe(ratio);
  });

  it.each([0.0001, 0.01, 0.5, 0.6667, 0.99, 0.9999])('stays finite for a share of %d', (share) => {
    let ratio = newSampleRatio();
    for (let second = 0; second < 200; second++)
      ratio = judgeRatio(ratio, second < 100 ? { candidate: 1e9, active: 0 } : { candidate: 0, active: 1e9 }, share, second, LOG);
    expect(Number.isFinite(logRatioEvidence(ratio))).toBe(true);
    expect(JSON.parse(JSON.stringify(ratio))).toEqual(ratio);
  });

  it('is not judged by one second alone', () => {
    expect(foundAt(1, 0.1, () => [1e6, 0])).toBeNull();
  });
});
