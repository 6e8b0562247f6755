// What the API takes in, as zod schemas; types are inferred from them. Percent outside, whole buckets inside.
import * as z from 'zod';
import { MAX_THRESHOLDS } from '../../router/report.ts';
import { ACTIONS } from '../core/audit.ts';
import { hooksMistake, MIN_REQUESTS, PLAN_DEFAULTS, stagesMistake } from '../core/plan.ts';
import { SERIES_MINUTES } from '../core/series.ts';

const BUCKETS_PER_PERCENT = 100;
const MAX_TEXT = 500;
/** As `router/config.ts` has it. */
const MAX_SLOTS = 16;

const percent = z
  .number()
  .min(0)
  .max(100)
  .refine((p) => Number(p.toFixed(2)) === p, 'at most two decimals')
  .describe('Percent, at most two decimals.')
  .transform((p) => Math.round(p * BUCKETS_PER_PERCENT));

// Characters as people count them: an emoji is one.
const text = z.string().refine((t) => t.length <= MAX_TEXT || [...t].length <= MAX_TEXT, `at most ${MAX_TEXT} characters`);
const short = z.string().max(128);
/** Why somebody does something: it goes to the audit. */
export const reason = text
  .describe('Why; it goes to the audit.')
  .nullish()
  .transform((r) => r ?? null);
const optional = short.nullish().transform((t) => t ?? null);
const slot = z.string().min(1).max(64);
/** The revision somebody looked at: a call that comes after another one is refused. */
const ifRevision = z
  .int()
  .min(0)
  .nullish()
  .transform((r) => r ?? null);

/** `PUT …/split`. */
export const splitBody = z.strictObject({
  weights: z
    .record(z.string().max(64), percent)
    .refine((w) => Object.keys(w).length > 0, 'name at least one slot')
    // No service has more, and what is asked must fit the way to its object.
    .refine((w) => Object.keys(w).length <= MAX_SLOTS, `at most ${MAX_SLOTS} slots`),
  reason,
  ifRevision,
});

/** `POST …/activate`. */
export const activateBody = z.strictObject({ slot, reason, ifRevision });

/** `POST …/rotate` and `…/rollback`. */
export const moveBody = z.strictObject({ reason, ifRevision });

/** What is done with no more than a reason. */
export const reasonBody = z.strictObject({ reason });

/** `POST …/deployments`. */
export const deploymentBody = z.strictObject({
  slot: slot.nullish().transform((s) => s ?? null),
  versionId: z.string().min(1).max(128),
  tag: optional,
  message: reason,
  author: optional,
  source: optional,
  lease: z
    .uuid()
    .nullish()
    .transform((l) => l ?? null),
  force: z.boolean().default(false),
  reason,
});

/** `POST …/deployments/lease`. */
export const leaseBody = z.strictObject({ slot: slot.nullish().transform((s) => s ?? null), reason });

/** The slot in a path. */
export const slotParams = z.object({ slot: z.string().max(64) });

/** The lease in a path. */
export const leaseParams = z.object({ lease: z.string().max(64) });

const MAX_STAGES = 20;
const MAX_SECONDS = 30 * 86_400;
const seconds = z.int().min(0).max(MAX_SECONDS);

const stage = z.strictObject({
  weight: percent,
  soakSeconds: seconds,
  minRequests: z.int().min(0).max(1_000_000).default(MIN_REQUESTS),
  advance: z.enum(['auto', 'manual']).default('auto'),
});

const stages = z
  .array(stage)
  .min(1)
  .max(MAX_STAGES)
  .superRefine((list, c) => {
    const mistake = stagesMistake(list);
    if (mistake !== undefined) c.addIssue({ code: 'custom', message: mistake });
  });

const hook = z.strictObject({
  on: z.enum(['before-start', 'before-stage', 'before-promote']),
  channel: z.string().min(1).max(64),
});

const hooks = z.array(hook).superRefine((list, c) => {
  const mistake = hooksMistake(list);
  if (mistake !== undefined) c.addIssue({ code: 'custom', message: mistake });
});

const rules = {
  onFail: z.enum(['rollback', 'pause']),
  onInsufficient: z.enum(['hold', 'extend', 'promote', 'rollback']),
  bakeSeconds: seconds,
  hooks,
};

/** What plans and teams are called. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9, -, and begin with a letter');

/** The name in the path of a plan that is asked for, built in or not. */
export const namedPlanParams = z.object({ name: z.string().max(64) });

/** The name in the path of a plan that is set. */
export const planParams = z.object({ name: slug });

/** `PUT /plans/{name}`. */
export const planBody = z.strictObject({
  stages,
  onFail: rules.onFail.default(PLAN_DEFAULTS.onFail),
  onInsufficient: rules.onInsufficient.default(PLAN_DEFAULTS.onInsufficient),
  bakeSeconds: rules.bakeSeconds.default(PLAN_DEFAULTS.bakeSeconds),
  hooks: rules.hooks.default([]),
  reason,
});

