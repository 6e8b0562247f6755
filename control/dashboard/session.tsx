// Who is signed in: by a token, which stays in this tab's session storage, or by Cloudflare Access, which needs none.
import { type ComponentChildren, createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { MeView, Role } from '../api/types.ts';
import { isEnough } from '../core/access.ts';
import { type Api, apiOf, Failure } from './api.ts';
import { SignIn } from './pages/sign-in.tsx';

const KEY = 'sluice-token';

/** Who is signed in, and what calls as them. */
export interface Session {
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
  const [token, setToken] = useState(() => sessionStorage.getItem(KEY));
  const [me, setMe] = useState<MeView | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [isAsking, setIsAsking] = useState(true);

  const forget = useCallback((reason: string | null) => {
    sessionStorage.removeItem(KEY);
    setToken(null);
    setMe(null);
    setWhy(reason);
  }, []);
  const signIn = useCallback(async (given: string | null) => {
    setIsAsking(true);
    try {
      setMe(await apiOf(given, () => {}).call<MeView>('GET', '/me'));
      if (given !== null) sessionStorage.setItem(KEY, given);
      setToken(given);
      setWhy(null);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.problem?.status === 401) sessionStorage.removeItem(KEY);
      // Without a token it was only asked whether Access knows who it is.
      setWhy(given === null && error.problem?.status === 401 ? null : error.message);
    } finally {
      setIsAsking(false);
    }
  }, []);
  useEffect(() => {
    void signIn(sessionStorage.getItem(KEY));
  }, [signIn]);

  const session = useMemo<Session | null>(() => {
    if (me === null) return null;
    const api = apiOf(token, (failure) => forget(failure.message));
    return { api, me, hasToken: token !== null, signOut: () => forget(null) };
  }, [me, token, forget]);

  if (session === null) return <SignIn why={why} isAsking={isAsking} signIn={signIn} />;
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
