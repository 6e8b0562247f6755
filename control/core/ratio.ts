// Between `evaluate` and `decide`: whether the candidate gets the share of visitors that its weight says. Pure.
// It does not where hashing is broken or a cache answers in front. Judged by the same kind of test, both ways; decides nothing.
import { absoluteTrial, judgeSecond, logEvidence, logMean, newTest, type Test } from './evaluate.ts';

/** Off by less than this factor is no matter: a visitor may come to several isolates. */
const TOLERANCE = 1.5;
const PATIENCE_SECONDS = 20;

/** Evidence that a candidate gets too many visitors, or too few. */
export interface SampleRatio {
  readonly over: Test;
  readonly under: Test;
  /** Visitors of each slot, as isolates first met them. */
  readonly candidate: number;
  readonly active: number;
  /** The second of the watch since which it is off without a break. */
  readonly offSince: number | null;
}

/** No visitors yet. */
export function newSampleRatio(): SampleRatio {
  return { over: newTest(), under: newTest(), candidate: 0, active: 0, offSince: null };
}

/**
 * Judges the visitors of one second.
 * @param share of the candidate's weight in that of the two slots, 0 to 1 (both not included)
 * @param second of the watch, from 0
 * @param log how much ln E may grow within a second, and the value that says it is off
 */
export function judgeRatio(
  ratio: SampleRatio,
  { candidate, active }: Pick<SampleRatio, 'candidate' | 'active'>,
  share: number,
  second: number,
  log: { readonly cap: number; readonly threshold: number },
): SampleRatio {
  const requests = candidate + active;
  if (requests === 0) return ratio;
  const most = Math.min(share * TOLERANCE, (1 + share) / 2);
  const over = judgeSecond(ratio.over, absoluteTrial({ requests, bad: candidate }, most), second, log.cap);
  const under = judgeSecond(ratio.under, absoluteTrial({ requests, bad: active }, 1 - share / TOLERANCE), second, log.cap);
  const isOff = logMean([logEvidence(over), logEvidence(under)]) >= log.threshold;
  return {
    over,
    under,
    candidate: ratio.candidate + candidate,
    active: ratio.active + active,
    offSince: isOff ? (ratio.offSince ?? second) : null,
  };
}

/** Whether the share has been off for a while. Visitors of a slot that hangs are met late, and are none that went missing. */
export function isRatioOff({ offSince, over, under }: SampleRatio): boolean {
  return offSince !== null && Math.max(over.second, under.second) - offSince >= PATIENCE_SECONDS;
}
