// Stage `flush`: the tally → a report to control, whose reply brings the newest split. Behind the response, never throws.
// A window of gathering is owned by its due time: the first request of a window waits for it inside `waitUntil`, and a
// request that finds it overdue (the platform may cancel the owner) takes it over.
import { type Dataset, MAX_POINTS, writePoints } from './analytics.ts';
import { adoptReply, type SplitMemory, type SplitSource } from './load.ts';
import { log } from './log.ts';
import type { Tally } from './observe.ts';
import { idOf, type Report, thresholdsOf } from './report.ts';
import { takeRows } from './seal.ts';
import { within } from './within.ts';

/** While something is watched, and before control has said otherwise. */
const WATCHED_MS = 1_000;
/** The longest window: `waitUntil` ends 30 s after the response. */
const LONGEST_MS = 20_000;
const OVERDUE_MS = 1_000;
const ANSWER_WAIT_MS = 5_000;

/** The reports of one service from this isolate. */
export interface Flusher {
  isolate: string;
  sequence: number;
  /** Sent, and not answered yet. */
  sealed: Report | undefined;
  /** When the window that is open ends, ms; 0 when none is open. */
  dueAt: number;
  flushAfterMs: number;
  /** Until then a call is under way, ms. */
  callingUntil: number;
  /** Another window ended while a call was under way. */
  again: boolean;
  /** Data points that may still be written behind the request that flushes. */
  pointsLeft: number;
}

/** What flushing works on. */
export interface Reporting {
  readonly source: SplitSource;
  readonly memory: SplitMemory;
  readonly tally: Tally;
  readonly flusher: Flusher;
  /** Where data points go, if anywhere. */
  readonly analytics?: Dataset;
}

/** A flusher that has sent nothing. */
export function newFlusher(): Flusher {
  const idle = { dueAt: 0, flushAfterMs: WATCHED_MS, callingUntil: 0, again: false, pointsLeft: 0 };
  return { isolate: '', sequence: 0, sealed: undefined, ...idle };
}

/**
 * Sees to it that what was tallied gets reported.
 * @param now ms
 * @param defer keeps a promise alive behind the response
 */
export function flushLater(to: Reporting, now: number, defer: (work: Promise<unknown>) => void): void {
  const { flusher } = to;
  const wait = to.memory.held?.mixed ? WATCHED_MS : flusher.flushAfterMs;
  const open = flusher.dueAt !== 0;
  // A window of 20 s that was opened before the split became mixed is cut short here.
  if (open && now <= flusher.dueAt + OVERDUE_MS && flusher.dueAt <= now + wait) return;
  flusher.dueAt = open ? now : now + wait;
  defer(endWindow(to, flusher.dueAt, flusher.dueAt - now));
}

async function endWindow(to: Reporting, dueAt: number, waitMs: number): Promise<void> {
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  if (to.flusher.dueAt !== dueAt) return;
  to.flusher.dueAt = 0;
  if (Date.now() < to.flusher.callingUntil) to.flusher.again = true;
  else await send(to);
}

async function send(to: Reporting): Promise<void> {
  const { flusher } = to;
  flusher.pointsLeft = MAX_POINTS;
  do {
    flusher.again = false;
    flusher.callingUntil = Date.now() + ANSWER_WAIT_MS;
    const answered = await sendSealed(to);
    flusher.callingUntil = 0;
    if (!answered) return;
  } while (flusher.again);
}

/** Seals what was tallied, unless an earlier report is still unanswered, and sends it. Whether it was answered. */
async function sendSealed(to: Reporting): Promise<boolean> {
  const { flusher, source } = to;
  try {
    flusher.sealed ??= seal(to);
    if (flusher.sealed === undefined || source.control === undefined) return false;
    const reply = await within(ANSWER_WAIT_MS, source.control.report(flusher.sealed));
    flusher.sealed = undefined;
    flusher.flushAfterMs = Math.min(Math.max(Number(reply.flushAfterMs) || WATCHED_MS, 100), LONGEST_MS);
    if (reply.refused !== undefined) log('warn', 'control refused a report', { service: source.service, why: reply.refused });
    if (reply.refused === undefined) to.tally.slowerThanMs = thresholdsOf(reply);
    adoptReply(source, to.memory, reply);
    return true;
  } catch (error) {
    log('warn', 'a report was not answered, it will be sent again', { service: source.service, error });
    return false;
  }
}

function seal({ source, memory, tally, flusher, analytics }: Reporting): Report | undefined {
  const rows = takeRows(tally, Date.now());
  if (rows.length === 0) return undefined;
  // What found no room goes with the next report, at once.
  if (tally.rows.length > 0) flusher.again = true;
  // Made here, not at start-up, where the platform gives no random numbers.
  if (flusher.isolate === '') flusher.isolate = crypto.randomUUID();
  const { epoch, revision } = idOf(memory.held);
  const held = { epoch, revision };
  const { isolate } = flusher;
  const report: Report = { schema: 1, service: source.service, isolate, sequence: ++flusher.sequence, held, rows };
  // Here, where each report comes by once, however often it is sent.
  flusher.pointsLeft -= writePoints(analytics, report, flusher.pointsLeft);
  return report;
}
