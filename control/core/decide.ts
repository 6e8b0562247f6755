// Stage `decide`: a watch → verdict. Pure. The guards in here say when evidence is not enough to act on.
import { logEvidence, logMean, requestsNeeded } from './evaluate.ts';
import { logThresholdOf, objectivesOf, type Slo } from './slo.ts';
import { NONE, recentSpan, shareOf, type Watch, type WatchTest } from './watch.ts';

const ROUNDING = 1e-9;
/** No conviction by relative latency before so many visitors of the candidate. */
const MIN_VISITORS = 50;

/** What is to be done about a watched slot, and why. */
export interface Verdict {
  /** `fail`: roll back. `hold`: would fail, but the active slot is as bad. `insufficient`: not enough to pass. */
  readonly verdict: 'pass' | 'fail' | 'hold' | 'insufficient';
  /** ln of the evidence of the watch, and of the value that convicts. */
  readonly logEvidence: number;
  readonly logThreshold: number;
  /** The test that speaks loudest against the slot. */
  readonly cause: WatchTest;
  /** Requests still needed for a `pass`; 0 unless `insufficient`. */
  readonly needs: number;
}

/** The verdict on a watch whose seconds are judged up to `now` (ms). */
export function decide(watch: Watch, slo: Slo, now: number): Verdict {
  const { tests } = watch;
  const logThreshold = logThresholdOf(slo);
  // Seconds of capped growth come to the threshold to the last bit, which must not decide.
  const convicts = (log: number) => log >= logThreshold - ROUNDING;
  const worthy = tests.filter((test) => isWorthIt(test, slo) && !isOfTooFew(test, watch));
  const reached = { logEvidence: meanOf(tests, tests.length), logThreshold, needs: 0 };
  if (worthy.length > 0 && convicts(meanOf(worthy, tests.length))) {
    // Of what the active slot does as well, none tells against the candidate alone.
    const alone = worthy.filter((test) => !isShared(test, slo));
    const excused = worthy.length - alone.length;
    const shared = !convicts(meanOf(alone, tests.length - excused));
    const patient = now - (watch.heldSince ?? now) < slo.holdSeconds * 1000;
    return { ...reached, cause: loudest(worthy), verdict: shared && patient ? 'hold' : 'fail' };
  }
  const needs = Math.max(...neededOf(watch, slo));
  // One that was told nothing yet has nothing to say, however little the others have.
  const heard = tests.filter(({ total }) => total.candidate.requests > 0);
  return { ...reached, cause: loudest(heard.length > 0 ? heard : tests), needs, verdict: needs > 0 ? 'insufficient' : 'pass' };
}

/** Requests still needed for a `pass`, by objective. */
export function neededOf({ tests }: Watch, slo: Slo): number[] {
  const sampled = objectivesOf(slo).map(({ maxShare }, i) => ({ maxShare, of: tests[i]?.total.candidate ?? NONE }));
  return sampled.map(({ maxShare, of }) => requestsNeeded(of, slo.minRequests, maxShare));
}

/** ln of the mean of the evidence of some tests, out of `count`: those left out count as none. */
function meanOf(tests: readonly WatchTest[], count: number): number {
  if (tests.length === 0) return Number.NEGATIVE_INFINITY;
  return logMean(tests.map(({ evidence }) => logEvidence(evidence))) + Math.log(tests.length / count);
}

function loudest(tests: readonly WatchTest[]): WatchTest {
  return tests.reduce((a, b) => (logEvidence(b.evidence) > logEvidence(a.evidence) ? b : a));
}

// Enough bad requests, and a difference large enough to matter to anyone. A test that lacks either convicts nobody, however
// certain, and hides no other one.
function isWorthIt(test: WatchTest, slo: Slo): boolean {
  if (test.total.candidate.bad < slo.minBad) return false;
  const span = recentSpan(test, slo.minBad);
  const against = test.rule.kind === 'absolute' ? test.rule.maxShare : shareOf(span.active);
  return shareOf(span.candidate) - against >= slo.minEffect;
}

// Visitors are told apart by slot, and each has a pace of its own: of a few, the slower ones may have come to the candidate.
// Where no router tells visitors, nothing is known against it.
function isOfTooFew({ rule }: WatchTest, { ratio }: Watch): boolean {
  return rule.kind === 'relative' && rule.sli === 'latency' && ratio.candidate > 0 && ratio.candidate < MIN_VISITORS;
}

// The active slot breaks the same objective: a shared dependency is down, and moving traffic would not help, so wait before
// going home. Where home has no traffic, as in most bakes, nothing is known against it.
function isShared(test: WatchTest, slo: Slo): boolean {
  if (test.rule.kind === 'relative') return false;
  const span = recentSpan(test, slo.minBad);
  const active = shareOf(span.active);
  return active > test.rule.maxShare && active >= shareOf(span.candidate) / 2;
}
