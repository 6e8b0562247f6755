// The dashboard's pages: whatever path a browser opens that is none of the API's is one file, which knows by itself what it shows.
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from './call.ts';
import { ApiProblem } from './errors.ts';

/** What is no page: the API, and files of the page that are not there. */
const NO_PAGE = /^\/(v1|docs|openapi\.json|healthz|metrics|assets)(\/|$)/;

const NOT_DEPLOYED = 'The dashboard was not deployed with this control: "npm run deploy" builds it and brings it along.';

/**
 * What the page may do: run and call what is its own, and be shown in no other. dashboard/_headers says the same of what the
 * platform serves without this Worker; what comes by way of it must not depend on that file being heeded here, too.
 */
const POLICY: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Gives browsers the page. It says nothing of any service, so that it is open; what it shows, it asks the API for. */
export const page = createMiddleware<ApiEnv>(async (c, next) => {
  const { req } = c;
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const isByBrowser = req.header('accept')?.includes('text/html') ?? false;
  if (!isRead || !isByBrowser || NO_PAGE.test(req.path)) return next();
  // Whoever deploys control by another way than ours may leave the page out.
  const assets: Fetcher | undefined = c.env.ASSETS;
  const file = await assets?.fetch(new Request(new URL('/', req.url), { method: req.method }));
  if (file?.ok !== true) throw new ApiProblem('no-dashboard', 404, NOT_DEPLOYED);
  const response = new Response(file.body, file);
  for (const [name, value] of Object.entries(POLICY)) response.headers.set(name, value);
  // To whom does not ask for HTML, the same path is no page.
  response.headers.set('vary', 'accept');
  return response;
});
