// What a new release can be made of, and what it will do. Pure.
import type { PlanView, ReleaseView, ServiceView } from '../../api/types.ts';
import { MIN_REQUESTS, PLAN_DEFAULTS } from '../../core/plan.ts';
import { explain } from '../../core/rejection.ts';
import { isOver } from '../../core/release.ts';
import { ON_FAIL, ON_INSUFFICIENT } from '../../setting-words.ts';
import { count, duration, readStages, stagesText } from '../../words.ts';
import { nextWithVersion, whyNoCandidate } from './outcome.ts';

/** What is filled in. */
export interface Draft {
  readonly slot: string;
  /** `null` for stages of its own. */
  readonly plan: string | null;
  readonly stages: string;
  readonly name: string;
  readonly isStarted: boolean;
  readonly isForced: boolean;
}

/** A slot, and why it cannot be the candidate, or `null`. */
export interface Candidate {
  readonly slot: string;
  readonly whyNot: string | null;
}

/** What is filled in at first. */
export function draftOf(view: ServiceView): Draft {
  const slot = nextWithVersion(view) ?? Object.keys(view.slots).find((other) => other !== view.active) ?? '';
  return { slot, plan: view.defaultPlan, stages: '', name: '', isStarted: true, isForced: false };
}

/** Every slot but the active one. */
export function candidatesOf(view: ServiceView): Candidate[] {
  const others = Object.keys(view.slots).filter((slot) => slot !== view.active);
  return others.map((slot) => {
    const refused = whyNoCandidate(view, slot);
    return { slot, whyNot: refused === null ? null : explain(refused) };
  });
}

/** Why no release can be made now, whatever is filled in, or `null`. */
export function whyNoRelease(view: ServiceView): string | null {
  const { release, active, service } = view;
  if (release !== null && !isOver(release))
    return explain({ reason: 'release-running', release: release.id, state: release.state });
  if (active === null) return explain({ reason: 'no-active-slot', service });
  const candidates = candidatesOf(view);
  if (candidates.every(({ whyNot }) => whyNot !== null))
    return candidates[0]?.whyNot ?? explain({ reason: 'no-idle-slot', service, wanted: 'a version' });
  return null;
}

/** What is sent, without the reason; or what is wrong with the stages, in a sentence. */
export function bodyOf({ slot, plan, stages, name, isStarted, isForced }: Draft): object | string {
  const own = plan === null ? readStages(stages) : [];
  if (typeof own === 'string') return own;
  const goesBy = plan === null ? { stages: own } : { plan };
  return { slot, ...goesBy, name: name.trim() === '' ? null : name.trim(), autoStart: isStarted, force: isForced };
}

/** A plan in a sentence or two. */
export function planText({ stages, onFail, onInsufficient, bakeSeconds, hooks }: PlanView): string {
  const bake = bakeSeconds === 0 ? 'No bake.' : `Bake: ${duration(bakeSeconds)}.`;
  const asked = hooks.length === 0 ? '' : ` It asks ${count(hooks.length, 'hook')}.`;
  const rules = `If the candidate fails, ${ON_FAIL[onFail]}. If requests are too few, ${ON_INSUFFICIENT[onInsufficient]}.`;
  return `${stagesText(stages)}. ${rules} ${bake}${asked}`;
}

/** The release that would be made, as control would show it before its start; `null` while what is filled in gives none. */
export function releaseOf(view: ServiceView, draft: Draft, plans: readonly PlanView[]): ReleaseView | null {
  const plan = draft.plan === null ? ownPlan(draft.stages) : (plans.find(({ name }) => name === draft.plan) ?? null);
  const { service, active, release, slots } = view;
  if (plan === null || active === null || slots[draft.slot] === undefined) return null;
  const end = (slot: string) => ({ slot, version: slots[slot]?.version ?? null });
  const nothing = { why: null, stage: null, gate: null, bake: null, startedAt: null, endedAt: null };
  const made = { createdAt: view.split.updatedAt, createdBy: '', name: null, state: 'pending' as const };
  return { id: (release?.id ?? 0) + 1, service, candidate: end(draft.slot), from: end(active), plan, ...made, ...nothing };
}

function ownPlan(text: string): PlanView | null {
  const stages = readStages(text);
  if (typeof stages === 'string') return null;
  const whole = stages.map((stage) => ({ minRequests: MIN_REQUESTS, advance: 'auto' as const, ...stage }));
  return { name: null, builtIn: false, stages: whole, ...PLAN_DEFAULTS };
}
