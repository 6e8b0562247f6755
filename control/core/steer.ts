// Inside `transition`: what people may do to releases. Pure.
import { goOn } from './advance.ts';
import type { By } from './audit.ts';
import { allOn } from './buckets.ts';
import { type Change, type Done, done, type Note, noted, refuse, watchedAfresh } from './change.ts';
import { complete, enterStage, fail, halted, notedRelease, resumed, type When, whyOf } from './progress.ts';
import type { Rejection } from './rejection.ts';
import { ALLOWED, inStage, isOver, type Release } from './release.ts';
import { type Ask, bakeOf, nextWithVersion, type Service, whyNoVisitors } from './service.ts';

/** Makes a release, and starts it if asked. One at a time: a pending one counts too. */
export function createRelease(change: Change, command: Ask<'create_release'>, now: number): Done {
  const { plan, name, autoStart, force, by } = command;
  const { active, release: newest } = change.service;
  if (newest !== null && !isOver(newest)) return refuse({ reason: 'release-running', release: newest.id, state: newest.state });
  if (active === null) return refuse({ reason: 'no-active-slot', service: change.service.name });
  const free = withoutBake(change, force, { by, now });
  if (!free.ok) return free;
  const { service } = free.value;
  const candidate = command.slot ?? nextWithVersion(service, now);
  if (candidate === undefined) return refuse({ reason: 'no-idle-slot', service: service.name, wanted: 'a version' });
  const why = whyNoCandidate(service, candidate, now);
  if (why !== null) return refuse(why);
  const release: Release = {
    ...{ id: service.releases + 1, name, state: 'pending', why: null, plan },
    ...pairOf(service, candidate, active),
    ...{ stage: null, heldFor: null, failed: false, lookedAt: now, bakeEndsAt: null },
    ...{ createdAt: now, createdBy: by.actor, startedAt: null, endedAt: null },
  };
  const what = `Release ${release.id} created: ${candidate} is to take over from ${active}, by ${plan.name === null ? 'stages of its own' : `plan ${plan.name}`}.`;
  const created = noted(free.value, { ...service, release, releases: release.id }, { action: 'release_created', what, by, now });
  const known = { ...created, replaced: newest };
  return done(autoStart ? begin(known, release, { by, now }) : known);
}

/** Does what a person asks of a release; a past one can only be retried. */
export function steerRelease(change: Change, command: Ask<'steer_release'>, now: number): Done {
  const { verb, by, force } = command;
  const release = change.service.release?.id === command.release ? change.service.release : command.past;
  if (release === null) return refuse({ reason: 'unknown-release', release: command.release });
  if (!ALLOWED[verb].includes(release.state))
    return refuse({ reason: 'release-state', release: release.id, state: release.state, verb });
  const when = { by, now };
  switch (verb) {
    case 'start':
      return start(change, release, force, when);
    case 'approve':
      return done(approve(change, release, when));
    case 'deny':
      return done(
        giveUp(change, release, 'release_denied', `Release ${release.id} denied by ${by.actor} after ${inStage(release)}.`, when),
      );
    case 'pause':
      return done(pause(change, release, when));
    case 'resume':
      return done(resume(change, release, when));
    case 'skip':
      return done(skip(change, release, when));
    case 'promote':
      return done(complete(change, release, when, true));
    case 'abort':
      return done(giveUp(change, release, 'release_aborted', `Release ${release.id} aborted by ${by.actor}.`, when));
    case 'retry':
      return retry(change, release, force, when);
  }
}

/** The plan of releases that name none. Whether there is such a plan is for the caller to know. */
export function setDefaultPlan(change: Change, plan: string, by: By, now: number): Done {
  if (plan === change.service.defaultPlan) return done(change);
  const what = `Default plan set to ${plan}, in place of ${change.service.defaultPlan}.`;
  const setting = (defaultPlan: string) => ({ kind: 'setting', defaultPlan }) as const;
  const more = { before: setting(change.service.defaultPlan), after: setting(plan) };
  return done(noted(change, { ...change.service, defaultPlan: plan }, { action: 'default_plan_set', what, by, now, more }));
}

