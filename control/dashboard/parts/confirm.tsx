// The last question before something is done: what it does, why, and the button that does it.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { reasonBody } from '../../api/schemas.ts';
import { useChecked } from './checked.ts';
import { Dialog } from './dialog.tsx';
import { FormButtons, Refusal } from './form.tsx';
import { ReasonField } from './inputs.tsx';

interface Question {
  /** Names what it is done to. */
  readonly title: ComponentChildren;
  /** What it does. */
  readonly children: ComponentChildren;
  /** What the button says. */
  readonly verb: string;
  /** Whether something is lost by it. */
  readonly isDanger?: boolean;
  /** Does it. @throws Failure, which is shown in the dialog */
  readonly call: (reason: string | null) => Promise<unknown>;
  /** It was done. */
  readonly done: () => void;
  /** It was not. */
  readonly close: () => void;
}

/** A dialog that asks before it does something. What is refused is said in it, and the reason stays. */
export function Confirm({ title, children, verb, isDanger = false, call, done, close }: Question) {
  const [text, setText] = useState('');
  const reason = text.trim() || null;
  const checked = useChecked(reasonBody, { reason });
  const send = async () => {
    if (await checked.send(() => call(reason))) done();
  };
  return (
    <Dialog title={title} close={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        <ReasonField value={text} set={setText} issue={checked.issues.reason} />
        <Refusal sending={checked} shown={['reason']} />
        <FormButtons isBusy={checked.isBusy} {...{ verb, isDanger, close }} />
      </form>
    </Dialog>
  );
}
