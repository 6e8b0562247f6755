// The body of a call: bounded, JSON, and fit for its schema, or a problem.
import type { Context } from 'hono';
import type { z } from 'zod';
import { ApiProblem, misfit } from './errors.ts';

const MAX_BYTES = 64 * 1024;
/** A body that is too large is read on, unkept, up to here: a sender that is cut off seldom hears why. */
const MAX_DRAINED_BYTES = 16 * 1024 * 1024;

/** The value, if it fits the schema. @param what it is, where the whole of it is wrong @throws ApiProblem */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what = 'The body'): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw misfit(parsed.error, what);
  return parsed.data;
}

/** The body of a request, an empty one standing for `{}`. @throws ApiProblem */
export async function parseBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const text = await boundedText(c.req.raw);
  let value: unknown;
  try {
    value = text === '' ? {} : JSON.parse(text, refuseProto);
  } catch (error) {
    if (error instanceof ApiProblem) throw error;
    throw new ApiProblem('malformed', 400, 'The body is no JSON.');
  }
  return parse(schema, value);
}

async function boundedText({ body, headers }: Request): Promise<string> {
  let bytes = Number(headers.get('content-length') ?? 0);
  const kept: Uint8Array[] = [];
  if (body !== null && bytes <= MAX_BYTES) {
    bytes = 0;
    for await (const chunk of body as ReadableStream<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes <= MAX_BYTES) kept.push(chunk);
      if (bytes > MAX_DRAINED_BYTES) break;
    }
  }
  if (bytes > MAX_BYTES) throw new ApiProblem('too-large', 413, `A body may have ${MAX_BYTES / 1024} KB at most.`);
  return new TextDecoder().decode(await new Blob(kept).arrayBuffer());
}

// A field of this name would vanish unseen on its way through plain objects.
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new ApiProblem('malformed', 400, 'The body has a field __proto__, which stands for nothing.');
  return value;
}
