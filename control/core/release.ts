// The state of a release, and what can be read off it. Pure. Only `transition` makes a new one.
import type { SplitId } from '../../router/split.ts';
import { requestsNeeded, type Sampled } from './evaluate.ts';
import type { Gate } from './gate.ts';
import type { Plan, Stage } from './plan.ts';
import type { Deployment } from './service.ts';
import { objectivesOf, type Slo } from './slo.ts';
import { type Counts, NONE } from './watch.ts';

/** How a release ends. */
export const ENDS = ['completed', 'rolled_back', 'aborted'] as const;

/** How a release ends. */
export type End = (typeof ENDS)[number];

/** Where a release may stand. */
export const RELEASE_STATES = ['pending', 'running', 'paused', 'awaiting_approval', 'held', ...ENDS] as const;

/** Where a release stands. */
export type ReleaseState = (typeof RELEASE_STATES)[number];

/** What people may do to a release. */
export type Verb = 'start' | 'approve' | 'deny' | 'pause' | 'resume' | 'skip' | 'promote' | 'abort' | 'retry';

/** The states from which a verb is allowed. */
export const ALLOWED: Readonly<Record<Verb, readonly ReleaseState[]>> = {
  start: ['pending'],
  approve: ['awaiting_approval'],
  deny: ['awaiting_approval'],
  pause: ['running', 'held'],
  resume: ['paused'],
  skip: ['running', 'paused', 'held', 'awaiting_approval'],
  promote: ['running', 'paused', 'held', 'awaiting_approval'],
  abort: ['pending', 'running', 'paused', 'held', 'awaiting_approval'],
  retry: ['rolled_back', 'aborted'],
};

/** What the candidate has served in a stage: as it came, and by objective, after grace and caps. */
export interface Served extends Counts {
  readonly judged: readonly Sampled[];
}

/** A stage under way. */
export interface StageRun {
  /** Into the plan's stages, from 0. */
  readonly index: number;
  readonly startedAt: number;
  /** Soak gathered until the clock last stopped, ms; the clock stands in every state but `running`, and at a gate. */
  readonly soakedMs: number;
  /** Since when the clock runs, ms. */
  readonly soakingSince: number | null;
  /** Only what was assigned by this split or a later one counts. */
  readonly since: SplitId;
  /** What the candidate has served in this stage. */
  readonly served: Served;
  /** How often the soak was made longer for want of requests. */
  readonly extensions: number;
}

/** One attempt to move traffic to a candidate. */
export interface Release {
  /** 1, 2, 3, … within a service. */
  readonly id: number;
  readonly name: string | null;
  readonly state: ReleaseState;
  /** Why it is in that state, in a sentence. */
  readonly why: string | null;
  readonly candidate: string;
  readonly candidateVersion: Deployment | null;
  /** The slot that was active when it began. */
  readonly from: string;
  readonly fromVersion: Deployment | null;
  readonly plan: Plan;
  /** `null` until it is started. */
  readonly stage: StageRun | null;
  /** What it is held for. */
  readonly heldFor: 'outage' | 'insufficient' | 'hook' | null;
  /** Where its hooks are asked, while it is pending, running or held for them; the soak clock stands meanwhile. */
  readonly gate: Gate | null;
  /** How many gates it has come to. */
  readonly gates: number;
  /** The candidate was convicted by evidence. One that is only paused for it is convicted no second time. */
  readonly failed: boolean;
  /** When it was last written down how it stands, ms. */
  readonly lookedAt: number;
  /** When its bake is over, ms. */
  readonly bakeEndsAt: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** A stage is made longer by its soak, but at least by this: reports of a soak of one second take longer to come. */
const MIN_EXTENSION_SECONDS = 60;

/** Whether it has begun and has not ended: it owns the split. */
export function isUnderWay({ state }: Pick<Release, 'state'>): boolean {
  return state === 'running' || state === 'paused' || state === 'awaiting_approval' || state === 'held';
}

/** Whether it has ended. */
export function isOver({ state }: Pick<Release, 'state'>): boolean {
  return state === 'completed' || state === 'rolled_back' || state === 'aborted';
}

/** The stage of the plan that is under way, or the first. */
export function stageOf({ plan, stage }: Release): Stage {
  const planned = plan.stages[stage?.index ?? 0];
  if (planned === undefined) throw new Error('a plan must have the stage its release is in');
  return planned;
}

/** Soak gathered in a stage by `now`, ms. */
export function soakedMs({ soakedMs: before, soakingSince }: StageRun, now: number): number {
  return before + (soakingSince === null ? 0 : Math.max(now - soakingSince, 0));
}

/** How much soak the stage needs by now, its extensions included, ms. */
export function soakNeededMs(release: Release): number {
  const { soakSeconds } = stageOf(release);
  const extension = Math.max(soakSeconds, MIN_EXTENSION_SECONDS);
  return (soakSeconds + (release.stage?.extensions ?? 0) * extension) * 1000;
}

/** Lets the soak clock run from `now` on. */
export function runClock(stage: StageRun, now: number): StageRun {
  return stage.soakingSince === null ? { ...stage, soakingSince: now } : stage;
}

/** Stops the soak clock. */
export function stopClock(stage: StageRun, now: number): StageRun {
  return { ...stage, soakedMs: soakedMs(stage, now), soakingSince: null };
}

/** Requests the candidate must still serve well for the stage to pass; 0 when its sample is enough, and good. */
export function stageNeeds(release: Release, slo: Slo): number {
  const { weight, minRequests } = stageOf(release);
  if (weight === 0 || release.stage === null) return 0;
  const { judged } = release.stage.served;
  return Math.max(...objectivesOf(slo).map(({ maxShare }, i) => requestsNeeded(judged[i] ?? NONE, minRequests, maxShare)));
}

/** A stage that has served nothing. */
export function noneServed(slo: Slo): Served {
  return { requests: 0, errors: 0, judged: objectivesOf(slo).map(() => NONE) };
}

/** When the stage wants to be looked at again, ms; `null` while its clock stands. */
export function stageDeadline(release: Release): number | null {
  const { stage } = release;
  if (stage === null || stage.soakingSince === null) return null;
  return stage.soakingSince + soakNeededMs(release) - stage.soakedMs;
}

/** "stage 2 of 3 (green 50 %)". */
export function inStage(release: Release): string {
  const { plan, stage, candidate } = release;
  return `stage ${(stage?.index ?? 0) + 1} of ${plan.stages.length} (${candidate} ${stageOf(release).weight / 100} %)`;
}
