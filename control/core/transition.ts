// The only writer of a service's state: (service, event, now) → the next service, what to do about it, what to write down.
// Pure: no clock, no I/O, no chance. A refused event changes nothing.
import { isNewer, type Split } from '../../router/split.ts';
import { advance } from './advance.ts';
import { BY_ITSELF, type By } from './audit.ts';
import { type Change, moved, noted, published, unchanged, watchesOf, withService } from './change.ts';
import { closeOverdueSecond, foldRows } from './collect.ts';
import { obey } from './commands.ts';
import { conviction, decide, type Verdict } from './decide.ts';
import { decided, fail, halted, notedRelease, resumed, withRolledBack } from './progress.ts';
import { inStage, isOver, isUnderWay, type Release, stopClock } from './release.ts';
import { type Event, newerSplit, type Result, type Service, splitOf, weights } from './service.ts';
import type { Watch } from './watch.ts';

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
    if (verdict.verdict === 'fail') next = convict(next, watch, verdict, now);
    if (verdict.verdict === 'hold') next = holdBack(next, watch, verdict, now);
    if (verdict.verdict !== 'hold' && watch.heldSince !== null) next = letGo(next, watch, now);
  }
  return next;
}

// Each slot is convicted alone: its weight goes home, the others keep theirs.
function convict(change: Change, watch: Watch, verdict: Verdict, now: number): Change {
  const { service } = change;
  const why = conviction(watch, verdict, service.slo);
  const by = { ...BY_ITSELF, reason: why };
  const release = releaseOn(service, watch);
  if (release !== undefined && isUnderWay(release) && release.plan.onFail === 'pause')
    return pauseFailed(change, release, by, now);
  const held = weights(service);
  const home = { ...held, [watch.slot]: 0, [watch.returnTo]: (held[watch.returnTo] ?? 0) + (held[watch.slot] ?? 0) };
  const move = { weights: home, ...(watch.kind === 'bake' ? { active: watch.returnTo, previous: null } : {}) };
  const what = `Rolled back ${watch.slot} to ${watch.returnTo}.`;
  if (release === undefined) {
    const known = withService(change, withRolledBack(service, watch.slot));
    return moved(known, move, { action: 'rolled_back', what, by, now });
  }
  const where = release.state === 'completed' ? 'in its bake' : `in ${inStage(release)}`;
  const note = { action: 'release_rolled_back', what: `Release ${release.id} rolled back ${where}. ${what}`, by, now } as const;
  const noted = decided(change, release, { verdict: 'fail', did: 'rolled back', reason: why }, now);
  return fail(noted, { ...release, failed: true }, { state: 'rolled_back', move, note });
}

/** The release that a watch is about: its candidate on trial, or in the bake behind it. */
function releaseOn({ release }: Service, watch: Watch): Release | undefined {
  if (release === null || release.candidate !== watch.slot) return undefined;
  return isUnderWay(release) || (release.state === 'completed' && watch.kind === 'bake') ? release : undefined;
}

// The plan says to stop and ask. Evidence that is known already stops it no second time.
function pauseFailed(change: Change, release: Release, by: By, now: number): Change {
  if (release.failed) return change;
  const what = `Release ${release.id} paused in ${inStage(release)}: the candidate failed.`;
  const paused = { ...halted(release, 'paused', `${what} ${by.reason}`, now), failed: true };
  const noted = decided(change, release, { verdict: 'fail', did: 'paused', reason: by.reason ?? '' }, now);
  return notedRelease(noted, paused, { action: 'release_paused', what, by, now });
}

function holdBack(change: Change, watch: Watch, verdict: Verdict, now: number): Change {
  const reason = conviction(watch, verdict, change.service.slo);
  const by = { ...BY_ITSELF, reason };
  const what = `Held back the rollback of ${watch.slot}: ${watch.returnTo} is as bad, so something both share may be down.`;
  const held = withWatch(change, watch, { heldSince: watch.heldSince ?? now });
  const next = watch.heldSince === null ? noted(held, held.service, { action: 'rollback_held', what, by, now }) : held;
  const release = releaseOn(next.service, watch);
  if (release === undefined || release.state !== 'running') return next;
  const why = `${release.from} is as bad as ${release.candidate}, so something both share may be down. ${reason}`;
  const halt: Release = { ...halted(release, 'held', why, now), heldFor: 'outage' };
  const note = { action: 'release_held', what: `Release ${release.id} held in ${inStage(release)}.`, by, now } as const;
  return notedRelease(decided(next, release, { verdict: 'hold', did: 'held', reason: why }, now), halt, note);
}

// The outage is over, or the candidate alone is bad: a release that was held for it goes on.
function letGo(change: Change, watch: Watch, now: number): Change {
  const next = withWatch(change, watch, { heldSince: null });
  const release = releaseOn(next.service, watch);
  if (release?.state !== 'held' || release.heldFor !== 'outage') return next;
  const by = { ...BY_ITSELF, reason: 'The two slots no longer fail alike.' };
  return notedRelease(next, resumed(release, now), {
    action: 'release_resumed',
    what: `Release ${release.id} goes on.`,
    by,
    now,
  });
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
  const leases = Object.fromEntries(Object.entries(service.leases).filter(([slot]) => slots.includes(slot)));
  const release = withSlots(service.release, slots, now);
  const known = { ...service, slots, versions, leases, release, active, previous: keep(service.previous), watches };
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

// A release cannot go on without its slots.
function withSlots(release: Release | null, slots: readonly string[], now: number): Release | null {
  if (release === null || isOver(release) || [release.candidate, release.from].every((slot) => slots.includes(slot)))
    return release;
  const why = `router/services.ts no longer has its slots ${release.candidate} and ${release.from}.`;
  return {
    ...release,
    state: 'aborted',
    why,
    heldFor: null,
    endedAt: now,
    stage: release.stage && stopClock(release.stage, now),
  };
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
    const release = service.release?.stage
      ? { ...service.release, stage: { ...service.release.stage, since: id } }
      : service.release;
    return published(noted(change, { ...service, ...id, watches, release }, note));
  }
  const lagging = found !== null && newerSplit(service, found) !== undefined;
  return published(lagging && !settled ? change : noted(change, service, note));
}

/** What is in a slot that has visitors, when nobody knows any more. */
function unknownVersions(slots: readonly string[], at: number): Service['versions'] {
  const version = {
    id: 0,
    at,
    versionId: 'unknown',
    tag: null,
    message: 'Served when the state was lost',
    author: null,
    source: null,
  };
  return Object.fromEntries(slots.map((slot) => [slot, { ...version, slot }]));
}

// An object that lost its state carries on from the split in force, so that no visitor moves.
function adopt(change: Change, found: Split, now: number): Change {
  const { service } = change;
  const epoch = Math.max(service.epoch, found.epoch + 1);
  const slots = [found.active, ...found.ranges.map(([slot]) => slot)];
  if (!slots.every((slot) => service.slots.includes(slot)))
    return epoch === service.epoch ? change : withService(change, { ...service, epoch });
  const { active, ranges, salt } = found;
  const adopted = {
    ...service,
    epoch,
    revision: found.revision + 1,
    active,
    ranges,
    salt,
    updatedAt: now,
    versions: unknownVersions(slots, now),
  };
  const what = `Adopted the split found in KV (${found.epoch}, ${found.revision}).`;
  const watched = { ...adopted, watches: watchesOf(adopted, now) };
  return published(noted(change, watched, { action: 'split_adopted', what, by: BY_ITSELF, now }));
}
