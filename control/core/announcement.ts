// What is told to people outside, of what the audit notes: the events a channel can choose. Pure.
import { type Action, type AuditEntry, BY_ITSELF } from './audit.ts';
import { countsSince } from './counts.ts';
import { isUnderWay, type ReleaseState } from './release.ts';
import { type Service, weights } from './service.ts';

/** The events a channel can choose. */
export const TOPICS = [
  'release_created',
  'release_started',
  'stage_advanced',
  'awaiting_approval',
  'held',
  'rolled_back',
  'completed',
  'aborted',
  'split_set',
  'alert',
] as const;

/** One of the events a channel can choose. */
export type Topic = (typeof TOPICS)[number];

/** Minutes of counts that are told with an event, the open one included. */
export const TOLD_MINUTES = 5;

/** What a slot has served lately, overridden requests apart. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
}

/** One event, as it is told. The same whenever it is told again. It stays below 6 KB on its way to an object. */
export interface Announcement {
  /** Its own for ever: whoever gets it twice knows it by that. */
  readonly id: string;
  readonly topic: Topic;
  /** ms */
  readonly at: number;
  readonly service: string;
  readonly actor: string;
  readonly what: string;
  readonly why: string | null;
  /** Percent by slot, after the event. */
  readonly weights: Readonly<Record<string, number>>;
  /** Of the last {@link TOLD_MINUTES} minutes, by slot, of those that had requests. */
  readonly figures: Readonly<Record<string, Figures>>;
  /** The release it is about, or that is under way. */
  readonly release: ToldRelease | null;
}

/** What is told of a release. */
export interface ToldRelease {
  readonly id: number;
  readonly name: string | null;
  readonly state: ReleaseState;
  readonly candidate: string;
  /** The slot that was active when it began. */
  readonly from: string;
}

/** Bytes that a text may take on its way to an object, where what is not ASCII takes six a unit. */
const WIRE_BYTES = { what: 800, why: 1_800, name: 400, actor: 200 } as const;

const TOPIC_OF: Readonly<Partial<Record<Action, Topic>>> = {
  release_created: 'release_created',
  release_started: 'release_started',
  stage_advanced: 'stage_advanced',
  release_awaiting_approval: 'awaiting_approval',
  release_held: 'held',
  release_rolled_back: 'rolled_back',
  rolled_back: 'rolled_back',
  release_completed: 'completed',
  release_promoted: 'completed',
  release_aborted: 'aborted',
  release_denied: 'aborted',
  split_set: 'split_set',
  slot_activated: 'split_set',
  alert_raised: 'alert',
};

/** What to tell of an entry of the audit; `undefined` for one that nobody is told of. `service` is as it was after it. */
export function announcementOf(entry: AuditEntry, service: Service, id: string): Announcement | undefined {
  const topic = topicOf(entry, service);
  if (topic === undefined) return undefined;
  const { at, actor, what, reason } = entry;
  return {
    id,
    topic,
    at,
    service: service.name,
    actor: clipped(actor, WIRE_BYTES.actor),
    what: clipped(what, WIRE_BYTES.what),
    why: reason === null ? null : clipped(reason, WIRE_BYTES.why),
    weights: Object.fromEntries(Object.entries(weights(service)).map(([slot, weight]) => [slot, weight / 100])),
    figures: figuresOf(service, at),
    release: releaseIn(entry, service),
  };
}

// A release that stops because its candidate failed is held, for whoever has to look at it; so is one whose hooks do not let it
// start. One that is under way is held for its hooks anyhow.
function topicOf({ action, actor }: AuditEntry, { release }: Service): Topic | undefined {
  if (action === 'release_paused' && actor === BY_ITSELF.actor) return 'held';
  if (action === 'hook_refused' && release?.state === 'pending') return 'held';
  return TOPIC_OF[action];
}

function figuresOf(service: Service, at: number): Announcement['figures'] {
  const counts = countsSince(service, Math.floor(at / 60_000) - TOLD_MINUTES + 1);
  const busy = Object.entries(counts).filter(([, { requests }]) => requests > 0);
  return Object.fromEntries(busy.map(([slot, { requests, errors }]) => [slot, { requests, errors }]));
}

// A service keeps its newest release long after it has ended: most events then are not about it.
function releaseIn({ action, at }: AuditEntry, { release }: Service): ToldRelease | null {
  if (release === null) return null;
  const isAbout = /^(release|hook)_/.test(action) || isUnderWay(release) || release.endedAt === at;
  if (!isAbout) return null;
  const { id, name, state, candidate, from } = release;
  return { id, name: name === null ? null : clipped(name, WIRE_BYTES.name), state, candidate, from };
}

// By code points, so that no pair of surrogates is cut in two.
function clipped(text: string, bytes: number): string {
  if (onWire(text) <= bytes) return text;
  let [kept, used] = ['', onWire('…')];
  for (const point of text) {
    used += onWire(point);
    if (used > bytes) break;
    kept += point;
  }
  return `${kept}…`;
}

// As JSON in which each unit that is not ASCII is \uXXXX.
function onWire(text: string): number {
  return JSON.stringify(text).replace(/[\u0080-\uffff]/g, '\\uXXXX').length - 2;
}
