// Steps of a release that people and evidence alike may bring about: into a stage, to its end, home. Pure.
import { WEIGHT_TOTAL } from '../../router/split.ts';
import { allOn } from './buckets.ts';
import { baked, type Change, type Move, moved, type Note, noted, shifted, withService } from './change.ts';
import { type Did, decisionOn } from './decision.ts';
import { type End, inStage, noneServed, type Release, runClock, stageOf, stopClock } from './release.ts';
import { type Service, standing } from './service.ts';
import { oneMore } from './totals.ts';

/** How many versions that were rolled back are remembered. */
const KEPT_ROLLED_BACK = 20;

/** Who, and when. */
export type When = Pick<Note, 'by' | 'now'>;

/** Puts another release in, without a note. */
export function withRelease(change: Change, release: Release): Change {
  return withService(change, { ...change.service, release });
}

/** Puts another release in and notes why. */
export function notedRelease(change: Change, release: Release, note: Note): Change {
  return noted(change, { ...change.service, release }, note);
}

/** As which the audit is to have it before: the release is put in ahead of the move that it is noted with. */
function asBefore({ service }: Change): Pick<Note, 'more'> {
  return { more: { before: standing(service) } };
}

/** Writes a verdict on the release down, with the figures as they are before it is acted on. */
export function decided(change: Change, release: Release, what: Did, now: number): Change {
  return { ...change, decisions: [...change.decisions, decisionOn(change.service, release, what, now)] };
}

/** Begins a stage of a release: its weight to the candidate, the rest to the active slot, the soak clock at 0. */
export function enterStage(change: Change, release: Release, index: number, note: Note): Change {
  const stage = { index, startedAt: note.now, soakedMs: 0, soakingSince: note.now, extensions: 0 };
  const { epoch, revision, slo } = change.service;
  const run = { ...stage, since: { epoch, revision }, served: noneServed(slo) };
  const running: Release = { ...release, state: 'running', why: null, heldFor: null, failed: false, gate: null, stage: run };
  const { weight } = stageOf(running);
  const { slots } = change.service;
  const wanted = { ...allOn(release.from, slots), [release.candidate]: weight, [release.from]: WEIGHT_TOTAL - weight };
  const what = note.what === '' ? `Release ${release.id}: ${inStage(running)}.` : note.what;
  const next = shifted(withRelease(change, running), { weights: wanted }, { ...note, what, ...asBefore(change) });
  // What was assigned before this stage's split is no sample of it.
  const since = { epoch: next.service.epoch, revision: next.service.revision };
  return withRelease(next, { ...running, stage: { ...run, since } });
}

/** Into the stage behind the one under way, or to completion behind the last. */
export function goOn(change: Change, release: Release, when: When): Change {
  const index = (release.stage?.index ?? -1) + 1;
  if (index >= release.plan.stages.length) return complete(change, release, when, false);
  return enterStage(change, release, index, { action: 'stage_advanced', what: '', ...when });
}

/** Makes the candidate active with all weight; a bake watches it, with the former slot to return to. */
export function complete(change: Change, release: Release, { by, now }: When, promoted: boolean): Change {
  const { candidate, from, plan, id } = release;
  const { service } = change;
  const bakeEndsAt = plan.bakeSeconds === 0 ? null : now + plan.bakeSeconds * 1000;
  const done = ended(change, { ...release, bakeEndsAt }, 'completed', null, now);
  const what = `Release ${id} completed: ${candidate} is active, in place of ${from}.`;
  const action = promoted ? 'release_promoted' : 'release_completed';
  const move = { weights: allOn(candidate, service.slots), active: candidate, previous: from };
  const next = moved(done, move, { action, what, by, now, ...asBefore(change) });
  return baked(next, candidate, from, now, { seconds: plan.bakeSeconds, release: id });
}

/** Ends a release that did not make it, with all weight where `move` says; nobody moves without it. */
export function fail(
  change: Change,
  release: Release,
  end: { readonly state: 'rolled_back' | 'aborted'; readonly move: Move | null; readonly note: Note },
): Change {
  const { state, move } = end;
  const note = { ...end.note, ...asBefore(change) };
  const marked = ended(change, release, state, whyOf(note), note.now);
  const known = state === 'rolled_back' ? withService(marked, withRolledBack(marked.service, release.candidate)) : marked;
  if (move === null) return noted(known, known.service, note);
  return shifted(known, move, note);
}

/** Remembers that the version in a slot was rolled back: no rollback returns to it either. */
export function withRolledBack(service: Service, slot: string): Service {
  const previous = service.previous === slot ? null : service.previous;
  const version = service.versions[slot]?.versionId;
  if (version === undefined || service.rolledBack.includes(version)) return { ...service, previous };
  return { ...service, previous, rolledBack: [...service.rolledBack, version].slice(-KEPT_ROLLED_BACK) };
}

/** Stops the clock of a release and says why it stands. */
export function halted(release: Release, state: 'paused' | 'held' | 'awaiting_approval', why: string, now: number): Release {
  const { stage } = release;
  return { ...release, state, why, heldFor: null, gate: null, stage: stage && stopClock(stage, now) };
}

/** Lets the clock of a release run again. */
export function resumed(release: Release, now: number): Release {
  const { stage } = release;
  const on = { state: 'running', why: null, heldFor: null, failed: false, gate: null } as const;
  return { ...release, ...on, stage: stage && runClock(stage, now) };
}

/** Ends a release, its clock with it, and counts it, without a note. */
export function ended(change: Change, release: Release, state: End, why: string | null, now: number): Change {
  const { stage } = release;
  const clock = stage && stopClock(stage, now);
  const over: Release = { ...release, state, why, heldFor: null, gate: null, endedAt: now, stage: clock };
  const { totals } = change.service;
  return withService(change, { ...change.service, release: over, totals: { ...totals, ended: oneMore(totals.ended, state) } });
}

/** What a note says of why a release is where it is: what was done, and the reason given for it. */
export function whyOf({ what, by }: Note): string {
  return by.reason === null ? what : `${what} ${by.reason}`;
}
