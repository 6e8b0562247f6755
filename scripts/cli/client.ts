// The control API as the CLI calls it: one JSON call at a time, every failure a `Failure` with its exit code.
import { EXIT, Failure } from './failure.ts';

const WAIT_MS = 15_000;

/** Where control is, and the token for it. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

/** A problem as the API answers it (RFC 9457), with the members of its case. */
export interface Problem {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** An answer other than the one asked for. `reason` is the last part of the problem's type: `slot-leased`. */
export class Refused extends Failure {
  readonly problem: Problem;
  readonly reason: string;

  constructor(problem: Problem, next?: string) {
    super(EXIT.failed, problem.detail, next);
    this.problem = problem;
    this.reason = problem.type.replace('/problems/', '');
  }
}

/** Control cannot be reached: nothing answers there, or something that is no control. */
export class Unreachable extends Failure {
  /** Of what answered in its place; `undefined` where nothing did. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(EXIT.unreachable, message, 'Start it with "npm run dev", or set SLUICE_URL (or --url) to where control is deployed.');
    this.status = status;
  }
}

/** Calls of the API under `/v1`. */
export class Client {
  readonly access: Access;

  constructor(access: Access) {
    this.access = access;
  }

  /**
   * @param path under `/v1`, such as `/services/app`
   * @throws Refused for a problem, Unreachable where control does not answer
   */
  async call<T>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const { url, token } = this.access;
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(`${url.replace(/\/+$/, '')}/v1${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        // A POST that follows a redirect may become a GET, and the token is meant for this address alone.
        redirect: 'manual',
        signal: AbortSignal.timeout(WAIT_MS),
      });
    } catch (error) {
      throw new Unreachable(`Control does not answer at ${url} (${causeOf(error)}).`);
    }
    // Whatever else answers JSON there, a visitors' Worker say, must not be taken for control.
    const isControl = response.headers.get('x-sluice') === 'control';
    const value = isControl ? await response.json().catch(() => undefined) : undefined;
    if (isControl && value === undefined) throw new Unreachable(`The answer of control at ${url} broke off.`);
    if (response.ok && value !== undefined) return value as T;
    if (isProblem(value)) throw new Refused(value, value.status === 401 ? 'Set SLUICE_TOKEN, or pass --token.' : undefined);
    throw new Unreachable(`What answers at ${url} is no Sluice control (status ${response.status}).`, response.status);
  }
}

function isProblem(value: unknown): value is Problem {
  const problem = value as Partial<Problem> | null | undefined;
  return typeof problem?.type === 'string' && typeof problem.status === 'number' && typeof problem.detail === 'string';
}

function causeOf(error: unknown): string {
  if (error instanceof DOMException) return `no answer in ${WAIT_MS / 1000} s`;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
}
