import { describe, expect, it } from 'vitest';
import type { Figures } from '../../../control/dashboard/chart/figures.ts';
import { columnOf, endOf, lonely, mergedSpans, nearest, newest, rowsOf, SILENT } from '../../../control/dashboard/chart/rows.ts';
import { at, rowsBy, served, span, steady } from './points.ts';

const blue = (requests: number) => ({ blue: served(requests) });
const inSeconds = (ms: number) => (ms - at(0)) / 1000;

describe('mergedSpans', () => {
  it('lays the stream over what was asked for, in order', () => {
    const merged = mergedSpans([span(0, blue(1)), span(5, blue(2))], [span(10, blue(3)), span(5, blue(7))]);
    expect(merged.map(({ from, slots }) => [inSeconds(from), slots.blue?.requests])).toEqual([
      [0, 1],
      [5, 7],
      [10, 3],
    ]);
  });

  it('keeps the one with more requests of two of the same time: what the stream had before it broke is less', () => {
    expect(mergedSpans([span(0, blue(9))], [span(0, blue(4))])).toEqual([span(0, blue(9))]);
  });

  it('keeps a whole minute, and not the points of it that came live', () => {
    const minute = span(0, blue(100), 60);
    expect(mergedSpans([minute], [span(0, blue(8)), span(55, blue(9)), span(60, blue(3))])).toEqual([minute, span(60, blue(3))]);
  });
});

describe('endOf', () => {
  const spans = [span(0, blue(1)), span(5, blue(2))];
  const silent = (end: number) => rowsOf(spans, at(0), end).some(({ slots }) => slots === SILENT);

  it('is where control was heard last while it is not: what is not known is no silence', () => {
    expect(endOf(at(300), at(12), spans)).toBe(at(12));
    expect([silent(at(300)), silent(endOf(at(300), at(12), spans))]).toEqual([true, false]);
  });

  it('is now while control is heard, and never before the newest point', () => {
    expect([endOf(at(300), null, spans), endOf(at(300), null, null)]).toEqual([at(300), at(300)]);
    expect([endOf(at(-60), null, spans), endOf(at(300), at(-9), spans)]).toEqual([at(5), at(5)]);
  });
});

describe('rowsOf', () => {
  it('leaves out what ended before, and tells the seconds of the rest', () => {
    const rows = rowsOf(steady(0, [served(1), served(2), served(3)]), at(5), at(60));
    expect(rows.slice(0, 2).map(({ from, seconds }) => [inSeconds(from), seconds])).toEqual([
      [5, 5],
      [10, 5],
    ]);
  });

  it('does not tell the seconds of what may still grow', () => {
    const spans = steady(0, [served(1), served(2)]);
    expect(rowsOf(spans, at(0), at(11)).map(({ seconds }) => seconds)).toEqual([5, null]);
    expect(rowsOf(spans, at(0), at(12)).map(({ seconds }) => seconds)).toEqual([5, 5]);
  });

  it('gives a short silence to what follows it: routers had gathered it', () => {
    const rows = rowsOf([span(0, blue(1000)), span(20, blue(1000))], at(0), at(30));
    expect(rows.map(({ seconds }) => seconds)).toEqual([5, 20]);
  });

  it('tells of a long silence by its beginning, its minutes and its end, and not of what follows it', () => {
    const rows = rowsOf([span(0, blue(5)), span(150, blue(5))], at(0), at(160));
    expect(
      rows.map(({ from, to, seconds, slots }) => [inSeconds(from), inSeconds(to), seconds, Object.keys(slots).length]),
    ).toEqual([
      [0, 5, 5, 1],
      [5, 10, 5, 0],
      [65, 70, 5, 0],
      [125, 130, 5, 0],
      [145, 150, 5, 0],
      [150, 155, 5, 1],
    ]);
  });

  it.each([
    [25, 0],
    [26, 2],
  ])('%i s after the last point there are %i rows of silence', (seconds, quiet) => {
    const rows = rowsOf([span(0, blue(5))], at(0), at(5 + seconds));
    expect(rows.filter(({ slots }) => Object.keys(slots).length === 0)).toHaveLength(quiet);
  });

  it('is all silence without a point', () => {
    const rows = rowsOf([], at(0), at(900));
    expect(rows[0]?.from).toBe(at(0));
    expect(rows.at(-1)?.to).toBe(at(900));
    expect(rows.every(({ slots, seconds }) => Object.keys(slots).length === 0 && seconds === 5)).toBe(true);
  });
});

describe('columnOf', () => {
  const figures = (shares: readonly (number | null)[]) =>
    shares.map((share): Figures => ({ rate: 1, share, p50: null, p90: null, p99: null }));

  it('goes on across a short silence of one slot, and breaks at a long one', () => {
    const short = rowsBy(
      steady(
        0,
        Array.from({ length: 12 }, () => served(1)),
      ),
    );
    const shares = [0.1, null, 0.2, null, null, null, null, null, null, null, 0.3, null];
    expect(columnOf(short, figures(shares), 'share')).toEqual([
      ...[0.1, undefined, 0.2],
      ...[null, null, null, null, null, null, null],
      ...[0.3, null],
    ]);
  });

  it('finds what no line leads to', () => {
    expect(lonely([1, null, 2, null, 3, 4, null])).toEqual([0, 2]);
    expect(lonely([1, undefined, 2, null])).toEqual([]);
  });
});

describe('nearest and newest', () => {
  const rows = rowsOf(steady(0, [served(1), served(2), served(3)]), at(0), at(16));
  it.each([
    [-100, 0],
    [3, 0],
    [4.9, 0],
    [5.1, 1],
    [500, 2],
  ])('the row nearest to second %d is %i', (second, index) => {
    expect(nearest(rows, at(second) / 1000)).toBe(index);
  });

  it('has none among none', () => {
    expect(nearest([], 0)).toBe(-1);
    expect(newest([])).toBe(-1);
  });

  it('is the newest of which nothing more may come', () => {
    expect(newest(rows)).toBe(1);
  });
});
