// Between `ingest` and `evaluate`: reports → counts by second of the object's clock, over all isolates. Pure.
import type { Row } from '../../router/report.ts';
import { addCounts, type CountsAt, KEPT_MINUTES, recentLatencies, type SlotCounts } from './counts.ts';
import { closeSecond } from './judge.ts';
import { type Pooling, pool } from './pool.ts';
import { isUnderWay, type Release } from './release.ts';
import { type Service, shareBeside } from './service.ts';
import { addToTotals } from './totals.ts';
import { addSampled, NONE, type Watch } from './watch.ts';

/** Adds the rows of a report, all of known slots, to the open second. */
export function foldRows(service: Service, rows: readonly Row[], now: number): Service {
  const at = Math.max(Math.floor(now / 1000), service.second?.at ?? 0);
  const open: CountsAt['slots'] = service.second?.slots ?? {};
  const slots = rows.reduce((sum, row) => addCounts(sum, { [row.slot]: countsOf(row) }), open);
  const reports = { ...service.reports, taken: service.reports.taken + 1 };
  const { slo, revision } = service;
  const counted: Service = { ...service, second: { at, slots }, reports, reportedAt: now };
  return rows.reduce((sum, row) => foldRow(sum, row, { slo, revision, now }), counted);
}

function countsOf({ requests, errors, overridden, overriddenErrors, latency = [] }: Row): SlotCounts {
  return { requests, errors, overridden, overriddenErrors, latency };
}

function foldRow(service: Service, row: Row, under: Pooling): Service {
  const watches = service.watches.map((watch) => pool(watch, row, under));
  const { release } = service;
  const at = service.watches.findIndex(({ slot }) => slot === release?.candidate);
  return { ...service, watches, release: sample(release, row, service.watches[at], watches[at]) };
}

/** Adds a row to what the candidate of a release has served in its stage, if it was assigned under it: what its watch took of it. */
function sample(release: Release | null, row: Row, before: Watch | undefined, after: Watch | undefined): Release | null {
  if (release === null || !isUnderWay(release) || release.stage === null || row.slot !== release.candidate) return release;
  const { since, served } = release.stage;
  if (row.epoch !== since.epoch || row.revision < since.revision) return release;
  const judged = served.judged.map((sum, i) => {
    const was = before?.open.candidate.judged[i] ?? NONE;
    const is = after?.open.candidate.judged[i] ?? NONE;
    return addSampled(sum, { requests: is.requests - was.requests, bad: is.bad - was.bad });
  });
  const sum = { requests: served.requests + row.requests, errors: served.errors + row.errors, judged };
  return { ...release, stage: { ...release.stage, served: sum } };
}

/** Judges and closes the open second once the clock has left it; the service itself while it has not. */
export function closeOverdueSecond(service: Service, now: number): Service {
  const { second, slo } = service;
  if (second === null || Math.floor(now / 1000) <= second.at) return service;
  const watches = service.watches.map((watch) =>
    closeSecond(watch, second.at, {
      slo,
      share: shareBeside(service, watch.slot, watch.returnTo),
      latencies: (atLeast) => recentLatencies(service, watch.returnTo, atLeast),
    }),
  );
  const totals = addToTotals(service.totals, second.slots);
  return { ...service, second: null, watches, minutes: addToMinutes(service.minutes, second), totals };
}

function addToMinutes(minutes: readonly CountsAt[], second: CountsAt): readonly CountsAt[] {
  const at = Math.floor(second.at / 60);
  const last = minutes.at(-1);
  if (last !== undefined && last.at >= at)
    return [...minutes.slice(0, -1), { at: last.at, slots: addCounts(last.slots, second.slots) }];
  return [...minutes, { at, slots: second.slots }].slice(-KEPT_MINUTES);
}
