// Inside `transition`: the hooks of a plan are asked before a step of a release, and asked again until each lets it pass. Pure.
// While they are, traffic stays where it is and the soak clock stands; evidence goes on being judged.
import { BY_ITSELF } from './audit.ts';
import { type Change, noted } from './change.ts';
import { withOrder } from './effect.ts';
import {
  type Asking,
  askingOf,
  channelsBefore,
  type Gate,
  gateBefore,
  type HookAnswer,
  hooksBefore,
  isAsked,
  letsPass,
  refusalOf,
  saysTheSame,
} from './gate.ts';
import { decided, goOn, notedRelease, type When, withRelease } from './progress.ts';
import { timeOf } from './rejection.ts';
import { inStage, type Release, stageNeeds, stopClock } from './release.ts';
import { weights } from './service.ts';

/** How long after an answer the hooks are asked again; the last for every time after. */
const AGAIN_SECONDS = [5, 15, 30, 60];
const MAX_ERROR = 200;

/** On behind the stage under way; first its hooks are asked, if it has any. */
export function proceed(change: Change, release: Release, when: When): Change {
  const next = nextStage(release);
  return channelsBefore(release.plan, next).length > 0 ? askHooks(change, release, next, when) : goOn(change, release, when);
}

/** The stage behind the one under way, into the plan's stages; behind the last, their number. */
export function nextStage({ stage }: Release): number {
  return (stage?.index ?? -1) + 1;
}

/** Asks the hooks before a stage for the first time, in place of any that were asked before. */
export function askHooks(change: Change, release: Release, stage: number, { by, now }: When): Change {
  const number = release.gates + 1;
  const shares = Object.entries(weights(change.service)).map(([slot, weight]) => [slot, weight / 100]);
  const gate: Gate = {
    ...{ on: gateBefore(release.plan, stage), stage, number, askedAt: now, attempts: 1, nextAt: null },
    ...{ open: channelsBefore(release.plan, stage), refusals: [], names: {}, weights: Object.fromEntries(shares), by },
  };
  const state = release.state === 'pending' ? 'pending' : 'running';
  const waiting: Release = { ...release, state, why: null, heldFor: null, stage: release.stage && stopClock(release.stage, now) };
  return ordered(change, { ...waiting, gate, gates: number });
}

/** Asks those hooks once more that have not let the release pass. */
export function askAgain(change: Change, release: Release, gate: Gate): Change {
  return ordered(change, { ...release, gate: { ...gate, attempts: gate.attempts + 1, nextAt: null } });
}

function ordered(change: Change, release: Release): Change {
  const next = withRelease(change, release);
  const asking = askingOf(release);
  if (asking === undefined || release.gate === null) return next;
  return { ...next, effects: withOrder(next.effects, { type: 'call_hook', asking, channels: release.gate.open }) };
}

/** Takes in what the hooks answered that were asked; answers that come late change nothing. */
export function takeAnswers(change: Change, asking: Asking, answers: readonly HookAnswer[], now: number): Change {
  const { release } = change.service;
  if (release === null || release.gate === null || !isAsked(release, asking)) return change;
  const { gate } = release;
  const refusals = gate.open.map((channel) => answerOf(channel, answers)).filter((answer) => !letsPass(answer));
  const open = refusals.map(({ channel }) => channel);
  const named = answers.flatMap(({ channel, name }) => (name === null ? [] : [[channel, name] as const]));
  const told = { ...gate, open, refusals, names: { ...gate.names, ...Object.fromEntries(named) } };
  if (open.length === 0) return withRelease(change, { ...release, gate: told });
  const seconds = AGAIN_SECONDS[Math.min(gate.attempts, AGAIN_SECONDS.length) - 1] ?? 0;
  return refused(change, release, { ...told, nextAt: now + seconds * 1000 }, now);
}

function answerOf(channel: string, answers: readonly HookAnswer[]): HookAnswer {
  const { name = null, status = null, error = null } = answers.find((answer) => answer.channel === channel) ?? {};
  return { channel, name, status, error: error?.slice(0, MAX_ERROR) ?? null };
}

// Noted when it is news, not each time that it is asked.
function refused(change: Change, release: Release, gate: Gate, now: number): Change {
  const refusal = refusalOf(release.plan, gate);
  const told = `${refusal.charAt(0).toUpperCase()}${refusal.slice(1)}.`;
  const waiting = { ...release, gate, why: `${told} Asked again at ${timeOf(gate.nextAt ?? now)}.` };
  const by = { ...BY_ITSELF, reason: told };
  const isNews = release.gate === null || !saysTheSame(release.gate.refusals, gate.refusals);
  const note = { action: 'hook_refused', what: `Release ${release.id}: ${refusal}.`, by: BY_ITSELF, now } as const;
  const next = isNews ? noted(change, change.service, note) : change;
  if (release.state !== 'running') return withRelease(next, waiting);
  const held: Release = { ...waiting, state: 'held', heldFor: 'hook' };
  const what = `Release ${release.id} held in ${inStage(release)}.`;
  const verdict = stageNeeds(release, change.service.slo) === 0 ? 'pass' : 'insufficient';
  const seen = decided(next, release, { verdict, did: 'held', reason: told }, now);
  return notedRelease(seen, held, { action: 'release_held', what, by, now });
}

/** Notes that somebody passes over the hooks before some stages of a release. */
export function passedOver(change: Change, release: Release, stages: readonly number[], when: When): Change {
  const { plan, gate } = release;
  const passed = stages.filter((stage) => channelsBefore(plan, stage).length > 0);
  if (passed.length === 0) return change;
  const told = passed.map((stage) => hooksBefore(plan, stage, gate)).join('; ');
  const what = `Release ${release.id}: ${told} passed over by ${when.by.actor}.`;
  return noted(change, change.service, { action: 'hook_skipped', what, ...when });
}
