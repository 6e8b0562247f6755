// A table that scrolls where it is too wide, by keyboard, too.
import type { ComponentChildren } from 'preact';

/** A table and what it is called, for those who come to it by keyboard. */
export function Scroll({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="table" aria-label={name} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
