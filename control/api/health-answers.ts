// What the API answers of health: counts and latencies by slot, objectives, watches with their evidence.
import * as z from 'zod';
import { alertKind, bySlot, share, time, timeOrNull, verdict } from './parts.ts';

const milliseconds = z.number().nullable();
const evidence = z.number().describe('How many times likelier than under the objective; a rollback takes `threshold`.');

/** `GET …/slos`. */
export const slos = z
  .object({
    errorObjective: share.describe('Share of failed requests at most.'),
    errorRatio: z.number().describe("Share of failed requests at most, as a multiple of the active slot's."),
    latencyObjectives: z.array(z.object({ overMs: z.number(), maxShare: share, percentile: z.number() })),
    latencyRatio: z.union([z.number(), z.literal('off')]),
    falseRollbackChance: share.describe('At most, per watch, that a healthy slot is rolled back.'),
    minBad: z.int(),
    minEffect: share,
    minRequests: z.int(),
    perVisitorCap: z.int(),
    perNetworkCap: z.union([z.int(), z.literal('off')]),
    latencyGraceSeconds: z.int(),
    holdSeconds: z.int(),
    bakeSeconds: z.int(),
  })
  .meta({ id: 'Slos', description: 'Objectives and guards of a service.' });

/** `PUT …/slos`. */
export const slosSetAnswer = slos.extend({
  watchedAfresh: z.array(z.string()).describe('Slots whose evidence begins afresh: the tests are others now.'),
});

const probe = z.object({ at: time, ok: z.boolean(), status: z.int().nullable(), milliseconds: z.number() });

const slotHealth = z
  .object({
    requests: z.int(),
    errors: z.int(),
    errorShare: share,
    p50: milliseconds,
    p90: milliseconds,
    p99: milliseconds,
    p999: milliseconds,
    probe: probe.nullable(),
  })
  .meta({ id: 'SlotHealth', description: 'What a slot answered in the last minutes; quantiles in ms, null of none.' });

const sloState = z
  .object({
    sli: z.enum(['errors', 'latency']),
    overMs: z.number().nullable(),
    objective: share,
    observed: share,
    evidence,
    needed: z.number(),
    verdict,
    needs: z.int().describe('Good requests that are still needed for a verdict.'),
  })
  .meta({ id: 'SloState' });

const test = z
  .object({
    test: z.string(),
    sli: z.enum(['errors', 'latency']),
    kind: z.enum(['absolute', 'relative']),
    objective: share.optional(),
    ratio: z.number().optional(),
    slowerThanMs: z.number().nullable().optional(),
    requests: z.int(),
    bad: z.int(),
    observed: share,
    active: share.nullable(),
    evidence,
  })
  .meta({ id: 'Test' });

const watch = z
  .object({
    slot: z.string(),
    kind: z.enum(['split', 'bake']),
    returnTo: z.string(),
    startedAt: time,
    endsAt: timeOrNull,
    heldSince: timeOrNull,
    requests: z.int(),
    errors: z.int(),
    verdict,
    needs: z.int(),
    evidence,
    threshold: z.number(),
    cause: z.string(),
    slos: z.array(sloState),
    tests: z.array(test),
    capped: z.int().describe('Bad requests that count as good: their visitor or network had sent others.'),
  })
  .meta({ id: 'Watch', description: 'A slot under judgement.' });

const alert = z.object({ at: time, alert: alertKind, slot: z.string(), what: z.string() }).meta({ id: 'Alert' });

/** `GET …/health`. */
export const health = z
  .object({
    windowSeconds: z.int(),
    slots: bySlot(slotHealth),
    slo: slos,
    watches: z.array(watch),
    alerts: z.array(alert),
    reports: z.object({
      taken: z.int(),
      malformed: z.int(),
      future: z.int(),
      replayed: z.int(),
      unknownSlots: z.int(),
    }),
  })
  .meta({ id: 'Health' });
