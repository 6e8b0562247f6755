// Stage `decide` → what comes of it: a watch that is convicted, held back or let go, and the release it is about. Pure.
import { alertsOf } from './alert.ts';
import { BY_ITSELF, type By } from './audit.ts';
import { alerted, type Change, moved, type Note, noted, withService } from './change.ts';
import { decide, type Verdict } from './decide.ts';
import type { Did } from './decision.ts';
import { decided, fail, halted, notedRelease, resumed, withRelease, withRolledBack } from './progress.ts';
import { inStage, isUnderWay, type Release } from './release.ts';
import { conviction, standingOf } from './sentences.ts';
import { releaseUnderWay, type Service, weights } from './service.ts';
import type { Slo } from './slo.ts';
import type { Watch } from './watch.ts';

const LOOK_MS = 60_000;

/** Acts on the verdict on every watch, as its seconds were judged up to `now` (ms). */
export function actOnVerdicts(change: Change, now: number): Change {
  let next = change;
  for (const watch of change.service.watches) {
    // A rollback just above may have ended this one.
    if (!next.service.watches.includes(watch)) continue;
    const verdict = decide(watch, change.service.slo, now);
    if (verdict.verdict === 'fail') next = convict(next, watch, verdict, now);
    if (verdict.verdict === 'hold') next = holdBack(next, watch, verdict, now);
    if (verdict.verdict !== 'hold' && watch.heldSince !== null) next = letGo(next, watch, now);
  }
  return lookedAt(alertAll(next, now), now);
}

// Each alert of a watch is raised once.
function alertAll(change: Change, now: number): Change {
  let next = change;
  for (const watch of change.service.watches) {
    const found = alertsOf(watch);
    if (found.length === 0) continue;
    next = withWatch(next, watch, { alerted: [...watch.alerted, ...found.map(({ alert }) => alert)] });
    for (const { alert, what } of found) next = alerted(next, { at: now, alert, slot: watch.slot, what });
  }
  return next;
}

// Once a minute it is written down how a release stands, so that what came before a rollback can be looked up.
function lookedAt(change: Change, now: number): Change {
  const { service } = change;
  const release = releaseUnderWay(service);
  if (release === undefined || now - release.lookedAt < LOOK_MS) return change;
  const watch = service.watches.find(({ slot }) => slot === release.candidate);
  const how = watch === undefined ? withoutVisitors(release) : verdictInWords(watch, service.slo, now);
  return withRelease(decided(change, release, { ...how, did: 'went on', routine: true }, now), { ...release, lookedAt: now });
}

function verdictInWords(watch: Watch, slo: Slo, now: number): Pick<Did, 'verdict' | 'reason'> {
  const verdict = decide(watch, slo, now);
  return { verdict: verdict.verdict, reason: standingOf(watch, verdict, slo) };
}

function withoutVisitors({ candidate }: Release): Pick<Did, 'verdict' | 'reason'> {
  return { verdict: 'insufficient', reason: `${candidate} has no visitors in this stage.` };
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
  if (release === null) return undefined;
  const isIts = isUnderWay(release) ? release.candidate === watch.slot : watch.release === release.id;
  return isIts ? release : undefined;
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
  const release = releaseOn(change.service, watch);
  // Stopped already, to ask somebody: nothing is left to hold back.
  if (release !== undefined && isUnderWay(release) && release.failed) return change;
  const reason = conviction(watch, verdict, change.service.slo);
  const by = { ...BY_ITSELF, reason };
  const what = `Held back the rollback of ${watch.slot}: ${watch.returnTo} is as bad, so something both share may be down.`;
  const held = withWatch(change, watch, { heldSince: watch.heldSince ?? now });
  const next = watch.heldSince === null ? alertedHeld(held, watch, { action: 'rollback_held', what, by, now }) : held;
  // One that waits at a gate stands already, and goes nowhere before the outage is over.
  if (release?.state !== 'running' || release.gate !== null) return next;
  const why = `${release.from} is as bad as ${release.candidate}, so something both share may be down. ${reason}`;
  const halt: Release = { ...halted(release, 'held', why, now), heldFor: 'outage' };
  const note = { action: 'release_held', what: `Release ${release.id} held in ${inStage(release)}.`, by, now } as const;
  return notedRelease(decided(next, release, { verdict: 'hold', did: 'held', reason: why }, now), halt, note);
}

function alertedHeld(change: Change, { slot }: Watch, note: Note): Change {
  const held = noted(change, change.service, note);
  return alerted(held, { at: note.now, alert: 'both-bad', slot, what: `${note.what} ${note.by.reason}` });
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
