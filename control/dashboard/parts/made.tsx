// What was made just now, with a secret that nobody is shown again.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';
import { Secret } from './secret.tsx';

interface Shape {
  readonly title: ComponentChildren;
  /** What the secret is called. */
  readonly label: string;
  readonly secret: string;
  /** What it is for, and where it is to be kept. */
  readonly children: ComponentChildren;
  readonly close: () => void;
}

/** A dialog that shows a secret this once. It is not closed by a stray key before the secret was copied. */
export function Made({ title, label, secret, children, close }: Shape) {
  const [isCopied, setIsCopied] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  return (
    <Dialog title={title} close={() => (isCopied ? close() : setIsLeaving(true))}>
      {children}
      <Secret label={label} text={secret} copied={() => setIsCopied(true)} />
      <p>
        <strong>It is not shown again.</strong> Whoever has lost it makes another one.
      </p>
      {isLeaving && !isCopied && <Notice kind="warn">It was not copied yet. The button below closes this all the same.</Notice>}
      <div class="buttons">
        <button type="button" onClick={close}>
          I have it: close
        </button>
      </div>
    </Dialog>
  );
}
