// Inside `transition`: other objectives or guards for a service. Pure.
import type { By } from './audit.ts';
import { type Change, type Done, done, noted, refuse } from './change.ts';
import { isUnderWay, noneServed, type Release } from './release.ts';
import { areOtherTests, type Slo, slosMistake } from './slo.ts';
import { rewatched } from './watch.ts';

/**
 * Sets some; the others stay as they are. Where the tests become others, evidence begins afresh: what was bet on the old ones
 * says nothing of the new.
 */
export function setSlos(change: Change, set: Partial<Slo>, by: By, now: number): Done {
  const { service } = change;
  const before = service.slo;
  const slo = { ...before, ...set };
  const mistake = slosMistake(slo);
  if (mistake !== undefined) return refuse({ reason: 'slos-off', mistake });
  if (JSON.stringify(before) === JSON.stringify(slo)) return done(change);
  const isOther = areOtherTests(before, slo);
  const watches = isOther ? service.watches.map((watch) => rewatched(watch, service, slo, now)) : service.watches;
  const release = isOther ? withoutSample(service.release, slo) : service.release;
  const afresh = isOther && watches.length > 0 ? ' Evidence begins afresh.' : '';
  const what = `Objectives and guards set.${afresh}`;
  const note = { action: 'slos_set', what, by, now, more: { before, after: slo } } as const;
  return done(noted(change, { ...service, slo, watches, release }, note));
}

// What one that is over has served stays on record.
function withoutSample(release: Release | null, slo: Slo): Release | null {
  if (release === null || release.stage === null || !isUnderWay(release)) return release;
  return { ...release, stage: { ...release.stage, served: noneServed(slo) } };
}
