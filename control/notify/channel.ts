// A channel: where announcements go, with the secrets that it takes. Those leave it for the receiver alone: whatever is shown,
// noted or logged is its shown form. Pure.
import { type Announcement, TOPICS } from '../core/announcement.ts';
import { CHANNEL_KINDS, type ShownChannel } from '../core/channel.ts';
import { addressMistake, hookMistake } from './address.ts';
import { secretMistake } from './sign.ts';

/** A channel as it is stored. */
export interface Channel extends ShownChannel {
  /** Whole, and for Slack and its like the secret itself; `null` for e-mail. */
  readonly url: string | null;
  /** What a webhook is signed with, `whsec_…`; `null` for the other kinds. */
  readonly secret: string | null;
  /** Where control answered whoever set it: what messages link to. */
  readonly origin?: string | null;
}

/** A channel as it is asked for. */
export interface AskedChannel extends Pick<Channel, 'name' | 'kind' | 'topics' | 'services' | 'team'> {
  /** `null` for a new one. */
  readonly id: string | null;
  /** `null` leaves that of before, which nobody is shown. */
  readonly url: string | null;
  readonly to: readonly string[] | null;
  /** `null` leaves that of before; a new webhook gets a new one. */
  readonly secret: string | null;
  readonly origin?: string | null;
}

/** What a channel is checked against. */
export interface Surroundings {
  /** Whether this is a local run, in which channels may lead to this machine. */
  readonly local: boolean;
  /** Whether e-mail can be sent. */
  readonly email: boolean;
  readonly services: readonly string[];
  /** The services of a team; `undefined` where there is no such team. */
  readonly servicesOf: (team: string) => readonly string[] | undefined;
}

/** What is wrong with a field. It never repeats a URL or a secret. */
export interface ChannelMistake {
  readonly path: keyof AskedChannel;
  readonly message: string;
}

/** What is said of e-mail where it cannot be sent. */
export const NO_EMAIL =
  'No e-mail can be sent: bind send_email as EMAIL in control/wrangler.toml, and set EMAIL_FROM to the address it comes from.';

const MAX_NAME = 64;
const MAX_ADDRESSES = 10;
/** RFC 5321, 4.5.3.1.3. */
const MAX_ADDRESS = 254;
const MAX_SERVICES = 50;

/** What of a channel may be seen. */
export function shown({ secret: _, origin: __, url, ...channel }: Channel): ShownChannel {
  return { ...channel, url: url === null ? null : `${new URL(url).host}/…` };
}

/** What is wrong with a channel, field by field. */
export function channelMistakes(channel: Channel, around: Surroundings): ChannelMistake[] {
  const { kind, name, url, to, secret, topics, services, team } = channel;
  const isEmail = kind === 'email';
  const mistakes: Record<keyof Omit<AskedChannel, 'id' | 'origin'>, string | undefined> = {
    name: /^[^\p{C}]+$/u.test(name) && name.trim() === name && name.length <= MAX_NAME ? undefined : NAME,
    kind: !CHANNEL_KINDS.includes(kind) ? `The kind must be one of ${CHANNEL_KINDS.join(', ')}.` : emailMistake(isEmail, around),
    url: isEmail ? unless(url === null, 'A channel of e-mail has no URL.') : urlMistake(channel, around.local),
    to: isEmail ? toMistake(to ?? []) : unless(to === null, 'Only a channel of e-mail has addresses.'),
    secret: kind === 'webhook' ? secretMistake(secret ?? '') : unless(secret === null, 'Only a webhook is signed with a secret.'),
    topics: unless(topics.length > 0 && topics.every((topic) => TOPICS.includes(topic)), `Name some of ${TOPICS.join(', ')}.`),
    services: servicesMistake(services, around.services),
    team: unless(team === null || around.servicesOf(team) !== undefined, `There is no team "${team?.slice(0, MAX_NAME)}".`),
  };
  return Object.entries(mistakes).flatMap(([path, message]) =>
    message === undefined ? [] : [{ path: path as keyof AskedChannel, message }],
  );
}

/** Whether a channel is told of an announcement. */
export function isTold(channel: Channel, { topic, service }: Announcement, around: Pick<Surroundings, 'servicesOf'>): boolean {
  return channel.topics.includes(topic) && mayHear(channel, service, around);
}

/** Whether a channel may hear of a service at all. */
export function mayHear(
  { services, team }: Pick<Channel, 'services' | 'team'>,
  service: string,
  { servicesOf }: Pick<Surroundings, 'servicesOf'>,
): boolean {
  return (services?.includes(service) ?? true) && (team === null || (servicesOf(team)?.includes(service) ?? false));
}

const NAME = `The name must have 1 to ${MAX_NAME} characters, none of control, and no space at its ends.`;

function unless(isRight: boolean, message: string): string | undefined {
  return isRight ? undefined : message;
}

function emailMistake(isEmail: boolean, { email }: Surroundings): string | undefined {
  return unless(!isEmail || email, NO_EMAIL);
}

function urlMistake({ kind, url }: Channel, local: boolean): string | undefined {
  if (url === null) return 'Give the URL to post to.';
  return addressMistake(url, local) ?? hookMistake(kind, url, local);
}

function toMistake(to: readonly string[]): string | undefined {
  if (to.length === 0 || to.length > MAX_ADDRESSES) return `Give 1 to ${MAX_ADDRESSES} addresses.`;
  const isAddress = (text: string) =>
    text.length <= MAX_ADDRESS && /^[^\s@<>()[\],;:"\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);
  return unless(
    to.every((text) => isAddress(text) && /^[\x21-\x7e]+$/.test(text)),
    'Write each address as name@example.com.',
  );
}

function servicesMistake(services: Channel['services'], known: readonly string[]): string | undefined {
  if (services === null) return undefined;
  if (services.length === 0 || services.length > MAX_SERVICES) return `Name 1 to ${MAX_SERVICES} services, or null for all.`;
  const unknown = services.find((service) => !known.includes(service));
  return unknown === undefined
    ? undefined
    : `There is no service "${unknown.slice(0, MAX_NAME)}". Services: ${known.join(', ')}.`;
}
