// The only writer of a service's state: (service, event, now) → the next service, what to do about it, what to write down.
// Pure: no clock, no I/O, no chance. A refused event changes nothing.
import type { Row } from '../../router/report.ts';
import { isNewer } from '../../router/split.ts';
import { advance } from './advance.ts';
import { BY_ITSELF } from './audit.ts';
import { alerted, type Change, noted, unchanged, withService } from './change.ts';
import { closeOverdueSecond, foldRows } from './collect.ts';
import { obey } from './commands.ts';
import { configure, reconcile } from './heal.ts';
import { takeAnswers } from './hooks.ts';
import type { Event, Result, Service } from './service.ts';
import { actOnVerdicts } from './verdicts.ts';

/** After an alert of a slot nobody knows, others are only counted for so long. */
const UNKNOWN_SLOT_QUIET_MS = 3_600_000;

/**
 * Applies an event. Whatever it is, the second that is over is judged first, and what that decides is done.
 * @param now ms; a clock that jumps back counts as standing still
 */
export function transition(before: Service, event: Event, now: number): Result<Change> {
  const service = closeOverdueSecond(before, now);
  const judged = service !== before || event.type === 'tick' ? actOnVerdicts(unchanged(service), now) : unchanged(service);
  return apply(advance(endBakes(judged, now), now), event, now);
}

function apply(change: Change, event: Event, now: number): Result<Change> {
  const { service } = change;
  switch (event.type) {
    case 'tick':
      return { ok: true, value: change };
    case 'report': {
      const future = event.rows.find((row) => isNewer(row, service));
      if (future !== undefined)
        return { ok: false, rejection: { reason: 'split-from-the-future', epoch: future.epoch, revision: future.revision } };
      return { ok: true, value: takeRows(change, event.rows, now) };
    }
    case 'note_refused': {
      const reports = { ...service.reports, [event.why]: service.reports[event.why] + 1 };
      return { ok: true, value: withService(change, { ...service, reports }) };
    }
    case 'record_probe':
      return { ok: true, value: withService(change, { ...service, probes: { ...service.probes, [event.slot]: event.probe } }) };
    case 'hook_answered':
      return { ok: true, value: advance(takeAnswers(change, event.asking, event.answers, now), now) };
    case 'configure':
      return { ok: true, value: configure(change, event.slots, now) };
    case 'reconcile':
      return { ok: true, value: reconcile(change, event.found, event.settled, now) };
    default:
      return obey(change, event, now);
  }
}

// Rows of a slot that is not here are left out, which somebody should know: router and control disagree on services.ts.
function takeRows(change: Change, rows: readonly Row[], now: number): Change {
  const { slots } = change.service;
  const known = rows.filter(({ slot }) => slots.includes(slot));
  const folded = foldRows(change.service, known, now);
  if (known.length === rows.length) return withService(change, folded);
  const unknownSlots = folded.reports.unknownSlots + rows.length - known.length;
  const next = withService(change, { ...folded, reports: { ...folded.reports, unknownSlots } });
  const slot = (rows.find((row) => !slots.includes(row.slot))?.slot ?? '').slice(0, 32);
  const isSaid = folded.alerts.some((a) => a.alert === 'unknown-slot' && now - a.at < UNKNOWN_SLOT_QUIET_MS);
  const what = `A router reports of slot ${slot}, which is not here. Deploy router and control from the same router/services.ts.`;
  return isSaid ? next : alerted(next, { at: now, alert: 'unknown-slot', slot, what });
}

function endBakes(change: Change, now: number): Change {
  let next = change;
  for (const watch of change.service.watches) {
    if (watch.endsAt === null || watch.endsAt > now) continue;
    const watches = next.service.watches.filter((w) => w !== watch);
    const what = `Bake of ${watch.slot} is over without a rollback.`;
    next = noted(next, { ...next.service, watches }, { action: 'bake_ended', what, by: BY_ITSELF, now });
  }
  return next;
}
