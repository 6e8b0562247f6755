// Contract out, of the stages `observe` and `flush`: what an isolate reports, and what it gets back. Pure.
import { type Histogram, isHistogram, totalOf } from './histogram.ts';
import { NO_SPLIT, type Split, type SplitId } from './split.ts';

/**
 * Who the bad requests came from: [visitor, network, count, …]. Both are salted 32-bit hashes; network 0 is none that counts.
 * Bad requests beyond those named here are not charged to anybody, and count as good.
 */
export type BadBy = readonly number[];

/** Requests that took longer than a threshold of the service's latency objectives. */
export interface Slow {
  readonly overMs: number;
  readonly count: number;
  /** Left out where nobody noted visitors: then each counts. */
  readonly by?: BadBy;
}

/** A request that went badly, for people to look at: no query, no cookie, no telling part of the path. */
export interface Sample {
  readonly path: string;
  /** HTTP status, 502 where the slot threw; 0 where there was none yet: it is overdue, or the visitor left. */
  readonly status: number;
  readonly milliseconds: number;
  /** The platform's id of the request, or ''. */
  readonly ray: string;
}

/** Counts of one slot under one split. `overridden` requests (x-slot) are apart and decide nothing. */
export interface Row extends SplitId {
  readonly slot: string;
  readonly requests: number;
  /** Of `requests`: the slot threw, timed out or answered 5xx. */
  readonly errors: number;
  readonly overridden: number;
  readonly overriddenErrors: number;
  /** Left out where nobody noted visitors: then each error counts. */
  readonly errorsBy?: BadBy;
  /** Times to the response headers, at most three of one visitor. */
  readonly latency?: Histogram;
  /** One for each threshold that control asked for. */
  readonly slow?: readonly Slow[];
  /** How many visitors the requests came from that this isolate had not met under this split. */
  readonly visitors?: number;
  readonly samples?: readonly Sample[];
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
  /** Thresholds of the service's latency objectives, in ms; what is slower is to be reported with its visitors. */
  readonly slowerThanMs?: readonly number[];
  /** Why the report was not taken; it is not to be sent again. */
  readonly refused?: string;
}

/** What control offers the router over its binding. */
export interface ControlBinding {
  report(report: Report): Promise<Reply>;
  split(service: string, held: SplitId): Promise<Reply>;
}

/** Rows of one report at most. */
export const MAX_ROWS = 32;
/** Latency objectives of a service at most. */
export const MAX_THRESHOLDS = 4;
/** Visitors named in one report at most: what keeps a row of the fullest histogram under 8 KB. */
export const MAX_NAMED = 100;
/** Samples of one row at most, and characters of a path. */
export const MAX_SAMPLES = 3;
export const MAX_PATH = 96;
const MAX_COUNT = 1e9;
const MAX_HASH = 2 ** 32 - 1;
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const ISOLATE = /^[\w-]{1,36}$/;
const RAY = /^[\w-]{0,40}$/;

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

/** Thresholds from an untrusted reply; none where it has none. */
export function thresholdsOf(reply: Reply): readonly number[] {
  const { slowerThanMs } = reply;
  return isList(slowerThanMs, MAX_THRESHOLDS) && slowerThanMs.every(isThreshold) ? slowerThanMs : [];
}

/** The split a row is counted under where the isolate held none. */
export function idOf(split: SplitId | undefined): SplitId {
  return split ?? NO_SPLIT;
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
  const { requests = -1, errors = -1, visitors = 0, latency = [], slow = [], samples = [] } = row;
  const counts = [requests, errors, row.overridden, row.overriddenErrors, visitors];
  if (typeof row.slot !== 'string' || !NAME.test(row.slot)) return false;
  if (!counts.every((count) => isCount(count) && count <= MAX_COUNT)) return false;
  if (errors > requests || visitors > requests || Number(row.overriddenErrors) > Number(row.overridden)) return false;
  if (!isBy(row.errorsBy, errors) || !isHistogram(latency) || totalOf(latency) > requests) return false;
  if (!isList(slow, MAX_THRESHOLDS) || !slow.every((s) => isSlow(s, requests))) return false;
  return isList(samples, MAX_SAMPLES) && samples.every(isSample);
}

// Holes count as `undefined` here: `every` would pass over them.
function isList(value: unknown, most: number): value is unknown[] {
  return Array.isArray(value) && value.length <= most && !value.includes(undefined);
}

function isThreshold(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= MAX_COUNT;
}

// Nobody can be charged with more than there is.
function isBy(value: unknown, total: number): boolean {
  if (value === undefined) return true;
  if (!isList(value, 3 * MAX_NAMED) || value.length % 3 !== 0) return false;
  let left = total;
  for (let i = 0; i < value.length; i += 3) {
    if (!isCount(value[i]) || !isCount(value[i + 1]) || !isCount(value[i + 2])) return false;
    if (Number(value[i]) > MAX_HASH || Number(value[i + 1]) > MAX_HASH) return false;
    left -= Number(value[i + 2]);
  }
  return left >= 0;
}

function isSlow(value: unknown, requests: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { overMs, count, by } = value as Partial<Slow>;
  return isThreshold(overMs) && isCount(count) && count <= requests && isBy(by, count);
}

function isSample(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, status, milliseconds, ray } = value as Partial<Sample>;
  if (typeof path !== 'string' || path.length > MAX_PATH || typeof ray !== 'string' || !RAY.test(ray)) return false;
  return isCount(status) && status <= 999 && isCount(milliseconds) && milliseconds <= MAX_COUNT;
}
