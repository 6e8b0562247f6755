// The only switch over effects. Every arm may run twice: an order is struck off only after it was carried out.
import type { Announcement } from './core/announcement.ts';
import type { Effect } from './core/effect.ts';
import { callHook, type HookTools } from './hook.ts';
import type { Published, Publisher } from './publish.ts';
import { within } from './within.ts';

const ANNOUNCE_WAIT_MS = 5_000;

/** What effects work with. */
export interface Tools {
  readonly publisher: Publisher;
  readonly hooks: HookTools;
  /** Hands an announcement to who brings it to people; the same one twice is told once. */
  readonly announce: (announcement: Announcement) => Promise<unknown>;
}

/** Carries an order out, or says when to come back. @throws when it failed and is to be tried again */
export async function runEffect(effect: Effect, { publisher, hooks, announce }: Tools, now: number): Promise<Published> {
  switch (effect.type) {
    case 'publish_split':
      return publisher.publish(now);
    case 'call_hook':
      await callHook(effect, hooks);
      return 'done';
    case 'announce':
      await within(ANNOUNCE_WAIT_MS, 'registry', announce(effect.announcement));
      return 'done';
  }
}
