// What the API answers of plans, releases and decisions.
import * as z from 'zod';
import { percentNumber, sample, share, time, timeOrNull, verdict, version } from './parts.ts';

/** Where a hook may stand. */
export const hookPoint = z.enum(['before-start', 'before-stage', 'before-promote']);

/** `GET /plans/{name}`, and the plan of a release. */
export const plan = z
  .object({
    name: z.string().nullable().describe('null for stages given with a release.'),
    builtIn: z.boolean(),
    stages: z.array(
      z.object({
        weight: percentNumber,
        soakSeconds: z.int(),
        minRequests: z.int(),
        advance: z.enum(['auto', 'manual']),
      }),
    ),
    onFail: z.enum(['rollback', 'pause']),
    onInsufficient: z.enum(['hold', 'extend', 'promote', 'rollback']),
    bakeSeconds: z.int(),
    hooks: z
      .array(z.object({ on: hookPoint, channel: z.string() }))
      .readonly()
      .describe('Webhooks that must let a release pass.'),
  })
  .meta({ id: 'Plan' });

/** `GET /plans/{name}`: a plan of its own, and whose it is. */
export const planAnswer = plan.extend({
  team: z.string().nullable().describe("The team that may change it; null for the owners', and for those built in."),
});

/** `GET /plans`. */
export const plansAnswer = z.object({ plans: z.array(planAnswer) });

const end = z.object({ slot: z.string(), version: version.nullable() });

const stage = z
  .object({
    number: z.int().describe('From 1.'),
    weight: percentNumber,
    startedAt: time,
    soakSeconds: z.int(),
    soakNeededSeconds: z.number().describe('With its extensions.'),
    soakedSeconds: z.int(),
    requests: z.int(),
    errors: z.int(),
    minRequests: z.int(),
    extensions: z.int(),
    verdict,
    needs: z.int().describe('Good requests that are still needed for the stage to pass.'),
    clock: z.enum(['running', 'stopped']),
  })
  .meta({ id: 'Stage', description: 'The stage a release is in.' });

const hookName = { channel: z.string(), name: z.string().nullable() };

const gate = z
  .object({
    on: hookPoint,
    stage: z.int().describe('The stage behind it, from 1; for completion, one more than there are.'),
    askedAt: time,
    attempts: z.int(),
    nextAt: timeOrNull.describe('When it is asked again; null while it is being asked.'),
    open: z.array(z.object(hookName)).describe('Hooks that have not let it pass yet.'),
    refusals: z.array(z.object({ ...hookName, status: z.int().nullable(), error: z.string().nullable() })),
  })
  .meta({ id: 'Gate', description: 'A step of a release that its hooks must let pass.' });

/** `GET …/releases/{id}`. */
export const release = z
  .object({
    id: z.int(),
    service: z.string(),
    name: z.string().nullable(),
    state: z.enum(['pending', 'running', 'paused', 'awaiting_approval', 'held', 'completed', 'rolled_back', 'aborted']),
    why: z.string().nullable().describe('Why it is in that state.'),
    candidate: end,
    from: end,
    plan,
    stage: stage.nullable(),
    gate: gate.nullable(),
    bake: z.object({ endsAt: time, over: z.boolean() }).nullable(),
    createdAt: time,
    createdBy: z.string(),
    startedAt: timeOrNull,
    endedAt: timeOrNull,
  })
  .meta({ id: 'Release' });

/** `GET …/releases`. */
export const releasesAnswer = z.object({ releases: z.array(release) });

const counts = z.object({ requests: z.int(), errors: z.int(), slot: z.string() });
const sampled = z.object({ requests: z.int(), bad: z.int(), share });

const decision = z
  .object({
    at: time,
    release: z.int(),
    stage: z.int(),
    verdict,
    did: z.string().describe('What was done, in the past tense.'),
    routine: z.boolean().describe('Only looked at, once a minute.'),
    reason: z.string(),
    rule: z.string().nullable(),
    candidate: counts,
    active: counts,
    evidence: z.number().nullable(),
    threshold: z.number(),
    tests: z.array(z.object({ test: z.string(), evidence: z.number(), candidate: sampled, active: sampled })),
    samples: z.array(sample).readonly(),
  })
  .meta({ id: 'Decision', description: 'A verdict on a release, and what was done about it.' });

/** `GET …/releases/{id}/decisions`. */
export const decisionsAnswer = z.object({ decisions: z.array(decision) });
