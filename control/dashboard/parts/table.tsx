// A table, which scrolls where it is too wide: its words stay whole.
import type { ComponentChildren } from 'preact';

/** The title of a column: of words, of figures (`num`), or one that is only read out (`unseen`). */
type Head = string | { readonly num: string } | { readonly unseen: string };

interface Shape {
  readonly heads: readonly Head[];
  /** Of a table that may well be too wide: what it is called for those who come to it by keyboard, to scroll it. */
  readonly name?: string;
  readonly caption?: ComponentChildren;
  readonly class?: string;
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** A table. */
export function Table({ heads, name, caption, class: look, children }: Shape) {
  const table = (
    <table class={look}>
      {caption}
      <thead>
        <tr>{heads.map(titleOf)}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
  if (name === undefined) return <div class="table">{table}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="table" aria-label={name} tabIndex={0}>
      {table}
    </section>
  );
}

function titleOf(head: Head) {
  if (typeof head === 'string')
    return (
      <th key={head} scope="col">
        {head}
      </th>
    );
  if ('num' in head)
    return (
      <th key={head.num} scope="col" class="num">
        {head.num}
      </th>
    );
  return (
    <th key={head.unseen} scope="col">
      <span class="visually-hidden">{head.unseen}</span>
    </th>
  );
}
