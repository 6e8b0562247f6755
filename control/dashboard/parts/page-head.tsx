// The head of a page: what it is, what it is about, and what is made there.
import type { ComponentChildren } from 'preact';
import './page-head.css';

interface Shape {
  readonly title: ComponentChildren;
  /** What it is about, in a sentence or two. */
  readonly children: ComponentChildren;
  /** The button that makes another one; none for who may not. */
  readonly make?: { readonly text: string; readonly press: () => void } | undefined;
}

/** The head of a page. */
export function PageHead({ title, children, make }: Shape) {
  return (
    <div class="page-head">
      <div>
        <h1>{title}</h1>
        {children}
      </div>
      {make !== undefined && (
        <button type="button" class="main" onClick={make.press}>
          {make.text}
        </button>
      )}
    </div>
  );
}
