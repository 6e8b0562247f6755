// The record of a verdict that did something to a release: the counts it saw, the evidence by test, what was done. Pure.
import { type Cause, decide } from './decide.ts';
import { type Counts, logEvidence } from './evaluate.ts';
import type { Release } from './release.ts';
import type { Service } from './service.ts';

/** A verdict on a release, and what came of it. */
export interface Decision {
  readonly at: number;
  readonly release: number;
  /** Of the plan, from 1. */
  readonly stage: number;
  readonly verdict: 'pass' | 'fail' | 'hold' | 'insufficient';
  /** What was done, past tense. */
  readonly did: string;
  /** Why, in sentences with their numbers. */
  readonly reason: string;
  /** Counts since the candidate is watched, of both slots at the same time. */
  readonly candidate: Counts & { readonly slot: string };
  readonly active: Counts & { readonly slot: string };
  /** ln of the evidence against the candidate, of the value that convicts, and of each test's. */
  readonly logEvidence: number | null;
  readonly logThreshold: number;
  readonly tests: readonly { readonly test: Cause; readonly logEvidence: number }[];
}

/** What a decision says beside the figures. */
export type Did = Pick<Decision, 'verdict' | 'did' | 'reason'>;

const NONE: Counts = { requests: 0, errors: 0 };

/** Writes a verdict down, with the figures of the candidate's watch as they are in `service`. */
export function decisionOn(service: Service, release: Release, what: Did, now: number): Decision {
  const watch = service.watches.find(({ slot }) => slot === release.candidate);
  const { candidate, active } = watch?.total ?? { candidate: release.stage?.served ?? NONE, active: NONE };
  const tests = (['absolute', 'relative'] as const).flatMap((kind) => {
    const test = watch?.[kind] ?? null;
    return test === null ? [] : [{ test: `errors ${kind}` as const, logEvidence: logEvidence(test) }];
  });
  return {
    at: now,
    release: release.id,
    stage: (release.stage?.index ?? 0) + 1,
    ...what,
    candidate: { slot: release.candidate, ...candidate },
    active: { slot: release.from, ...active },
    logEvidence: watch === undefined ? null : decide(watch, service.slo, now).logEvidence,
    logThreshold: -Math.log(service.slo.falseRollbackChance),
    tests,
  };
}
