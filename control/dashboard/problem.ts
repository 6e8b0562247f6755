// What a refusal says: RFC 9457, as control writes it.
import type * as z from 'zod';
import type { problemSchema } from '../api/parts.ts';

/** A refusal; `errors` names every field that does not fit. */
export type Problem = Pick<z.infer<typeof problemSchema>, 'type' | 'status' | 'detail'> &
  Partial<Pick<z.infer<typeof problemSchema>, 'title' | 'requestId' | 'errors'>>;
