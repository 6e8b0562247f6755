// A thread of the bench: one cell at a time, so many seeded releases.
import { parentPort } from 'node:worker_threads';
import type { Cell } from './cells.ts';
import { steady } from './lab.ts';
import { compare, type Outcome } from './trial.ts';

/** What a thread is asked. */
export interface Job {
  readonly id: number;
  readonly cell: Cell;
  readonly releases: number;
  readonly seed: number;
}

/** Outcomes of all releases of a cell, by the rule's name. */
export type Outcomes = Map<string, Outcome[]>;

parentPort?.on('message', ({ id, cell, releases, seed }: Job) => {
  const outcomes: Outcomes = new Map();
  for (let i = 0; i < releases; i++) {
    const { scenario, slo, seconds, limits, weight } = cell;
    const trial = { scenario, plan: steady(weight), slo, seconds, seed: seed + id * 10_007 + i };
    for (const [rule, outcome] of compare(trial, limits)) outcomes.set(rule, [...(outcomes.get(rule) ?? []), outcome]);
  }
  parentPort?.postMessage({ id, outcomes });
});
