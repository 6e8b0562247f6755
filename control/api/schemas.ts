// What the API takes in, as zod schemas; types are inferred from them. Percent outside, whole buckets inside.
import { z } from 'zod';

const BUCKETS_PER_PERCENT = 100;
const MAX_TEXT = 500;

const percent = z
  .number()
  .min(0)
  .max(100)
  .refine((p) => Number(p.toFixed(2)) === p, 'at most two decimals')
  .transform((p) => Math.round(p * BUCKETS_PER_PERCENT));

// Characters as people count them: an emoji is one.
const text = z.string().refine((t) => t.length <= MAX_TEXT || [...t].length <= MAX_TEXT, `at most ${MAX_TEXT} characters`);
const short = z.string().max(128);
const reason = text.nullish().transform((r) => r ?? null);
const optional = short.nullish().transform((t) => t ?? null);
const slot = z.string().min(1).max(64);

/** `PUT …/split`. */
export const splitBody = z.strictObject({
  weights: z.record(z.string().max(64), percent).refine((w) => Object.keys(w).length > 0, 'name at least one slot'),
  reason,
  ifRevision: z
    .int()
    .min(0)
    .nullish()
    .transform((r) => r ?? null),
});

/** `POST …/activate`. */
export const activateBody = z.strictObject({ slot, reason });

/** `POST …/rotate` and `…/rollback`. */
export const reasonBody = z.strictObject({ reason });

/** `POST …/deployments`. */
export const deploymentBody = z.strictObject({
  slot: slot.nullish().transform((s) => s ?? null),
  versionId: z.string().min(1).max(128),
  tag: optional,
  message: reason,
  author: optional,
  source: optional,
  force: z.boolean().default(false),
  reason,
});

/** `?limit=` of a listing. */
export const listQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
