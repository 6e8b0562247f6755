// What each verb would bring about, or why control would refuse it: as control/core has it, from what the page knows of a service.
// Pure. It promises nothing: control decides, and test/dashboard/outcome.test.ts holds the two to each other.
import type { BySlot, ReleaseState, ReleaseView, ServiceView } from '../../api/types.ts';
import { channelsBefore } from '../../core/gate.ts';
import type { Rejection } from '../../core/rejection.ts';
import { ALLOWED, isUnderWay, type Verb } from '../../core/release.ts';
import { slotsAfter } from '../../core/service.ts';

/** How a service and its release stand after a verb. */
export interface Outcome {
  /** Percent by slot. */
  readonly weights: BySlot<number>;
  readonly active: string | null;
  /** Of the release the verb is about or ends, or of the new one; `null` where none is touched. */
  readonly state: ReleaseState | null;
  /** The stage that is entered, from 1. */
  readonly enters: number | null;
  /** The bake that begins. */
  readonly bake: { readonly slot: string; readonly returnTo: string; readonly seconds: number } | null;
  /** The stage before which hooks are asked first, into the plan's stages; what comes behind them is then `next`. */
  readonly asks: number | null;
  /** What comes once the hooks let it pass. */
  readonly next: Outcome | null;
  /** Stages, into the plan's, whose hooks are passed over. */
  readonly passesOver: readonly number[];
  /** Evidence against the candidate is forgotten. */
  readonly forgets: boolean;
  /** What stands in the way unless it is forced. */
  readonly forced: readonly Rejection[];
}

/** What a verb would bring about, or why it would be refused. */
export type Foreseen = Outcome | { readonly refused: Rejection };

/** A service as it is by `now` (ms): that a lease is past its time is no event that would be told. */
export function asOf(view: ServiceView, now: number): ServiceView {
  const past = Object.entries(view.slots).filter(([, { lease }]) => lease !== null && Date.parse(lease.until) <= now);
  if (past.length === 0) return view;
  return { ...view, slots: { ...view.slots, ...Object.fromEntries(past.map(([slot, of]) => [slot, { ...of, lease: null }])) } };
}

/** What a verb of a release, the newest or one before, would bring about. */
export function foreseeSteer(view: ServiceView, release: ReleaseView, verb: Verb): Foreseen {
  const { id, state, gate, stage, from } = release;
  const isPastHooks = verb === 'skip' && state === 'pending' && gate !== null;
  if (!ALLOWED[verb].includes(state) && !isPastHooks) return { refused: { reason: 'release-state', release: id, state, verb } };
  const next = stage?.number ?? 0;
  const still = stays(view, state);
  switch (verb) {
    case 'start':
      return foreseeStart(view, release, { isPastHooks: false });
    case 'approve':
      return behindHooks(view, release, next, 'running');
    case 'deny':
    case 'abort':
      return { ...still, state: 'aborted', weights: stage === null ? still.weights : allOn(view, from.slot) };
    case 'pause':
      return { ...still, state: 'paused' };
    case 'resume':
      return { ...still, state: 'running', forgets: stage?.verdict === 'fail' };
    case 'skip':
      return state === 'pending'
        ? foreseeStart(view, release, { isPastHooks: true })
        : withoutHooks(goesOn(view, release, next), release, [next]);
    case 'promote': {
      const ahead = Array.from({ length: release.plan.stages.length - next + 1 }, (_, i) => next + i);
      return { ...withoutHooks(completes(view, release), release, ahead), forgets: false };
    }
    case 'retry':
      return foreseeRetry(view, release);
  }
}

/** What a rollback would bring about. */
export function foreseeRollback(view: ServiceView): Foreseen {
  const { active, previous, split, release } = view;
  if (release !== null && isUnderWay(release)) return { ...stays(view, 'rolled_back'), weights: allOn(view, release.from.slot) };
  if (active !== null && split.weights[active] !== 100) return { ...stays(view), weights: allOn(view, active) };
  if (previous === null) return { refused: { reason: 'nothing-to-roll-back', service: view.service, active } };
  const refused = whyNoVisitors(view, previous);
  if (refused !== null) return { refused };
  const bakes = release?.bake?.over === false;
  return { ...stays(view, bakes ? 'rolled_back' : null), weights: allOn(view, previous), active: previous };
}

/** What making a slot active at once would bring about. */
export function foreseeActivate(view: ServiceView, slot: string): Foreseen {
  const { active, split, health } = view;
  if (view.slots[slot] === undefined) return { refused: { reason: 'unknown-slot', slot, slots: Object.keys(view.slots) } };
  if (slot === active && split.weights[slot] === 100) return stays(view);
  const refused = whyNotByHand(view) ?? whyNoVisitors(view, slot);
  if (refused !== null) return { refused };
  const seconds = health.slo.bakeSeconds;
  const bakes = active !== null && active !== slot && seconds > 0;
  const bake = bakes ? { slot, returnTo: active, seconds } : null;
  return { ...stays(view), weights: allOn(view, slot), active: slot, bake };
}

/** What rotating would bring about. */
export function foreseeRotate(view: ServiceView): Foreseen {
  const next = nextWithVersion(view);
  if (next === undefined) return { refused: { reason: 'no-idle-slot', service: view.service, wanted: 'a version' } };
  return foreseeActivate(view, next);
}

/** What weights set by hand would bring about; `weights` of every slot, that sum to 100. */
export function foreseeSplit(view: ServiceView, weights: BySlot<number>): Foreseen {
  if (view.active === null) return { refused: { reason: 'no-active-slot', service: view.service } };
  const growing = Object.keys(view.slots).filter((slot) => (weights[slot] ?? 0) > (view.split.weights[slot] ?? 0));
  const refused = whyNotByHand(view) ?? growing.map((slot) => whyNoVisitors(view, slot)).find((why) => why !== null) ?? null;
  return refused === null ? { ...stays(view), weights } : { refused };
}

