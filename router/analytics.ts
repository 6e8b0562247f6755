// Of the stage `flush`: the rows of a report → data points of Workers Analytics Engine, where the router has the binding
// ANALYTICS. This file is the schema: a query knows each column by its place below (blob1, double1, …).
// Never awaited, must never throw; what control never gets to hear is written all the same.
import { quantile, totalOf } from './histogram.ts';
import { log } from './log.ts';
import type { Report, Row } from './report.ts';

/** Points that one invocation may write: https://developers.cloudflare.com/analytics/analytics-engine/limits/ */
export const MAX_POINTS = 250;

/** What of the binding is used. */
export type Dataset = Pick<AnalyticsEngineDataset, 'writeDataPoint'>;

/** blob1, blob2, … by name, in order. The index is the service, too: by it the platform samples. */
export const BLOBS: readonly Column<string>[] = [
  ['service', ({ service }) => service],
  ['slot', (_, { slot }) => slot],
  // The split the requests were assigned by; 0.0 where the isolate held none.
  ['split', (_, { epoch, revision }) => `${epoch}.${revision}`],
  ['isolate', ({ isolate }) => isolate],
];

/**
 * double1, double2, … by name, in order. A row is what an isolate gathered within a second or more: sums are right over any rows
 * (`sum(_sample_interval * double1)`), quantiles are those of one row, to be weighed by `latencies`; 0 where it is 0.
 */
export const DOUBLES: readonly Column<number>[] = [
  ['requests', (_, { requests }) => requests],
  ['errors', (_, { errors }) => errors],
  ['overridden', (_, { overridden }) => overridden],
  ['overriddenErrors', (_, { overriddenErrors }) => overriddenErrors],
  // Not met before by the isolate, under the split.
  ['visitors', (_, { visitors = 0 }) => visitors],
  // At most three of one visitor in a report.
  ['latencies', (_, { latency = [] }) => totalOf(latency)],
  ['p50Ms', quantileOf(0.5)],
  ['p90Ms', quantileOf(0.9)],
  ['p99Ms', quantileOf(0.99)],
];

type Column<T> = readonly [name: string, of: (report: Report, row: Row) => T];

function quantileOf(q: number): (report: Report, row: Row) => number {
  return (_, { latency = [] }) => quantile(latency, q) ?? 0;
}

/** Writes a point for each row of a report, `room` at most. @returns how many it tried to write */
export function writePoints(dataset: Dataset | undefined, report: Report, room: number): number {
  if (dataset === undefined) return 0;
  const rows = report.rows.slice(0, room);
  try {
    for (const row of rows)
      dataset.writeDataPoint({
        indexes: [report.service],
        blobs: BLOBS.map(([, of]) => of(report, row)),
        doubles: DOUBLES.map(([, of]) => of(report, row)),
      });
  } catch (error) {
    log('warn', 'data points could not be written', { service: report.service, error });
  }
  return rows.length;
}
