// The dashboard's pages: whatever path a browser opens that is none of the API's is one file, which knows by itself what it shows.
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './call.ts';

const OF_THE_API = /^\/(v1|docs|openapi\.json|healthz|metrics)(\/|$)/;

/** Gives browsers the page. It says nothing of any service, so that it is open; what it shows, it asks the API for. */
export const page = createMiddleware<ApiEnv>(async (c, next) => {
  const { req } = c;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const isByBrowser = req.header('accept')?.includes('text/html') ?? false;
  if (!isRead || !isByBrowser || OF_THE_API.test(req.path)) return next();
  return c.env.ASSETS.fetch(new Request(new URL('/', req.url), { method: req.method }));
});
