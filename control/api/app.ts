// The API: who calls, what is asked, what comes back. JSON under /v1; every failure is a problem+json.
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { accessLog } from './access-log.ts';
import { addAudit } from './audit.ts';
import { auth, sealed } from './auth.ts';
import type { ApiEnv } from './call.ts';
import { addChannels } from './channels.ts';
import { addDeployments } from './deployments.ts';
import { addDocs, addHealthz } from './docs.ts';
import { type Api, refuseOtherMethods } from './endpoint.ts';
import { notFound, onError } from './errors.ts';
import { addEvents } from './events.ts';
import { addMetrics } from './metrics-route.ts';
import { page } from './page.ts';
import { addPlans } from './plans.ts';
import { addPreview } from './preview.ts';
import { addReleases } from './releases.ts';
import { addServices } from './services.ts';
import { addSlos } from './slos.ts';
import { addTeams } from './teams.ts';
import { addTokens } from './tokens.ts';

const PRIVATE = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
] as const;

/** The whole API. */
export const api: Api = new Hono<ApiEnv>();

api.use(requestId({ headerName: 'cf-ray' }));
api.use(accessLog);
api.use(async (c, next) => {
  await next();
  // By this the CLI knows that it talks to a control, and not to something else that answers JSON.
  c.header('x-sluice', 'control');
  // What somebody may see is for them alone, and is what it says it is, whatever it quotes.
  if (c.req.path.startsWith('/v1/')) for (const [name, value] of PRIVATE) c.header(name, value);
});
addHealthz(api);
api.use(page);
api.use(sealed);
addDocs(api);
api.use(auth);
addServices(api);
addEvents(api);
addReleases(api);
addDeployments(api);
addPreview(api);
addPlans(api);
addSlos(api);
addChannels(api);
addAudit(api);
addTokens(api);
addTeams(api);
addMetrics(api);
refuseOtherMethods(api);

api.onError(onError);
api.notFound((c) => {
  throw notFound(c);
});
