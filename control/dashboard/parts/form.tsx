// Forms, checked by the very schemas by which control checks what it is sent.
import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import type * as z from 'zod';
import type { Failure } from '../api.ts';
import { useCall } from './call.ts';
import { Notice } from './notice.tsx';

/** What is wrong with a body: the path of a field (`stages.0.weight`; empty for the whole) → why. */
export type Issues = Readonly<Record<string, string>>;

/** What a schema finds wrong with a body that is to be sent; nothing when it fits. */
export function issuesOf(schema: z.ZodType, body: unknown): Issues {
  const { error } = schema.safeParse(body);
  // The first thing that is wrong with a field is told.
  return Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message] as const).toReversed());
}

/** A form that is being filled in. */
export interface Sending {
  readonly issues: Issues;
  readonly failure: Failure | null;
  readonly isBusy: boolean;
  /** Sends a body that fits its schema. @returns whether control took it */
  readonly send: (schema: z.ZodType, body: unknown, call: () => Promise<unknown>) => Promise<boolean>;
}

/** Checks and sends what a form holds. */
export function useSending(): Sending {
  const [issues, setIssues] = useState<Issues>({});
  const { isBusy, failure, run, forget } = useCall();
  async function send(schema: z.ZodType, body: unknown, call: () => Promise<unknown>): Promise<boolean> {
    const found = issuesOf(schema, body);
    setIssues(found);
    forget();
    if (Object.keys(found).length > 0) return false;
    const failed = await run(call);
    setIssues(Object.fromEntries((failed?.problem?.errors ?? []).map(({ path, message }) => [path, message])));
    return failed === null;
  }
  return { issues, failure, isBusy, send };
}

interface ButtonsShape {
  /** What the one says that sends the form. */
  readonly verb: ComponentChildren;
  readonly isBusy: boolean;
  /** Whether the form cannot be sent as it is. */
  readonly isOff?: boolean;
  readonly isDanger?: boolean;
  readonly close: () => void;
}

/** The button that sends a form, and the one that does not. */
export function FormButtons({ verb, isBusy, isOff = false, isDanger = false, close }: ButtonsShape) {
  return (
    <div class="buttons">
      <button type="submit" class={isDanger ? 'danger' : 'main'} disabled={isBusy || isOff}>
        {isBusy ? 'Sending…' : verb}
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </div>
  );
}

/** Why a form was not taken: what control said, and what no field of it shows. */
export function Refusal({
  sending: { issues, failure },
  shown,
}: {
  readonly sending: Pick<Sending, 'issues' | 'failure'>;
  readonly shown: readonly string[];
}) {
  const others = Object.entries(issues).filter(([path]) => !shown.includes(path));
  if (failure === null && others.length === 0) return null;
  return (
    <Notice kind="bad">
      {failure?.message}
      {failure === null && others.map(([path, why]) => <div key={path}>{path === '' ? why : `${path}: ${why}`}</div>)}
    </Notice>
  );
}

/** What an input carries, so that it is read out with its label, its hint and what is wrong with it. */
interface Tie {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

interface FieldShape {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly issue?: string | undefined;
  /** The input, given what ties it to its label, its hint and what is wrong with it. */
  readonly children: (tie: Tie) => ComponentChildren;
}

/** A labelled input with its hint and what is wrong with it. */
export function Field({ label, hint, issue, children }: FieldShape) {
  const id = useId();
  const about = hint === undefined && issue === undefined ? undefined : `${id}-about`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': issue === undefined ? undefined : 'true' })}
      {about !== undefined && (
        <p id={about} class={issue === undefined ? 'hint' : 'hint wrong'}>
          {issue ?? hint}
        </p>
      )}
    </div>
  );
}
