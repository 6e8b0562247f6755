// Inside → outside: what the API shows of releases, plans and decisions. Pure.
import type { z } from 'zod';
import type { Decision } from '../core/decision.ts';
import { plain } from '../core/evaluate.ts';
import { BUILT_IN_PLANS, type Plan } from '../core/plan.ts';
import { isUnderWay, type Release, soakedMs, soakNeededMs, stageNeeds, stageOf } from '../core/release.ts';
import type { Service } from '../core/service.ts';
import { shareOf } from '../core/watch.ts';
import { versionView } from './deployment-views.ts';
import type { decisionsAnswer, plan as planAnswer, release as releaseAnswer } from './release-answers.ts';
import { iso, isoOrNull } from './units.ts';

type DecisionAnswer = z.infer<typeof decisionsAnswer>['decisions'][number];

/** `GET …/releases/{id}`. `service` is the one it belongs to, as it is now. */
export function releaseView(release: Release, service: Service, now: number): z.infer<typeof releaseAnswer> {
  const { id, name, state, why, candidate, from, plan, createdBy } = release;
  return {
    id,
    service: service.name,
    name,
    state,
    why,
    candidate: { slot: candidate, version: versionView(release.candidateVersion ?? undefined) },
    from: { slot: from, version: versionView(release.fromVersion ?? undefined) },
    plan: planView(plan),
    stage: stageView(release, service, now),
    gate: gateView(release),
    bake: bakeView(release, service),
    createdAt: iso(release.createdAt),
    createdBy,
    startedAt: isoOrNull(release.startedAt),
    endedAt: isoOrNull(release.endedAt),
  };
}

/** `GET /plans/{name}`, and the plan of a release. */
export function planView({ name, stages, onFail, onInsufficient, bakeSeconds, hooks }: Plan): z.infer<typeof planAnswer> {
  const shown = stages.map((stage) => ({ ...stage, weight: stage.weight / 100 }));
  const builtIn = BUILT_IN_PLANS.some((plan) => plan.name === name);
  return { name, builtIn, stages: shown, onFail, onInsufficient, bakeSeconds, hooks };
}

/** An entry of `GET …/releases/{id}/decisions`. */
export function decisionView({ at, logEvidence, logThreshold, tests, ...decision }: Decision): DecisionAnswer {
  return {
    at: iso(at),
    ...decision,
    evidence: logEvidence === null ? null : plain(logEvidence),
    threshold: plain(logThreshold),
    tests: tests.map(({ test, logEvidence: log, candidate, active }) => ({
      test,
      evidence: plain(log),
      candidate: { ...candidate, share: shareOf(candidate) },
      active: { ...active, share: shareOf(active) },
    })),
  };
}

function stageView(release: Release, { slo }: Service, now: number): z.infer<typeof releaseAnswer>['stage'] {
  const { stage } = release;
  if (stage === null) return null;
  const { weight, soakSeconds, minRequests } = stageOf(release);
  const needs = isUnderWay(release) ? stageNeeds(release, slo) : 0;
  return {
    number: stage.index + 1,
    weight: weight / 100,
    startedAt: iso(stage.startedAt),
    soakSeconds,
    soakNeededSeconds: soakNeededMs(release) / 1000,
    soakedSeconds: Math.floor(soakedMs(stage, now) / 1000),
    requests: stage.served.requests,
    errors: stage.served.errors,
    minRequests: weight === 0 ? 0 : minRequests,
    extensions: stage.extensions,
    verdict: verdictOf(release, needs),
    needs,
    clock: stage.soakingSince === null ? ('stopped' as const) : ('running' as const),
  };
}

function gateView({ gate }: Release): z.infer<typeof releaseAnswer>['gate'] {
  if (gate === null) return null;
  const { on, stage, askedAt, attempts, nextAt, open, refusals, names } = gate;
  const nameOf = (channel: string) => names[channel] ?? null;
  return {
    on,
    stage: stage + 1,
    askedAt: iso(askedAt),
    attempts,
    nextAt: isoOrNull(nextAt),
    open: open.map((channel) => ({ channel, name: nameOf(channel) })),
    refusals: refusals.map(({ channel, status, error }) => ({ channel, name: nameOf(channel), status, error })),
  };
}

function verdictOf({ failed, heldFor }: Release, needs: number): Decision['verdict'] {
  if (failed) return 'fail';
  if (heldFor === 'outage') return 'hold';
  return needs > 0 ? 'insufficient' : 'pass';
}

function bakeView({ id, state, bakeEndsAt }: Release, { watches }: Service) {
  if (state !== 'completed' || bakeEndsAt === null) return null;
  const watch = watches.find(({ release }) => release === id);
  return { endsAt: iso(watch?.endsAt ?? bakeEndsAt), over: watch === undefined };
}
