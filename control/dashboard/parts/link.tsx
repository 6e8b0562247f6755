// Links between pages, which need no new load of the page.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { pathOf, type Route, routeOf } from '../route.ts';

type Known = Exclude<Route, { readonly page: 'unknown' }>;

/** The page that is shown. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const moved = () => setPath(location.pathname);
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  return routeOf(path);
}

/** Goes to a page. `query`: what its address ends in, such as `?service=app`. */
export function go(to: Known, query = ''): void {
  history.pushState(null, '', pathOf(to) + query);
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0);
}

/** A link to a page. */
export function Link({
  to,
  query = '',
  children,
  class: look,
}: {
  readonly to: Known;
  readonly query?: string;
  readonly children: ComponentChildren;
  readonly class?: string;
}) {
  const isHere = location.pathname === pathOf(to);
  return (
    <a
      href={pathOf(to) + query}
      class={look}
      aria-current={isHere ? 'page' : undefined}
      onClick={(event) => {
        // Into another tab or window the browser goes by itself.
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to, query);
      }}
    >
      {children}
    </a>
  );
}
