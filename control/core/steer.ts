// Inside `transition`: what people may do to releases. Pure.
import type { By } from './audit.ts';
import { allOn } from './buckets.ts';
import { type Change, type Done, done, type Note, noted, refuse, watchedAfresh } from './change.ts';
import { nextStage, passedOver, proceed } from './hooks.ts';
import { complete, fail, goOn, halted, notedRelease, resumed, type When, whyOf } from './progress.ts';
import { ALLOWED, inStage, isOver, type Release, type Verb } from './release.ts';
import { type Ask, nextWithVersion, whyStale } from './service.ts';
import { begin, pairOf, start, startPast, whyNoCandidate, withoutBake } from './start.ts';

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
    ...{ stage: null, heldFor: null, gate: null, gates: 0, failed: false, lookedAt: now, bakeEndsAt: null },
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
  if (!isAllowed(verb, release)) return refuse({ reason: 'release-state', release: release.id, state: release.state, verb });
  const stale = whyStale(change.service, command.ifRevision);
  if (stale !== null) return refuse(stale);
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
      return release.state === 'pending' ? startPast(change, release, force, when) : done(skip(change, release, when));
    case 'promote':
      return done(promote(change, release, when));
    case 'abort':
      return done(giveUp(change, release, 'release_aborted', `Release ${release.id} aborted by ${by.actor}.`, when));
    case 'retry':
      return retry(change, release, force, when);
  }
}

// One that waits for its hooks alone can be sent past them.
function isAllowed(verb: Verb, { state, gate }: Release): boolean {
  return ALLOWED[verb].includes(state) || (verb === 'skip' && state === 'pending' && gate !== null);
}

/** The plan of releases that name none. Whether there is such a plan is for the caller to know. */
export function setDefaultPlan(change: Change, plan: string, by: By, now: number): Done {
  if (plan === change.service.defaultPlan) return done(change);
  const what = `Default plan set to ${plan}, in place of ${change.service.defaultPlan}.`;
  const setting = (defaultPlan: string) => ({ kind: 'setting', defaultPlan }) as const;
  const more = { before: setting(change.service.defaultPlan), after: setting(plan) };
  return done(noted(change, { ...change.service, defaultPlan: plan }, { action: 'default_plan_set', what, by, now, more }));
}

function approve(change: Change, release: Release, when: When): Change {
  const what = `Release ${release.id} approved by ${when.by.actor} after ${inStage(release)}.`;
  return proceed(notedRelease(change, release, { action: 'release_approved', what, ...when }), release, when);
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
  const skipped = passedOver(
    notedRelease(change, release, { action: 'stage_skipped', what, ...when }),
    release,
    [nextStage(release)],
    when,
  );
  const next = goOn(skipped, release, when);
  return release.failed && next.service.release?.state === 'running' ? watchedAfresh(next, release.candidate, when) : next;
}

function promote(change: Change, release: Release, when: When): Change {
  const last = release.plan.stages.length;
  const ahead = Array.from({ length: last - nextStage(release) + 1 }, (_, i) => nextStage(release) + i);
  return complete(passedOver(change, release, ahead, when), release, when, true);
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
