// A state that an earlier version saved → the state of this one. Pure. What it lacks has come since.
import { type CountsAt, NO_COUNTS } from './counts.ts';
import type { Plan } from './plan.ts';
import { isUnderWay, noneServed, type Release } from './release.ts';
import type { Service } from './service.ts';
import type { Slo } from './slo.ts';
import type { Totals } from './totals.ts';
import { newWatch } from './watch.ts';

const NO_GATES: Pick<Release, 'gate' | 'gates'> = { gate: null, gates: 0 };
const NO_HOOKS: Pick<Plan, 'hooks'> = { hooks: [] };

/**
 * @param saved what was stored, maybe by an earlier version
 * @param fresh a new service, which has all fields
 */
export function upgraded(saved: Service, fresh: Service, now: number): Service {
  const newest = saved.release && upgradedRelease(saved.release);
  const parts = { release: newest, slo: { ...fresh.slo, ...saved.slo }, totals: withAllTotals(saved.totals, fresh.totals) };
  const all = { ...fresh, ...saved, ...parts };
  const known = { ...all, second: all.second && withAllCounts(all.second), minutes: all.minutes.map(withAllCounts) };
  const { release } = known;
  const hasOldWatch = known.watches.some((watch) => watch.tests === undefined);
  if (!hasOldWatch && (release === null || release.lookedAt !== undefined)) return known;
  // Evidence that was kept in another form begins afresh. A release that is held for it is let go by the next look.
  const watches = known.watches.map(({ slot, returnTo, endsAt, release: id, heldSince }) => {
    const bake = endsAt === null ? undefined : { seconds: Math.max(endsAt - now, 0) / 1000, release: id };
    return { ...newWatch(slot, returnTo, known, known.slo, now, bake), heldSince };
  });
  return { ...known, watches, release: release && { ...withSample(release, known.slo), lookedAt: now } };
}

/** A release that an earlier version stored, under way or on record. */
export function upgradedRelease(saved: Release): Release {
  return { ...NO_GATES, ...saved, plan: upgradedPlan(saved.plan) };
}

/** A plan that an earlier version stored. */
export function upgradedPlan<T extends Plan>(saved: T): T {
  return { ...NO_HOOKS, ...saved };
}

// A stage under way gathers its sample afresh, as the evidence; of one that is over the counts stay on record.
function withSample(release: Release, slo: Slo): Release {
  const { stage } = release;
  const served = isUnderWay(release) ? {} : stage?.served;
  return stage === null ? release : { ...release, stage: { ...stage, served: { ...noneServed(slo), ...served } } };
}

// What was never counted begins at 0.
function withAllTotals(saved: Totals | undefined, fresh: Totals): Totals {
  return { ...fresh, ...saved, ended: { ...fresh.ended, ...saved?.ended }, alerts: { ...fresh.alerts, ...saved?.alerts } };
}

function withAllCounts({ at, slots }: CountsAt): CountsAt {
  return { at, slots: Object.fromEntries(Object.entries(slots).map(([slot, counts]) => [slot, { ...NO_COUNTS, ...counts }])) };
}
