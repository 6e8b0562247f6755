// What plans, channels, tokens and messages are, in words, on the page and at the command line. Pure.
import type { ChannelTestView, ChannelView, DeliveryView, HookView, PersonView, PlanView, Role, StageView } from './api/types.ts';
import { isEnough } from './core/access.ts';
import { ahead, count, duration } from './words.ts';

type Event = ChannelView['topics'][number];

/** Which services somebody reaches; `null` for all of the team, and of all teams where there is none. */
type Reach = Pick<PersonView, 'team' | 'services'>;

/** What a role may do; from the least to the most. */
export const DUTIES: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  deployer: 'reads, and moves traffic',
  admin: 'reads, moves traffic, sets objectives and plans, gives access',
};

/** Why a role is not enough for `what`, or `null`. */
export function whyNotRole(role: Role, needed: Role, what?: string): string | null {
  if (isEnough(role, needed)) return null;
  return `${what === undefined ? 'Takes' : `${what} takes`} the role ${needed}; you are ${role}.`;
}

/** Every event of a channel, and what has happened then. */
export const EVENTS: Readonly<Record<Event, string>> = {
  release_created: 'a release was made',
  release_started: 'it was started',
  stage_advanced: 'it went on to its next stage',
  awaiting_approval: 'it waits for a person',
  held: 'it holds: too few requests, an outage, a hook',
  rolled_back: 'it, or a bake, was rolled back',
  completed: 'its candidate is active',
  aborted: 'it was aborted or denied',
  split_set: 'weights were moved by hand',
  alert: 'somebody should look',
};

/** Where a plan asks a hook. */
export const HOOK_ASKS: Readonly<Record<HookView['on'], string>> = {
  'before-start': 'Asks before the start',
  'before-stage': 'Asks before each stage',
  'before-promote': 'Asks before completion',
};

/** What a plan has done when its candidate fails. */
export const ON_FAIL: Readonly<Record<PlanView['onFail'], string>> = { rollback: 'it rolls back', pause: 'it pauses' };

/** What a plan has done when a stage had too few requests. */
export const ON_INSUFFICIENT: Readonly<Record<PlanView['onInsufficient'], string>> = {
  hold: 'it holds until they came',
  extend: 'it extends the soak, three times at most, then holds',
  promote: 'it goes on all the same',
  rollback: 'it rolls back',
};

/** `all services`, `team shop`, `team shop (app)`, or the services. */
export function reachText({ team, services }: Reach): string {
  if (team === null) return services === null ? 'all services' : services.join(', ');
  return services === null ? `team ${team}` : `team ${team} (${services.join(', ')})`;
}

/** `all events`, `all events but split_set`, `rolled_back, held`. */
export function eventsText(topics: readonly Event[]): string {
  const names = Object.keys(EVENTS) as Event[];
  const left = names.filter((name) => !topics.includes(name));
  if (left.length === 0) return 'all events';
  return left.length > 3 ? topics.join(', ') : `all events but ${left.join(', ')}`;
}

/** How a stage is left: `5 min, at least 50 requests, then a person approves`. */
export function stageHow({ weight, soakSeconds, minRequests = 0, advance }: StageView): string {
  const how = [
    ...(soakSeconds > 0 ? [duration(soakSeconds)] : []),
    // Without weight there are no requests to wait for.
    ...(minRequests > 0 && weight > 0 ? [`at least ${count(minRequests, 'request')}`] : []),
    ...(advance === 'manual' ? ['then a person approves'] : []),
  ];
  return how.join(', ');
}

/** What became of a test of a channel, in a sentence. */
export function testText(name: string, { ok, status, error }: ChannelTestView): string {
  if (ok) return `Channel ${name} took the message${status === null ? '' : `, and answered ${status}`}.`;
  const told = error ?? 'it was refused';
  const answered = status === null || told.includes(String(status)) ? '' : ` (${status})`;
  return `Channel ${name} did not take the message: ${told.replace(/\.$/, '')}${answered}.`;
}

/** What the attempts to send a message came to; empty where the first one arrived. `now` in milliseconds. */
export function attemptsText({ state, attempts, dueAt, lastError }: DeliveryView, now: number): string {
  const after = `after ${count(attempts, 'attempt')}`;
  if (state === 'delivered') return attempts > 1 ? after : '';
  if (state === 'dead') return `${lastError ?? 'given up'}; given up ${after}`;
  const next = dueAt === null || Date.parse(dueAt) <= now ? 'now' : ahead(dueAt, now);
  return attempts === 0 ? '' : `${lastError ?? 'not taken'}; tried again ${next}`;
}
