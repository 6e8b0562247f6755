// A gate: the step of a release that waits until every hook of its plan for it has let it pass, and what can be read off it.
// Pure. Steps of a gate are in hooks.ts.
import type { By } from './audit.ts';
import type { Hook, Plan } from './plan.ts';
import type { Release } from './release.ts';

/** What a hook answered. It lets the release pass with a status from 200 to 299 alone. */
export interface HookAnswer {
  readonly channel: string;
  /** What people call the channel; `null` where nobody knows. */
  readonly name: string | null;
  /** `null` where there was no answer. */
  readonly status: number | null;
  /** What went wrong instead, in a few words behind the name of the hook; `null` where an answer came. */
  readonly error: string | null;
}

/** A step of a release that its hooks must let pass. */
export interface Gate {
  readonly on: Hook['on'];
  /** The stage behind it, into the plan's stages; the one behind the last is completion. */
  readonly stage: number;
  /** Counts the gates of a release, from 1. */
  readonly number: number;
  /** When it was first asked, ms. */
  readonly askedAt: number;
  /** How often it was asked. */
  readonly attempts: number;
  /** When it is asked again, ms; `null` while its hooks are being asked, and once all of them let it pass. */
  readonly nextAt: number | null;
  /** Channels of the hooks that have not let it pass yet. */
  readonly open: readonly string[];
  /** What those of them answered that do not let it pass, when they were asked last. */
  readonly refusals: readonly HookAnswer[];
  /** What people call the channels that have answered. */
  readonly names: Readonly<Record<string, string>>;
  /** Percent by slot, when it was first asked. */
  readonly weights: Readonly<Record<string, number>>;
  /** Who brought the release here, and why. */
  readonly by: By;
}

/** Which gate is asked, and for which time: an answer to another is none to this. */
export interface Asking extends Pick<Gate, 'on' | 'stage' | 'number'> {
  readonly release: number;
  readonly attempt: number;
}

/** Where in a plan the gate before a stage stands. */
export function gateBefore({ stages }: Plan, stage: number): Hook['on'] {
  if (stage === 0) return 'before-start';
  return stage < stages.length ? 'before-stage' : 'before-promote';
}

/** Channels of the hooks before a stage of a plan. */
export function channelsBefore(plan: Plan, stage: number): string[] {
  const on = gateBefore(plan, stage);
  return plan.hooks.filter((hook) => hook.on === on).map(({ channel }) => channel);
}

/** Which gate of a release is asked now; `undefined` while none is. */
export function askingOf({ id, gate }: Release): Asking | undefined {
  if (gate === null || gate.nextAt !== null || gate.open.length === 0) return undefined;
  return { release: id, on: gate.on, stage: gate.stage, number: gate.number, attempt: gate.attempts };
}

/** Whether a release waits for the answer to just this. */
export function isAsked(release: Release | null, asking: Asking): boolean {
  const now = release === null ? undefined : askingOf(release);
  return now !== undefined && (Object.keys(now) as (keyof Asking)[]).every((key) => now[key] === asking[key]);
}

/** Whether an answer lets the release pass. */
export function letsPass({ status }: HookAnswer): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** "before stage 2". */
export function placeOf(plan: Plan, stage: number): string {
  return PLACE[gateBefore(plan, stage)](stage + 1);
}

const PLACE: Readonly<Record<Hook['on'], (number: number) => string>> = {
  'before-start': () => 'before the start',
  'before-stage': (number) => `before stage ${number}`,
  'before-promote': () => 'before completion',
};

/** "hook ci-gate before stage 2", "hooks ci-gate, change-freeze before the start": those before a stage of a plan. */
export function hooksBefore(plan: Plan, stage: number, gate: Gate | null): string {
  const channels = channelsBefore(plan, stage).map((channel) => gate?.names[channel] ?? channel);
  return `${channels.length === 1 ? 'hook' : 'hooks'} ${channels.join(', ')} ${placeOf(plan, stage)}`;
}

/** "hook ci-gate before stage 2 answered 503", and the same of each other hook that does not let it pass. */
export function refusalOf(plan: Plan, { stage, refusals }: Gate): string {
  const told = refusals.map((answer) => `hook ${answer.name ?? answer.channel} ${placeOf(plan, stage)} ${toldBy(answer)}`);
  return told.join(', and ');
}

function toldBy({ status, error }: HookAnswer): string {
  if (status === null) return error ?? 'gave no answer';
  return status >= 300 && status < 400 ? `answered ${status}, and redirects are not followed` : `answered ${status}`;
}

/** Whether two answers say the same; what exactly went wrong where none came may change from one to the next. */
export function saysTheSame(some: readonly HookAnswer[], others: readonly HookAnswer[]): boolean {
  const told = (answers: readonly HookAnswer[]) => answers.map(({ channel, status }) => `${channel} ${status}`).join();
  return told(some) === told(others);
}
