import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cube,
  latencyAxis,
  log,
  power,
  rateAxis,
  rateText,
  rateTick,
  root,
  shareAxis,
} from '../../../control/dashboard/chart/axes.ts';

describe('axes', () => {
  it.each([
    [[], 1],
    [[0, 0.3], 1],
    [[1], 1],
    [[1.01], 1.5],
    [[50], 50],
    [[51], 60],
    [[970], 1000],
    [[12_345], 15_000],
  ])('requests per second of %j reach to %d', (values, high) => {
    expect(rateAxis(values)).toEqual({ low: 0, high, ticks: [0, high / 2, high] });
  });

  it.each([
    [[], 0.1],
    [[0.001], 0.1],
    [[0.1], 0.1],
    [[0.11], 0.3],
    [[0.31], 1],
    [[1], 1],
  ])('shares of %j reach to %d: noise is no outage', (values, high) => {
    expect(shareAxis(values).high).toBe(high);
  });

  it('tells 0.1 % from nothing and from 1 % beside 100 %', () => {
    const { ticks } = shareAxis([1]);
    expect(ticks).toEqual(expect.arrayContaining([0, 0.001, 0.01, 1]));
    for (const [i, tick] of ticks.slice(1).entries()) expect(root(tick) - root(ticks[i] ?? 0)).toBeGreaterThan(0.09);
  });

  it.each([
    [[], 1, 10],
    [[0.2], 1, 10],
    [[12, 14], 10, 100],
    [[30, 31], 30, 300],
    [[5, 30_000], 3, 30_000],
    [[900_000], 30_000, 300_000],
  ])('latencies of %j go from %d to %d ms', (values, low, high) => {
    const axis = latencyAxis(values);
    expect([axis.low, axis.high]).toEqual([low, high]);
    expect(axis.ticks.length).toBeLessThanOrEqual(6);
  });

  it('holds every value', () => {
    const values = fc.array(fc.double({ min: 1, max: 300_000, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, (all) => {
        for (const axis of [rateAxis(all), latencyAxis(all)]) {
          expect(axis.low).toBeLessThanOrEqual(Math.min(...all));
          expect(axis.high).toBeGreaterThanOrEqual(Math.max(...all));
          expect(axis.low).toBeLessThan(axis.high);
        }
      }),
    );
  });

  it('finds its way back', () => {
    for (const share of [0, 0.001, 0.5, 1]) expect(cube(root(share))).toBeCloseTo(share, 10);
    for (const ms of [1, 30, 5_000]) expect(power(log(ms))).toBeCloseTo(ms, 6);
    expect(log(0)).toBe(0);
  });

  it('says rates shortly', () => {
    expect([0, 0.5, 50, 1500, 15_000].map(rateTick)).toEqual(['0', '0.5', '50', '1.5k', '15k']);
    expect([0, 0.04, 0.25, 49.6, 1234.5].map(rateText)).toEqual(['0', '<0.1', '0.25', '50', '1235']);
  });
});
