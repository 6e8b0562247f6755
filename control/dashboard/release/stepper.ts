// A release as its steps, and what people should see of it first. Pure.
import type { ReleaseState, ReleaseView, ServiceView, Verdict } from '../../api/types.ts';
import { isUnderWay } from '../../core/release.ts';
import { stageHow } from '../../setting-words.ts';
import { count, duration, gateText, needsText, percent, placeOf, reasonOf, sampleText, stateName } from '../../words.ts';

/** How good news is; `info` is neither. */
export type Kind = 'good' | 'warn' | 'bad' | 'info';

/** Where a stage stands: behind, under way, where the release ended, left out by a promotion, ahead, or never reached. */
export type Phase = 'done' | 'now' | 'ended' | 'left-out' | 'ahead' | 'not-reached';

/** A stage of a release. */
export interface Step {
  /** From 1. */
  readonly number: number;
  readonly phase: Phase;
  /** `50 %`. */
  readonly weight: string;
  /** `5 min, at least 50 requests, then a person approves`. */
  readonly rules: string;
}

/** The soak of the stage under way, and its sample. */
export interface Soak {
  /** 0 to 1. */
  readonly share: number;
  /** `3 min 20 s of soak left`. */
  readonly left: string;
  /** `31 of 50 requests, 2 errors; needs 19 more`. */
  readonly sample: string;
  /** 0 to 1. */
  readonly sampleShare: number;
  /** What is odd about it: `the clock stands`, `extended 1 of 3 times`. */
  readonly notes: readonly string[];
}

/** What people should know first, and whether somebody has to decide. */
interface Stand {
  readonly kind: Kind;
  readonly title: string;
  readonly text: string;
}

const STATE_KIND: Readonly<Record<ReleaseState, Kind>> = {
  pending: 'info',
  running: 'info',
  paused: 'warn',
  awaiting_approval: 'warn',
  held: 'warn',
  completed: 'good',
  rolled_back: 'bad',
  aborted: 'bad',
};

/** How good news a verdict is. */
export const VERDICT_KIND: Readonly<Record<Verdict, Kind>> = { pass: 'good', fail: 'bad', hold: 'warn', insufficient: 'info' };

/** How good news a state is. */
export function stateKind(state: ReleaseState): Kind {
  return STATE_KIND[state];
}

/** The stages of a release, in order. */
export function stepsOf(release: ReleaseView): Step[] {
  return release.plan.stages.map((stage, i) => {
    const rules = stageHow(stage) || 'no soak';
    return { number: i + 1, phase: phaseOf(release, i + 1), weight: percent(stage.weight), rules };
  });
}

function phaseOf(release: ReleaseView, number: number): Phase {
  const current = release.stage?.number ?? 0;
  const hasCompleted = release.state === 'completed' || wasBaking(release);
  if (number < current) return 'done';
  if (number > current) return hasCompleted ? 'left-out' : release.endedAt === null ? 'ahead' : 'not-reached';
  if (hasCompleted) return 'done';
  return release.endedAt === null ? 'now' : 'ended';
}

/** Whether a release was rolled back after it had completed; only its reason tells. */
function wasBaking({ state, why }: ReleaseView): boolean {
  return state === 'rolled_back' && /^(Release \d+ rolled back in its bake|Rolled back: )/.test(why ?? '');
}

/** The soak of a stage, so many seconds after it was told. */
export function soakOf({ stage, state }: ReleaseView, secondsSince: number): Soak | null {
  if (stage === null) return null;
  const { soakNeededSeconds: needed, minRequests, requests, errors, extensions, clock } = stage;
  const soaked = stage.soakedSeconds + (clock === 'running' ? Math.max(secondsSince, 0) : 0);
  const left = Math.max(needed - soaked, 0);
  const of = minRequests === 0 ? '' : ` of ${minRequests}`;
  return {
    share: needed === 0 ? 1 : Math.min(soaked / needed, 1),
    left: left > 0 ? `${duration(left)} of soak left` : 'soaked',
    sample:
      minRequests === 0 && requests === 0
        ? 'no sample needed'
        : `${requests}${of} requests, ${count(errors, 'error')}${needsText(stage)}`,
    sampleShare: minRequests === 0 ? 1 : Math.min(requests / minRequests, 1),
    notes: [
      ...(clock === 'stopped' && left > 0
        ? [`the soak clock stands while it ${state === 'running' ? 'asks its hooks' : `is ${stateName(state)}`}`]
        : []),
      ...(extensions > 0 ? [`soak extended ${extensions === 1 ? 'once' : `${extensions} times`}`] : []),
    ],
  };
}

/** What people should know of a release first. */
export function standOf(release: ReleaseView, now: number): Stand {
  const { state, gate, stage, candidate, from } = release;
  const kind = STATE_KIND[state];
  const why = reasonOf(release) ?? '';
  if (gate !== null) return { kind: gate.refusals.length > 0 ? 'warn' : 'info', title: `It ${gateText(gate, now)}`, text: why };
  switch (state) {
    case 'pending':
      return { kind, title: 'Not started yet', text: why || 'No visitor moves before somebody starts it.' };
    case 'running':
      return { kind, title: `Running${placeOf(release)}`, text: '' };
    case 'awaiting_approval':
      return { kind, title: `Awaiting approval: ${onwardText(release)}, or all back to ${from.slot}`, text: passedText(release) };
    case 'paused':
      return {
        kind: stage?.verdict === 'fail' ? 'bad' : kind,
        title: `${stage?.verdict === 'fail' ? `Paused, since ${candidate.slot} failed` : 'Paused'}${placeOf(release)}`,
        text: why,
      };
    case 'held':
      return { kind, title: `Held${placeOf(release)}`, text: why };
    case 'completed':
      return { kind, title: `Completed: ${candidate.slot} took over from ${from.slot}`, text: why };
    case 'rolled_back':
      return { kind, title: `Rolled back${wasBaking(release) ? ' in its bake' : placeOf(release)}`, text: why };
    case 'aborted':
      return { kind, title: `Aborted${stage === null ? ' before it began' : placeOf(release)}`, text: why };
  }
}

/** What a person who is to approve has to go by. */
function passedText({ stage, plan, candidate }: ReleaseView): string {
  if (stage === null) return '';
  const { number, verdict, needs, requests, errors } = stage;
  const how = verdict === 'pass' ? 'has passed' : `is over, with too little to go on: it needs ${needs} more good requests`;
  return `Stage ${number} of ${plan.stages.length} ${how}. ${candidate.slot} served ${sampleText(requests, errors)} in it.`;
}

/** What comes behind the stage under way: `50 % to green`. */
function onwardText({ plan, stage, candidate }: ReleaseView): string {
  const next = plan.stages[stage?.number ?? 0];
  return next === undefined ? `all to ${candidate.slot}` : `${percent(next.weight)} to ${candidate.slot}`;
}

/** Whether a release is judged, if it has visitors: it is under way, or its bake is not over. */
export function isJudged(release: ReleaseView): boolean {
  return isUnderWay(release) || release.bake?.over === false;
}

/** Changes whenever something was done about the newest release of a service, so that its decisions are worth asking for. */
export function stampOf({ release, split }: ServiceView): string {
  if (release === null) return `${split.revision}`;
  const { id, state, stage, gate, bake } = release;
  return [id, state, stage?.number, stage?.extensions, gate?.attempts, bake?.over, split.revision].join(' ');
}
