// Between `load` and `assign`: `x-slot`, by which a person chooses a slot by hand, at any weight. Pure.
// Never a silent fall-through: who asks for a slot gets that slot or a problem.
import type { OverridePolicy } from './config.ts';
import { problem } from './problem.ts';

/**
 * @param asked the value of the request's `x-slot`
 * @returns the slot, or the problem to answer with (403 where the policy refuses, 400 for an unknown slot)
 */
export function overrideSlot(asked: string, policy: OverridePolicy, slots: readonly string[]): string | Response {
  if (policy === 'off')
    return problem('override-off', 403, { detail: 'This service lets nobody choose a slot. Send the request without x-slot.' });
  if (policy === 'signed')
    return problem('override-refused', 403, { detail: 'Choosing a slot here needs a signed x-slot-token, and none is valid.' });
  if (slots.includes(asked)) return asked;
  return problem('unknown-slot', 400, { detail: `There is no slot "${asked.slice(0, 64)}" here. Slots: ${slots.join(', ')}.` });
}
