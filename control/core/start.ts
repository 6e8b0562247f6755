// Inside `transition`: a release begins, by hand, by itself, or once its hooks let it. What it needs is asked each time. Pure.
import { BY_ITSELF } from './audit.ts';
import { type Change, type Done, done, noted, refuse } from './change.ts';
import { channelsBefore, type Gate, hooksBefore } from './gate.ts';
import { askAgain, askHooks, passedOver } from './hooks.ts';
import { enterStage, notedRelease, type When } from './progress.ts';
import { explain, type Rejection } from './rejection.ts';
import type { Release } from './release.ts';
import { bakeOf, type Result, type Service, whyNoVisitors } from './service.ts';

interface Ready {
  readonly change: Change;
  /** With the slots as they are now, and what is in them. */
  readonly release: Release;
}

/** Starts a release that is pending. Its hooks are asked first; at once, where they were asked and did not let it pass. */
export function start(change: Change, release: Release, force: boolean, when: When): Done {
  const ready = readied(change, release, force, when);
  return ready.ok ? done(begin(ready.value.change, ready.value.release, when)) : ready;
}

/** Starts a release past its hooks. */
export function startPast(change: Change, release: Release, force: boolean, when: When): Done {
  const ready = readied(change, release, force, when);
  return ready.ok ? done(enterFirst(passedOver(ready.value.change, release, [0], when), ready.value.release, when)) : ready;
}

/** Enters the first stage of a release that lacks nothing, or asks the hooks before it. */
export function begin(change: Change, release: Release, when: When): Change {
  if (channelsBefore(release.plan, 0).length === 0) return enterFirst(change, release, when);
  const { gate } = release;
  const what = `Release ${release.id} is to start; its hooks are asked first.`;
  const next = noted(change, change.service, { action: 'hook_asked', what, ...when });
  return gate === null ? askHooks(next, release, 0, when) : askAgain(next, release, { ...gate, by: when.by });
}

/** Starts a release whose hooks let it; it goes on waiting where it can no longer be started. */
export function startLet(change: Change, release: Release, gate: Gate, now: number): Change {
  const when = { by: gate.by, now };
  const passed = `Release ${release.id}: ${hooksBefore(release.plan, 0, gate)} let it pass.`;
  const note = { action: 'hook_passed', what: passed, by: BY_ITSELF, now } as const;
  const ready = readied(change, release, false, when);
  if (!ready.ok) {
    const why = `Its hooks let it start, but: ${explain(ready.rejection)}`;
    return notedRelease(change, { ...release, gate: null, why }, { ...note, what: `${passed} ${explain(ready.rejection)}` });
  }
  const { change: next, release: paired } = ready.value;
  // What they were asked about is no longer what would start.
  if (paired.gate === null) return begin(next, paired, when);
  return enterFirst(noted(next, next.service, note), paired, when);
}

/** Asks the hooks before the start again; about what would start now, where that is something else. */
export function askStartAgain(change: Change, release: Release, gate: Gate, now: number): Change {
  const { service } = change;
  const { active } = service;
  if (active === null || whyNoCandidate(service, release.candidate, now) !== null) return askAgain(change, release, gate);
  const paired = pairedAnew(service, release, active);
  return paired.gate === null ? askHooks(change, paired, 0, { by: gate.by, now }) : askAgain(change, paired, gate);
}

// Much may have changed since it was made: what holds for making one is asked again.
function readied(change: Change, release: Release, force: boolean, when: When): Result<Ready> {
  const free = withoutBake(change, force, when);
  if (!free.ok) return free;
  const { service } = free.value;
  const { active } = service;
  if (active === null) return refuse({ reason: 'no-active-slot', service: service.name });
  const why = whyNoCandidate(service, release.candidate, when.now);
  if (why !== null) return refuse(why);
  return { ok: true, value: { change: free.value, release: pairedAnew(service, release, active) } };
}

// A gate is about the versions it was opened for.
function pairedAnew(service: Service, release: Release, active: string): Release {
  const paired = { ...release, ...pairOf(service, release.candidate, active) };
  const isSame = (['candidateVersion', 'fromVersion'] as const).every((of) => paired[of]?.id === release[of]?.id);
  return isSame && paired.from === release.from ? paired : { ...paired, gate: null };
}

function enterFirst(change: Change, release: Release, when: When): Change {
  return enterStage(change, { ...release, startedAt: when.now }, 0, { action: 'release_started', what: '', ...when });
}

/** Ends a bake if asked: it may have to return to the very slot the release would try. */
export function withoutBake(change: Change, force: boolean, { by, now }: When): Done {
  const { service } = change;
  const bake = bakeOf(service);
  if (bake === undefined) return done(change);
  if (!force) return refuse({ reason: 'bake-running', slot: bake.slot, until: bake.endsAt });
  const watches = service.watches.filter((watch) => watch !== bake);
  const what = `Bake of ${bake.slot} ended early.`;
  return done(noted(change, { ...service, watches }, { action: 'bake_ended', what, by, now }));
}

/** Why a slot cannot be the candidate of a release, or `null`. */
export function whyNoCandidate(service: Service, slot: string, now: number): Rejection | null {
  if (!service.slots.includes(slot)) return { reason: 'unknown-slot', slot, slots: service.slots };
  if (slot === service.active) return { reason: 'slot-active', slot };
  return whyNoVisitors(service, slot, now);
}

/** The two slots of a release, and what is in them. */
export function pairOf({ versions }: Service, candidate: string, from: string) {
  return { candidate, candidateVersion: versions[candidate] ?? null, from, fromVersion: versions[from] ?? null };
}
