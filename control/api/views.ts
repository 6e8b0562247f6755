// Inside → outside: what the API shows of a service. Percent in place of buckets, ISO times, plain numbers. Pure.
import type { z } from 'zod';
import type { AuditEntry, Item, Noted } from '../core/audit.ts';
import { countsSince, NO_COUNTS } from '../core/counts.ts';
import { leaseOf } from '../core/lease.ts';
import type { Point } from '../core/series.ts';
import { type Service, weights } from '../core/service.ts';
import { upgradedPlan } from '../core/upgrade.ts';
import type { auditEntry, service as serviceAnswer } from './answers.ts';
import { leaseView, versionView } from './deployment-views.ts';
import { firstMinute, healthView, slosView } from './health-views.ts';
import { planView, releaseView } from './release-views.ts';
import type { point as pointAnswer } from './series-answers.ts';
import { bySlot, iso, percents } from './units.ts';

/** `GET /services/{name}`. */
export function serviceView(service: Service, now: number): z.infer<typeof serviceAnswer> {
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
    slots: bySlot(service.slots, (slot) => {
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

/** An entry of `GET /audit`. */
export function auditView(entry: AuditEntry): z.infer<typeof auditEntry> {
  const { at, service, action, what, actor, role = null, reason, requestId, before, after, alert = null } = entry;
  return {
    at: iso(at),
    service,
    actor,
    role,
    action,
    what,
    reason,
    alert,
    before: shown(before),
    after: shown(after),
    requestId,
  };
}

/** A point of `GET /services/{name}/series`. */
export function pointView({ at, seconds, slots }: Point): z.infer<typeof pointAnswer> {
  return { at: iso(at), seconds, slots };
}

function shown(of: Noted): z.infer<typeof auditEntry>['before'] {
  if (of === null || isItem(of)) return of;
  if ('stages' in of) return planView(upgradedPlan(of));
  return 'weights' in of ? { ...of, weights: percents(of.weights) } : slosView(of);
}

function isItem(of: Exclude<Noted, null>): of is Item {
  return 'kind' in of;
}
