// The page around all pages: where one can go, who is signed in.
import { useEffect, useRef } from 'preact/hooks';
import { Audit } from './pages/audit.tsx';
import { Channels } from './pages/channels.tsx';
import { Objectives } from './pages/objectives.tsx';
import { Overview } from './pages/overview.tsx';
import { Plans } from './pages/plans.tsx';
import { ReleasePage } from './pages/release.tsx';
import { ServicePage } from './pages/service.tsx';
import { Tokens } from './pages/tokens.tsx';
import { Boundary } from './parts/boundary.tsx';
import { Link, useRoute } from './parts/link.tsx';
import type { Route } from './route.ts';
import { SignedIn, useSession } from './session.tsx';

/** The whole dashboard. */
export function App() {
  return (
    <SignedIn>
      <Frame />
    </SignedIn>
  );
}

function Frame() {
  const route = useRoute();
  const { me, hasToken, signOut } = useSession();
  const title = titleOf(route);
  const main = useRef<HTMLElement>(null);
  const here = JSON.stringify(route);
  const last = useRef(here);
  useEffect(() => {
    // The link that led here may be gone; who hears the page goes on with what it says now.
    if (last.current !== here) main.current?.focus({ preventScroll: true });
    last.current = here;
  }, [here]);
  useEffect(() => {
    document.title = title === '' ? 'Sluice' : `${title} · Sluice`;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <Link to={{ page: 'overview' }} class="brand">
          <img src="/icon.svg" alt="" width="22" height="22" /> Sluice
        </Link>
        <nav aria-label="Pages">
          <Link to={{ page: 'overview' }}>Services</Link>
          <Link to={{ page: 'plans' }}>Plans</Link>
          <Link to={{ page: 'channels' }}>Channels</Link>
          <Link to={{ page: 'tokens' }}>Tokens</Link>
          <Link to={{ page: 'audit' }}>Audit</Link>
          <a href="/docs">API</a>
        </nav>
        <p class="who">
          <span title={me.team === null ? undefined : `Team ${me.team}`}>
            {me.name} <span class="badge">{me.role}</span>
          </span>
          {hasToken && (
            <button type="button" onClick={signOut}>
              Sign out
            </button>
          )}
        </p>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Boundary key={here}>
          <Page route={route} />
        </Boundary>
      </main>
    </>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'overview':
      return <Overview />;
    case 'service':
      return <ServicePage key={route.service} name={route.service} />;
    case 'objectives':
      return <Objectives key={route.service} name={route.service} />;
    case 'release':
      return <ReleasePage key={`${route.service} ${route.release}`} name={route.service} id={route.release} />;
    case 'plans':
      return <Plans />;
    case 'channels':
      return <Channels />;
    case 'tokens':
      return <Tokens />;
    case 'audit':
      return <Audit />;
    case 'unknown':
      return (
        <>
          <h1>No such page</h1>
          <p>
            Back to the <Link to={{ page: 'overview' }}>services</Link>.
          </p>
        </>
      );
  }
}

function titleOf(route: Route): string {
  if (route.page === 'overview') return '';
  if (route.page === 'release') return `Release ${route.release} of ${route.service}`;
  if (route.page === 'service') return route.service;
  if (route.page === 'objectives') return `Objectives of ${route.service}`;
  return route.page === 'unknown' ? 'No such page' : `${route.page.charAt(0).toUpperCase()}${route.page.slice(1)}`;
}
