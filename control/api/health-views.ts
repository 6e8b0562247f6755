// Inside → outside: what the API shows of health: counts and latencies by slot, objectives, watches with their evidence. Pure.
import type { z } from 'zod';
import { boundOf, type Histogram } from '../../router/histogram.ts';
import { countsSince, KEPT_MINUTES, NO_COUNTS, quantileMs } from '../core/counts.ts';
import { decide, neededOf } from '../core/decide.ts';
import { logEvidence, plain } from '../core/evaluate.ts';
import type { Probe, Service } from '../core/service.ts';
import { nameOf, objectivesOf, type Rule, type Slo } from '../core/slo.ts';
import { limitsOf, NONE, sampledOf, shareOf, type Watch, type WatchTest } from '../core/watch.ts';
import type { health, slos } from './health-answers.ts';
import { bySlot, iso, isoOrNull } from './units.ts';

/** `GET /services/{name}/health`: counts of the last minutes by slot, probes, objectives, and each watch with its evidence. */
export function healthView(service: Service, now: number): z.infer<typeof health> {
  const counts = countsSince(service, firstMinute(now));
  return {
    windowSeconds: KEPT_MINUTES * 60,
    slots: bySlot(service.slots, (slot) => {
      const { requests, errors, latency } = counts[slot] ?? NO_COUNTS;
      const errorShare = shareOf(sampledOf({ requests, errors }));
      return { requests, errors, errorShare, ...quantilesOf(latency), probe: probeView(service.probes[slot]) };
    }),
    slo: slosView(service.slo),
    watches: service.watches.map((watch) => watchView(service, watch, now)),
    alerts: service.alerts.map(({ at, ...alert }) => ({ at: iso(at), ...alert })),
    reports: service.reports,
  };
}

/** `GET /services/{name}/slos`. */
export function slosView({ latencyObjectives, ...slo }: Slo): z.infer<typeof slos> {
  return {
    ...slo,
    latencyObjectives: latencyObjectives.map(({ overMs, maxShare }) => ({
      overMs,
      maxShare,
      percentile: Number((100 - maxShare * 100).toPrecision(8)),
    })),
  };
}

/** The first of the minutes that health shows, counted since 1970. */
export function firstMinute(now: number): number {
  return Math.floor(now / 60_000) - KEPT_MINUTES + 1;
}

function quantilesOf(latency: Histogram) {
  const at = (q: number) => quantileMs(latency, q);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999) };
}

function watchView(service: Service, watch: Watch, now: number) {
  const { slo } = service;
  const { verdict, needs, logEvidence: evidence, logThreshold, cause } = decide(watch, slo, now);
  return {
    slot: watch.slot,
    kind: watch.kind,
    returnTo: watch.returnTo,
    startedAt: iso(watch.startedAt),
    endsAt: isoOrNull(watch.endsAt),
    heldSince: isoOrNull(watch.heldSince),
    requests: watch.total.candidate.requests,
    errors: watch.total.candidate.errors,
    verdict,
    needs,
    evidence: plain(evidence),
    threshold: plain(logThreshold),
    cause: nameOf(cause.rule),
    slos: sloViews(watch, slo, verdict),
    tests: watch.tests.map((test) => testView(test, watch)),
    capped: watch.caps.reduce((sum, { swallowed }) => sum + swallowed, 0),
  };
}

/** Each objective: observed against it, and the evidence of its test on its way to `needed`. */
function sloViews(watch: Watch, slo: Slo, verdict: 'pass' | 'fail' | 'hold' | 'insufficient') {
  const needs = neededOf(watch, slo);
  return objectivesOf(slo).map(({ sli, overMs, maxShare }, i) => {
    const test = watch.tests[i];
    const isOver = shareOf(test?.total.candidate ?? NONE) > maxShare;
    const own = (needs[i] ?? 0) > 0 ? ('insufficient' as const) : ('pass' as const);
    return {
      sli,
      overMs,
      objective: maxShare,
      observed: shareOf(test?.total.candidate ?? NONE),
      evidence: plain(test === undefined ? 0 : logEvidence(test.evidence)),
      needed: plain(Math.log(watch.tests.length / slo.falseRollbackChance)),
      verdict: isOver && (verdict === 'fail' || verdict === 'hold') ? verdict : own,
      needs: needs[i] ?? 0,
    };
  });
}

function testView({ rule, evidence, total: { candidate, active } }: WatchTest, watch: Watch) {
  return {
    test: nameOf(rule),
    sli: rule.sli,
    kind: rule.kind,
    ...limitOf(rule, watch),
    requests: candidate.requests,
    bad: candidate.bad,
    observed: shareOf(candidate),
    active: rule.kind === 'absolute' ? null : shareOf(active),
    evidence: plain(logEvidence(evidence)),
  };
}

/** What a test holds the candidate to. `slowerThanMs`: from where on its latencies tell against it; `null` until that is known. */
function limitOf(rule: Rule, watch: Watch): { objective?: number; ratio?: number; slowerThanMs?: number | null } {
  if (rule.kind === 'absolute') return { objective: rule.maxShare, ...(rule.overMs !== null && { slowerThanMs: rule.overMs }) };
  if (rule.sli === 'errors') return { ratio: rule.ratio };
  const limits = limitsOf(watch, rule);
  const slowerThanMs = limits === undefined ? null : Number(boundOf(limits.candidate).toPrecision(3));
  return { ratio: rule.ratio, slowerThanMs };
}

function probeView(probe: Probe | undefined) {
  return probe === undefined ? null : { ...probe, at: iso(probe.at) };
}
