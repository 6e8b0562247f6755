// A recorded trace: JSON lines of what the slots served, second by second. Read line by line; a line that is none is named.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const MAX_COUNT = 1e9;
const count = z.int().min(0).max(MAX_COUNT);

const traceSlot = z
  .object({
    requests: count,
    errors: count.default(0),
    /** [[ms, count], …] */
    latency: z.array(z.tuple([z.number().min(0).max(MAX_COUNT), count])).default([]),
    /** [[hash, bad requests], …] */
    visitors: z.array(z.tuple([z.union([z.int().min(0), z.string()]), count])).optional(),
  })
  .refine(({ errors, requests }) => errors <= requests, 'more errors than requests');

const traceLine = z.object({
  /** Seconds of any clock. */
  t: z.number().min(-1e11).max(1e11, 'is in seconds, and this is too large'),
  slots: z.record(z.string(), traceSlot),
});

/** A second of a trace, or a part of one. */
export type TraceLine = z.output<typeof traceLine>;

/** What one slot served in it. */
export type TraceSlot = z.output<typeof traceSlot>;

/** A trace that cannot be read. */
export class TraceError extends Error {}

/** A line of a trace that is none. */
export class LineError extends TraceError {}

/**
 * The lines of a trace; empty ones are passed over.
 * @param path of a file, or `-` for `stdin`
 * @throws TraceError that names the line, or the file
 */
export async function* readTrace(path: string, stdin: NodeJS.ReadableStream = process.stdin): AsyncGenerator<TraceLine> {
  const input = path === '-' ? stdin : createReadStream(path);
  let number = 0;
  let found = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      // trim() takes a byte order mark away, too.
      if (text.trim() === '') continue;
      found++;
      yield lineOf(text, number);
    }
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error}).`);
  }
  if (found === 0) throw new TraceError(`${path === '-' ? 'The trace' : path} has no lines.`);
}

function lineOf(text: string, number: number): TraceLine {
  let value: unknown;
  try {
    value = JSON.parse(text.trim());
  } catch {
    throw new LineError(`Line ${number} is no JSON: ${text.slice(0, 60)}`);
  }
  const parsed = traceLine.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new LineError(`Line ${number}: ${where}${issue?.message ?? 'does not fit'}.`);
}
