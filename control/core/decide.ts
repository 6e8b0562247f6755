// Stage `decide`: a watch → verdict. Pure. The guards in here say when evidence is not enough to act on.
import { type Counts, logEvidence, logMean, requestsNeeded } from './evaluate.ts';
import type { Slo } from './slo.ts';
import { recentSpan, shareOf, type Watch } from './watch.ts';

const ROUNDING = 1e-9;

/** Which test speaks loudest against the slot. */
export type Cause = 'errors absolute' | 'errors relative';

/** What is to be done about a watched slot, and why. */
export interface Verdict {
  /** `fail`: roll back. `hold`: would fail, but the active slot is as bad. `insufficient`: not enough to pass. */
  readonly verdict: 'pass' | 'fail' | 'hold' | 'insufficient';
  /** ln of the evidence of the watch, and of the value that convicts. */
  readonly logEvidence: number;
  readonly logThreshold: number;
  readonly cause: Cause;
  /** Requests still needed for a `pass`; 0 unless `insufficient`. */
  readonly needs: number;
}

/** Why a watch is convicted, with its numbers, in a sentence. */
export function conviction(watch: Watch, verdict: Verdict, slo: Slo): string {
  const { candidate, active } = recentSpan(watch, slo.minBad);
  const of = (slot: string, c: Counts) => `${c.errors} of ${c.requests} requests on ${slot} failed (${percent(shareOf(c))})`;
  const against =
    verdict.cause === 'errors relative'
      ? `, ${of(watch.returnTo, active)} at the same time; allowed is ${slo.errorRatio} times as much`
      : `; the objective is ${percent(slo.errorObjective)}`;
  return `${verdict.cause}: ${of(watch.slot, candidate)}${against}. Evidence ${power(verdict.logEvidence)}, a rollback takes ${power(verdict.logThreshold)}.`;
}

/** A share of 0 to 1 in words: "2.5 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

// Evidence of a broken slot soon leaves the range of a number.
function power(log: number): string {
  return log < Math.log(1e6) ? String(Number(Math.exp(log).toPrecision(3))) : `10^${Math.floor(log / Math.LN10)}`;
}

/** The verdict on a watch whose seconds are judged up to `now` (ms). */
export function decide(watch: Watch, slo: Slo, now: number): Verdict {
  const absolute = logEvidence(watch.absolute);
  const relative = watch.relative === null ? Number.NEGATIVE_INFINITY : logEvidence(watch.relative);
  const evidence = watch.relative === null ? absolute : logMean([absolute, relative]);
  const logThreshold = -Math.log(slo.falseRollbackChance);
  // Seconds of capped growth come to the threshold to the last bit, which must not decide.
  const convicts = (log: number) => log >= logThreshold - ROUNDING;
  const cause: Cause = relative > absolute ? 'errors relative' : 'errors absolute';
  const reached = { logEvidence: evidence, logThreshold, cause, needs: 0 };
  if (convicts(evidence) && isWorthIt(watch, slo, cause)) {
    const shared = !convicts(relative) && isActiveAsBad(watch, slo);
    const patient = watch.heldSince === null || now - watch.heldSince < slo.holdSeconds * 1000;
    return { ...reached, verdict: shared && patient ? 'hold' : 'fail' };
  }
  const needs = requestsNeeded(watch.total.candidate, slo.minRequests, slo.errorObjective);
  return { ...reached, needs, verdict: needs > 0 ? 'insufficient' : 'pass' };
}

// Enough bad requests, and a difference large enough to matter to anyone.
function isWorthIt(watch: Watch, slo: Slo, cause: Cause): boolean {
  if (watch.total.candidate.errors < slo.minBad) return false;
  const span = recentSpan(watch, slo.minBad);
  const against = cause === 'errors relative' ? shareOf(span.active) : slo.errorObjective;
  return shareOf(span.candidate) - against >= slo.minEffect;
}

// A shared dependency is down: moving traffic would not help, so wait before going home. Where home has no traffic, as in
// most bakes, nothing is known against it.
function isActiveAsBad(watch: Watch, slo: Slo): boolean {
  const span = recentSpan(watch, slo.minBad);
  const active = shareOf(span.active);
  return active > slo.errorObjective && active >= shareOf(span.candidate) / 2;
}
