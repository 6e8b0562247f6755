// A channel as a form has it. From a channel, and to what the API takes; its secrets go in alone. Pure.
import type { ChannelView } from '../../api/types.ts';
import { TOPICS } from '../../core/announcement.ts';
import type { ChannelKind } from '../../core/channel.ts';

/** A channel. What is left empty of `url` and `secret` stays as it is. */
export interface ChannelFields {
  readonly kind: ChannelKind;
  readonly name: string;
  readonly url: string;
  /** Addresses, by commas or lines. */
  readonly to: string;
  readonly secret: string;
  /** `null`: all. */
  readonly topics: readonly string[] | null;
  /** `null`: all. */
  readonly services: readonly string[] | null;
  /** Empty: none of its own. */
  readonly team: string;
  readonly reason: string;
}

/** What a new channel begins with. */
export const NEW_CHANNEL: ChannelFields = {
  ...{ kind: 'slack', name: '', url: '', to: '', secret: '' },
  ...{ topics: null, services: null, team: '', reason: '' },
};

/** A channel, to be changed. */
export function fieldsOf({ kind, name, to, topics, services, team }: ChannelView): ChannelFields {
  const isTold = topics.length === TOPICS.length ? null : topics;
  return { ...NEW_CHANNEL, kind, name, to: to?.join(', ') ?? '', topics: isTold, services, team: team ?? '' };
}

/** What a form comes to, its kind apart, which stays for ever; checked by nothing yet. Whoever has no teams to choose from says none. */
export function bodyOf(fields: ChannelFields, { givesTeam }: { readonly givesTeam: boolean }) {
  const { kind, name, url, to, secret, topics, services, team, reason } = fields;
  const addresses = to.split(/[\s,;]+/).filter((address) => address !== '');
  return {
    name: name.trim(),
    topics: topics ?? TOPICS,
    services,
    ...(givesTeam && { team: team || null }),
    ...(kind === 'email' ? { to: addresses } : { url: url.trim() || undefined }),
    ...(kind === 'webhook' && { secret: secret.trim() || undefined }),
    reason: reason.trim() || null,
  };
}
