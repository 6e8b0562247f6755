// Weights of slots as somebody types them; one slot gets what is left. Pure.
import type { BySlot, ServiceView } from '../../api/types.ts';

/** What is typed, by slot, and the slot that gets the rest. */
export interface Typed {
  readonly texts: BySlot<string>;
  readonly rest: string;
}

/** What was typed comes to. */
interface Weighed {
  /** Percent of every slot; `NaN` where what was typed is no number. */
  readonly weights: BySlot<number>;
  /** Of all slots but the one that gets the rest. */
  readonly sum: number;
  /** What is wrong with it all, or `null`. */
  readonly mistake: string | null;
}

/** The split as it is, to begin with: the active slot gets the rest, or else the first. */
export function typedOf({ split, slots, active }: ServiceView): Typed {
  const texts = Object.fromEntries(Object.keys(slots).map((slot) => [slot, String(split.weights[slot] ?? 0)]));
  return { texts, rest: active ?? Object.keys(slots)[0] ?? '' };
}

/** What was typed, with the rest for its slot. */
export function weighed({ texts, rest }: Typed): Weighed {
  const typed = Object.entries(texts)
    .filter(([slot]) => slot !== rest)
    .map(([slot, text]) => [slot, numberOf(text)] as const);
  // In hundredths, so that 33.33 and 66.67 come to 100.
  const sum = Math.round(typed.reduce((total, [, weight]) => total + weight * 100, 0)) / 100;
  const left = Math.round((100 - sum) * 100) / 100;
  const weights = Object.fromEntries(Object.keys(texts).map((slot) => [slot, left]));
  return { weights: { ...weights, ...Object.fromEntries(typed) }, sum, mistake: mistakeOf(sum, rest) };
}

function mistakeOf(sum: number, rest: string): string | null {
  if (Number.isNaN(sum)) return 'Each weight is a number from 0 to 100.';
  return sum > 100 ? `The others sum to ${sum} %, which leaves nothing for ${rest}; they may sum to 100 % at most.` : null;
}

// People write the decimals of their own language.
function numberOf(text: string): number {
  const number = text.trim().replace(',', '.');
  return /^\d{1,3}(\.\d*)?$/.test(number) ? Number(number) : Number.NaN;
}
