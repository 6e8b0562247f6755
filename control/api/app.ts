// The API: who calls, what is asked, what comes back. JSON under /v1; every failure is a problem+json.
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { services } from '../../router/services.ts';
import { objectOf } from '../ingest.ts';
import { type ApiEnv, auth } from './auth.ts';
import { parse } from './body.ts';
import { ApiProblem, onError } from './errors.ts';
import { listQuery } from './schemas.ts';
import { servicesApi } from './services.ts';
import { auditView } from './views.ts';

/** The whole API. */
export const api = new Hono<ApiEnv>()
  .use(requestId({ headerName: 'cf-ray' }))
  .get('/healthz', (c) => c.json({ ok: true }))
  .use(auth)
  .route('/v1/services', servicesApi)
  .get('/v1/audit', async (c) => {
    const { limit } = parse(listQuery, c.req.query());
    const all = await Promise.all(services.map(({ name }) => objectOf(c.env, name).audit({ limit })));
    const newest = all.flat().sort((a, b) => b.at - a.at);
    return c.json({ entries: newest.slice(0, limit).map(auditView) });
  });

api.onError(onError);
api.notFound((c) => {
  throw new ApiProblem('not-found', 404, `There is no ${c.req.method} ${c.req.path.slice(0, 100)}.`);
});
