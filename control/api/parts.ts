// Parts that several answers of the API have.
import * as z from 'zod';

/** Where the document has a schema that has a name; `undefined` for one without. */
export function refOf(schema: z.ZodType): { readonly $ref: string } | undefined {
  const id = z.globalRegistry.get(schema)?.id;
  return id === undefined ? undefined : { $ref: `#/components/schemas/${id}` };
}

/** A time. */
export const time = z.iso.datetime();

/** A time, if there is one. */
export const timeOrNull = time.nullable();

/** A weight. */
export const percentNumber = z.number().min(0).max(100).describe('Percent, at most two decimals.');

/** A share of 0 to 1. */
export const share = z.number().min(0).max(1);

/** Something of each slot. */
export function bySlot<T extends z.ZodType>(of: T) {
  return z.record(z.string(), of);
}

/** A verdict on a slot or stage. */
export const verdict = z.enum(['pass', 'fail', 'hold', 'insufficient']);

/** What an alert is about. */
export const alertKind = z.enum(['both-bad', 'sample-ratio', 'capped', 'table-full', 'unknown-slot']);

/** A version that was put into a slot. */
export const version = z
  .object({
    kind: z.literal('version'),
    id: z.int().describe('1, 2, 3, … within a service.'),
    slot: z.string(),
    versionId: z.string(),
    tag: z.string().nullable(),
    message: z.string().nullable(),
    author: z.string().nullable(),
    source: z.string().nullable(),
    at: time,
  })
  .meta({ id: 'Version', description: 'The record that a version was put into a slot.' });

/** A request that went badly. */
export const sample = z
  .object({
    path: z.string().describe('Masked: no query, no telling part.'),
    status: z.int().describe('0 where it had no answer.'),
    milliseconds: z.number(),
    ray: z.string(),
  })
  .meta({ id: 'Sample', description: 'A request that went badly.' });

/** Every failure. */
export const problemSchema = z
  .looseObject({
    type: z
      .string()
      .regex(/^\/problems\/[a-z0-9-]+$/)
      .describe('Stable; what went wrong.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('This case, and the next step.'),
    requestId: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('Every field that does not fit.'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
