// A recorded trace through the engine: when, why and by which rule it would have rolled back.
import { createHash } from 'node:crypto';
import { decide } from '../../control/core/decide.ts';
import { plain } from '../../control/core/evaluate.ts';
import { standingOf } from '../../control/core/sentences.ts';
import { nameOf, type Slo } from '../../control/core/slo.ts';
import { bucketOf, type Histogram, sparse } from '../../router/histogram.ts';
import type { Slow } from '../../router/report.ts';
import { Lab, type SlotSecond, type Slots, steady } from './lab.ts';
import { TraceError, type TraceLine, type TraceSlot } from './trace.ts';

/** What became of a trace. `rolledBackAt` is the time (s) of the trace's own clock; `null`: it would have gone on. */
export interface Replayed {
  readonly rolledBackAt: number | null;
  /** Of the test that convicted, or that spoke loudest. */
  readonly rule: 'absolute' | 'relative' | null;
  readonly sli: 'errors' | 'latency' | null;
  readonly test: string | null;
  /** Candidate requests that the test was told of, and those of them that were bad and counted. */
  readonly requests: number;
  readonly bad: number;
  readonly evidence: number;
  /** What a rollback takes. */
  readonly needed: number;
  /** In sentences. */
  readonly why: string;
  /** When its rollback was held back first, since the active slot was as bad. */
  readonly heldAt: number | null;
  readonly lines: number;
  /** Lines whose time was before that of an earlier one: they count in that second, since a clock that jumps back stands still. */
  readonly backward: number;
}

/**
 * Replays a trace to its first rollback, or to its end.
 * @param slo what the candidate is held to
 * @param onEvidence hears of the evidence (its log 10) and the seconds since the trace began, each time it was judged
 */
export async function replay(
  trace: AsyncIterable<TraceLine> | Iterable<TraceLine>,
  slots: Slots,
  slo: Slo,
  onEvidence: (t: number, log10: number) => void = () => {},
): Promise<Replayed> {
  const lab = new Lab(steady(50), slo, slots);
  const met = new Set<string>();
  let start: number | undefined;
  let last = 0;
  let lines = 0;
  let backward = 0;
  for await (const line of trace) {
    start ??= Math.floor(line.t);
    lab.passTo(line.t - start);
    if (lines > 0) onEvidence(last - start, lab.log10Evidence);
    if (lab.convicted !== undefined) break;
    lab.serve(secondOf(line, slots, slo));
    for (const slot of Object.keys(line.slots)) met.add(slot);
    if (lines > 0 && line.t < last) backward++;
    last = lines === 0 ? line.t : Math.max(last, line.t);
    lines++;
  }
  if (met.size > 0 && !met.has(slots.active) && !met.has(slots.candidate))
    throw new TraceError(
      `The trace has no slot ${slots.active} or ${slots.candidate}; it has ${[...met].slice(0, 16).join(', ')}.`,
    );
  if (lab.convicted === undefined) lab.passTo(Math.floor(last - (start ?? 0)) + 1);
  const heldAt = lab.heldAt === undefined ? null : (start ?? 0) + lab.heldAt;
  return { ...(lab.convicted === undefined ? stands(lab) : convicted(lab, last)), heldAt, lines, backward };
}

type Verdict = Omit<Replayed, 'heldAt' | 'lines' | 'backward'>;

function convicted({ convicted: conviction }: Lab, at: number): Verdict {
  if (conviction === undefined) throw new Error('a conviction must have its decision');
  const { rule, tests, logEvidence, logThreshold, reason } = conviction.decision;
  const test = tests.find((record) => record.test === rule);
  const { requests, bad } = test?.candidate ?? { requests: 0, bad: 0 };
  return { rolledBackAt: at, ...namesOf(rule), requests, bad, ...figuresOf(logEvidence ?? 0, logThreshold), why: reason };
}

function stands({ service }: Lab): Verdict {
  const [watch] = service.watches;
  if (watch === undefined) throw new Error('a release that was not convicted must have its watch');
  const verdict = decide(watch, service.slo, Number.MAX_SAFE_INTEGER);
  const { requests, bad } = verdict.cause.total.candidate;
  const why = standingOf(watch, verdict, service.slo);
  const names = namesOf(requests === 0 ? null : nameOf(verdict.cause.rule));
  return { rolledBackAt: null, ...names, requests, bad, ...figuresOf(verdict.logEvidence, verdict.logThreshold), why };
}

// The first word of a test's name is its SLI, the last its kind.
function namesOf(test: string | null): Pick<Replayed, 'rule' | 'sli' | 'test'> {
  if (test === null) return { rule: null, sli: null, test };
  return {
    rule: test.endsWith('relative') ? 'relative' : 'absolute',
    sli: test.startsWith('errors') ? 'errors' : 'latency',
    test,
  };
}

function figuresOf(logEvidence: number, logThreshold: number) {
  return { evidence: plain(logEvidence), needed: plain(logThreshold) };
}

function secondOf(line: TraceLine, { active, candidate }: Slots, slo: Slo) {
  const of = (slot: string) => {
    const entry = line.slots[slot];
    return entry === undefined ? undefined : servedOf(entry, slo);
  };
  const [theirs, mine] = [of(active), of(candidate)];
  return { ...(mine && { candidate: mine }), ...(theirs && { active: theirs }) };
}

function servedOf({ requests, errors, latency, visitors }: TraceSlot, slo: Slo): SlotSecond {
  const slow = slo.latencyObjectives.map(({ overMs }): Slow => ({ overMs, count: slowerIn(latency, overMs, requests) }));
  return {
    requests,
    errors,
    latency: histogramOf(latency),
    ...(visitors !== undefined && { errorsBy: byOf(visitors, errors) }),
    ...(latency.length > 0 && slow.length > 0 && { slow }),
  };
}

function slowerIn(latency: TraceSlot['latency'], overMs: number, requests: number): number {
  const slower = latency.reduce((sum, [ms, count]) => sum + (ms > overMs ? count : 0), 0);
  return Math.min(slower, requests);
}

function histogramOf(latency: TraceSlot['latency']): Histogram {
  const counts: number[] = [];
  for (const [ms, count] of latency) {
    const bucket = bucketOf(ms);
    counts[bucket] = (counts[bucket] ?? 0) + count;
  }
  return sparse(counts);
}

// Nobody is charged with more errors than there were.
function byOf(visitors: NonNullable<TraceSlot['visitors']>, errors: number): number[] {
  let left = errors;
  return visitors.flatMap(([who, bad]) => {
    const charged = Math.min(bad, left);
    left -= charged;
    return charged === 0 ? [] : [hashOf(who), 0, charged];
  });
}

function hashOf(who: number | string): number {
  return typeof who === 'number' ? who >>> 0 : createHash('sha256').update(who).digest().readUInt32BE();
}
