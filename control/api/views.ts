// Inside → outside: what the API shows of a service. Percent in place of buckets, ISO times, plain numbers. Pure.
import type { AuditEntry } from '../core/audit.ts';
import { KEPT_MINUTES } from '../core/collect.ts';
import { decide } from '../core/decide.ts';
import { logEvidence } from '../core/evaluate.ts';
import { leaseOf } from '../core/lease.ts';
import { countsSince, NO_COUNTS, type Probe, type Service, weights } from '../core/service.ts';
import { shareOf, type Watch } from '../core/watch.ts';
import { leaseView, versionView } from './deployment-views.ts';
import { planView, releaseView } from './release-views.ts';
import { iso, percents, plain } from './units.ts';

/** `GET /services/{name}`. */
export function serviceView(service: Service, now: number) {
  const counts = countsSince(service, firstMinute(now));
  return {
    service: service.name,
    active: service.active,
    previous: service.previous,
    split: {
      epoch: service.epoch,
      revision: service.revision,
      weights: percents(weights(service)),
      salt: service.salt,
      updatedAt: iso(service.updatedAt),
    },
    slots: bySlot(service, (slot) => {
      const { overridden, overriddenErrors } = counts[slot] ?? NO_COUNTS;
      return {
        version: versionView(service.versions[slot]),
        lease: leaseView(leaseOf(service, slot, now)),
        overridden: { requests: overridden, errors: overriddenErrors },
      };
    }),
    defaultPlan: service.defaultPlan,
    release: service.release === null ? null : releaseView(service.release, service, now),
    health: healthView(service, now),
  };
}

/** `GET /services/{name}/health`: counts of the last minutes by slot, probes, and each watch with its evidence. */
export function healthView(service: Service, now: number) {
  const counts = countsSince(service, firstMinute(now));
  return {
    windowSeconds: KEPT_MINUTES * 60,
    slots: bySlot(service, (slot) => {
      const { requests, errors } = counts[slot] ?? NO_COUNTS;
      return { requests, errors, errorShare: shareOf({ requests, errors }), probe: probeView(service.probes[slot]) };
    }),
    slo: service.slo,
    watches: service.watches.map((watch) => watchView(service, watch, now)),
  };
}

/** An entry of `GET /audit`. */
export function auditView(entry: AuditEntry) {
  const { at, service, action, what, actor, reason, requestId, before, after } = entry;
  return { at: iso(at), service, actor, action, what, reason, before: shown(before), after: shown(after), requestId };
}

function shown(of: AuditEntry['before']) {
  if (of === null) return null;
  return 'stages' in of ? planView(of) : { ...of, weights: percents(of.weights) };
}

function watchView(service: Service, watch: Watch, now: number) {
  const { verdict, needs, logEvidence: evidence, logThreshold, cause } = decide(watch, service.slo, now);
  const { errorObjective, errorRatio } = service.slo;
  const { candidate, active } = watch.total;
  const tests = [
    {
      test: 'errors absolute',
      objective: errorObjective,
      observed: shareOf(candidate),
      evidence: plain(logEvidence(watch.absolute)),
    },
    ...(watch.relative === null
      ? []
      : [
          {
            test: 'errors relative',
            ratio: errorRatio,
            observed: shareOf(candidate),
            active: shareOf(active),
            evidence: plain(logEvidence(watch.relative)),
          },
        ]),
  ];
  return {
    slot: watch.slot,
    kind: watch.kind,
    returnTo: watch.returnTo,
    startedAt: iso(watch.startedAt),
    endsAt: watch.endsAt === null ? null : iso(watch.endsAt),
    heldSince: watch.heldSince === null ? null : iso(watch.heldSince),
    requests: candidate.requests,
    errors: candidate.errors,
    verdict,
    needs,
    evidence: plain(evidence),
    threshold: plain(logThreshold),
    cause,
    tests,
  };
}

function probeView(probe: Probe | undefined) {
  return probe === undefined ? null : { ...probe, at: iso(probe.at) };
}

function bySlot<T>({ slots }: Service, view: (slot: string) => T): Record<string, T> {
  return Object.fromEntries(slots.map((slot) => [slot, view(slot)]));
}

function firstMinute(now: number): number {
  return Math.floor(now / 60_000) - KEPT_MINUTES + 1;
}
