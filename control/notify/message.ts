// A message → what is sent. The body is fixed once, and the same in each attempt; the headers are of the attempt. Pure.
import type { ChannelKind } from '../core/channel.ts';
import type { Channel } from './channel.ts';
import { discord, email, googleChat, slack } from './chats.ts';
import { signed } from './sign.ts';
import type { Message } from './told.ts';

/** What a channel gets, once or again. */
export interface Letter {
  /** The same in each attempt. */
  readonly id: string;
  /** As {@link bodyOf} wrote it. */
  readonly body: string;
}

/** The body of a message for channels of a kind; of e-mail, JSON of its subject and text. */
export function bodyOf(kind: ChannelKind, message: Message): string {
  return JSON.stringify(contentOf(kind, message));
}

/** What one attempt posts to the channel's URL. @param now ms */
export function requestOf(
  { kind, secret }: Channel,
  letter: Letter,
  now: number,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'sluice' };
  const signature = kind === 'webhook' && secret !== null ? signed(secret, letter, now) : {};
  return { headers: { ...headers, ...signature }, body: letter.body };
}

function contentOf(kind: ChannelKind, message: Message): object {
  switch (kind) {
    case 'slack':
      return slack(message);
    case 'discord':
      return discord(message);
    case 'google_chat':
      return googleChat(message);
    case 'email':
      return email(message);
    case 'webhook': {
      const { type, at, data } = message;
      return { type, timestamp: new Date(at).toISOString(), data };
    }
  }
}