// Much may have changed since it was made: what holds for making one is asked again.
function start(change: Change, release: Release, force: boolean, when: When): Done {
  const free = withoutBake(change, force, when);
  if (!free.ok) return free;
  const { service } = free.value;
  if (service.active === null) return refuse({ reason: 'no-active-slot', service: service.name });
  const why = whyNoCandidate(service, release.candidate, when.now);
  if (why !== null) return refuse(why);
  return done(begin(free.value, { ...release, ...pairOf(service, release.candidate, service.active) }, when));
}

function begin(change: Change, release: Release, when: When): Change {
  const started = { ...release, startedAt: when.now };
  return enterStage(change, started, 0, { action: 'release_started', what: '', ...when });
}

function approve(change: Change, release: Release, when: When): Change {
  const what = `Release ${release.id} approved by ${when.by.actor} after ${inStage(release)}.`;
  return goOn(notedRelease(change, release, { action: 'release_approved', what, ...when }), release, when);
}

function pause(change: Change, release: Release, when: When): Change {
  const what = `Release ${release.id} paused by ${when.by.actor} in ${inStage(release)}.`;
  const note = { action: 'release_paused', what, ...when } as const;
  return notedRelease(change, halted(release, 'paused', whyOf(note), when.now), note);
}

function resume(change: Change, release: Release, when: When): Change {
  const what = `Release ${release.id} resumed by ${when.by.actor} in ${inStage(release)}.`;
  const on = notedRelease(change, resumed(release, when.now), { action: 'release_resumed', what, ...when });
  // Somebody has looked at the evidence and goes on all the same: what is gathered from here on is evidence anew.
  return release.failed ? watchedAfresh(on, release.candidate, when) : on;
}

function skip(change: Change, release: Release, when: When): Change {
  const what = `Release ${release.id}: ${inStage(release)} skipped by ${when.by.actor}.`;
  const skipped = notedRelease(change, release, { action: 'stage_skipped', what, ...when });
  const next = goOn(skipped, release, when);
  return release.failed && next.service.release?.state === 'running' ? watchedAfresh(next, release.candidate, when) : next;
}

function giveUp(change: Change, release: Release, action: Note['action'], what: string, when: When): Change {
  const { service } = change;
  const move = release.stage === null ? null : { weights: allOn(release.from, service.slots) };
  return fail(change, release, { state: 'aborted', move, note: { action, what, ...when } });
}

function retry(change: Change, release: Release, force: boolean, { by, now }: When): Done {
  const { service } = change;
  const versionId = service.versions[release.candidate]?.versionId;
  if (versionId !== undefined && service.rolledBack.includes(versionId) && !force)
    return refuse({ reason: 'version-rolled-back', slot: release.candidate, versionId });
  const { candidate: slot, plan, name } = release;
  return createRelease(change, { type: 'create_release', slot, plan, name, autoStart: true, force, by }, now);
}

// A bake may have to return to the very slot the release would try.
function withoutBake(change: Change, force: boolean, { by, now }: When): Done {
  const { service } = change;
  const bake = bakeOf(service);
  if (bake === undefined) return done(change);
  if (!force) return refuse({ reason: 'bake-running', slot: bake.slot, until: bake.endsAt });
  const watches = service.watches.filter((watch) => watch !== bake);
  const what = `Bake of ${bake.slot} ended early.`;
  return done(noted(change, { ...service, watches }, { action: 'bake_ended', what, by, now }));
}

function whyNoCandidate(service: Service, slot: string, now: number): Rejection | null {
  if (!service.slots.includes(slot)) return { reason: 'unknown-slot', slot, slots: service.slots };
  if (slot === service.active) return { reason: 'slot-active', slot };
  return whyNoVisitors(service, slot, now);
}

/** The two slots of a release, and what is in them. */
function pairOf({ versions }: Service, candidate: string, from: string) {
  return { candidate, candidateVersion: versions[candidate] ?? null, from, fromVersion: versions[from] ?? null };
}
