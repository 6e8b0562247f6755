// Between `ingest` and `evaluate`: reports → counts by second of the object's clock, over all isolates. Pure.
import type { Row } from '../../router/report.ts';
import { isUnderWay, type Release } from './release.ts';
import { addCounts, type CountsAt, type Service } from './service.ts';
import { closeSecond, pool } from './watch.ts';

/** How many minutes of counts health can show. */
export const KEPT_MINUTES = 10;

/** Adds the rows of a report to the open second; rows of slots unknown here are left out. */
export function foldRows(service: Service, rows: readonly Row[], now: number): Service {
  const known = rows.filter((row) => service.slots.includes(row.slot));
  const at = Math.max(Math.floor(now / 1000), service.second?.at ?? 0);
  let slots = service.second?.slots ?? {};
  for (const { slot, requests, errors, overridden, overriddenErrors } of known)
    slots = addCounts(slots, { [slot]: { requests, errors, overridden, overriddenErrors } });
  const watches = service.watches.map((watch) => known.reduce(pool, watch));
  return { ...service, second: { at, slots }, watches, release: known.reduce(sample, service.release) };
}

/** Adds a row to what the candidate of a release has served in its stage, if it was assigned under it. */
function sample(release: Release | null, { slot, epoch, revision, requests, errors }: Row): Release | null {
  if (release === null || !isUnderWay(release) || release.stage === null || slot !== release.candidate) return release;
  const { since, served } = release.stage;
  if (epoch !== since.epoch || revision < since.revision) return release;
  const sum = { requests: served.requests + requests, errors: served.errors + errors };
  return { ...release, stage: { ...release.stage, served: sum } };
}

/** Judges and closes the open second once the clock has left it; the service itself while it has not. */
export function closeOverdueSecond(service: Service, now: number): Service {
  const { second, slo } = service;
  if (second === null || Math.floor(now / 1000) <= second.at) return service;
  const watches = service.watches.map((watch) => closeSecond(watch, second.at, slo));
  return { ...service, second: null, watches, minutes: addToMinutes(service.minutes, second) };
}

function addToMinutes(minutes: readonly CountsAt[], second: CountsAt): readonly CountsAt[] {
  const at = Math.floor(second.at / 60);
  const last = minutes.at(-1);
  if (last !== undefined && last.at >= at)
    return [...minutes.slice(0, -1), { at: last.at, slots: addCounts(last.slots, second.slots) }];
  return [...minutes, { at, slots: second.slots }].slice(-KEPT_MINUTES);
}
