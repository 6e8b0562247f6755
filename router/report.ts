// Contract out, of the stages `observe` and `flush`: what an isolate reports, and what it gets back. Pure.
import { NO_SPLIT, type Split, type SplitId } from './split.ts';

/** Counts of one slot under one split. `overridden` requests (x-slot) are apart and decide nothing. */
export interface Row extends SplitId {
  readonly slot: string;
  requests: number;
  /** Of `requests`: the slot threw, timed out or answered 5xx. */
  errors: number;
  overridden: number;
  overriddenErrors: number;
}

/** Sealed by (isolate, sequence): sent again unchanged until it is answered. */
export interface Report {
  readonly schema: 1;
  readonly service: string;
  readonly isolate: string;
  /** 1, 2, 3, … within an isolate. */
  readonly sequence: number;
  /** The split the isolate held when it sealed the report; (0, 0) when it held none. */
  readonly held: SplitId;
  readonly rows: readonly Row[];
}

/** The answer to a report, or to a question for the split. */
export interface Reply {
  /** How long the isolate should gather before it reports again, in ms. */
  readonly flushAfterMs: number;
  /** The newest split, where it is newer than the one held. */
  readonly split?: Split;
  /** Why the report was not taken; it is not to be sent again. */
  readonly refused?: string;
}

/** What control offers the router over its binding. */
export interface ControlBinding {
  report(report: Report): Promise<Reply>;
  split(service: string, held: SplitId): Promise<Reply>;
}

/** Rows of one report at most, which keeps it under 8 KB with the longest names. */
export const MAX_ROWS = 32;
const MAX_COUNT = 1e9;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const ISOLATE = /^[\w-]{1,36}$/;

/** The row of a slot under a split, made if need be; with `MAX_ROWS` taken, the oldest goes. */
export function rowFor(rows: Row[], id: SplitId | undefined, slot: string): Row {
  const { epoch, revision } = id ?? NO_SPLIT;
  for (const row of rows) if (row.slot === slot && row.revision === revision && row.epoch === epoch) return row;
  if (rows.length >= MAX_ROWS) rows.shift();
  const row = { epoch, revision, slot, requests: 0, errors: 0, overridden: 0, overriddenErrors: 0 };
  rows.push(row);
  return row;
}

/** A report from an untrusted value, or a sentence on what is wrong with it. */
export function parseReport(value: unknown): Report | string {
  if (typeof value !== 'object' || value === null) return 'a report must be an object';
  const report = value as Partial<Report>;
  if (report.schema !== 1) return 'schema must be 1';
  if (typeof report.service !== 'string' || !NAME.test(report.service)) return 'service must be a service name';
  if (typeof report.isolate !== 'string' || !ISOLATE.test(report.isolate))
    return 'isolate must be 1 to 36 of A-Z, a-z, 0-9, _, -';
  if (!isCount(report.sequence) || report.sequence < 1) return 'sequence must be a whole number from 1';
  if (!isId(report.held)) return 'held must be an epoch and a revision';
  if (!Array.isArray(report.rows) || report.rows.length > MAX_ROWS) return `rows must be a list of at most ${MAX_ROWS}`;
  const bad = report.rows.findIndex((row) => !isRow(row));
  return bad < 0 ? (report as Report) : `rows[${bad}] must have a slot, a split and sound counts`;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isId(value: unknown): value is SplitId {
  if (typeof value !== 'object' || value === null) return false;
  const id = value as Partial<SplitId>;
  return isCount(id.epoch) && isCount(id.revision);
}

function isRow(value: unknown): value is Row {
  if (!isId(value)) return false;
  const row = value as Partial<Row>;
  const counts = [row.requests, row.errors, row.overridden, row.overriddenErrors];
  if (typeof row.slot !== 'string' || !NAME.test(row.slot)) return false;
  if (!counts.every((count) => isCount(count) && count <= MAX_COUNT)) return false;
  return Number(row.errors) <= Number(row.requests) && Number(row.overriddenErrors) <= Number(row.overridden);
}
