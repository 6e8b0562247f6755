// A form that is checked by the schema of what it sends: not before it was first sent, and from then on with each change.
import { useState } from 'preact/hooks';
import type * as z from 'zod';
import { stillSo } from '../issues.ts';
import { issuesOf, type Sending, useSending } from './form.tsx';

/** A form, and what is wrong with it now. */
export interface Checked extends Omit<Sending, 'send'> {
  /** Sends the body, if it fits. @returns whether control took it */
  readonly send: (call: () => Promise<unknown>) => Promise<boolean>;
}

/** Checks and sends a body, as the form has it now. */
export function useChecked(schema: z.ZodType, body: unknown): Checked {
  const sending = useSending();
  // Kept in an object, since a body may be of any kind.
  const [sent, setSent] = useState<{ readonly body: unknown } | null>(null);
  const told = sending.failure === null || sent === null ? {} : stillSo(sending.issues, sent.body, body);
  return {
    ...sending,
    issues: sent === null ? {} : { ...told, ...issuesOf(schema, body) },
    send: (call) => {
      setSent({ body });
      return sending.send(schema, body, call);
    },
  };
}
