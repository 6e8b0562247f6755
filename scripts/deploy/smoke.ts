// The smoke check: one request through the router to a slot by `x-slot`, tried again while a new version propagates.
// Good is an answer below 400 from that slot and, where the slot says its version, of that version.
import { EXIT, Failure } from '../cli/failure.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const ANSWER_WAIT_MS = 10_000;
const REFUSED = '/problems/override-refused';
const WAYS_OUT: Readonly<Record<string, string>> = {
  '/problems/override-off': 'Deploy with --no-smoke, or change "override" in router/services.ts.',
  '/problems/no-service': 'Name a path of the service with --smoke-path, or another host with --router-url.',
  '/problems/unknown-slot': 'Bring the router up to this clone with "npm run deploy".',
};

interface Problem {
  readonly type: string;
  readonly detail?: string;
}

/** What to check. */
export interface SmokeCheck {
  /** The public route, without a slash at the end. */
  readonly router: string;
  readonly path: string;
  readonly slot: string;
  /** What `x-sluice-version` must say, where it is answered. */
  readonly versionId: string;
  readonly timeoutMs: number;
  /** Asks control for a token that opens the slot. */
  readonly token: () => Promise<string>;
}

/** How a check went well. `version` is `undefined` where the slot does not say. */
export interface SmokeResult {
  readonly attempts: number;
  readonly status: number;
  readonly version: string | undefined;
}

/** What a try came to: it was good, it may become so, or it never will. */
type Try = { readonly status: number; readonly version: string | undefined } | { readonly why: string; readonly final?: boolean };

/**
 * Tries until it is good or the time is over.
 * @throws Failure that says what the last try came to
 */
export async function smoke(check: SmokeCheck): Promise<SmokeResult> {
  const until = performance.now() + check.timeoutMs;
  let token: string | undefined;
  for (let attempts = 1, pause = FIRST_PAUSE_MS; ; attempts++, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    let response = await ask(check, token);
    if (token === undefined && response instanceof Response && (await problemOf(response))?.type === REFUSED) {
      token = await check.token();
      response = await ask(check, token);
    }
    const came = response instanceof Response ? await judge(check, response) : { why: response };
    if ('status' in came) return { attempts, ...came };
    const left = until - performance.now();
    if (came.final || left <= 0) throw new Failure(EXIT.failed, `The smoke check failed: ${came.why}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}

async function ask({ router, path, slot }: SmokeCheck, token: string | undefined): Promise<Response | string> {
  const headers: Record<string, string> = { 'x-slot': slot };
  if (token !== undefined) headers['x-slot-token'] = token;
  try {
    const signal = AbortSignal.timeout(ANSWER_WAIT_MS);
    const response = await fetch(router + path, { headers, signal, redirect: 'manual', cache: 'no-store' });
    // To the end, so that a body that breaks off is seen.
    const body = await response.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, response);
  } catch (error) {
    const cause =
      error instanceof Error ? ((error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.message) : String(error);
    return `the router does not answer at ${router} (${cause}).`;
  }
}

async function judge({ slot, versionId, path }: SmokeCheck, response: Response): Promise<Try> {
  const { status, headers } = response;
  const answered = headers.get('x-slot');
  if (answered === null) return refusal(await problemOf(response), response.status);
  if (answered !== slot) return { why: `${answered} answered in place of ${slot}.` };
  if (status >= 400) return { why: `${slot} answered ${path} with status ${status}.` };
  const version = headers.get('x-sluice-version') ?? undefined;
  if (version === undefined || version === versionId) return { status, version };
  return {
    why: `${slot} answered, but with version ${version} in place of ${versionId}: the new version may not have propagated.`,
  };
}

// What the router answers by itself. Some of it no patience will change.
function refusal(problem: Problem | undefined, status: number): Try {
  if (problem === undefined) return { why: `the answer (status ${status}) names no slot: is there a Sluice router?` };
  const way = WAYS_OUT[problem.type];
  const why = `the router refused: ${problem.detail ?? problem.type}`;
  return way === undefined ? { why } : { why: `${why} ${way}`, final: true };
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const problem = (await response.clone().json()) as Partial<Problem>;
  return typeof problem.type === 'string' ? { type: problem.type, detail: problem.detail } : undefined;
}
