// One line for each call of the API: who asked for what, and how it went. Never a query, header or body.
import { createMiddleware } from 'hono/factory';
import { log } from '../../router/log.ts';
import type { Actor } from '../core/access.ts';
import type { ApiEnv } from './call.ts';

/** What platforms ask every few seconds, and nobody looks up. */
const UNLOGGED = '/healthz';

/** Logs a call once it is answered; goes behind what gives it its id, and before what finds out who calls. */
export const accessLog = createMiddleware<ApiEnv>(async (c, next) => {
  const startedAt = Date.now();
  await next();
  const { method, path } = c.req;
  if (path === UNLOGGED) return;
  const milliseconds = Date.now() - startedAt;
  log('info', 'access', {
    method,
    path,
    status: c.res.status,
    milliseconds,
    actor: (c.get('actor') as Actor | undefined)?.name,
    requestId: c.get('requestId'),
  });
});
