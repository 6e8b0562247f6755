// Stage `evaluate`, for a watch: its open second is judged once by every test, and closed. Pure.
import { countAbove, type Histogram, quantileBucket, totalOf } from '../../router/histogram.ts';
import { absoluteTrial, judgeSecond, logSecondCap, relativeTrial, type Trial } from './evaluate.ts';
import { judgeRatio } from './ratio.ts';
import { logThresholdOf, QUANTILES, type Rule, type Slo } from './slo.ts';
import { addPairs, type Counts, limitsOf, NONE, noSecond, type Pair, type Side, type Watch, type WatchTest } from './watch.ts';

/** A second that lacks one side is carried on until both are there, for so long at most. */
const CARRY_SECONDS = 10;
/** No quantile of the active slot before it has shown so many latencies. */
const MIN_LATENCIES = 200;
const RENEW_SECONDS = 10;

/** What a second is judged by. */
export interface Judging {
  readonly slo: Slo;
  /** The candidate's part of the weight of both slots, 0 to 1. */
  readonly share: number;
  /** The active slot's latencies before this second: of the last minutes that hold as many as these, or fewer where there are not. */
  readonly latencies: (atLeast: number) => Histogram;
}

/** Judges the open second and closes it. `second` is the object's clock in whole seconds. */
export function closeSecond(watch: Watch, second: number, { slo, share, latencies }: Judging): Watch {
  const { open, total } = watch;
  const since = Math.max(second - Math.floor(watch.startedAt / 1000), 0);
  const thresholds = renewed(watch, since, latencies);
  const cap = logSecondCap(watch.tests.length, slo.falseRollbackChance);
  const tests = watch.tests.map((test, i) => {
    const pair = pairOf(test.rule, i, open, thresholds);
    return pair === undefined ? test : judged(test, pair, since, cap, slo.minBad);
  });
  const ratio =
    watch.kind === 'split' && share > 0 && share < 1
      ? judgeRatio(watch.ratio, { candidate: open.candidate.visitors, active: open.active.visitors }, share, since, {
          cap,
          threshold: logThresholdOf(slo),
        })
      : watch.ratio;
  const counts = { candidate: add(total.candidate, open.candidate), active: add(total.active, open.active) };
  return { ...watch, thresholds, tests, ratio, total: counts, open: noSecond(slo) };
}

// Fixed from what came before this second, and often enough to follow an active slot whose latencies change.
function renewed({ kind, thresholds }: Watch, second: number, latencies: Judging['latencies']): Watch['thresholds'] {
  if (kind === 'bake' || (thresholds !== null && second - thresholds.second < RENEW_SECONDS)) return thresholds;
  const histogram = latencies(MIN_LATENCIES);
  if (totalOf(histogram) < MIN_LATENCIES) return thresholds;
  return { second, buckets: QUANTILES.map((q) => quantileBucket(histogram, q) ?? 0) };
}

/** What a test is told of a second; `undefined` where it is told nothing. Absolute tests come in the order of the objectives. */
function pairOf(rule: Rule, index: number, { candidate, active }: Pair<Side>, thresholds: Watch['thresholds']): Pair | undefined {
  const of = (i: number): Pair => ({ candidate: candidate.judged[i] ?? NONE, active: active.judged[i] ?? NONE });
  if (rule.kind === 'absolute') return of(index);
  if (rule.sli === 'errors') return of(0);
  const limits = limitsOf({ thresholds }, rule);
  if (limits === undefined) return undefined;
  const above = ({ latency }: Side, from: number) => ({ requests: totalOf(latency), bad: countAbove(latency, from) });
  return { candidate: above(candidate, limits.candidate), active: above(active, limits.active) };
}

function judged(test: WatchTest, pair: Pair, since: number, cap: number, minBad: number): WatchTest {
  const { rule, carried } = test;
  if (rule.kind === 'absolute') return told(test, pair, absoluteTrial(pair.candidate, rule.maxShare), since, cap, minBad);
  const fits = carried !== null && since - carried.since < CARRY_SECONDS;
  const both = fits ? addPairs(carried, pair) : pair;
  // The thresholds of latency are as much longer for the candidate as it may be: its share above them may be the same.
  const trial = relativeTrial(both.candidate, both.active, rule.sli === 'errors' ? rule.ratio : 1);
  if (trial !== undefined) return told({ ...test, carried: null }, both, trial, since, cap, minBad);
  const isEmpty = both.candidate.requests + both.active.requests === 0;
  const next = isEmpty ? null : { ...both, since: fits ? carried.since : since };
  return next === null && carried === null ? test : { ...test, carried: next };
}

function told(test: WatchTest, pair: Pair, trial: Trial | undefined, since: number, cap: number, minBad: number): WatchTest {
  if (pair.candidate.requests + pair.active.requests === 0) return test;
  return {
    ...test,
    evidence: judgeSecond(test.evidence, trial, since, cap),
    total: addPairs(test.total, pair),
    recent: remembered(test.recent, Math.floor(since / 60), pair, minBad),
  };
}

// A whole minute without bad candidate requests ends no span, so it goes into the one before; and what lies behind `minBad` of
// them is never looked at: so a few minutes stand for all.
function remembered(recent: WatchTest['recent'], minute: number, pair: Pair, minBad: number): WatchTest['recent'] {
  const last = recent.at(-1);
  if (last !== undefined && last.minute >= minute)
    return [...recent.slice(0, -1), { minute: last.minute, ...addPairs(last, pair) }];
  const before = recent.at(-2);
  const isQuiet = last !== undefined && before !== undefined && last.candidate.bad === 0;
  const whole = isQuiet ? [...recent.slice(0, -2), { minute: before.minute, ...addPairs(before, last) }] : recent;
  const behind = whole.slice(1).reduce((sum, { candidate }) => sum + candidate.bad, 0);
  return [...(behind >= minBad ? whole.slice(1) : whole), { minute, ...pair }];
}

function add(a: Counts, b: Counts): Counts {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors };
}
