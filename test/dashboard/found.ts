// What a schema finds wrong with a body, by the path of each field.
import type * as z from 'zod';

/** Path → why, the first thing that is wrong with each; told by `text`, where that knows words for it. */
export function found(schema: z.ZodType, body: unknown, text?: (issue: object) => string | undefined): Record<string, string> {
  const { error } = schema.safeParse(body, text && { error: text });
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message] as const).toReversed());
}
