// Keeps a page that cannot be shown from taking all else with it: an answer may come from another version of control than the page.
import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { Notice } from './notice.tsx';

/** Shows its children, or that they could not be shown, and how to go on. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const [error, tryAgain] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return (
    <>
      <h1>This page cannot be shown</h1>
      <Notice kind="bad">
        Something in an answer of control is not as this page knows it. Nothing was changed by that, and visitors do not notice.
        Where control was deployed meanwhile, loading the page anew helps; else the command line shows the same:{' '}
        <code>npx sluice status</code>.
        <details>
          <summary>What was wrong</summary>
          <code>{String(error)}</code>
        </details>
        <div class="buttons">
          <button type="button" class="main" onClick={() => location.reload()}>
            Load anew
          </button>
          <button type="button" onClick={tryAgain}>
            Try again
          </button>
        </div>
      </Notice>
    </>
  );
}
