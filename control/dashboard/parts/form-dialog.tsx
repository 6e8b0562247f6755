// A form in a dialog. What was typed into it is not lost by a refusal, nor by a key pressed too soon.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Checked } from './checked.ts';
import { Dialog } from './dialog.tsx';
import { FormButtons, Refusal } from './form.tsx';
import { Notice } from './notice.tsx';

interface Shape {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** What the button says. */
  readonly verb: string;
  readonly checked: Checked;
  /** Paths whose fields say what is wrong with them. */
  readonly shown: readonly string[];
  /** Whether something was typed that is not saved. */
  readonly isDirty: boolean;
  /** Sends it. @throws Failure */
  readonly call: () => Promise<unknown>;
  readonly close: () => void;
}

/** A dialog with a form. It stays open until control has taken it, or its content is given up. */
export function FormDialog({ title, children, verb, checked, shown, isDirty, call, close }: Shape) {
  const form = useRef<HTMLFormElement>(null);
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = () => (isDirty ? setIsLeaving(true) : close());
  const send = async () => {
    setIsLeaving(false);
    if (!(await checked.send(call))) requestAnimationFrame(() => focusFirstWrong(form.current));
  };
  return (
    <Dialog title={title} close={leave}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        <Refusal sending={checked} shown={shown} />
        {isLeaving && <Leaving discard={close} stay={() => setIsLeaving(false)} />}
        <FormButtons isBusy={checked.isBusy} verb={verb} close={leave} />
      </form>
    </Dialog>
  );
}

function Leaving({ discard, stay }: { readonly discard: () => void; readonly stay: () => void }) {
  return (
    <Notice kind="warn">
      What you typed is not saved.
      <div class="buttons">
        <button type="button" ref={(button) => button?.focus()} onClick={stay}>
          Go on editing
        </button>
        <button type="button" class="danger" onClick={discard}>
          Discard it
        </button>
      </div>
    </Notice>
  );
}

/** Leads to the first field that is wrong. */
export function focusFirstWrong(form: HTMLElement | null): void {
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
