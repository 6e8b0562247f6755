// Verdicts in words: which test, whose requests, how many of how many, and what was allowed. Pure.
import { boundOf } from '../../router/histogram.ts';
import type { Verdict } from './decide.ts';
import type { Sampled } from './evaluate.ts';
import { nameOf, type Slo } from './slo.ts';
import { limitsOf, recentSpan, shareOf, type Watch } from './watch.ts';

/** Why a watch is convicted, with its numbers, in a sentence or two. */
export function conviction(watch: Watch, verdict: Verdict, slo: Slo): string {
  return `${against(watch, verdict, slo)} ${evidenceOf(verdict)}, a rollback takes ${power(verdict.logThreshold)}.`;
}

/** How a watch stands that is not convicted: what speaks loudest against it. */
export function standingOf(watch: Watch, verdict: Verdict, slo: Slo): string {
  const { requests } = watch.total.candidate;
  if (requests === 0) return `${watch.slot} has had no requests yet.`;
  return `Loudest is ${against(watch, verdict, slo)} ${evidenceOf(verdict)} of the ${power(verdict.logThreshold)} a rollback takes.`;
}

/** A share of 0 to 1 in words: "2.5 %". */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** "12 of 40 requests on green failed (30 %)", or, by a threshold, "… took longer than 500 ms (30 %)". */
export function told({ requests, bad }: Sampled, slot: string, did: string): string {
  return `${bad} of ${requests} ${requests === 1 ? 'request' : 'requests'} on ${slot} ${did} (${percent(shareOf({ requests, bad }))})`;
}

/** What a bad request did, by an objective. */
export function didOf(overMs: number | null): string {
  return overMs === null ? 'failed' : `took longer than ${milliseconds(overMs)}`;
}

function against(watch: Watch, { cause }: Verdict, slo: Slo): string {
  const { rule } = cause;
  const { candidate, active } = recentSpan(cause, slo.minBad);
  const name = nameOf(rule);
  if (rule.kind === 'absolute')
    return `${name}: ${told(candidate, watch.slot, didOf(rule.overMs))}; the objective is ${percent(rule.maxShare)}.`;
  if (rule.sli === 'errors')
    return `${name}: ${told(candidate, watch.slot, 'failed')}, ${told(active, watch.returnTo, 'failed')} at the same time; allowed is ${rule.ratio} times as much.`;
  const limits = limitsOf(watch, rule) ?? { candidate: 0, active: 0 };
  const [mine, theirs] = [limits.candidate, limits.active].map((bucket) => milliseconds(boundOf(bucket)));
  const quantile = `p${rule.quantile * 100}`;
  return `${name}: ${told(candidate, watch.slot, `took longer than ${mine}`)}, ${rule.ratio} times the ${quantile} of ${watch.returnTo} lately; ${told(active, watch.returnTo, `took longer than that ${quantile}, ${theirs}`)}.`;
}

function evidenceOf({ logEvidence }: Verdict): string {
  return `Evidence ${power(logEvidence)}`;
}

function milliseconds(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}

// Evidence of a broken slot soon leaves the range of a number.
function power(log: number): string {
  return log < Math.log(1e6) ? String(Number(Math.exp(log).toPrecision(3))) : `10^${Math.floor(log / Math.LN10)}`;
}
