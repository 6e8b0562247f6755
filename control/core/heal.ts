// Inside `transition`: what changed behind our back. Other slots in services.ts, another split in KV. Pure.
import { isNewer, type Split } from '../../router/split.ts';
import { BY_ITSELF } from './audit.ts';
import { type Change, moved, noted, published, watchesOf, withService } from './change.ts';
import { withoutLease } from './lease.ts';
import { ended } from './progress.ts';
import { isOver } from './release.ts';
import { type Service, splitOf, weights } from './service.ts';

/** services.ts gained or lost slots: a lost slot's weight goes to the active one; a lost active slot leaves none. */
export function configure(before: Change, slots: readonly string[], now: number): Change {
  const change = withoutLostRelease(before, slots, now);
  const { service } = change;
  const keep = (slot: string | null) => (slot !== null && slots.includes(slot) ? slot : null);
  const kept = <T>(bySlot: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(bySlot).filter(([slot]) => slots.includes(slot)));
  const active = keep(service.active);
  const watches = service.watches.filter((watch) => slots.includes(watch.slot) && slots.includes(watch.returnTo));
  const records = { versions: kept(service.versions), leases: kept(service.leases), probes: kept(service.probes) };
  const known = { ...service, ...records, slots, active, previous: keep(service.previous), watches };
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
function withoutLostRelease(change: Change, slots: readonly string[], now: number): Change {
  const { release } = change.service;
  if (release === null || isOver(release) || [release.candidate, release.from].every((slot) => slots.includes(slot)))
    return change;
  const why = `router/services.ts no longer has its slots ${release.candidate} and ${release.from}.`;
  return ended(change, release, 'aborted', why, now);
}

/**
 * What KV holds against what it should hold.
 * @param found `null` when KV holds no split this version can read
 * @param settled the last write is so long ago that KV no longer serves an older value
 */
export function reconcile(change: Change, found: Split | null, settled: boolean, now: number): Change {
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
  // Routers never go back: above a split that was never ours we need an epoch of our own, also where it bears our revision.
  if (found !== null && !isNewer(service, found)) {
    const id = { epoch: found.epoch + 1, revision: service.revision + 1 };
    const watches = service.watches.map((watch) => ({ ...watch, since: id }));
    const release = service.release?.stage
      ? { ...service.release, stage: { ...service.release.stage, since: id } }
      : service.release;
    return published(noted(change, { ...service, ...id, watches, release }, note));
  }
  const lagging = found !== null && !settled;
  return published(lagging ? change : noted(change, service, note));
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

// An object that lost its state, or its active slot for a while, carries on from the split in force, so that no visitor moves.
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
    revision: Math.max(service.revision, found.revision) + 1,
    active,
    ranges,
    salt,
    updatedAt: now,
    previous: service.previous === active ? null : service.previous,
    versions: { ...unknownVersions(slots, now), ...service.versions },
    // Visitors are there already: whoever uploads into such a slot has lost it.
    leases: slots.reduce(withoutLease, service.leases),
  };
  const what = `Adopted the split found in KV (${found.epoch}, ${found.revision}).`;
  const watched = { ...adopted, watches: watchesOf(adopted, now) };
  return published(noted(change, watched, { action: 'split_adopted', what, by: BY_ITSELF, now }));
}
