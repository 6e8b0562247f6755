// One release in a simulation: the engine, and beside it the rules of others, on the same seconds.
import type { Plan } from '../../control/core/plan.ts';
import type { Slo } from '../../control/core/slo.ts';
import { Lab } from './lab.ts';
import { type Limits, peersFor } from './peers.ts';
import type { Curve } from './plot.ts';
import { type Scenario, type Second, Traffic } from './traffic.ts';

/** What a release costs under a rule. */
export interface Outcome {
  /** Seconds since the candidate turned bad, below 0 where it was well still; `null`: not rolled back. */
  readonly seconds: number | null;
  /** Failed answers of the candidate from then until the rollback. */
  readonly bad: number;
  /** All answers of the candidate in that time. */
  readonly served: number;
  /** The test that convicted, if it was the engine's. */
  readonly rule?: string | null;
}

/** What is tried, and for how long. */
export interface Trial {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly slo: Slo;
  readonly seconds: number;
  readonly seed: number;
}

/** The name of the engine among the rules. */
export const SLUICE = 'Sluice';

/** What each rule makes of a candidate that keeps its weight, by the rule's name. */
export function compare({ scenario, plan, slo, seconds, seed }: Trial, limits: Limits): Map<string, Outcome> {
  const traffic = new Traffic(scenario, seed);
  const lab = new Lab(plan, slo);
  const { weight } = lab;
  const peers = peersFor(limits);
  const tally = newTally(scenario);
  const outcomes = new Map<string, Outcome>();
  for (let t = 0; t < seconds && outcomes.size < peers.length + 1; t++) {
    const second = traffic.second(t, weight);
    tally.add(t, second);
    if (lab.convicted === undefined) lab.second(t, second);
    if (lab.convicted === undefined) lab.passTo(t + 1);
    if (lab.convicted !== undefined && !outcomes.has(SLUICE))
      outcomes.set(SLUICE, { ...tally.at(t + 1), rule: lab.convicted.decision.rule });
    for (const peer of peers) {
      peer.second(t, second);
      const isDue = peer.rolledBackAt !== undefined && peer.rolledBackAt <= t + 1;
      if (isDue && !outcomes.has(peer.name)) outcomes.set(peer.name, tally.at(t + 1));
    }
  }
  for (const name of [SLUICE, ...peers.map((peer) => peer.name)])
    if (!outcomes.has(name)) outcomes.set(name, { ...tally.at(seconds), seconds: null });
  return outcomes;
}

/** How a release goes by its plan: to its rollback, or to its end, its bake included. */
export interface Course extends Outcome {
  /** The stage it was rolled back in, from 1; `null` in its bake, and where it was not. */
  readonly stage: number | null;
  /** When the candidate became active, seconds from the start. */
  readonly completedAt: number | null;
}

/** Runs a release by its plan. */
export function course({ scenario, plan, slo, seconds, seed }: Trial): Course {
  const traffic = new Traffic(scenario, seed);
  const lab = new Lab(plan, slo);
  const tally = newTally(scenario);
  let completedAt: number | null = null;
  for (let t = 0; t < seconds && (lab.isUnderWay || lab.service.watches.length > 0); t++) {
    const second = traffic.second(t, lab.weight);
    tally.add(t, second);
    lab.second(t, second);
    lab.passTo(t + 1);
    if (lab.convicted !== undefined) {
      const { stage, rule } = lab.convicted.decision;
      return { ...tally.at(t + 1), rule, completedAt, stage: completedAt === null ? stage : null };
    }
    if (!lab.isUnderWay) completedAt ??= t + 1;
  }
  return { ...tally.at(seconds), seconds: null, completedAt, stage: null };
}

/** Evidence against the candidate over time, until it is rolled back. */
export function curve(name: string, { scenario, plan, slo, seconds, seed }: Trial): Curve {
  const traffic = new Traffic(scenario, seed);
  const lab = new Lab(plan, slo);
  const points: [number, number][] = [];
  for (let t = 0; t < seconds; t++) {
    lab.second(t, traffic.second(t, lab.weight));
    lab.passTo(t + 1);
    points.push([t + 1, lab.log10Evidence]);
    if (lab.convicted !== undefined) break;
  }
  return { name, points };
}

/** Counts of the candidate since it turned bad. */
function newTally({ turnsAt }: Scenario) {
  let bad = 0;
  let served = 0;
  return {
    add(t: number, { candidate }: Second) {
      if (t < turnsAt) return;
      bad += candidate.errors;
      served += candidate.requests;
    },
    at: (time: number) => ({ seconds: time - turnsAt, bad, served }),
  };
}
