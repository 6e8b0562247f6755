// What a slot is held to. Pure. The meaning of each figure, and where it comes from, is in the README under "Judgement".

/** Objectives and guards of a service. */
export interface Slo {
  /** Bad share at most, of all requests: the null of the absolute test. 0 to 1. */
  readonly errorObjective: number;
  /** Bad share at most, as a multiple of the active slot's: the null of the relative test. */
  readonly errorRatio: number;
  /** Chance at most, per watch, that a healthy slot is rolled back. */
  readonly falseRollbackChance: number;
  /** No rollback before that many bad candidate requests. */
  readonly minBad: number;
  /** No rollback for a smaller difference of bad shares, however certain. 0.001 is 0.1 percentage points. */
  readonly minEffect: number;
  /** No `pass` before that many candidate requests. */
  readonly minRequests: number;
  /** How long a rollback is held back while the active slot is as bad. */
  readonly holdSeconds: number;
  /** How long a slot made active at once is watched, with the former one to return to. */
  readonly bakeSeconds: number;
}

/** What a service is held to unless it says otherwise. */
export const DEFAULT_SLO: Slo = {
  errorObjective: 0.01,
  errorRatio: 1.5,
  falseRollbackChance: 0.01,
  minBad: 5,
  minEffect: 0.001,
  minRequests: 50,
  holdSeconds: 300,
  bakeSeconds: 600,
};