/** Why traffic is not moved by hand now, or `null`. */
export function whyNotByHand({ release }: ServiceView): Rejection | null {
  return release !== null && isUnderWay(release)
    ? { reason: 'release-running', release: release.id, state: release.state }
    : null;
}

/** Why a slot may get no visitors, or `null`. */
export function whyNoVisitors(view: ServiceView, slot: string): Rejection | null {
  const { lease = null, version = null } = view.slots[slot] ?? {};
  if (lease !== null) return { reason: 'slot-leased', slot, until: Date.parse(lease.until), by: lease.by };
  return version === null ? { reason: 'slot-empty', slot } : null;
}

/** Why a slot cannot be the candidate of a release, or `null`. */
export function whyNoCandidate(view: ServiceView, slot: string): Rejection | null {
  if (view.slots[slot] === undefined) return { reason: 'unknown-slot', slot, slots: Object.keys(view.slots) };
  return slot === view.active ? { reason: 'slot-active', slot } : whyNoVisitors(view, slot);
}

/** The next slot with a version behind the active one, one that may get visitors first. */
export function nextWithVersion(view: ServiceView): string | undefined {
  const inTurn = slotsAfter({ slots: Object.keys(view.slots), active: view.active });
  const filled = inTurn.filter((slot) => view.slots[slot]?.version != null);
  return filled.find((slot) => whyNoVisitors(view, slot) === null) ?? filled[0];
}

/** The bake that stands in the way of a release, as control says it; none while nothing bakes. */
function bakesNow({ health }: ServiceView): Rejection[] {
  const bake = health.watches.find(({ kind }) => kind === 'bake');
  if (bake === undefined) return [];
  return [{ reason: 'bake-running', slot: bake.slot, until: bake.endsAt === null ? null : Date.parse(bake.endsAt) }];
}

function foreseeStart(view: ServiceView, release: ReleaseView, { isPastHooks }: { readonly isPastHooks: boolean }): Foreseen {
  const { active } = view;
  if (active === null) return { refused: { reason: 'no-active-slot', service: view.service } };
  const refused = whyNoCandidate(view, release.candidate.slot);
  if (refused !== null) return { refused };
  // It takes over from whatever slot is active by then.
  const paired = { ...release, stage: null, from: { ...release.from, slot: active } };
  const forced = bakesNow(view);
  if (isPastHooks) return { ...withoutHooks(entersStage(view, paired, 0), paired, [0]), forced };
  return { ...behindHooks(view, paired, 0, 'pending'), forced };
}

function foreseeRetry(view: ServiceView, release: ReleaseView): Foreseen {
  const { slot, version } = release.candidate;
  const { release: newest } = view;
  if (newest !== null && newest.endedAt === null)
    return { refused: { reason: 'release-running', release: newest.id, state: newest.state } };
  const begun = foreseeStart(view, release, { isPastHooks: false });
  if ('refused' in begun) return begun;
  const versionId = view.slots[slot]?.version?.versionId ?? '';
  const wasRolledBack = release.state === 'rolled_back' && versionId === version?.versionId;
  const known: Rejection[] = wasRolledBack ? [{ reason: 'version-rolled-back', slot, versionId }] : [];
  return { ...begun, forced: [...known, ...begun.forced] };
}

/** The step behind a stage, or first its hooks, if there are any. */
function behindHooks(view: ServiceView, release: ReleaseView, index: number, waits: ReleaseState): Outcome {
  const next = goesOn(view, release, index);
  if (channelsBefore(release.plan, index).length === 0) return next;
  return { ...stays(view, waits), asks: index, next };
}

function goesOn(view: ServiceView, release: ReleaseView, index: number): Outcome {
  return index < release.plan.stages.length ? entersStage(view, release, index) : completes(view, release);
}

function entersStage(view: ServiceView, release: ReleaseView, index: number): Outcome {
  const { candidate, from, plan, stage } = release;
  const weight = plan.stages[index]?.weight ?? 0;
  const weights = { ...allOn(view, from.slot), [candidate.slot]: weight, [from.slot]: rest(weight) };
  return { ...stays(view, 'running'), weights, enters: index + 1, forgets: stage?.verdict === 'fail' };
}

function completes(view: ServiceView, { candidate, from, plan }: ReleaseView): Outcome {
  const { slot } = candidate;
  const bake = plan.bakeSeconds === 0 ? null : { slot, returnTo: from.slot, seconds: plan.bakeSeconds };
  return { ...stays(view, 'completed'), weights: allOn(view, slot), active: slot, bake };
}

function withoutHooks(outcome: Outcome, { plan }: ReleaseView, stages: readonly number[]): Outcome {
  return { ...outcome, passesOver: stages.filter((stage) => channelsBefore(plan, stage).length > 0) };
}

function stays({ split, active }: ServiceView, state: ReleaseState | null = null): Outcome {
  const nothing = { enters: null, bake: null, asks: null, next: null, passesOver: [], forgets: false, forced: [] };
  return { weights: split.weights, active, state, ...nothing };
}

function allOn(view: ServiceView, slot: string): Record<string, number> {
  return Object.fromEntries(Object.keys(view.slots).map((other) => [other, other === slot ? 100 : 0]));
}

/** What is left of 100 %, to two decimals. */
function rest(weight: number): number {
  return Math.round((100 - weight) * 100) / 100;
}
