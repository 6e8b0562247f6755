// The control API as the CLI calls it: one JSON call at a time, every failure a `Failure` with its exit code.
import { EXIT, Failure } from './failure.ts';

const WAIT_MS = 15_000;
const UNREACHABLE_NEXT = 'Start it with "npm run dev", or set SLUICE_URL (or --url) to where control is deployed.';

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

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

  constructor(message: string, status?: number, next = UNREACHABLE_NEXT) {
    super(EXIT.unreachable, message, next);
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
  async call<T>(method: Method, path: string, body?: object): Promise<T> {
    const response = await this.send(method, path, AbortSignal.timeout(WAIT_MS), body);
    const value = await jsonFrom(response);
    if (isControl(response) && value === undefined) throw this.brokenOff('in the midst of it');
    if (response.ok && value !== undefined) return value as T;
    throw this.refusal(response, value);
  }

  /**
   * The lines of an answer, as they come.
   * @throws as `call` does, and Unreachable where the answer breaks off
   */
  async *lines(path: string): AsyncGenerator<string> {
    const stop = new AbortController();
    // Not for the whole of it, which may be long: for each part.
    const timer = setTimeout(() => stop.abort(new DOMException('', 'TimeoutError')), WAIT_MS);
    try {
      const response = await this.send('GET', path, stop.signal);
      if (!response.ok || !isControl(response)) throw this.refusal(response, await jsonFrom(response));
      let rest = '';
      for await (const text of this.texts(response)) {
        timer.refresh();
        const [first = '', ...others] = text.split('\n');
        const whole = [rest + first, ...others];
        rest = whole.pop() ?? '';
        yield* whole;
      }
      if (rest !== '') throw this.brokenOff('in the midst of a line');
    } finally {
      clearTimeout(timer);
    }
  }

  private async send(method: Method, path: string, signal: AbortSignal, body?: object): Promise<Response> {
    const { url, token } = this.access;
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(`${url.replace(/\/+$/, '')}/v1${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        // A POST that follows a redirect may become a GET, and the token is meant for this address alone.
        redirect: 'manual',
        signal,
      });
    } catch (error) {
      throw new Unreachable(`Control does not answer at ${url} (${causeOf(error)}).`);
    }
  }

  private async *texts({ body }: Response): AsyncGenerator<string> {
    const utf8 = new TextDecoder();
    try {
      for await (const bytes of body ?? []) yield utf8.decode(bytes, { stream: true });
    } catch (error) {
      throw this.brokenOff(causeOf(error));
    }
  }

  private brokenOff(why: string): Failure {
    return new Unreachable(`The answer of control at ${this.access.url} broke off (${why}).`, undefined, 'Run it again.');
  }

  private refusal({ status }: Response, value: unknown): Failure {
    if (isProblem(value)) return new Refused(value, status === 401 ? 'Set SLUICE_TOKEN, or pass --token.' : undefined);
    const { url } = this.access;
    return new Unreachable(`What answers at ${url} is no Sluice control (status ${status}).`, status);
  }
}

// Whatever else answers JSON there, a visitors' Worker say, must not be taken for control.
function isControl({ headers }: Response): boolean {
  return headers.get('x-sluice') === 'control';
}

function jsonFrom(response: Response): Promise<unknown> {
  return isControl(response) ? response.json().catch(() => undefined) : Promise.resolve(undefined);
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
