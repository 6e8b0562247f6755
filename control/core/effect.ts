// Orders to the world outside, and what each is known by: a newer one for the same thing takes the place of the one before. Pure.
import type { Announcement } from './announcement.ts';
import type { Asking } from './gate.ts';

/** An order to the world outside, to be carried out at least once. */
export type Effect =
  | { readonly type: 'publish_split'; readonly revision: number }
  | CallHook
  /** `entry` is the row of the audit that it tells of. */
  | { readonly type: 'announce'; readonly entry: number; readonly announcement: Announcement };

/** The order to ask the channels of a gate that have not let the release pass yet. */
export interface CallHook {
  readonly type: 'call_hook';
  readonly asking: Asking;
  readonly channels: readonly string[];
}

const DIGITS = 15;

/** What an order is known by. Those of a type are in order by it: announcements in that of the audit. */
export function keyOf(effect: Effect): string {
  switch (effect.type) {
    case 'publish_split':
      return effect.type;
    case 'call_hook':
      return `${effect.type}:${effect.asking.release}:${effect.asking.on}`;
    case 'announce':
      return `${effect.type}:${String(effect.entry).padStart(DIGITS, '0')}`;
  }
}

/** The orders with one more, in place of one for the same thing. */
export function withOrder(orders: readonly Effect[], order: Effect): Effect[] {
  return [...orders.filter((other) => keyOf(other) !== keyOf(order)), order];
}
