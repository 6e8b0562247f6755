// Who is signed in: by a token, which stays in this tab's session storage, or by Cloudflare Access, which needs none.
import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { MeView, Role } from '../api/types.ts';
import { isEnough } from '../core/access.ts';
import { type Api, apiOf, Failure } from './api.ts';
import { SignIn } from './pages/sign-in.tsx';

const KEY = 'sluice-token';
/** What a header can carry as a token. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Who is signed in, and what calls as them. */
interface Session {
  readonly api: Api;
  readonly me: MeView;
  /** Whether they hold a token, which signing out forgets. */
  readonly hasToken: boolean;
  readonly signOut: () => void;
}

const SessionContext = createContext<Session | null>(null);

/** Who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody is signed in here');
  return session;
}

/** Whether the one who is signed in has a role, or a higher one. */
export function useRole(role: Role): boolean {
  return isEnough(useSession().me.role, role);
}

/** Shows its children to whoever is signed in, and the form to sign in to others. */
export function SignedIn({ children }: { children: ComponentChildren }) {
  const [token, setToken] = useState<string | null>(null);
  const [me, setMe] = useState<MeView | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(true);

  const latest = useRef<Api | null>(null);

  const forget = useCallback((reason: string | null) => {
    latest.current = null;
    keep(null);
    setToken(null);
    setMe(null);
    setWhy(reason);
  }, []);
  const signIn = useCallback(async (given: string | null) => {
    // No browser sends it, which would read as if control did not answer.
    if (given !== null && !TOKEN.test(given)) {
      setIsAsking(false);
      return setWhy('That is no token: one has no blanks in it, and no signs beyond plain letters, digits and - or _.');
    }
    setIsAsking(true);
    try {
      setMe(await apiOf(given, () => {}).call<MeView>('GET', '/me'));
      keep(given);
      setToken(given);
      setWhy(null);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.problem?.status === 401) keep(null);
      // Without a token it was only asked whether Access knows who it is.
      const isUnknown = error.problem?.type === '/problems/unauthorized';
      setWhy(isUnknown ? (given === null ? null : 'That token is not known here.') : error.message);
    } finally {
      setIsAsking(false);
    }
  }, []);
  useEffect(() => {
    void signIn(kept());
  }, [signIn]);

  const session = useMemo<Session | null>(() => {
    if (me === null) return null;
    // A call of somebody who has signed out since may be refused late: that is not about whoever is signed in by then.
    const api: Api = apiOf(token, (failure) => latest.current === api && forget(failure.message));
    latest.current = api;
    return { api, me, hasToken: token !== null, signOut: () => forget(null) };
  }, [me, token, forget]);

  if (session === null) return <SignIn why={why} isAsking={isAsking} signIn={signIn} />;
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

// A browser that keeps nothing for any page refuses the very question: whoever uses it signs in with each load.
function kept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(token: string | null): void {
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // It is in memory.
  }
}
