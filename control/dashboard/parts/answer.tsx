// What control answers to a call, kept while a page shows it.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../api.ts';
import { useSession } from '../session.tsx';
import { Notice } from './notice.tsx';

/** The last answer to a call, or why there is none. */
export interface Asked<T> {
  readonly answer: T | null;
  readonly failure: Failure | null;
  /** Asks again; the last answer stays until there is another. */
  readonly reload: () => void;
}

/** Asks for what a path below `/v1` has, again for each other path, and every `everyMs` while the page is looked at. */
export function useAnswer<T>(path: string, everyMs?: number): Asked<T> {
  const { api } = useSession();
  const [state, setState] = useState<{ path: string; answer: T | null; failure: Failure | null }>({
    path,
    answer: null,
    failure: null,
  });
  const turn = useRef(0);
  const reload = useCallback(() => {
    const mine = ++turn.current;
    const put = (answer: T | null, failure: Failure | null) => {
      // An older answer that comes late says nothing any more.
      if (mine === turn.current)
        setState((last) => ({ path, answer: answer ?? (last.path === path ? last.answer : null), failure }));
    };
    api.call<T>('GET', path).then(
      (answer) => put(answer, null),
      (error) => put(null, error instanceof Failure ? error : new Failure(String(error))),
    );
  }, [api, path]);
  useEffect(() => {
    reload();
    if (everyMs === undefined) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), everyMs);
    const seen = () => document.visibilityState === 'visible' && reload();
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [reload, everyMs]);
  return state.path === path ? { answer: state.answer, failure: state.failure, reload } : { answer: null, failure: null, reload };
}

/** Shows an answer once it is there, and what went wrong. */
export function Shown<T>({ asked, children }: { readonly asked: Asked<T>; readonly children: (answer: T) => ComponentChildren }) {
  const { answer, failure, reload } = asked;
  return (
    <>
      {failure !== null && (
        <Notice kind="bad">
          {failure.message}{' '}
          <button type="button" onClick={reload}>
            Try again
          </button>
        </Notice>
      )}
      {answer !== null ? children(answer) : failure === null && <p class="dim loading">Loading…</p>}
    </>
  );
}
