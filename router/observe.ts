// Stage `observe`: a request under way, and its outcome → the tally of this isolate. A fold in memory, no I/O.
// Whose fault a bad request was is not known here: so each comes with hashes of who sent it, and control caps them.
import { hash32 } from './assign.ts';
import { bucketOf, LAST_BUCKET } from './histogram.ts';
import { networkOf } from './key.ts';
import { idOf, MAX_NAMED, MAX_ROWS, MAX_SAMPLES, type Sample } from './report.ts';
import { shownPath } from './sample.ts';
import { type CompiledSplit, isNewer, NO_SPLIT, type SplitId } from './split.ts';

/** A request that takes longer than this is counted then, with its age: a slot that hangs must not escape. */
const OVERDUE_MS = 10_000;
/** Requests under way that are remembered, and visitors told apart between two reports. */
const MAX_UNDER_WAY = 10_000;
const MAX_VISITORS = 4_000;
/** Visitors of a split that are remembered; beyond, it begins anew. */
const MAX_MET = 10_000;
/** What one visitor may add to the latencies of a report. */
const LATENCIES_PER_VISITOR = 3;

/** A slot's counts under one split, while they are gathered. */
export interface TallyRow extends SplitId {
  readonly slot: string;
  requests: number;
  errors: number;
  overridden: number;
  overriddenErrors: number;
  visitors: number;
  /** Bucket → count. */
  readonly latency: Uint32Array;
  readonly errorsBy: number[];
  readonly slow: TallySlow[];
  readonly samples: Sample[];
}

/** What took longer than a threshold. */
export interface TallySlow {
  readonly overMs: number;
  count: number;
  readonly by: number[];
}

/** What an isolate has counted of one service since it last sealed a report. */
export interface Tally {
  rows: TallyRow[];
  /** Requests that have not been counted yet, the oldest first. */
  readonly underWay: Set<Passage>;
  /** Visitor → latencies counted. */
  readonly seen: Map<number, number>;
  /** Visitors this isolate has met under a split, and which. */
  readonly met: Set<number>;
  metUnder: SplitId;
  /** Visitors named in `errorsBy` and `slow`, of `MAX_NAMED`. */
  named: number;
  /** What control wants to hear of by visitor, ms. */
  slowerThanMs: readonly number[];
}

/** One request on its way through the router. */
export interface Passage {
  readonly request: Request;
  readonly split: CompiledSplit | undefined;
  /** The slot it was assigned to. */
  readonly slot: string;
  /** It was sent there by hand. */
  readonly overridden: boolean;
  /** Salted hash of the visitor's key. */
  readonly visitor: number;
  /** ms */
  readonly startedAt: number;
  counted: boolean;
  /** Its visitor left: whatever becomes of it is nobody's fault. */
  abandoned: boolean;
}

/** How a request ended. */
export interface Outcome {
  /** The slot threw, timed out or answered 5xx. */
  readonly failed: boolean;
  /** HTTP status; 0 for none. */
  readonly status: number;
}

/** A request whose visitor left, or that takes too long: no error, but its age is a latency. */
const UNANSWERED: Outcome = { failed: false, status: 0 };

/** A tally without counts. */
export function newTally(): Tally {
  return { rows: [], underWay: new Set(), seen: new Map(), met: new Set(), metUnder: NO_SPLIT, named: 0, slowerThanMs: [] };
}

/** Notes that a request is on its way, so that it counts even if it never comes back. */
export function depart(tally: Tally, passage: Passage): void {
  const { underWay } = tally;
  const oldest = underWay.size < MAX_UNDER_WAY ? undefined : underWay.values().next().value;
  if (oldest !== undefined) underWay.delete(oldest);
  underWay.add(passage);
}

/** Adds a request that has ended to the tally, under the split it was assigned by. */
export function observe(tally: Tally, passage: Passage, outcome: Outcome, now: number): void {
  // One that was counted for its age is counted again only if it failed, too.
  if (passage.counted && (passage.abandoned || !outcome.failed)) return;
  const wasCounted = passage.counted;
  passage.counted = true;
  tally.underWay.delete(passage);
  const row = rowFor(tally, passage);
  if (passage.overridden) {
    row.overridden++;
    if (outcome.failed) row.overriddenErrors++;
    return;
  }
  const milliseconds = Math.max(now - passage.startedAt, 0);
  row.requests++;
  if (outcome.failed) {
    row.errors++;
    charge(tally, row.errorsBy, passage);
  }
  const slow = !wasCounted && observeLatency(tally, row, passage, milliseconds);
  if (outcome.failed || slow) addSample(row, passage, outcome, milliseconds);
}

