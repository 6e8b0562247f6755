import { describe, expect, it } from 'vitest';
import { NO_COUNTS, type SlotCounts } from '../../../control/core/counts.ts';
import {
  closedSecond,
  EMPTY_RING,
  figuresOf,
  minutePoint,
  newestPoint,
  type Point,
  type Ring,
  seriesOf,
  storedPoint,
  withSecond,
} from '../../../control/core/series.ts';
import { must, onBlue, row, T0, taking, tick } from './scene.ts';

const MINUTE = 60_000;
/** A whole minute. */
const M0 = Math.ceil(T0 / MINUTE) * MINUTE;
const S0 = M0 / 1000;

const counts = (requests: number, more: Partial<SlotCounts> = {}): SlotCounts => ({ ...NO_COUNTS, requests, ...more });
const second = (at: number, requests = 1) => ({ at: S0 + at, slots: { blue: counts(requests) } });
const ringOf = (...seconds: number[]): Ring => seconds.reduce((ring, at) => withSecond(ring, second(at)), EMPTY_RING);
const everything = (ring: Ring, minutes: readonly Point[] = []) => seriesOf(ring, minutes, 0);
/** Points as [seconds since M0, width, requests of blue]. */
const shown = (points: readonly Point[]) => points.map((p) => [(p.at - M0) / 1000, p.seconds, p.slots.blue?.requests]);
const minute = (number: number, requests: number) =>
  minutePoint({ at: M0 / MINUTE + number, slots: { blue: counts(requests) } }, M0 + 3_600_000);

describe('figures', () => {
  it('are of slots that had requests, with quantiles in ms to three digits', () => {
    const latency = [...(taking(10, 90) ?? []), ...(taking(1000, 10) ?? [])];
    const slots = {
      blue: counts(100, { errors: 3, latency }),
      green: counts(2),
      idle: counts(0),
      byHand: counts(0, { overridden: 7, overriddenErrors: 2 }),
    };
    const { blue, ...others } = figuresOf(slots);
    expect(others).toEqual({ green: { requests: 2, errors: 0, p50: null, p90: null, p99: null } });
    expect(blue).toMatchObject({ requests: 100, errors: 3, p50: blue?.p90 });
    expect(Math.abs((blue?.p50 ?? 0) / 10 - 1)).toBeLessThan(0.025);
    expect(Math.abs((blue?.p99 ?? 0) / 1000 - 1)).toBeLessThan(0.025);
    expect(String(blue?.p99)).toMatch(/^\d{3,4}$/);
  });
});

describe('a ring', () => {
  it('gathers seconds into buckets of 5 s, the newest of which is filling', () => {
    const ring = ringOf(0, 1, 4, 5, 9, 13);
    expect(shown(everything(ring))).toEqual([
      [0, 5, 3],
      [5, 5, 2],
      [10, 5, 1],
    ]);
    expect(newestPoint(ring)).toEqual(everything(ring).at(-1));
    expect(newestPoint(EMPTY_RING)).toBeNull();
    expect(everything(EMPTY_RING)).toEqual([]);
  });

  it('pools the latencies of a bucket', () => {
    const slow = withSecond(EMPTY_RING, { at: S0, slots: { blue: counts(1, { latency: taking(10, 1) ?? [] }) } });
    const both = withSecond(slow, { at: S0 + 1, slots: { blue: counts(9, { latency: taking(500, 9) ?? [] }) } });
    expect(newestPoint(both)?.slots.blue?.p50).toBeGreaterThan(480);
  });

  it('takes a second from before into the bucket that is filling: the clock went back', () => {
    expect(shown(everything(ringOf(0, 7, 3)))).toEqual([
      [0, 5, 1],
      [5, 5, 2],
    ]);
  });

  it('reaches 15 whole minutes back', () => {
    const all = Array.from({ length: 17 * 60 }, (_, at) => at);
    const points = everything(ringOf(...all));
    expect(points).toHaveLength(16 * 12);
    expect(shown(points)[0]).toEqual([60, 5, 5]);
    expect(shown(points).at(-1)).toEqual([17 * 60 - 5, 5, 5]);
  });

  it('changes nothing in the one it came from', () => {
    const ring = Object.freeze(ringOf(0, 1));
    const before = structuredClone(ring);
    withSecond(withSecond(ring, second(2)), second(9));
    expect(ring).toEqual(before);
  });
});

describe('a second', () => {
  const report = (at: number) => ({ event: { type: 'report' as const, rows: [row(onBlue, 'blue', 4, 1)] }, at: M0 + at });
  const taken = (service: typeof onBlue, at: number) => must(service, report(at).event, M0 + at).service;

  it('is closed by what comes after it, a report or not, and by nothing within it', () => {
    const open = taken(onBlue, 100);
    expect(closedSecond(onBlue, open)).toBeNull();
    expect(closedSecond(open, taken(open, 900))).toBeNull();
    expect(closedSecond(open, must(open, tick, M0 + 999).service)).toBeNull();
    const closed = { at: S0, slots: { blue: counts(4, { errors: 1 }) } };
    expect(closedSecond(open, taken(open, 1000))).toEqual(closed);
    expect(closedSecond(open, must(open, tick, M0 + 1000).service)).toEqual(closed);
  });
});

describe('a minute', () => {
  it.each<[number, number]>([
    [0, 5],
    [1, 5],
    [5_000, 5],
    [5_001, 10],
    [42_000, 45],
    [60_000, 60],
    [3_600_000, 60],
    [-9_000, 5],
  ])('that is %d ms old is a point of %d s', (age, seconds) => {
    expect(minutePoint({ at: M0 / MINUTE, slots: {} }, M0 + age)).toEqual({ at: M0, seconds, slots: {} });
  });

  it('that was stored is a point of 60 s', () => {
    const figures = { blue: { requests: 1, errors: 0, p50: null, p90: null, p99: null } };
    expect(storedPoint(M0 / MINUTE, figures)).toEqual({ at: M0, seconds: 60, slots: figures });
  });
});

describe('the series', () => {
  it('has a minute as a whole only where the ring holds nothing of it', () => {
    const ring = ringOf(59, 60, 61, 181);
    const minutes = [minute(-1, 10), minute(0, 20), minute(1, 30), minute(2, 40), minute(3, 50), minute(4, 60)];
    expect(shown(everything(ring, minutes))).toEqual([
      [-60, 60, 10],
      [55, 5, 1],
      [60, 5, 2],
      [120, 60, 40],
      [180, 5, 1],
      [240, 60, 60],
    ]);
  });

  it.each<[string, number, readonly number[]]>([
    ['all that end later', M0, [0, 60, 65]],
    ['one that has begun before', M0 + 59_999, [0, 60, 65]],
    ['none that ends just then', M0 + 60_000, [60, 65]],
    ['buckets alike', M0 + 65_000, [65]],
    ['nothing', M0 + 70_000, []],
  ])('since a time has %s', (_, from, at) => {
    expect(seriesOf(ringOf(60, 65), [minute(0, 7)], from).map((point) => (point.at - M0) / 1000)).toEqual(at);
  });
});