/** `POST …/releases`: a plan by name, stages of its own, or neither; what a plan says may be said otherwise. */
export const releaseBody = z
  .strictObject({
    slot: slot.nullish().transform((s) => s ?? null),
    plan: slug.optional(),
    stages: stages.optional(),
    onFail: rules.onFail.optional(),
    onInsufficient: rules.onInsufficient.optional(),
    bakeSeconds: rules.bakeSeconds.optional(),
    hooks: rules.hooks.optional(),
    name: short.nullish().transform((n) => n ?? null),
    autoStart: z.boolean().default(false),
    force: z.boolean().default(false),
    reason,
  })
  .refine(({ plan, stages: own }) => plan === undefined || own === undefined, 'name a plan or give stages, not both');

/** `POST …/releases/{id}/{verb}`. */
export const steerBody = z.strictObject({ reason, force: z.boolean().default(false), ifRevision });

const releaseId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** The id in the path of a release. */
export const releaseParams = z.object({ id: releaseId });

/** A verb of a release, and its id. */
export const steerParams = z.object({
  id: releaseId,
  verb: z.enum(['start', 'approve', 'deny', 'pause', 'resume', 'skip', 'promote', 'abort', 'retry']),
});

// Smaller shares, of bad requests or of good ones, take more requests to be told apart than a service has.
const share = z.number().min(1e-6).max(0.999999);
const percentile = z.number().min(0.0001).max(99.9999);
// What takes longer counts when it has taken so long.
const MAX_MS = 10_000;
const ms = z.number().gt(0).max(MAX_MS);
const ratio = z.number().min(1).max(100);
const cap = z.int().min(1).max(1000);

/** "p99 ≤ 500 ms", or the share of requests that may be slower: one and the same, in two spellings. */
const latencyObjective = z
  .strictObject({ percentile: percentile.optional(), maxMs: ms.optional(), overMs: ms.optional(), maxShare: share.optional() })
  .transform((given, c) => {
    const { overMs, maxShare, maxMs, percentile: p } = given;
    // As `GET …/slos` shows it.
    const isShown = maxMs === undefined && p !== undefined && maxShare !== undefined && shareBeyond(p) === maxShare;
    if (Object.keys(given).length === (isShown ? 3 : 2)) {
      if (overMs !== undefined && maxShare !== undefined) return { overMs, maxShare };
      if (maxMs !== undefined && p !== undefined) return { overMs: maxMs, maxShare: shareBeyond(p) };
    }
    c.addIssue({ code: 'custom', message: 'give percentile and maxMs, or overMs and maxShare' });
    return z.NEVER;
  });

function shareBeyond(p: number): number {
  return Number((1 - p / 100).toPrecision(8));
}

/** `PUT …/slos`: what is left out stays as it is, `null` stands for what is set unless a service says otherwise. */
export const slosBody = z.strictObject({
  errorObjective: share.nullish(),
  errorRatio: ratio.nullish(),
  latencyObjectives: z
    .array(latencyObjective)
    .max(MAX_THRESHOLDS)
    .refine((list) => new Set(list.map(({ overMs }) => overMs)).size === list.length, 'name each threshold once')
    .transform((list) => list.toSorted((a, b) => a.overMs - b.overMs))
    .nullish(),
  latencyRatio: z.union([ratio, z.literal('off')], 'must be a number from 1 to 100, or "off"').nullish(),
  falseRollbackChance: z.number().min(1e-6).max(0.5).nullish(),
  minBad: z.int().min(1).max(100).nullish(),
  minEffect: z.number().min(0).lt(1).nullish(),
  minRequests: z.int().min(0).max(1_000_000).nullish(),
  perVisitorCap: cap.nullish(),
  perNetworkCap: z.union([cap, z.literal('off')], 'must be a whole number from 1 to 1000, or "off"').nullish(),
  latencyGraceSeconds: z.int().min(0).max(3600).nullish(),
  holdSeconds: z.int().min(0).max(86_400).nullish(),
  bakeSeconds: seconds.nullish(),
  reason,
});

/** `PUT …/settings`. */
export const settingsBody = z.strictObject({ defaultPlan: slug, reason });

/** `POST …/preview`; a token lives a minute at least, and 30 days at most. */
export const previewBody = z.strictObject({ slot, forSeconds: z.int().min(60).max(2_592_000).default(3600), reason });

const limit = z.coerce.number().int().min(1).max(1000).default(100);

/** `?limit=` of a listing. */
export const listQuery = z.strictObject({ limit });

/** `GET …/series`. */
export const seriesQuery = z.strictObject({ minutes: z.coerce.number().int().min(1).max(SERIES_MINUTES).default(15) });

/** `GET …/decisions`. */
export const decisionsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(2000).default(2000),
  routine: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .describe('Whether looks that changed nothing, one a minute, are listed, too.'),
});

/** `GET …/deployments`. */
export const deploymentsQuery = z.strictObject({ limit, kind: z.enum(['version', 'split']).optional() });

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();
const auditFilter = {
  service: z.string().max(64).optional(),
  actor: z.string().max(320).optional(),
  // With blanks, so that it can be broken into lines.
  action: z.enum(ACTIONS, `must be one of ${ACTIONS.join(', ')}`).optional(),
  since: instant,
  until: instant,
};

/** `GET /audit`. */
export const auditQuery = z.strictObject({ limit, cursor: z.string().max(200).optional(), ...auditFilter });

/** `GET /audit/export`. */
export const auditExportQuery = z.strictObject(auditFilter);
