// Who steers by the keyboard, or hears the page, is not thrown back to its top when the button they pressed goes away.
import { useEffect, useRef } from 'preact/hooks';

/** What an element carries that takes the focus when that is lost with something in it. */
export function useKeptFocus<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  const last = useRef<EventTarget | null>(null);
  // After each change, since any may have taken the button away, or disabled it.
  useEffect(() => {
    const { current: button } = last;
    const isGone = button instanceof HTMLElement && (!button.isConnected || button.matches(':disabled'));
    // A dialog has it as long as it is open.
    if (!isGone || document.querySelector('dialog[open]') !== null) return;
    last.current = null;
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || activeElement === button)
      ref.current?.focus({ preventScroll: true });
  });
  return {
    ref,
    tabIndex: -1,
    onFocusIn: ({ target }: FocusEvent) => {
      last.current = target;
    },
  } as const;
}
