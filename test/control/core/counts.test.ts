import { describe, expect, it } from 'vitest';
import { addCounts, type CountsAt, countsSince, NO_COUNTS, recentLatencies } from '../../../control/core/counts.ts';
import { drive, onBlue, T0, taking, trial } from './scene.ts';

const counts = (requests: number, latency: readonly number[] = []) => ({ ...NO_COUNTS, requests, latency });
const minute = (at: number, blue: readonly number[], green: readonly number[] = []): CountsAt => {
  return { at, slots: { blue: counts(9, blue), green: counts(1, green) } };
};

describe('recent latencies', () => {
  const minutes = [minute(1, [10, 300]), minute(2, [20, 50], [5, 500]), minute(3, [30, 100], [6, 7]), { at: 4, slots: {} }];

  it.each<[string, number, readonly number[]]>([
    ['blue', 0, []],
    ['blue', 1, [30, 100]],
    ['blue', 100, [30, 100]],
    ['blue', 101, [20, 50, 30, 100]],
    ['blue', 151, [10, 300, 20, 50, 30, 100]],
    ['blue', 9999, [10, 300, 20, 50, 30, 100]],
    ['green', 8, [5, 500, 6, 7]],
    ['red', 1, []],
  ])('of %s are those of the last whole minutes that hold %d of them, or of all', (slot, atLeast, histogram) => {
    expect(recentLatencies({ minutes }, slot, atLeast)).toEqual(histogram);
  });
});

describe('counts', () => {
  it('are added up slot by slot, latencies too, in what they came from unchanged', () => {
    const a = Object.freeze({ blue: counts(5, [10, 5]) });
    const b = Object.freeze({
      blue: { ...counts(3, [10, 1, 11, 2]), errors: 1, overridden: 4, overriddenErrors: 2 },
      green: counts(1),
    });
    expect(addCounts(a, b)).toEqual({
      blue: { requests: 8, errors: 1, overridden: 4, overriddenErrors: 2, latency: [10, 6, 11, 2] },
      green: counts(1),
    });
    expect(a.blue.requests).toBe(5);
  });

  it('since a minute are those of that minute and later ones, with the open second, of every slot there is', () => {
    const { service } = drive(trial, 150, { blue: [8, 0, { latency: taking(9, 8) }], green: [2, 1] });
    const at = Math.floor(T0 / 60_000);
    const blue = (from: number) => countsSince(service, from).blue;
    expect(blue(at)).toMatchObject({ requests: 8 * 150, latency: taking(9, 8 * 150) });
    expect(blue(at + 1)?.requests).toBe(8 * (150 - secondsIn(at + 1)));
    expect(blue(at + 99)?.requests).toBe(8);
    expect(countsSince(onBlue, 0)).toEqual({ blue: NO_COUNTS, green: NO_COUNTS });
  });
});

/** How many of the reports, the first of which came a second after T0, were before a minute. */
function secondsIn(minuteNumber: number): number {
  return minuteNumber * 60 - T0 / 1000 - 1;
}