/** Adds a request whose visitor left before the answer. */
export function observeAbandoned(tally: Tally, passage: Passage, now: number): void {
  passage.abandoned = true;
  observe(tally, passage, UNANSWERED, now);
}

/** Adds the requests that have taken too long by `now`. */
export function observeOverdue(tally: Tally, now: number): void {
  for (const passage of tally.underWay) if (now - passage.startedAt >= OVERDUE_MS) observe(tally, passage, UNANSWERED, now);
}

/** @returns whether it took longer than a threshold */
function observeLatency(tally: Tally, row: TallyRow, passage: Passage, milliseconds: number): boolean {
  let isSlow = false;
  for (const slow of row.slow) {
    if (milliseconds <= slow.overMs) continue;
    isSlow = true;
    slow.count++;
    charge(tally, slow.by, passage);
  }
  countLatency(tally, row, passage, milliseconds);
  return isSlow;
}

function countLatency(tally: Tally, row: TallyRow, { visitor }: Passage, milliseconds: number): void {
  const before = tally.seen.get(visitor) ?? 0;
  if (before >= LATENCIES_PER_VISITOR || (before === 0 && tally.seen.size >= MAX_VISITORS)) return;
  tally.seen.set(visitor, before + 1);
  if (before === 0 && isFirstMet(tally, row, visitor)) row.visitors++;
  const bucket = bucketOf(milliseconds);
  row.latency[bucket] = (row.latency[bucket] ?? 0) + 1;
}

// Who comes again and again is one visitor all the same.
function isFirstMet(tally: Tally, { epoch, revision }: TallyRow, visitor: number): boolean {
  if (isNewer({ epoch, revision }, tally.metUnder) || tally.met.size >= MAX_MET) {
    tally.metUnder = { epoch, revision };
    tally.met.clear();
  }
  const isFirst = !tally.met.has(visitor);
  if (isFirst) tally.met.add(visitor);
  return isFirst;
}

// Whoever finds no room is named by nobody, whichever slot it came to: so that neither looks better for it.
function charge(tally: Tally, by: number[], { request, split, visitor }: Passage): void {
  const network = networkOf(request.headers.get('cf-connecting-ip'));
  const hash = network === undefined ? 0 : hash32(network, split?.seed ?? 0);
  for (let i = 0; i < by.length; i += 3) {
    if (by[i] !== visitor || by[i + 1] !== hash) continue;
    by[i + 2] = (by[i + 2] ?? 0) + 1;
    return;
  }
  if (tally.named >= MAX_NAMED) return;
  tally.named++;
  by.push(visitor, hash, 1);
}

function addSample(row: TallyRow, { request }: Passage, { status }: Outcome, milliseconds: number): void {
  if (row.samples.length >= MAX_SAMPLES) return;
  const ray = (request.headers.get('cf-ray') ?? '').replace(/[^\w-]/g, '').slice(0, 40);
  row.samples.push({ path: shownPath(request.url), status, milliseconds, ray });
}

/** The row of a slot under a split, made if need be; with `MAX_ROWS` taken, the oldest goes. */
function rowFor(tally: Tally, { split, slot }: Passage): TallyRow {
  const { epoch, revision } = idOf(split);
  const { rows } = tally;
  for (const row of rows) if (row.slot === slot && row.revision === revision && row.epoch === epoch) return row;
  if (rows.length >= MAX_ROWS) rows.shift();
  const counts = { requests: 0, errors: 0, overridden: 0, overriddenErrors: 0, visitors: 0 };
  const slow = tally.slowerThanMs.map((overMs) => ({ overMs, count: 0, by: [] }));
  const row = { epoch, revision, slot, ...counts, latency: new Uint32Array(LAST_BUCKET + 1), errorsBy: [], slow, samples: [] };
  rows.push(row);
  return row;
}
