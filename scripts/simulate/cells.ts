// What the bench tries: every cell of healthy traffic, and candidates that are bad in many ways.
import { DEFAULT_SLO, type Slo } from '../../control/core/slo.ts';
import type { Limits } from './peers.ts';
import { type Behaviour, highestRate, type Scenario, type Shape } from './traffic.ts';

/** One kind of release, tried many times. */
export interface Cell {
  readonly name: string;
  readonly scenario: Scenario;
  /** Percent. */
  readonly weight: number;
  readonly slo: Slo;
  readonly limits: Limits;
  readonly seconds: number;
}

const SHAPES: readonly Shape[] = ['plain', 'drift', 'bursts', 'clumps', 'noisy'];
const ERROR_RATES = [0, 0.001, 0.01, 0.05];
const WEIGHTS = [1, 10, 50];
const RATES = [0.2, 1, 10, 100, 1000];
const TWO_HOURS = 7200;
/** The latency objective of the peers, which cannot do without one; healthy traffic is well within it. */
const LATENCY = { overMs: 500, maxShare: 0.001 };
const USUAL_ERRORS = 0.001;
const WELL: Behaviour = { errorRate: 0, slower: 1, stalls: 0 };

/** Releases with nothing wrong. An objective is never below what the service does when it is well. */
export function healthyCells(seconds: number): Cell[] {
  return SHAPES.flatMap((shape) =>
    ERROR_RATES.flatMap((errorRate) =>
      WEIGHTS.flatMap((weight) =>
        RATES.map((perSecond): Cell => {
          const errorObjective = Math.max(DEFAULT_SLO.errorObjective, Number(highestRate({ errorRate, shape }).toPrecision(3)));
          const scenario: Scenario = { perSecond, errorRate, shape, turnsAt: 0 };
          const limits = { maxErrorShare: errorObjective, latency: LATENCY };
          return { name: shape, scenario, weight, slo: { ...DEFAULT_SLO, errorObjective }, limits, seconds };
        }),
      ),
    ),
  );
}

/** Candidates that fail or are slow, from the start and after two good hours, at 100 requests a second. */
export function badCells(seconds: number): Cell[] {
  const failing = (errorRate: number): [string, Behaviour] => [`fails ${errorRate * 100} %`, { ...WELL, errorRate }];
  const slow: [string, Behaviour][] = [
    ['latency × 1.5', { ...WELL, slower: 1.5 }],
    ['latency × 2', { ...WELL, slower: 2 }],
    ['1 in 100 slower by 1.1 s', { ...WELL, stalls: 0.01 }],
  ];
  const kinds = [...[1, 0.1, 0.05, 0.02, 0.01].map(failing), ...slow];
  const fromStart = kinds.flatMap((kind) => WEIGHTS.map((weight) => badCell(kind, weight, 0, seconds)));
  const late = [failing(1), failing(0.1), failing(0.02), ['latency × 2', { ...WELL, slower: 2 }] as [string, Behaviour]];
  const held = slow.map((kind) => withObjective(badCell(kind, 10, 0, seconds)));
  return [...fromStart, ...late.map((kind) => badCell(kind, 10, TWO_HOURS, TWO_HOURS + seconds)), ...held];
}

function badCell([name, candidate]: [string, Behaviour], weight: number, turnsAt: number, seconds: number): Cell {
  const scenario: Scenario = { perSecond: 100, errorRate: USUAL_ERRORS, shape: 'plain', candidate, turnsAt };
  const limits = { maxErrorShare: DEFAULT_SLO.errorObjective, latency: LATENCY };
  return { name: turnsAt === 0 ? name : `${name}, after two good hours`, scenario, weight, slo: DEFAULT_SLO, limits, seconds };
}

// The same objective of latency as the peers have.
function withObjective(cell: Cell): Cell {
  return { ...cell, name: `${cell.name}, p99.9 ≤ 500 ms set`, slo: { ...cell.slo, latencyObjectives: [LATENCY] } };
}
