// Stage `evaluate`: counts of one second → evidence against a slot. Pure.
// Each test is a bet against the candidate that a healthy one wins with small chance, however often one looks and
// whenever one stops (an e-process; Ramdas, Grünwald, Vovk, Shafer 2023). State: eight numbers, kept as logarithms.

/** Alternatives the bet is spread over: how many times more often than allowed a request is bad. */
export const EFFECTS = [1.5, 2, 4, 8, 20, 60, 200, 1000] as const;

/**
 * The growth within one second is measured from here at least: under much good traffic evidence falls so far within a minute
 * that a slot which then fails altogether would take as long to climb out as its next minute's stake takes to come.
 */
const CAP_FLOOR = Math.log(1e-4);

/** State of one test. Plain numbers, finite, so that it survives JSON. */
export interface Test {
  /** ln R_g for each effect g. */
  readonly logR: readonly number[];
  /** The last minute of the watch whose stake was laid, from 1. */
  readonly minute: number;
  /** The last second judged, from 0, and ln E at its start (`CAP_FLOOR` at least): the growth within one second is capped. */
  readonly second: number;
  readonly startLogE: number;
}

/** `bad` of `trials` were bad, where a healthy candidate's share is at most `nullShare`. */
export interface Trial {
  readonly bad: number;
  readonly trials: number;
  readonly nullShare: number;
}

/** Requests of one slot, and how many of them were bad by some SLI. */
export interface Sampled {
  readonly requests: number;
  readonly bad: number;
}

/** Requests that must still come, and be good, until there are `minRequests` and the bad share is at most `objective`. */
export function requestsNeeded({ requests, bad }: Sampled, minRequests: number, objective: number): number {
  const overObjective = bad > objective * requests;
  const forObjective = overObjective ? Math.max(Math.ceil(bad / objective) - requests, 1) : 0;
  return Math.max(minRequests - requests, forObjective, 0);
}

/** A test at the start of a watch: the stake of minute 1 is laid. */
export function newTest(): Test {
  const logR = EFFECTS.map(() => logStake(1, 1));
  return { logR, minute: 1, second: -1, startLogE: logSum(logR) };
}

/** Bad share at most `objective` (0 < objective < 1); `undefined` of no requests. */
export function absoluteTrial({ requests, bad }: Sampled, objective: number): Trial | undefined {
  return requests === 0 ? undefined : { bad, trials: requests, nullShare: objective };
}

/**
 * Bad share at most `ratio` times the active slot's of the same second: of all bad requests of both slots, the candidate's
 * part is then at most ratio·n_c / (ratio·n_c + n_a). Drift that hits both alike cancels.
 * @returns `undefined` where one of the slots had no request, which says nothing
 */
export function relativeTrial(candidate: Sampled, active: Sampled, ratio: number): Trial | undefined {
  if (candidate.requests === 0 || active.requests === 0) return undefined;
  const weighed = ratio * candidate.requests;
  return { bad: candidate.bad, trials: candidate.bad + active.bad, nullShare: weighed / (weighed + active.requests) };
}

/**
 * Judges one pooled second.
 * @param second of the watch, from 0; one before the last judged counts as that one
 * @param logCap how much ln E may grow within one second; what is over is scaled off all bets alike
 */
export function judgeSecond(test: Test, trial: Trial | undefined, second: number, logCap: number): Test {
  const opened = layStakes(test, Math.floor(second / 60) + 1);
  const startLogE = second > test.second ? Math.max(logSum(opened.logR), CAP_FLOOR) : test.startLogE;
  const grown = trial === undefined ? opened.logR : opened.logR.map((r, i) => r + logFactor(trial, EFFECTS[i] ?? 1));
  const excess = Math.max(logSum(grown) - (startLogE + logCap), 0);
  const logR = excess === 0 ? grown : grown.map((r) => r - excess);
  return { logR, minute: opened.minute, second: Math.max(second, test.second), startLogE };
}

/** ln E of a test. */
export function logEvidence(test: Test): number {
  return logSum(test.logR);
}

/** Evidence from its logarithm; beyond the range of a number it is the largest one. */
export function plain(log: number): number {
  return Number(Math.min(Math.exp(log), Number.MAX_VALUE).toPrecision(6));
}

/** ln of the mean of several E, each given as ln E. */
export function logMean(logs: readonly number[]): number {
  return logSum(logs) - Math.log(logs.length);
}

/** How much ln E of one of `tests` tests may grow within a second: half the way to the threshold. */
export function logSecondCap(tests: number, falseRollbackChance: number): number {
  return Math.log(tests / falseRollbackChance) / 2;
}

// The stakes of minutes that passed unseen are laid in one sum: it telescopes.
function layStakes(test: Test, minute: number): Pick<Test, 'logR' | 'minute'> {
  if (minute <= test.minute) return test;
  const stake = logStake(test.minute + 1, minute);
  return { logR: test.logR.map((r) => logSum([r, stake])), minute };
}

function logStake(from: number, to: number): number {
  return Math.log((1 / from - 1 / (to + 1)) / EFFECTS.length);
}

function logFactor({ bad, trials, nullShare }: Trial, effect: number): number {
  return bad * Math.log(effect) - trials * Math.log1p(nullShare * (effect - 1));
}

function logSum(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, x) => sum + Math.exp(x - top), 0));
}
