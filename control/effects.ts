// The only switch over effects. Every arm may run twice: an order is struck off only after it was carried out.
import type { Effect } from './core/service.ts';
import type { Published, Publisher } from './publish.ts';

/** What effects work with. */
export interface Tools {
  readonly publisher: Publisher;
}

/** Carries an order out, or says when to come back. @throws when it failed and is to be tried again */
export function runEffect(effect: Effect, { publisher }: Tools, now: number): Promise<Published> {
  switch (effect.type) {
    case 'publish_split':
      return publisher.publish(now);
  }
}
