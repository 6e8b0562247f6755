// Stage `decide`, for a release: a soak that is over moves it on, or holds it for want of requests. Pure.
// Nothing passes for want of data, unless its plan says so.
import { BY_ITSELF } from './audit.ts';
import { allOn } from './buckets.ts';
import { type Change, noted } from './change.ts';
import type { Did } from './decision.ts';
import { channelsBefore, type Gate, hooksBefore, placeOf } from './gate.ts';
import { askAgain, nextStage, proceed } from './hooks.ts';
import { decided, fail, goOn, halted, notedRelease, withRelease } from './progress.ts';
import { inStage, type Release, soakedMs, soakNeededMs, stageNeeds, stageOf } from './release.ts';
import { didOf, percent, told } from './sentences.ts';
import { releaseUnderWay, type Service } from './service.ts';
import { objectivesOf } from './slo.ts';
import { askStartAgain, startLet } from './start.ts';
import { NONE } from './watch.ts';

const MAX_EXTENSIONS = 3;

/** Moves the release of a service as far as time and requests allow by `now` (ms). */
export function advance(change: Change, now: number): Change {
  // Stages without soak or sample may follow each other at once; every step goes to a later stage, extension or state.
  let before: Change;
  let next = change;
  do {
    before = next;
    next = step(before, now);
  } while (next !== before);
  return next;
}

function step(change: Change, now: number): Change {
  const { release: newest } = change.service;
  if (newest !== null && newest.gate !== null) return atGate(change, newest, newest.gate, now);
  const release = releaseUnderWay(change.service);
  if (release?.stage == null || isOutage(change.service, release)) return change;
  const waits = release.state === 'held' && release.heldFor === 'insufficient';
  if (release.state !== 'running' && !waits) return change;
  if (soakedMs(release.stage, now) < stageOf(release).soakSeconds * 1000) return change;
  const needs = stageNeeds(release, change.service.slo);
  if (needs === 0) return endStage(change, release, { verdict: 'pass', reason: sampleOf(release, change.service) }, now);
  return waits || soakedMs(release.stage, now) < soakNeededMs(release) ? change : doWithoutSample(change, release, needs, now);
}

// While something both slots share may be down, nothing advances, whatever it was held for before.
function isOutage({ watches }: Service, { candidate }: Release): boolean {
  return watches.some(({ slot, heldSince }) => slot === candidate && heldSince !== null);
}

function atGate(change: Change, release: Release, gate: Gate, now: number): Change {
  const isPending = release.state === 'pending';
  if (gate.open.length > 0) {
    if (gate.nextAt === null || gate.nextAt > now) return change;
    return isPending ? askStartAgain(change, release, gate, now) : askAgain(change, release, gate);
  }
  if (isOutage(change.service, release)) return change;
  return isPending ? startLet(change, release, gate, now) : goOnLet(change, release, gate, now);
}

/** Every hook has let it pass: on, in the name of whom it was asked for. */
function goOnLet(change: Change, release: Release, gate: Gate, now: number): Change {
  const passed = `${hooksBefore(release.plan, gate.stage, gate)} let it pass.`;
  const reason = passed.charAt(0).toUpperCase() + passed.slice(1);
  const verdict = stageNeeds(release, change.service.slo) === 0 ? 'pass' : 'insufficient';
  const seen = decided(change, release, { verdict, did: nextOf(release), reason }, now);
  const what = `Release ${release.id}: ${passed}`;
  const next = noted(seen, seen.service, { action: 'hook_passed', what, by: BY_ITSELF, now });
  const on: Release = { ...release, state: 'running', why: null, heldFor: null, gate: null };
  const resumes = {
    action: 'release_resumed',
    what: `Release ${release.id} goes on.`,
    by: { ...BY_ITSELF, reason },
    now,
  } as const;
  const running = release.state === 'held' ? notedRelease(next, on, resumes) : withRelease(next, on);
  return goOn(running, on, { by: gate.by, now });
}

