// Every way an API call can fail → problem+json. Never a stack, never a secret.
import type { Context } from 'hono';
import type { z } from 'zod';
import { log } from '../../router/log.ts';
import { problem } from '../../router/problem.ts';
import { explain, type Rejection } from '../core/rejection.ts';
import type { ApiEnv } from './call.ts';
import { iso } from './units.ts';

const STATUS: Record<Rejection['reason'], number> = {
  'unknown-slot': 404,
  'weights-incomplete': 422,
  'weights-off': 422,
  'stale-revision': 409,
  'no-active-slot': 409,
  'slot-empty': 409,
  'slot-in-use': 409,
  'no-idle-slot': 409,
  'nothing-to-roll-back': 409,
  'split-from-the-future': 409,
  'slot-leased': 409,
  'slot-active': 409,
  'lease-lost': 409,
  'release-running': 409,
  'bake-running': 409,
  'unknown-release': 404,
  'release-state': 409,
  'version-rolled-back': 409,
  'slos-off': 422,
};

/** An answer other than the one asked for. */
export class ApiProblem extends Error {
  readonly type: string;
  readonly status: number;
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: string,
    status: number,
    detail: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.type = type;
    this.status = status;
    this.more = more;
    this.headers = headers;
  }
}

/** A refused command. */
export function rejected(rejection: Rejection): ApiProblem {
  const { reason, ...data } = rejection;
  const until = 'until' in data && data.until != null ? { until: iso(data.until) } : {};
  return new ApiProblem(reason, STATUS[reason], explain(rejection), { ...data, ...until });
}

/** A body or query that does not fit: 422 where only a value is out of its range, else 400. */
export function misfit(error: z.ZodError, what = 'The body'): ApiProblem {
  // A name that is wrong explains the one that is missing.
  const issues = error.issues.toSorted((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  const errors = issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const inRange = error.issues.every((issue) => ['too_small', 'too_big', 'custom'].includes(issue.code));
  const [first] = errors;
  const detail = first === undefined ? 'The request does not fit.' : `${first.path || what}: ${first.message}.`;
  return new ApiProblem(inRange ? 'out-of-range' : 'malformed', inRange ? 422 : 400, detail, { errors });
}

/** There is no such route. */
export function notFound({ req }: Context): ApiProblem {
  return new ApiProblem('not-found', 404, `There is no ${req.method} ${req.path.slice(0, 100)}.`);
}

/** Turns whatever was thrown into its problem. */
export function onError(error: Error, c: Context<ApiEnv>): Response {
  const requestId = c.get('requestId');
  if (error instanceof ApiProblem) {
    const asks: Record<string, string> = error.status === 401 ? { 'www-authenticate': 'Bearer realm="sluice"' } : {};
    const headers = { ...asks, ...error.headers };
    return problem(error.type, error.status, { detail: error.message, more: { ...error.more, requestId }, headers });
  }
  log('error', 'a call of the API failed', { method: c.req.method, path: c.req.path, requestId, error });
  return problem('internal', 500, {
    detail: 'Something failed in the control plane. Its log has more under the request id.',
    more: { requestId },
  });
}
