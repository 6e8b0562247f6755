// An announcement → what a message of it says, in plain words, before the format of any receiver. Pure.
import { type Announcement, TOLD_MINUTES, type ToldRelease, type Topic } from '../core/announcement.ts';
import { told } from '../core/sentences.ts';

/** What a message says. Its title and labels are our words; what else may hold anything that a person wrote. */
export interface Message {
  readonly type: Topic | 'test';
  /** ms */
  readonly at: number;
  readonly title: string;
  readonly what: string;
  readonly why: string | null;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly link: string | null;
  /** For machines. */
  readonly data: Readonly<Record<string, unknown>>;
}

const WORDS: Readonly<Record<Topic, string>> = {
  release_created: 'release created',
  release_started: 'release started',
  stage_advanced: 'next stage',
  awaiting_approval: 'waits for approval',
  held: 'held',
  rolled_back: 'rolled back',
  completed: 'release completed',
  aborted: 'release aborted',
  split_set: 'split set',
  alert: 'alert',
};

/** What is said of an announcement. @param controlUrl where control is reached, for the link */
export function messageOf(announcement: Announcement, controlUrl: string | undefined): Message {
  const { topic: type, at, service, actor, what, why, weights, figures, release } = announcement;
  const link = linkOf(controlUrl, announcement) ?? null;
  const about = release === null ? '' : ` (release ${release.id})`;
  const served = Object.entries(figures).map(([slot, { requests, errors: bad }]) => told({ requests, bad }, slot, 'failed'));
  const facts: Message['facts'] = [
    ['Release', release === null ? '' : releaseInWords(release)],
    [
      'Split',
      Object.entries(weights)
        .map(([slot, weight]) => `${slot} ${weight} %`)
        .join(', '),
    ],
    [`Last ${TOLD_MINUTES} minutes`, served.join('; ')],
    ['By', actor],
  ];
  const data = { id: announcement.id, service, actor, what, why, weights, figures, release, link };
  return {
    type,
    at,
    title: `${service}: ${WORDS[type]}${about}`,
    what,
    why,
    facts: facts.filter(([, value]) => value !== ''),
    link,
    data,
  };
}

/** A message that only shows that messages arrive. */
export function testMessage({ name, id }: { readonly name: string; readonly id: string }, actor: string, at: number): Message {
  const what = `Messages to the channel ${name} arrive.`;
  return {
    type: 'test',
    at,
    title: 'Test',
    what,
    why: null,
    facts: [['By', actor]],
    link: null,
    data: { channel: id, actor, what },
  };
}

/** The dashboard's page of the release, or else of the service; `undefined` where nobody said how control is reached. */
export function linkOf(
  controlUrl: string | undefined,
  { service, release }: Pick<Announcement, 'service' | 'release'>,
): string | undefined {
  if (controlUrl === undefined || !/^https?:\/\/[^\s|]+$/.test(controlUrl) || !URL.canParse(controlUrl)) return undefined;
  const { origin, pathname } = new URL(controlUrl);
  const base = `${origin}${pathname.replace(/\/+$/, '')}/services/${encodeURIComponent(service.toWellFormed())}`;
  return release === null ? base : `${base}/releases/${release.id}`;
}

function releaseInWords({ id, name, state, candidate, from }: ToldRelease): string {
  return `${id}${name === null ? '' : ` "${name}"`}, ${state.replaceAll('_', ' ')}: ${candidate} in place of ${from}`;
}
