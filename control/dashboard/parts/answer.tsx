// What control answers to a call, kept while a page shows it.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { asFailure, type Failure } from '../api.ts';
import { serverNow } from '../server-time.ts';
import { useSession } from '../session.tsx';
import { Notice } from './notice.tsx';
import { Stale } from './stale.tsx';

/** What is asked again and again is given up after this, so that a control that hangs is known not to answer. */
const PATIENCE_MS = 10_000;

/** The last answer to a call, or why there is none. */
export interface Asked<T> {
  readonly answer: T | null;
  /** Why the last call failed; the answer may be of an earlier one. */
  readonly failure: Failure | null;
  /** Of what is asked again and again: when control answered last, ms, once it does not any more. */
  readonly staleSince: number | null;
  /** Asks again; the last answer stays until there is another. */
  readonly reload: () => void;
}

interface State<T> {
  readonly path: string;
  readonly answer: T | null;
  readonly answeredAt: number | null;
  readonly failure: Failure | null;
}

/**
 * Asks for what a path below `/v1` has, again for each other path, and every `everyMs` while the page is looked at: not every 5 s,
 * after which `wrangler dev` drops a connection, and ends itself where one is used in that moment.
 * @param stamp asked again whenever it is another: something has happened that the answer is about
 */
export function useAnswer<T>(path: string, everyMs?: number, stamp: string | number = ''): Asked<T> {
  const { api } = useSession();
  const [state, setState] = useState<State<T>>(() => nothing(path));
  const turns = useRef({ asked: 0, shown: 0 });
  const reload = useCallback(() => {
    const turn = ++turns.current.asked;
    const put = (news: Partial<State<T>>) => {
      // An older answer that comes late says nothing any more.
      if (turn <= turns.current.shown) return;
      turns.current.shown = turn;
      setState((last) => ({ ...(last.path === path ? last : nothing<T>(path)), ...news }));
    };
    api.call<T>('GET', path, undefined, everyMs === undefined ? undefined : PATIENCE_MS).then(
      (answer) => put({ answer, answeredAt: serverNow(), failure: null }),
      (error) => put({ failure: asFailure(error) }),
    );
  }, [api, path, everyMs]);
  useEffect(reload, [reload, stamp]);
  useEffect(() => {
    if (everyMs === undefined) return;
    const seen = () => document.visibilityState === 'visible' && reload();
    const timer = setInterval(seen, everyMs);
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [reload, everyMs]);
  const { answer, answeredAt, failure } = state.path === path ? state : nothing<T>(path);
  const isStale = everyMs !== undefined && failure !== null && isUnheard(failure);
  return { answer, failure, staleSince: isStale ? answeredAt : null, reload };
}

/** Shows an answer once it is there, and what went wrong. */
export function Shown<T>({ asked, children }: { readonly asked: Asked<T>; readonly children: (answer: T) => ComponentChildren }) {
  const { answer, failure, staleSince, reload } = asked;
  return (
    <>
      <Stale since={staleSince} />
      {failure !== null && staleSince === null && (
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

function nothing<T>(path: string): State<T> {
  return { path, answer: null, answeredAt: null, failure: null };
}

// A refusal is an answer.
function isUnheard({ problem }: Failure): boolean {
  return problem === null || problem.status >= 500;
}
