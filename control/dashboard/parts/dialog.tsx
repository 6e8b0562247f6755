// A dialog over the page: the browser keeps the focus in it, and Escape closes it.
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface Shape {
  readonly title: ComponentChildren;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** A dialog that is open for as long as it is rendered. The focus returns to where it was. */
export function Dialog({ title, close, children }: Shape) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before anything is painted, and anybody presses the next key.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const { current: dialog } = ref;
    dialog?.showModal();
    return () => {
      // Beside a dialog that is open nothing takes the focus.
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      // A browser lets a page refuse only once: what is still to be asked is asked in a dialog that is open.
      onClose={() => {
        // It is told of late, also of one that was taken away.
        if (ref.current === null) return;
        ref.current.showModal();
        close();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
