// A slot under watch: what it has served beside the active slot, and the evidence against it. Pure.
// A watch begins when a slot that is not active gets weight (`split`), or a slot is made active at once (`bake`).
import { bucketsFor, type Histogram, NO_LATENCIES } from '../../router/histogram.ts';
import type { Sample } from '../../router/report.ts';
import type { SplitId } from '../../router/split.ts';
import type { AlertKind } from './alert.ts';
import { type Caps, NO_CAPS } from './caps.ts';
import { newTest, type Sampled, type Test } from './evaluate.ts';
import { newSampleRatio, type SampleRatio } from './ratio.ts';
import { type LatencyRule, objectivesOf, QUANTILES, type Rule, rulesOf, type Slo } from './slo.ts';

/** Requests and failed ones, as they came. */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
}

/** Something of the watched slot, and of the active one, over the same time. */
export interface Pair<T = Sampled> {
  readonly candidate: T;
  readonly active: T;
}

/** What one slot has served in the open second. */
export interface Side extends Counts {
  /** By objective: requests that can be judged by it, and those of them that were bad and count. */
  readonly judged: readonly Sampled[];
  readonly latency: Histogram;
  /** Visitors that isolates met for the first time under the split in force. */
  readonly visitors: number;
}

/** A test, and what it was told. */
export interface WatchTest {
  readonly rule: Rule;
  readonly evidence: Test;
  readonly total: Pair;
  /** The last whole minutes with bad candidate requests, as many as guards look back; what lies between is in the one before. */
  readonly recent: readonly (Pair & { readonly minute: number })[];
  /** Seconds that a relative test has not judged yet, since the one named, for want of requests on one side. */
  readonly carried: (Pair & { readonly since: number }) | null;
}

/** A watched slot and the evidence against it. */
export interface Watch {
  readonly kind: 'split' | 'bake';
  readonly slot: string;
  /** Where its traffic goes if it is convicted: the active slot, or in a bake the former one. */
  readonly returnTo: string;
  /** Only what was assigned by this split or a later one counts. */
  readonly since: SplitId;
  readonly startedAt: number;
  /** When a bake is over, ms. */
  readonly endsAt: number | null;
  /** When the slot had its first request, ms: it is cold for a while. */
  readonly warmSince: number | null;
  readonly total: Pair<Counts>;
  /** The second that is still open. */
  readonly open: Pair<Side>;
  readonly tests: readonly WatchTest[];
  /** By objective. */
  readonly caps: readonly Caps[];
  /** Buckets of the active slot's latencies that relative tests compare at, by quantile, and the second of the watch they were renewed in. */
  readonly thresholds: { readonly second: number; readonly buckets: readonly number[] } | null;
  readonly ratio: SampleRatio;
  /** The last requests of the slot that went badly. */
  readonly samples: readonly Sample[];
  readonly alerted: readonly AlertKind[];
  readonly heldSince: number | null;
  /** The release whose bake it is; `null` for a trial, and for a slot that was made active at once. */
  readonly release: number | null;
}

/** How long a bake takes, and the release it is of, if any. */
export interface Bake {
  readonly seconds: number;
  readonly release: number | null;
}

/** No requests. */
export const NONE: Sampled = { requests: 0, bad: 0 };
const NO_PAIR: Pair = { candidate: NONE, active: NONE };
const NO_COUNTS: Counts = { requests: 0, errors: 0 };

/** A watch without evidence. */
export function newWatch(slot: string, returnTo: string, since: SplitId, slo: Slo, now: number, bake?: Bake): Watch {
  return {
    kind: bake === undefined ? 'split' : 'bake',
    slot,
    returnTo,
    since: { epoch: since.epoch, revision: since.revision },
    endsAt: bake === undefined ? null : now + bake.seconds * 1000,
    release: bake?.release ?? null,
    heldSince: null,
    ...withoutEvidence(slo, now, { compares: bake === undefined }),
  };
}

/** The same watch with all evidence forgotten, as other objectives demand. What is held back for it is let go by the next look. */
export function rewatched(watch: Watch, since: SplitId, slo: Slo, now: number): Watch {
  const id = { epoch: since.epoch, revision: since.revision };
  return { ...watch, since: id, ...withoutEvidence(slo, now, { compares: watch.kind === 'split' }) };
}

function withoutEvidence(slo: Slo, now: number, how: { readonly compares: boolean }) {
  const tests = rulesOf(slo, how).map(
    (rule): WatchTest => ({ rule, evidence: newTest(), total: NO_PAIR, recent: [], carried: null }),
  );
  return {
    startedAt: now,
    warmSince: null,
    total: { candidate: NO_COUNTS, active: NO_COUNTS },
    open: noSecond(slo),
    tests,
    caps: objectivesOf(slo).map(() => NO_CAPS),
    thresholds: null,
    ratio: newSampleRatio(),
    samples: [],
    alerted: [],
  };
}

/** From which buckets on latencies of each slot tell against the candidate, by a comparison; `undefined` until that is known. */
export function limitsOf({ thresholds }: Pick<Watch, 'thresholds'>, { quantile, ratio }: LatencyRule): Pair<number> | undefined {
  const active = thresholds?.buckets[QUANTILES.indexOf(quantile)];
  return active === undefined ? undefined : { candidate: active + bucketsFor(ratio), active };
}

/** A second in which nothing came. */
export function noSecond(slo: Slo): Pair<Side> {
  const side: Side = { ...NO_COUNTS, judged: objectivesOf(slo).map(() => NONE), latency: NO_LATENCIES, visitors: 0 };
  return { candidate: side, active: side };
}

/**
 * What a test was told over the shortest recent span of whole minutes that holds `minBad` bad candidate requests, or over all
 * there is: over the whole watch, two good hours would hide a late failure.
 */
export function recentSpan({ recent }: WatchTest, minBad: number): Pair {
  let span = NO_PAIR;
  for (let i = recent.length - 1; i >= 0 && span.candidate.bad < minBad; i--) span = addPairs(span, recent[i] ?? NO_PAIR);
  return span;
}

/** The bad share of some requests, 0 to 1; 0 of none. */
export function shareOf({ requests, bad }: Sampled): number {
  return requests === 0 ? 0 : bad / requests;
}

/** Failed requests as bad ones. */
export function sampledOf({ requests, errors }: Counts): Sampled {
  return { requests, bad: errors };
}

/** The sum of two samples. */
export function addSampled(a: Sampled, b: Sampled): Sampled {
  return { requests: a.requests + b.requests, bad: a.bad + b.bad };
}

/** The sum of two pairs. */
export function addPairs(a: Pair, b: Pair): Pair {
  return { candidate: addSampled(a.candidate, b.candidate), active: addSampled(a.active, b.active) };
}
