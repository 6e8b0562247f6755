// The API: who calls, what is asked, what comes back. JSON under /v1; every failure is a problem+json.
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { services } from '../../router/services.ts';
import { objectOf } from '../ingest.ts';
import { registryOf } from '../registry.ts';
import { accessLog } from './access-log.ts';
import { type ApiEnv, auth } from './auth.ts';
import { parse } from './body.ts';
import { known } from './call.ts';
import { ApiProblem, onError } from './errors.ts';
import { EXPOSITION_TYPE } from './exposition.ts';
import { metricsText } from './metrics.ts';
import { plansApi } from './plans.ts';
import { auditQuery } from './schemas.ts';
import { servicesApi } from './services.ts';
import { auditView } from './views.ts';

/** The whole API. */
export const api = new Hono<ApiEnv>()
  .use(requestId({ headerName: 'cf-ray' }))
  .use(accessLog)
  .use(async (c, next) => {
    await next();
    // By this the CLI knows that it talks to a control, and not to something else that answers JSON.
    c.header('x-sluice', 'control');
  })
  .get('/healthz', (c) => c.json({ ok: true }))
  .use(auth)
  .get('/metrics', async (c) => {
    const all = await Promise.all(services.map(({ name }) => objectOf(c.env, name).meter()));
    return c.body(metricsText(all, Date.now()), 200, { 'content-type': EXPOSITION_TYPE });
  })
  .route('/v1/services', servicesApi)
  .route('/v1/plans', plansApi)
  .get('/v1/audit', async (c) => {
    const { limit, service } = parse(auditQuery, c.req.query());
    const names = service === undefined ? services.map(({ name }) => name) : [known(service)];
    const shared = service === undefined ? registryOf(c.env).audit({ limit }) : [];
    const all = await Promise.all([shared, ...names.map((name) => objectOf(c.env, name).audit({ limit }))]);
    const newest = all.flat().sort((a, b) => b.at - a.at);
    return c.json({ entries: newest.slice(0, limit).map(auditView) });
  });

api.onError(onError);
api.notFound((c) => {
  throw new ApiProblem('not-found', 404, `There is no ${c.req.method} ${c.req.path.slice(0, 100)}.`);
});
