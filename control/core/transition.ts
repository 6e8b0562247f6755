// The only writer of a service's state: (service, event, now) → the next service, what to do about it, what to write down.
// Pure: no clock, no I/O, no chance. A refused event changes nothing.
import { isNewer, type Split } from '../../router/split.ts';
import { BY_ITSELF } from './audit.ts';
import { type Change, moved, noted, published, unchanged, watchesOf, withService } from './change.ts';
import { closeOverdueSecond, foldRows } from './collect.ts';
import { obey } from './commands.ts';
import { conviction, decide, type Verdict } from './decide.ts';
import { type Event, newerSplit, type Result, type Service, splitOf, weights } from './service.ts';
import type { Watch } from './watch.ts';

/**
 * Applies an event. Whatever it is, the second that is over is judged first, and what that decides is done.
 * @param now ms; a clock that jumps back counts as standing still
 */
export function transition(before: Service, event: Event, now: number): Result<Change> {
  const service = closeOverdueSecond(before, now);
  const judged = service !== before || event.type === 'tick' ? actOnVerdicts(unchanged(service), now) : unchanged(service);
  return apply(endBakes(judged, now), event, now);
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
      return { ok: true, value: withService(change, foldRows(service, event.rows, now)) };
    }
    case 'record_probe':
      return { ok: true, value: withService(change, { ...service, probes: { ...service.probes, [event.slot]: event.probe } }) };
    case 'configure':
      return { ok: true, value: configure(change, event.slots, now) };
    case 'reconcile':
      return { ok: true, value: reconcile(change, event.found, event.settled, now) };
    default:
      return obey(change, event, now);
  }
}

function actOnVerdicts(change: Change, now: number): Change {
  let next = change;
  for (const watch of change.service.watches) {
    // A rollback just above may have ended this one.
    if (!next.service.watches.includes(watch)) continue;
    const verdict = decide(watch, change.service.slo, now);
    if (verdict.verdict === 'fail') next = rollBackBy(next, watch, verdict, now);
    if (verdict.verdict === 'hold' && watch.heldSince === null) next = holdBack(next, watch, verdict, now);
    if (verdict.verdict !== 'hold' && watch.heldSince !== null) next = withWatch(next, watch, { heldSince: null });
  }
  return next;
}

// Each slot is convicted alone: its weight goes home, the others keep theirs.
function rollBackBy(change: Change, watch: Watch, verdict: Verdict, now: number): Change {
  const held = weights(change.service);
  const home = { ...held, [watch.slot]: 0, [watch.returnTo]: (held[watch.returnTo] ?? 0) + (held[watch.slot] ?? 0) };
  const why = conviction(watch, verdict, change.service.slo);
  const note = {
    action: 'rolled_back',
    what: `Rolled back ${watch.slot} to ${watch.returnTo}.`,
    by: { ...BY_ITSELF, reason: why },
    now,
  } as const;
  const back = watch.kind === 'bake' ? { active: watch.returnTo, previous: null } : {};
  return moved(change, { weights: home, ...back }, note);
}

function holdBack(change: Change, watch: Watch, verdict: Verdict, now: number): Change {
  const { service } = change;
  const what = `Held back the rollback of ${watch.slot}: ${watch.returnTo} is as bad, so something both share may be down.`;
  const by = { ...BY_ITSELF, reason: conviction(watch, verdict, service.slo) };
  return noted(change, withWatch(change, watch, { heldSince: now }).service, { action: 'rollback_held', what, by, now });
}

function withWatch(change: Change, watch: Watch, news: Partial<Watch>): Change {
  const watches = change.service.watches.map((w) => (w === watch ? { ...w, ...news } : w));
  return withService(change, { ...change.service, watches });
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

// services.ts gained or lost slots. A lost slot's weight goes to the active one; a lost active slot leaves none.
function configure(change: Change, slots: readonly string[], now: number): Change {
  const { service } = change;
  const keep = (slot: string | null) => (slot !== null && slots.includes(slot) ? slot : null);
  const active = keep(service.active);
  const versions = Object.fromEntries(Object.entries(service.versions).filter(([slot]) => slots.includes(slot)));
  const watches = service.watches.filter((watch) => slots.includes(watch.slot) && slots.includes(watch.returnTo));
  const known = { ...service, slots, versions, active, previous: keep(service.previous), watches };
  const what = `Slots are now ${slots.join(', ')}.`;
  const note = { action: 'slots_configured', what, by: { ...BY_ITSELF, reason: 'router/services.ts changed' }, now } as const;
  if (active === null) return noted(change, { ...known, ranges: [], watches: [] }, note);
  const held = weights(service);
  const lost = service.slots.filter((slot) => !slots.includes(slot));
  const orphaned = lost.reduce((sum, slot) => sum + (held[slot] ?? 0), 0);
  if (orphaned === 0) return noted(change, known, note);
  const home = Object.fromEntries(slots.map((slot) => [slot, (held[slot] ?? 0) + (slot === active ? orphaned : 0)]));
  return moved(withService(change, known), { weights: home }, note);
}

/**
 * What KV holds against what it should hold.
 * @param found `null` when KV holds no split this version can read
 * @param settled the last write is so long ago that KV no longer serves an older value
 */
function reconcile(change: Change, found: Split | null, settled: boolean, now: number): Change {
  const { service } = change;
  const should = splitOf(service);
  if (should === undefined) return found === null ? change : adopt(change, found, now);
  if (found !== null && JSON.stringify(found) === JSON.stringify(should)) return change;
  const note = {
    action: 'split_healed',
    what: 'KV held another split than the one in force; written anew.',
    by: BY_ITSELF,
    now,
  } as const;
  // Routers never go back: above a split that was never ours we need an epoch of our own.
  if (found !== null && isNewer(found, service)) {
    const id = { epoch: found.epoch + 1, revision: service.revision + 1 };
    const watches = service.watches.map((watch) => ({ ...watch, since: id }));
    return published(noted(change, { ...service, ...id, watches }, note));
  }
  const lagging = found !== null && newerSplit(service, found) !== undefined;
  return published(lagging && !settled ? change : noted(change, service, note));
}

// An object that lost its state carries on from the split in force, so that no visitor moves.
function adopt(change: Change, found: Split, now: number): Change {
  const { service } = change;
  const epoch = Math.max(service.epoch, found.epoch + 1);
  const slots = [found.active, ...found.ranges.map(([slot]) => slot)];
  if (!slots.every((slot) => service.slots.includes(slot)))
    return epoch === service.epoch ? change : withService(change, { ...service, epoch });
  const { active, ranges, salt } = found;
  const adopted = { ...service, epoch, revision: found.revision + 1, active, ranges, salt, updatedAt: now };
  const what = `Adopted the split found in KV (${found.epoch}, ${found.revision}).`;
  const watched = { ...adopted, watches: watchesOf(adopted, now) };
  return published(noted(change, watched, { action: 'split_adopted', what, by: BY_ITSELF, now }));
}
