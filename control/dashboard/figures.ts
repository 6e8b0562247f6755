// Figures as people type them, and as the API has them: percent and shares, spans of time. Exact, digit by digit: no
// float dust. What is no such figure stays the text that it is, so that a schema says so at its field. Pure.
import { duration } from '../words.ts';

const DECIMAL = /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/;
const TYPED = /^(?:\d+(?:\.\d*)?|\.\d+)$/;
const SPAN = /^(?:\d+(?:\.\d+)? *(?:s|sec|m|min|h|d) *)+$/i;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** What a field holds: a figure; the text, where it is none; `undefined` where nothing was typed. */
export type Typed = number | string | undefined;

/** The number that was typed. */
export function numberOf(text: string): Typed {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return TYPED.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The share from 0 to 1 of a percent that was typed: `0.05`, or `0.05 %`, is 0.0005. */
export function shareOf(text: string): Typed {
  const percent = text.trim().replace(/ *%$/, '');
  return typeof numberOf(percent) === 'number' ? Number(shifted(percent, -2)) : numberOf(text);
}

/** A share from 0 to 1 as a percent to be typed: 0.0005 is `0.05`. */
export function percentText(share: number): string {
  return shifted(String(share), 2);
}

/** The seconds of a span that was typed: `300`, `5 min`, `1 h 30 min`. */
export function secondsOf(text: string): Typed {
  const trimmed = text.trim();
  if (!SPAN.test(trimmed)) return numberOf(text);
  const parts = [...trimmed.matchAll(/([\d.]+) *([a-z]+)/gi)];
  const sum = parts.reduce((all, [, digits, unit = '']) => all + Number(digits) * (UNIT_SECONDS[unit.toLowerCase()] ?? 0), 0);
  return Number(sum.toPrecision(12));
}

/** Seconds as a span to be typed: `5 min`; what no two units say, in seconds. */
export function secondsText(seconds: number): string {
  const text = duration(seconds);
  return secondsOf(text) === seconds ? text : String(seconds);
}

/** A decimal, as `String(number)` has it, with its point moved to the right. */
function shifted(decimal: string, places: number): string {
  const [, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(decimal.trim()) ?? [];
  const digits = whole + fraction;
  const point = whole.length + Number(exponent) + places;
  const padded = digits.padStart(digits.length + Math.max(0, -point), '0').padEnd(Math.max(point, 0), '0');
  const at = Math.max(point, 0);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '') || '0';
  const right = padded.slice(at).replace(/0+$/, '');
  return right === '' ? left : `${left}.${right}`;
}
