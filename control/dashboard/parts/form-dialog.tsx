// A form in a dialog. What was typed into it is not lost by a refusal, nor by a key pressed too soon.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Checked } from './checked.ts';
import { CheckedForm } from './checked-form.tsx';
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
  readonly shown: RegExp;
  /** Whether something was typed that is not saved. */
  readonly isDirty: boolean;
  /** Sends it. @throws Failure */
  readonly call: () => Promise<unknown>;
  readonly close: () => void;
}

/** A dialog with a form. It stays open until control has taken it, or its content is given up. */
export function FormDialog({ title, children, verb, checked, shown, isDirty, call, close }: Shape) {
  const [isLeaving, setIsLeaving] = useState(false);
  const leave = () => (isDirty ? setIsLeaving(true) : close());
  const told = Object.keys(checked.issues).filter((path) => shown.test(path));
  return (
    <Dialog title={title} close={leave}>
      <CheckedForm checked={checked} begin={() => setIsLeaving(false)} call={call}>
        {children}
        <Refusal sending={checked} shown={told} />
        {isLeaving && <Leaving discard={close} stay={() => setIsLeaving(false)} />}
        <FormButtons isBusy={checked.isBusy} verb={verb} close={leave} />
      </CheckedForm>
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
