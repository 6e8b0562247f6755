// The record of a verdict on a release: the counts it saw, the evidence by test, what went badly, what was done. Pure.
import type { Sample } from '../../router/report.ts';
import { decide } from './decide.ts';
import { logEvidence } from './evaluate.ts';
import type { Release } from './release.ts';
import type { Service } from './service.ts';
import { logThresholdOf, nameOf } from './slo.ts';
import type { Counts, Pair, Watch } from './watch.ts';

/** A verdict on a release, and what came of it. */
export interface Decision {
  readonly at: number;
  readonly release: number;
  /** Of the plan, from 1. */
  readonly stage: number;
  readonly verdict: 'pass' | 'fail' | 'hold' | 'insufficient';
  /** What was done, past tense. */
  readonly did: string;
  /** Nothing was done: how the release stood, once a minute. */
  readonly routine: boolean;
  /** Why, in sentences with their numbers. */
  readonly reason: string;
  /** The name of the test that spoke loudest; `null` where none was under way. */
  readonly rule: string | null;
  /** Counts since the candidate is watched, of both slots at the same time. */
  readonly candidate: Counts & { readonly slot: string };
  readonly active: Counts & { readonly slot: string };
  /** ln of the evidence against the candidate, of the value that convicts, and of each test's. */
  readonly logEvidence: number | null;
  readonly logThreshold: number;
  readonly tests: readonly TestRecord[];
  /** Requests of the candidate that went badly. */
  readonly samples: readonly Sample[];
}

/** A test, its evidence, and all it was told since the candidate is watched. */
export interface TestRecord extends Pair {
  readonly test: string;
  readonly logEvidence: number;
}

/** What a decision says beside the figures. */
export type Did = Pick<Decision, 'verdict' | 'did' | 'reason'> & { readonly routine?: boolean };

const NONE: Counts = { requests: 0, errors: 0 };

/** Writes a verdict down, with the figures of the candidate's watch as they are in `service`. */
export function decisionOn(service: Service, release: Release, { routine = false, ...what }: Did, now: number): Decision {
  const watch = service.watches.find(({ slot }) => slot === release.candidate);
  const verdict = watch === undefined ? undefined : decide(watch, service.slo, now);
  const { candidate, active } = watch?.total ?? { candidate: release.stage?.served ?? NONE, active: NONE };
  return {
    at: now,
    release: release.id,
    stage: (release.stage?.index ?? 0) + 1,
    ...what,
    routine,
    rule: verdict === undefined ? null : nameOf(verdict.cause.rule),
    candidate: { slot: release.candidate, requests: candidate.requests, errors: candidate.errors },
    active: { slot: release.from, ...active },
    logEvidence: verdict?.logEvidence ?? null,
    logThreshold: logThresholdOf(service.slo),
    tests: watch === undefined ? [] : testsOf(watch),
    samples: watch?.samples ?? [],
  };
}

function testsOf({ tests }: Watch): TestRecord[] {
  return tests.map(({ rule, evidence, total }) => ({ test: nameOf(rule), logEvidence: logEvidence(evidence), ...total }));
}
