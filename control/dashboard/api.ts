// Calls of the control API, as the one who is signed in.
import type { Problem } from './problem.ts';
import { heardTime } from './server-time.ts';

/** How a call did not come out: refused with a problem, or without an answer of control (`problem` is none). */
export class Failure extends Error {
  readonly problem: Problem | null;

  constructor(message: string, problem: Problem | null = null) {
    super(message);
    this.problem = problem;
  }
}

/** What went wrong with a call, whatever was thrown. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure(String(error));
}

/** What calls as somebody. `token` is none where Cloudflare Access says who it is. */
export interface Api {
  /** The answer to `method path`, where the path begins below `/v1`; one that does not come is given up. @throws Failure */
  call<T>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object, patienceMs?: number): Promise<T>;
  /** A file of the API. @throws Failure */
  file(path: string): Promise<Blob>;
  /** The bytes of a stream of events. @throws Failure */
  follow(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** @param refused told of every answer that says the caller is not known any more */
export function apiOf(token: string | null, refused: (failure: Failure) => void): Api {
  async function ask(path: string, init: RequestInit): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json', ...(init.headers as Record<string, string>) };
    if (token !== null) headers.authorization = `Bearer ${token}`;
    const response = await fetch(`/v1${path}`, { ...init, headers, redirect: 'manual', cache: 'no-store' }).catch(() => {
      throw new Failure(init.method === undefined || init.method === 'GET' ? UNANSWERED : UNKNOWN);
    });
    if (response.type !== 'opaqueredirect') heardTime(response.headers.get('date'));
    // Cloudflare Access sends whoever it does not know any more to its own page, which no script may read.
    if (response.type === 'opaqueredirect')
      throw told(new Failure('The sign-in is over. Reload the page to sign in again.', SIGNED_OUT));
    if (!response.ok) throw told(await failureOf(response));
    return response;
  }
  function told(failure: Failure): Failure {
    if (failure.problem?.status === 401) refused(failure);
    return failure;
  }
  return {
    async call<T>(method: string, path: string, body?: object, patienceMs = PATIENCE_MS): Promise<T> {
      const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const response = await ask(path, { method, ...json, signal: AbortSignal.timeout(patienceMs) });
      return response.json().catch(() => {
        throw new Failure('The answer is not one of control.');
      });
    },
    async file(path) {
      const response = await ask(path, { headers: { accept: '*/*' } });
      return response.blob().catch(() => {
        throw new Failure('The file broke off.');
      });
    },
    async follow(path, signal) {
      const { body } = await ask(path, { headers: { accept: 'text/event-stream' }, signal });
      if (body === null) throw new Failure('The answer is not one of control.');
      return body;
    },
  };
}

const UNANSWERED = 'Control does not answer.';
/** An order may have arrived, though its answer did not. */
const UNKNOWN = 'Control does not answer. It may have done this all the same: look at what is so before you try again.';
/** After so long there is no answer to be hoped for; a test of a channel takes the longest. */
const PATIENCE_MS = 30_000;

const SIGNED_OUT: Problem = { type: '/problems/unauthorized', status: 401, detail: 'The sign-in is over.' };

async function failureOf(response: Response): Promise<Failure> {
  const found: unknown = await response.json().catch(() => undefined);
  const problem = found as Partial<Problem> | undefined;
  if (typeof problem?.detail !== 'string' || typeof problem.type !== 'string')
    return new Failure(`Control answered ${response.status}, and does not say why.`);
  return new Failure(problem.detail, { ...problem, status: response.status } as Problem);
}
