import { describe, expect, it } from 'vitest';
import type { SlotPointView } from '../../../control/api/types.ts';
import { figuresOf } from '../../../control/dashboard/chart/figures.ts';
import { rowsOf } from '../../../control/dashboard/chart/rows.ts';
import { at, rowsBy, served, span, steady } from './points.ts';

const figuresBy = (points: readonly SlotPointView[], overMs = 0) =>
  figuresOf(rowsBy(steady(0, points)), ['blue'], overMs)[0] ?? [];
const many = (length: number, requests: number, errors = 0) => Array.from({ length }, () => served(requests, errors));
const lastShare = (points: readonly SlotPointView[]) => figuresBy(points).at(-1)?.share;

describe('figuresOf', () => {
  it('tells requests per second, error share and latencies', () => {
    expect(figuresBy([served(250, 50, 12)])).toEqual([{ rate: 50, share: 0.2, p50: 12, p90: 24, p99: 36 }]);
  });

  it('has a slot without requests at 0 a second, and nothing to say of its errors and latencies', () => {
    const [, green] = figuresOf(rowsBy([span(0, { blue: served(5) })]), ['blue', 'green'], 0);
    expect(green).toEqual([{ rate: 0, share: null, p50: null, p90: null, p99: null }]);
  });

  it('tells no rate of what may still grow', () => {
    const rows = rowsOf(steady(0, [served(50, 5)]), at(0), at(3));
    expect(figuresOf(rows, ['blue'], 0)[0]?.[0]).toMatchObject({ rate: null, share: 0.1 });
  });

  it('spreads what routers had gathered for 20 s', () => {
    const rows = rowsBy([span(0, { blue: served(1000) }), span(20, { blue: served(1000) }), span(40, { blue: served(1000) })]);
    expect(figuresOf(rows, ['blue'], 0)[0]?.map(({ rate }) => rate)).toEqual([200, 50, 50]);
  });

  it('tells no rate of a silence, in which control may have been away', () => {
    const rows = rowsBy([span(0, { blue: served(500) }), span(100, { blue: served(500) })]);
    for (const overMs of [0, 60_000])
      expect(figuresOf(rows, ['blue'], overMs)[0]?.map(({ rate }) => rate)).toEqual([100, null, null, null, 100]);
  });

  it('tells means of a minute where it is asked to: rates by time, latencies by requests', () => {
    const points = [served(10, 0, 10), served(30, 0, 50)];
    expect(figuresBy(points, 60_000).at(-1)).toMatchObject({ rate: 4, p50: 40, p99: 120 });
    expect(figuresBy([...many(1, 1000), ...many(12, 10)], 60_000).at(-1)?.rate).toBe(2);
  });
});

describe('error share', () => {
  it('is that of the last minute while it is steady', () => {
    const noise = Array.from({ length: 24 }, (_, i) => served(125, i % 2 === 0 ? 2 : 0));
    expect(lastShare(noise)).toBeCloseTo(0.008, 10);
  });

  it('is no more of what was a minute ago', () => {
    expect(lastShare([...many(1, 100, 1), ...many(12, 100)])).toBe(0);
    expect(lastShare([...many(1, 100, 1), ...many(11, 100)])).toBeCloseTo(1 / 1200, 10);
  });

  it('shows an outage at once and whole, and its end', () => {
    const shares = figuresBy([...many(12, 25), ...many(2, 25, 25), ...many(2, 25)]).map(({ share }) => share);
    expect(shares.slice(11)).toEqual([0, 1, 1, 0, 0]);
  });

  it('takes one failed request of a few for chance', () => {
    expect(lastShare([...many(11, 2), served(2, 1)])).toBeCloseTo(1 / 24, 10);
  });

  it('tells of a slot by its own requests', () => {
    const rows = rowsBy([span(0, { blue: served(100, 1), green: served(10, 10) })]);
    expect(figuresOf(rows, ['blue', 'green'], 0).map(([of]) => of?.share)).toEqual([0.01, 1]);
  });
});
