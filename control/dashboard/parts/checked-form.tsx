// The element of a form that is checked: it sends what fits, and leads to the first field that does not.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { Checked } from './checked.ts';

interface Shape {
  readonly checked: Pick<Checked, 'send'>;
  /** Sends it. @throws Failure */
  readonly call: () => Promise<unknown>;
  /** Somebody wants it sent, whether it fits or not. */
  readonly begin?: () => void;
  readonly children: ComponentChildren;
}

/** A form. */
export function CheckedForm({ checked, call, begin, children }: Shape) {
  const form = useRef<HTMLFormElement>(null);
  const send = async () => {
    begin?.();
    if (await checked.send(call)) return;
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {children}
    </form>
  );
}
