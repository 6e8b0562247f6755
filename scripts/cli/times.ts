// Spans of time and points in time, as people type them. Pure.
import { InvalidArgumentError } from 'commander';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const SHORTEST_LIFE = 60;
const LONGEST_LIFE = 3650 * SECONDS.d;
const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;

/** Seconds of `90s`, `30m`, `2h` or `1d`; `undefined` for any other text. */
export function spanSeconds(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim()) ?? [];
  return unit === undefined ? undefined : Math.round(Number(number) * SECONDS[unit as keyof typeof SECONDS]);
}

/** How long a token lives, in seconds. @throws InvalidArgumentError */
export function lifetime(text: string): number {
  const seconds = spanSeconds(text);
  if (seconds === undefined || seconds < SHORTEST_LIFE || seconds > LONGEST_LIFE)
    throw new InvalidArgumentError('It must be 1 minute to 3650 days, such as 12h or 90d.');
  return seconds;
}

/**
 * The point in time, as ISO, that `2h` (so long ago), a day or an ISO time stands for. Local time where it names no zone.
 * @param end whether a day stands for its last millisecond, not for its first
 * @throws InvalidArgumentError
 */
export function instant(text: string, now: number, { end }: { readonly end: boolean }): string {
  const ago = spanSeconds(text);
  const at = ago === undefined ? timeOf(text, end) : now - ago * 1000;
  // Beyond the years of four digits ISO times are written in another way.
  if (Number.isNaN(at) || at < 0) throw new InvalidArgumentError('It must be such as 2h or 7d, 2026-03-01 or 2026-03-01T12:00.');
  return new Date(at).toISOString();
}

function timeOf(text: string, end: boolean): number {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (isDay && DAY.test(text))
    return end ? new Date(year, month - 1, day + 1).getTime() - 1 : new Date(year, month - 1, day).getTime();
  return isDay && INSTANT.test(text) ? Date.parse(text) : Number.NaN;
}
