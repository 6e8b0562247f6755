// Whom to tell: the kinds of channels, and one as it is shown and noted. Its secrets are no part of it. Pure.
import type { Topic } from './announcement.ts';

/** The kinds of channels. */
export const CHANNEL_KINDS = ['slack', 'discord', 'google_chat', 'email', 'webhook'] as const;

/** One of the kinds of channels. */
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** A channel without its secrets. */
export interface ShownChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  /** The host and no more, as `hooks.slack.com/…`; `null` for e-mail. */
  readonly url: string | null;
  /** Addresses of e-mail; `null` for the other kinds. */
  readonly to: readonly string[] | null;
  readonly topics: readonly Topic[];
  /** `null`: all services. */
  readonly services: readonly string[] | null;
  /** Whose services alone it is told of; `null`: everybody's. */
  readonly team: string | null;
  /** ms */
  readonly createdAt: number;
  readonly createdBy: string;
}
