// "With this plan and so much traffic, such a candidate is caught after …": many simulated releases, summed up.
import type { Plan } from '../../control/core/plan.ts';
import type { Slo } from '../../control/core/slo.ts';
import type { Behaviour, Scenario } from './traffic.ts';
import { type Course, course } from './trial.ts';

/** What is asked. */
export interface Question {
  readonly plan: Plan;
  readonly slo: Slo;
  /** Requests a second, of both slots. */
  readonly perSecond: number;
  /** Share of errors that is usual, 0 to 1. */
  readonly errorRate: number;
  readonly runs: number;
  readonly seed: number;
}

/** Releases of a bad candidate. Medians and the like are of those that were rolled back. */
export interface ForeseenBad {
  readonly runs: number;
  readonly caught: number;
  readonly medianSeconds: number | null;
  /** Nine of ten were rolled back within so many seconds. */
  readonly ninetiethSeconds: number | null;
  readonly medianBad: number | null;
  readonly medianServed: number | null;
  /** The test that convicted most of them, and the stage most of them were in (`null`: the bake). */
  readonly rule: string | null;
  readonly stage: number | null;
}

/** Releases with nothing wrong. */
export interface ForeseenWell {
  readonly runs: number;
  readonly falseRollbacks: number;
  readonly medianCompletedSeconds: number | null;
}

const LONGEST_SECONDS = 6 * 3600;

/** Runs releases whose candidate turns bad at `turnsAt` (s). */
export function foreseenBad(question: Question, candidate: Behaviour, turnsAt: number): ForeseenBad {
  const runs = coursesOf(question, { candidate, turnsAt });
  const caught = runs.filter(({ seconds }) => seconds !== null);
  const seconds = caught.map((run) => run.seconds ?? 0);
  return {
    runs: runs.length,
    caught: caught.length,
    medianSeconds: quantileOf(seconds, 0.5),
    ninetiethSeconds: quantileOf(seconds, 0.9),
    medianBad: medianOf(caught, ({ bad }) => bad),
    medianServed: medianOf(caught, ({ served }) => served),
    rule: most(caught, ({ rule }) => rule ?? null),
    stage: most(caught, ({ stage }) => stage),
  };
}

/** Runs releases of a candidate that is as well as the active slot. */
export function foreseenWell(question: Question): ForeseenWell {
  const runs = coursesOf(question, { turnsAt: 0 });
  return {
    runs: runs.length,
    falseRollbacks: runs.filter(({ seconds }) => seconds !== null).length,
    medianCompletedSeconds: quantileOf(
      runs.flatMap(({ completedAt }) => completedAt ?? []),
      0.5,
    ),
  };
}

function coursesOf(
  { plan, slo, perSecond, errorRate, runs, seed }: Question,
  how: Pick<Scenario, 'candidate' | 'turnsAt'>,
): Course[] {
  const scenario: Scenario = { perSecond, errorRate, shape: 'plain', ...how };
  return Array.from({ length: runs }, (_, i) => course({ plan, slo, scenario, seconds: LONGEST_SECONDS, seed: seed + i }));
}

function medianOf(runs: readonly Course[], of: (run: Course) => number): number | null {
  return quantileOf(runs.map(of), 0.5);
}

/** The quantile `q` of some numbers, by nearest rank; `null` of none. */
export function quantileOf(numbers: readonly number[], q: number): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(sorted.length * q) - 1, 0)] ?? null;
}

function most<T>(runs: readonly Course[], of: (run: Course) => T): T | null {
  const counts = new Map<T, number>();
  for (const run of runs) counts.set(of(run), (counts.get(of(run)) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
