// What is true after a change, in a line or two. Pure.

import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import { gateText, percent, placeOf, roughly, secondsUntil, splitText, stateName } from '../../control/words.ts';
import { type Look, nextLines } from './layout.ts';
import { stepsOf, stepsOfRelease } from './steps.ts';
import { wrap } from './text.ts';

/** A service after its traffic was moved; `lead` says what else there is to know. */
export function movedLines(view: ServiceView, look: Look, lead = ''): string[] {
  const text = [lead, splitSentence(view), bakeSentence(view, look)].filter((part) => part !== '').join(' ');
  return [...wrap(text, look.width), ...nextLines(stepsOf(view, look.now), look)];
}

/** A release after one of its verbs. */
export function releasedLines(release: ReleaseView, look: Look): string[] {
  return [...wrap(releaseSentence(release, look), look.width), ...nextLines(stepsOfRelease(release, look.now), look)];
}

/** Where a release stands, as a sentence or two. */
export function releaseSentence(release: ReleaseView, look: Look): string {
  const { id, state, candidate, from, gate } = release;
  const at = placeOf(release);
  if (gate !== null) return `Release ${id} is ${stateName(state)}${at}; it ${gateText(gate, look.now)}.`;
  switch (state) {
    case 'pending':
      return `Release ${id} waits to be started; ${candidate.slot} then gets ${percent(release.plan.stages[0]?.weight ?? 0)}.`;
    case 'running':
      return `Release ${id} is running${at}.`;
    case 'paused':
      return `Release ${id} is paused${at}; ${candidate.slot} keeps its weight.`;
    case 'awaiting_approval':
      return `Release ${id} awaits approval${at}.`;
    case 'held':
      return `Release ${id} is held${at}.`;
    case 'completed':
      return `Release ${id} is completed: ${candidate.slot} is active with 100 %.${bakeOf(release, look)}`;
    case 'rolled_back':
    case 'aborted':
      return `Release ${id} was ${stateName(state)}${at}; all visitors are on ${from.slot}.`;
  }
}

function bakeOf({ bake, from }: ReleaseView, look: Look): string {
  if (bake === null || bake.over) return '';
  return ` A bake watches it for ${roughly(secondsUntil(bake.endsAt, look.now))}; ${rollbackTo(from.slot, look)}`;
}

function splitSentence({ active, split }: ServiceView): string {
  if (active === null) return `No slot is active; the split is ${splitText(split.weights)}.`;
  if (split.weights[active] === 100) return `${active} is active with 100 %.`;
  return `${splitText(split.weights)} (revision ${split.revision}); ${active} stays the active slot.`;
}

function bakeSentence({ health, active }: ServiceView, look: Look): string {
  const bake = health.watches.find(({ kind, slot }) => kind === 'bake' && slot === active);
  if (bake === undefined || bake.endsAt === null) return '';
  return `A bake watches it for ${roughly(secondsUntil(bake.endsAt, look.now))}; ${rollbackTo(bake.returnTo, look)}`;
}

function rollbackTo(slot: string, { suffix }: Look): string {
  return `\`sluice rollback${suffix}\` returns to ${slot}.`;
}
