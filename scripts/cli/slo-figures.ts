// Figures of objectives and guards as a person writes them: `0.5%`, `p99=500,p99.9=2000`, `off`. Pure.
import { InvalidArgumentError } from 'commander';

/** What to write, for help. */
export const LATENCY_FORM = 'p99=500,p99.9=2000: percentile=milliseconds, up to 4; "none" for none';

const MOST = 4;
const NUMBER = /^\d+(\.\d+)?$/;

interface LatencyObjective {
  readonly percentile: number;
  readonly maxMs: number;
}

/** A percent above 0 and below 100 as a share of 0 to 1. @throws InvalidArgumentError */
export function percentShare(text: string): number {
  const percent = numberOf(text.replace(/ ?%$/, ''));
  if (percent === undefined || percent <= 0 || percent >= 100)
    throw new InvalidArgumentError('It must be a percent above 0 and below 100, such as 1 or 0.5%.');
  return hundredth(percent);
}

/** Percentage points, from 0 on and below 100, as a share of 0 to 1. @throws InvalidArgumentError */
export function points(text: string): number {
  const number = numberOf(text);
  if (number === undefined || number >= 100)
    throw new InvalidArgumentError('It must be percentage points, 0 or more and below 100, such as 0.1.');
  return hundredth(number);
}

/** A number from 1 on. @throws InvalidArgumentError */
export function ratio(text: string): number {
  const number = numberOf(text);
  if (number === undefined || number < 1) throw new InvalidArgumentError('It must be a number, 1 or more, such as 1.5.');
  return number;
}

/** A number from 1 on, or `off`. @throws InvalidArgumentError */
export function ratioOrOff(text: string): number | 'off' {
  return text === 'off' ? text : ratio(text);
}

/** A whole number from 1 on, or `off`. @throws InvalidArgumentError */
export function cap(text: string): number | 'off' {
  if (text === 'off') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more, or "off".');
  return Number(text);
}

/** A list of latency objectives; none for `none`. @throws InvalidArgumentError that names the one at fault */
export function latencies(text: string): LatencyObjective[] {
  if (text === 'none') return [];
  const list = text.split(',').map((part) => latency(part.trim()));
  if (list.length > MOST) throw new InvalidArgumentError(`There are ${list.length}, and there may be ${MOST}.`);
  for (const [i, { percentile, maxMs }] of list.entries()) {
    const before = list.slice(0, i);
    if (before.some((other) => other.percentile === percentile)) throw new InvalidArgumentError(`p${percentile} is named twice.`);
    if (before.some((other) => other.maxMs === maxMs)) throw new InvalidArgumentError(`${maxMs} ms is named twice.`);
  }
  return list;
}

function latency(text: string): LatencyObjective {
  const [, digits = '', ms = ''] = /^p?(\d+(?:\.\d+)?)=(\d+(?:\.\d+)?)(?: ?ms)?$/.exec(text) ?? [];
  // p999 is how many write p99.9.
  const percentile = Number(digits.replace(/^(9\d)(\d+)$/, '$1.$2'));
  if (digits === '' || percentile <= 0 || percentile >= 100 || Number(ms) <= 0)
    throw new InvalidArgumentError(`"${text}" is not of the form percentile=milliseconds (such as p99=500).`);
  return { percentile, maxMs: Number(ms) };
}

function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

// Divided by 100, 1.1 would be 0.011000000000000001.
function hundredth(number: number): number {
  return Number((number / 100).toPrecision(12));
}
