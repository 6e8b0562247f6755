import { describe, expect, it } from 'vitest';
import { shownOf, type Wanted } from '../../../control/dashboard/chart/panels.ts';
import { rowsOf } from '../../../control/dashboard/chart/rows.ts';
import { chartText, figureText, minutesOf, rangeText, rowText } from '../../../control/dashboard/chart/summary.ts';
import { at, rowsBy, served, span } from './points.ts';

const slo = {
  errorObjective: 0.01,
  latencyObjectives: [{ overMs: 500, maxShare: 0.01, percentile: 99 }],
} as unknown as Wanted['slo'];
const wanted: Wanted = { from: at(0), quantile: 'p99', isCoarse: false, slo, idle: ['green'] };
const rows = rowsBy([
  span(0, { blue: served(500, 0), green: served(50, 20) }),
  span(5, { blue: served(500, 1), green: served(50, 6) }),
]);
const shown = shownOf(rows, ['blue', 'green'], wanted);

describe('chartText', () => {
  it('tells each slot now and at most', () => {
    expect(chartText('share', shown, 15)).toBe(
      'Error share, last 15 minutes: blue 0.1 % now, at most 0.1 %; green 12 % now, at most 40 %.',
    );
    expect(chartText('rate', shown, 60)).toBe(
      'Requests per second, last 1 hour: blue 100 now, at most 100; green 10 now, at most 10.',
    );
    expect(chartText('p99', shown, 360)).toBe(
      'Latency p99, last 6 hours: blue 30 ms now, at most 30 ms; green 30 ms now, at most 30 ms.',
    );
  });

  it('says where there is nothing', () => {
    const empty = shownOf(rowsOf([], at(0), at(900)), ['blue'], wanted);
    expect(chartText('share', empty, 15)).toBe('Error share, last 15 minutes: no requests.');
    expect(chartText('rate', empty, 15)).toBe('Requests per second, last 15 minutes: no requests.');
  });

  it('says of a slot that is served no more what it was', () => {
    const gone = shownOf(rowsBy([span(0, { green: served(50, 5) }), span(5, { blue: served(50) })]), ['green'], wanted);
    expect(chartText('share', gone, 15)).toBe('Error share, last 15 minutes: green nothing now, at most 10 %.');
  });
});

it('rowText tells a row in a sentence', () => {
  const text = rowText(1, shown);
  expect(text).toMatch(/^\d\d-\d\d \d\d:\d\d:05: blue 100 requests per second, 0\.1 % errors, p99 30 ms; green 10 /);
});

it('figureText has a dash where there is nothing to say', () => {
  expect([figureText('rate', null), figureText('rate', 0), figureText('share', 0.002), figureText('p50', 1200)]).toEqual([
    '–',
    '0',
    '0.2 %',
    '1.2 s',
  ]);
});

it('rangeText names ranges', () => {
  expect([15, 60, 360].map(rangeText)).toEqual(['15 minutes', '1 hour', '6 hours']);
});

describe('minutesOf', () => {
  it('sums whole minutes, newest first, and takes the worst latency', () => {
    const spans = [
      span(0, { blue: served(10, 1, 10) }),
      span(55, { blue: served(20, 2, 30) }),
      span(60, { green: served(5) }),
      span(120, { blue: served(99) }),
    ];
    const minutes = minutesOf(rowsBy(spans), ['blue'], at(125), 10);
    expect(minutes).toEqual([
      { at: at(60), slots: [{ slot: 'blue', requests: 0, errors: 0, p99: null }] },
      { at: at(0), slots: [{ slot: 'blue', requests: 30, errors: 3, p99: 90 }] },
    ]);
  });

  it('goes back no further than asked', () => {
    expect(minutesOf(rowsOf([], at(0), at(900)), ['blue'], at(900), 10)).toHaveLength(10);
  });
});

describe('shownOf', () => {
  it('moves with the time: what is behind the beginning is not drawn, but counts for the share of the last minute', () => {
    const late = shownOf(rows, ['blue', 'green'], { ...wanted, from: at(5) });
    expect(late.at).toEqual([at(7.5) / 1000]);
    expect(late.panels.rate.columns).toEqual([[100], [10]]);
    expect(late.panels.share.columns[0]).toEqual([0.001]);
  });

  it('leaves out the line of a slot that nobody is sent to and nobody came to', () => {
    const lone = shownOf(rowsBy([span(0, { blue: served(5) })]), ['blue', 'green'], wanted);
    expect(lone.panels.rate.columns).toEqual([[1], [null]]);
    const sent = shownOf(rowsBy([span(0, { blue: served(5) })]), ['blue', 'green'], { ...wanted, idle: [] });
    expect(sent.panels.rate.columns).toEqual([[1], [0]]);
  });

  it('has objectives with their words, and an axis that reaches to those that are meant', () => {
    expect(shown.panels.share.objectives).toMatchObject([{ at: 0.01, text: 'objective 1 %' }]);
    expect(shown.panels.latency.objectives).toMatchObject([{ at: 500, text: 'objective p99 500 ms' }]);
    expect(shown.panels.latency.axis.high).toBe(1000);
    expect(shownOf(rows, ['blue'], { ...wanted, quantile: 'p50' }).panels.latency.axis.high).toBe(100);
  });
});