/** The stage has passed: on to the next one, or to the person who must approve. */
function endStage(change: Change, release: Release, { verdict, reason }: Pick<Did, 'verdict' | 'reason'>, now: number): Change {
  const by = { ...BY_ITSELF, reason };
  if (stageOf(release).advance === 'manual') {
    const what = `Release ${release.id} waits for approval after ${inStage(release)}.`;
    const waiting = halted(release, 'awaiting_approval', `It waits for approval after ${inStage(release)}.`, now);
    const noted = decided(change, release, { verdict, did: 'asked for approval', reason }, now);
    return notedRelease(noted, waiting, { action: 'release_awaiting_approval', what, by, now });
  }
  const next = nextStage(release);
  const asks = channelsBefore(release.plan, next).length > 0;
  const did = asks ? `asked the hooks ${placeOf(release.plan, next)}` : nextOf(release);
  return proceed(decided(change, release, { verdict, did, reason }, now), release, { by, now });
}

function nextOf(release: Release): string {
  const { plan } = release;
  const number = nextStage(release) + 1;
  return number > plan.stages.length ? 'completed' : `advanced to stage ${number}`;
}

// The soak is over, the sample is not there: what the plan says of that.
function doWithoutSample(change: Change, release: Release, needs: number, now: number): Change {
  const { stage, plan, candidate } = release;
  const missing = `${sampleOf(release, change.service)} It takes ${needs} more good requests on ${candidate}.`;
  const by = { ...BY_ITSELF, reason: missing };
  const note = (did: string) => decided(change, release, { verdict: 'insufficient', did, reason: missing }, now);
  if (plan.onInsufficient === 'promote')
    return endStage(change, release, { verdict: 'insufficient', reason: `${missing} The plan goes on all the same.` }, now);
  if (plan.onInsufficient === 'rollback') {
    const what = `Release ${release.id} rolled back: too little to go on after ${inStage(release)}.`;
    const move = { weights: allOn(release.from, change.service.slots) };
    return fail(note('rolled back'), release, {
      state: 'rolled_back',
      move,
      note: { action: 'release_rolled_back', what, by, now },
    });
  }
  if (stage !== null && plan.onInsufficient === 'extend' && stage.extensions < MAX_EXTENSIONS) {
    const extensions = stage.extensions + 1;
    const what = `Release ${release.id}: soak of ${inStage(release)} extended, ${extensions} of ${MAX_EXTENSIONS} times.`;
    return notedRelease(
      note('extended the soak'),
      { ...release, stage: { ...stage, extensions } },
      { action: 'stage_extended', what, by, now },
    );
  }
  const what = `Release ${release.id} held in ${inStage(release)}: too little to go on.`;
  const held: Release = { ...halted(release, 'held', missing, now), heldFor: 'insufficient' };
  return notedRelease(note('held'), held, { action: 'release_held', what, by, now });
}

/** What the candidate has served in the stage, in a sentence or two. */
function sampleOf(release: Release, { slo }: Service): string {
  const { stage, candidate } = release;
  const { weight, soakSeconds } = stageOf(release);
  const soak = `The soak of ${soakSeconds} s is over`;
  if (weight === 0) return `${soak}; ${candidate} had no visitors, as planned.`;
  const [errors = NONE, ...slow] = stage?.served.judged ?? [];
  const { requests, bad } = errors;
  const share =
    requests === 0 ? '' : `, ${bad} of them failed (${percent(bad / requests)}; the objective is ${percent(slo.errorObjective)})`;
  const latency = objectivesOf(slo)
    .slice(1)
    .map(({ overMs, maxShare }, i) => {
      return ` ${told(slow[i] ?? NONE, candidate, didOf(overMs))}; the objective is ${percent(maxShare)}.`;
    });
  return `${soak}: ${candidate} served ${requests} ${requests === 1 ? 'request' : 'requests'}${share}.${latency.join('')}`;
}
