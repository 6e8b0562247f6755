// What is told to people outside, of what the audit notes: the events a channel can choose. Pure.
import { type Action, type AuditEntry, BY_ITSELF } from './audit.ts';
import type { Release } from './release.ts';
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

/** One event, as it is told. The same whenever it is told again. */
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
  readonly release: Pick<Release, 'id' | 'name' | 'state' | 'candidate' | 'from'> | null;
}

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
  const topic = topicOf(entry);
  if (topic === undefined) return undefined;
  const { at, actor, what, reason: why } = entry;
  const shares = Object.fromEntries(Object.entries(weights(service)).map(([slot, weight]) => [slot, weight / 100]));
  return { id, topic, at, service: service.name, actor, what, why, weights: shares, release: releaseIn(service) };
}

// A release that stops because its candidate failed is held, for whoever has to look at it.
function topicOf({ action, actor }: AuditEntry): Topic | undefined {
  if (action === 'release_paused' && actor === BY_ITSELF.actor) return 'held';
  return TOPIC_OF[action];
}

function releaseIn({ release }: Service): Announcement['release'] {
  if (release === null) return null;
  const { id, name, state, candidate, from } = release;
  return { id, name, state, candidate, from };
}
