// What a slot is held to: objectives and guards of a service, and the tests that follow from them. Pure.
// The meaning of each figure, and where it comes from, is in the README under "Judgement".

/** At most `maxShare` (0 to 1) of the requests take longer than `overMs`: "p99 ≤ 500 ms" is a share of 0.01 over 500. */
export interface LatencyObjective {
  readonly overMs: number;
  readonly maxShare: number;
}

/** Objectives and guards of a service. */
export interface Slo {
  /** Share of failed requests at most: the null of the absolute test. 0 to 1. */
  readonly errorObjective: number;
  /** Share of failed requests at most, as a multiple of the active slot's: the null of the relative test. */
  readonly errorRatio: number;
  /** Objectives of latency; none unless a service sets some. */
  readonly latencyObjectives: readonly LatencyObjective[];
  /** How many times as long as the active slot's a latency may be before it tells against the candidate; `off`: any. */
  readonly latencyRatio: number | 'off';
  /** Chance at most, per watch, that a healthy slot is rolled back. */
  readonly falseRollbackChance: number;
  /** No rollback before that many bad candidate requests. */
  readonly minBad: number;
  /** No rollback for a smaller difference of bad shares, however certain. 0.001 is 0.1 percentage points. */
  readonly minEffect: number;
  /** No `pass` before that many candidate requests. */
  readonly minRequests: number;
  /** How many bad requests of one visitor count, by SLI and watch. */
  readonly perVisitorCap: number;
  /** How many of one network (/24 or /64) count; `off` where visitors share one. */
  readonly perNetworkCap: number | 'off';
  /** How long a candidate's latencies do not count, from its first request on. */
  readonly latencyGraceSeconds: number;
  /** How long a rollback is held back while the active slot is as bad. */
  readonly holdSeconds: number;
  /** How long a slot made active at once is watched, with the former one to return to. */
  readonly bakeSeconds: number;
}

/** What a service is held to unless it says otherwise. */
export const DEFAULT_SLO: Slo = {
  errorObjective: 0.01,
  errorRatio: 1.5,
  latencyObjectives: [],
  latencyRatio: 1.2,
  falseRollbackChance: 0.01,
  minBad: 5,
  minEffect: 0.001,
  minRequests: 50,
  perVisitorCap: 2,
  perNetworkCap: 4,
  latencyGraceSeconds: 30,
  holdSeconds: 300,
  bakeSeconds: 600,
};

/** A comparison of latencies. */
export type LatencyRule = Extract<Rule, { kind: 'relative'; sli: 'latency' }>;

/** What makes a request bad. */
export type Sli = 'errors' | 'latency';

/** An SLI and the share of bad requests it may have. */
export interface Objective {
  readonly sli: Sli;
  /** Of latency: the threshold. */
  readonly overMs: number | null;
  readonly maxShare: number;
}

/** One test of a watch. Relative latency compares at a quantile of the active slot's latencies. */
export type Rule =
  | ({ readonly kind: 'absolute' } & Objective)
  | { readonly kind: 'relative'; readonly sli: 'errors'; readonly ratio: number }
  | { readonly kind: 'relative'; readonly sli: 'latency'; readonly ratio: number; readonly quantile: number };

/** What is wrong with objectives and guards that are sound one by one, in a sentence, or `undefined`. */
export function slosMistake({ minBad, perVisitorCap, perNetworkCap }: Slo): string | undefined {
  if (perVisitorCap >= minBad)
    return `perVisitorCap (${perVisitorCap}) must be below minBad (${minBad}), or one visitor could roll a release back.`;
  if (perNetworkCap !== 'off' && perNetworkCap >= minBad)
    return `perNetworkCap (${perNetworkCap}) must be below minBad (${minBad}), or one network could roll a release back; "off" allows that.`;
  return undefined;
}

/** At which latencies of the active slot the candidate is compared with it. */
export const QUANTILES: readonly number[] = [0.5, 0.9, 0.99];

/** Every objective of a service, errors first. */
export function objectivesOf({ errorObjective, latencyObjectives }: Slo): Objective[] {
  const latency = latencyObjectives.map((objective): Objective => ({ sli: 'latency', ...objective }));
  return [{ sli: 'errors', overMs: null, maxShare: errorObjective }, ...latency];
}

/** The tests of a watch: absolute ones in the order of the objectives, then, where there is an active slot beside it, relative ones. */
export function rulesOf(slo: Slo, { compares }: { readonly compares: boolean }): Rule[] {
  const absolute = objectivesOf(slo).map((objective): Rule => ({ kind: 'absolute', ...objective }));
  if (!compares) return absolute;
  const { latencyRatio: ratio } = slo;
  const latency =
    ratio === 'off' ? [] : QUANTILES.map((quantile): Rule => ({ kind: 'relative', sli: 'latency', ratio, quantile }));
  return [...absolute, { kind: 'relative', sli: 'errors', ratio: slo.errorRatio }, ...latency];
}

/** Whether the tests of one are not those of the other, so that evidence by these says nothing by those. */
export function areOtherTests(one: Slo, other: Slo): boolean {
  const testsOf = (slo: Slo) => JSON.stringify(rulesOf(slo, { compares: true }));
  return testsOf(one) !== testsOf(other);
}

/** ln of the evidence that convicts. */
export function logThresholdOf({ falseRollbackChance }: Slo): number {
  return -Math.log(falseRollbackChance);
}

/** The name of a test: `errors absolute`, `latency over 500 ms`, `latency p99 relative`. */
export function nameOf(rule: Rule): string {
  if (rule.kind === 'absolute') return rule.overMs === null ? 'errors absolute' : `latency over ${rule.overMs} ms absolute`;
  return rule.sli === 'errors' ? 'errors relative' : `latency p${rule.quantile * 100} relative`;
}
