// The figures a service is judged by: what each is called, what it means, in which unit it is typed. Pure.
import type { SlosView } from '../../api/types.ts';
import { duration } from '../../words.ts';
import { numberOf, percentText, secondsOf, secondsText, shareOf, type Typed } from '../figures.ts';

/** A figure of its own; latency objectives are a list. */
export type FigureName = Exclude<keyof SlosView, 'latencyObjectives'>;

/** How a figure is typed; `points` are percentage points. */
type Unit = 'percent' | 'points' | 'times' | 'count' | 'seconds';

/** What is said of a figure. */
export interface Figure {
  readonly name: FigureName;
  readonly label: string;
  readonly unit: Unit;
  /** What it means. */
  readonly about: string;
  /** What it means that there is none, where it may be off. */
  readonly off?: string;
}

/** What a candidate may do worse than before, in errors. */
export const ERROR_FIGURES: readonly Figure[] = [
  {
    ...{ name: 'errorObjective', label: 'Failed requests at most', unit: 'percent' },
    about: 'A request has failed when the slot threw or answered 5xx.',
  },
  {
    ...{ name: 'errorRatio', label: "Times the active slot's share", unit: 'times' },
    about: 'The same share beside that of the active slot in the same seconds: a bad hour that hits both cancels out.',
  },
];

/** The same in latency, beside the objectives. */
export const LATENCY_FIGURE: Figure = {
  ...{ name: 'latencyRatio', label: "Times the active slot's latencies", unit: 'times' },
  about: "No larger share of latencies may be above so many times the active slot's p50, p90 and p99.",
  off: 'not compared: for candidates that are slow for long when they are new',
};

/** What evidence alone is not enough for. */
export const GUARD_FIGURES: readonly Figure[] = [
  {
    ...{ name: 'falseRollbackChance', label: 'Chance of a false rollback', unit: 'percent' },
    about: 'At most, per watch, that a healthy slot is rolled back. Smaller is surer, and slower.',
  },
  {
    ...{ name: 'minBad', label: 'Bad requests at least', unit: 'count' },
    about: 'No rollback before so many: three unlucky visitors are not a verdict.',
  },
  {
    ...{ name: 'minEffect', label: 'Difference at least', unit: 'points' },
    about: 'No rollback for less, however certain: tiny is no reason.',
  },
  {
    ...{ name: 'minRequests', label: 'Requests at least', unit: 'count' },
    about: 'Nothing passes before the slot has served so many.',
  },
  {
    ...{ name: 'perVisitorCap', label: 'Bad requests of a visitor that count', unit: 'count' },
    about: 'At most: a crawler that retries a broken URL all night is one opinion.',
  },
  {
    ...{ name: 'perNetworkCap', label: 'Bad requests of a network that count', unit: 'count' },
    about: 'At most, of a /24 or /64: keys of visitors can be forged.',
    off: 'all count: for services whose visitors share a network',
  },
  {
    ...{ name: 'latencyGraceSeconds', label: 'Latency grace', unit: 'seconds' },
    about: 'How long latencies do not count, from the first request on: a cold slot is slow.',
  },
  {
    ...{ name: 'holdSeconds', label: 'Hold', unit: 'seconds' },
    about: 'How long a rollback waits while the active slot is as bad: moving traffic may not help.',
  },
  {
    ...{ name: 'bakeSeconds', label: 'Bake', unit: 'seconds' },
    about: 'How long a slot made active at once is watched. Releases bake by their plan.',
  },
];

/** All of them. */
export const FIGURES: readonly Figure[] = [...ERROR_FIGURES, LATENCY_FIGURE, ...GUARD_FIGURES];

/** What stands behind a figure that is typed. */
export const UNIT_NAMES: Readonly<Record<Unit, string | undefined>> = {
  percent: '%',
  points: 'percentage points',
  times: 'times',
  count: undefined,
  seconds: 's, min or h',
};

/** A figure, to be typed. */
export function textOf({ unit }: Figure, value: number | 'off'): string {
  if (value === 'off') return value;
  if (unit === 'percent' || unit === 'points') return percentText(value);
  return unit === 'seconds' ? secondsText(value) : String(value);
}

/** What was typed, as the API has it. */
export function typedOf({ unit }: Figure, text: string): Typed {
  if (text === 'off') return text;
  if (unit === 'percent' || unit === 'points') return shareOf(text);
  return unit === 'seconds' ? secondsOf(text) : numberOf(text);
}

/** A figure, to be read: `1 %`, `1.5 times`, `30 s`, `off`. */
export function shownOf({ unit }: Figure, value: number | 'off'): string {
  if (value === 'off') return value;
  if (unit === 'percent') return `${percentText(value)} %`;
  if (unit === 'points') return `${percentText(value)} percentage points`;
  if (unit === 'seconds') return value === 0 ? 'none' : duration(value);
  return unit === 'times' ? `${value} times` : String(value);
}
