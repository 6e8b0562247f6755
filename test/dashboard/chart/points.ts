// Points and rows for tests of the chart: seconds count from one fixed instant.

import type { SlotPointView } from '../../../control/api/types.ts';
import { type Row, rowsOf, type Span, spansOf } from '../../../control/dashboard/chart/rows.ts';

/** A whole minute. */
export const START = Date.UTC(2026, 0, 5, 10, 0);

/** The instant so many seconds behind the start, ms. */
export function at(seconds: number): number {
  return START + seconds * 1000;
}

/** What a slot served; a latency stands for all quantiles. */
export function served(requests: number, errors = 0, ms = 10): SlotPointView {
  return { requests, errors, p50: ms, p90: ms * 2, p99: ms * 3 };
}

/** A span from a second on, as long as given. */
export function span(from: number, slots: Span['slots'], seconds = 5): Span {
  return spansOf([{ at: new Date(at(from)).toISOString(), seconds, slots }])[0] as Span;
}

/** Spans of 5 s, one for each that blue served, from a second on. */
export function steady(from: number, points: readonly SlotPointView[]): Span[] {
  return points.map((blue, i) => span(from + i * 5, { blue }));
}

/** All rows of spans, long after them. */
export function rowsBy(spans: readonly Span[]): Row[] {
  const end = Math.max(...spans.map(({ to }) => to));
  return rowsOf(spans, spans[0]?.from ?? START, end + 10_000);
}
