// Between `ingest` and `evaluate`: a slot under watch, its counts pooled by second of the object's clock. Pure.
// A watch begins when a slot that is not active gets weight (`split`), or a slot is made active at once (`bake`).
import type { Row } from '../../router/report.ts';
import type { SplitId } from '../../router/split.ts';
import { absoluteTrial, type Counts, judgeSecond, logSecondCap, newTest, relativeTrial, type Test } from './evaluate.ts';
import type { Slo } from './slo.ts';

/** Counts of the watched slot and of the active one, over the same time. */
export interface Pair {
  readonly candidate: Counts;
  readonly active: Counts;
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
  readonly total: Pair;
  /** The second that is still open. */
  readonly open: Pair;
  /** Seconds the relative test has not judged yet, since the one named, for want of requests on one side. */
  readonly carried: (Pair & { readonly since: number }) | null;
  readonly absolute: Test;
  /** None in a bake: there is no other traffic to compare with. */
  readonly relative: Test | null;
  /** The last whole minutes, oldest first; what is older is added up in the first. */
  readonly minutes: readonly (Pair & { readonly minute: number })[];
  readonly heldSince: number | null;
  /** The release whose bake it is; `null` for a trial, and for a slot that was made active at once. */
  readonly release: number | null;
}

/** How long a bake takes, and the release it is of, if any. */
export interface Bake {
  readonly seconds: number;
  readonly release: number | null;
}

const NONE: Counts = { requests: 0, errors: 0 };
const NO_PAIR: Pair = { candidate: NONE, active: NONE };
const CARRY_SECONDS = 10;
const MAX_MINUTES = 120;

/** A watch without evidence. */
export function newWatch(slot: string, returnTo: string, since: SplitId, now: number, bake?: Bake): Watch {
  return {
    kind: bake === undefined ? 'split' : 'bake',
    slot,
    returnTo,
    since: { epoch: since.epoch, revision: since.revision },
    startedAt: now,
    endsAt: bake === undefined ? null : now + bake.seconds * 1000,
    total: NO_PAIR,
    open: NO_PAIR,
    carried: null,
    absolute: newTest(),
    relative: bake === undefined ? newTest() : null,
    minutes: [],
    heldSince: null,
    release: bake?.release ?? null,
  };
}

/** How many tests the evidence of a watch is the mean of. */
export function testCount(watch: Watch): number {
  return watch.relative === null ? 1 : 2;
}

/** Adds a row of a report to the open second, if it belongs to the watch. */
export function pool(watch: Watch, row: Row): Watch {
  if (row.epoch !== watch.since.epoch || row.revision < watch.since.revision) return watch;
  if (row.slot === watch.slot) return { ...watch, open: { ...watch.open, candidate: add(watch.open.candidate, row) } };
  if (row.slot !== watch.returnTo) return watch;
  return { ...watch, open: { ...watch.open, active: add(watch.open.active, row) } };
}

/** Judges the open second, once, and closes it. `second` is the object's clock in whole seconds. */
export function closeSecond(watch: Watch, second: number, slo: Slo): Watch {
  const { open } = watch;
  const since = Math.max(second - Math.floor(watch.startedAt / 1000), 0);
  const cap = logSecondCap(testCount(watch), slo.falseRollbackChance);
  const absolute = judgeSecond(watch.absolute, absoluteTrial(open.candidate, slo.errorObjective), since, cap);
  const total = addPairs(watch.total, open);
  const minutes = addMinute(watch.minutes, Math.floor(since / 60), open);
  const closed = { ...watch, total, minutes, open: NO_PAIR, absolute };
  return watch.relative === null ? closed : { ...closed, ...judgeRelative(watch.relative, watch, since, cap, slo) };
}

// A second that lacks one side is carried on until both are there, for 10 s at most.
function judgeRelative(
  test: Test,
  { open, carried }: Watch,
  since: number,
  cap: number,
  slo: Slo,
): Pick<Watch, 'relative' | 'carried'> {
  const fits = carried !== null && since - carried.since < CARRY_SECONDS;
  const pair = fits ? addPairs(carried, open) : open;
  const trial = relativeTrial(pair.candidate, pair.active, slo.errorRatio);
  if (trial !== undefined) return { relative: judgeSecond(test, trial, since, cap), carried: null };
  const empty = pair.candidate.requests + pair.active.requests === 0;
  return { relative: test, carried: empty ? null : { ...pair, since: fits ? carried.since : since } };
}

/**
 * Counts over the shortest recent span of whole minutes that holds `minBad` bad candidate requests, or over all there is:
 * over the whole watch, two good hours would hide a late failure.
 */
export function recentSpan(watch: Watch, minBad: number): Pair {
  let span = NO_PAIR;
  for (let i = watch.minutes.length - 1; i >= 0 && span.candidate.errors < minBad; i--)
    span = addPairs(span, watch.minutes[i] ?? NO_PAIR);
  return span;
}

/** The bad share of some counts, 0 to 1; 0 of none. */
export function shareOf(counts: Counts): number {
  return counts.requests === 0 ? 0 : counts.errors / counts.requests;
}

function add(a: Counts, b: Counts): Counts {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors };
}

function addPairs(a: Pair, b: Pair): Pair {
  return { candidate: add(a.candidate, b.candidate), active: add(a.active, b.active) };
}

function addMinute(minutes: Watch['minutes'], minute: number, open: Pair): Watch['minutes'] {
  const last = minutes.at(-1);
  if (last !== undefined && last.minute >= minute)
    return [...minutes.slice(0, -1), { minute: last.minute, ...addPairs(last, open) }];
  const longer = [...minutes, { minute, ...open }];
  const [first, second, ...rest] = longer;
  if (longer.length <= MAX_MINUTES || first === undefined || second === undefined) return longer;
  return [{ minute: second.minute, ...addPairs(first, second) }, ...rest];
}
