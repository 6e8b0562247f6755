// Stage `decide` → what comes of it: a watch that is convicted, held back or let go, and the release it is about. Pure.
import { BY_ITSELF, type By } from './audit.ts';
import { type Change, moved, noted, withService } from './change.ts';
import { conviction, decide, type Verdict } from './decide.ts';
import { decided, fail, halted, notedRelease, resumed, withRolledBack } from './progress.ts';
import { inStage, isUnderWay, type Release } from './release.ts';
import { type Service, weights } from './service.ts';
import type { Watch } from './watch.ts';

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
