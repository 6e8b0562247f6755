// The kinds of channels, as they are called.
import type { ChannelKind } from '../../core/channel.ts';

/** Kind → name. */
export const KIND_NAMES: Readonly<Record<ChannelKind, string>> = {
  slack: 'Slack',
  discord: 'Discord',
  google_chat: 'Google Chat',
  email: 'E-mail',
  webhook: 'Webhook',
};
