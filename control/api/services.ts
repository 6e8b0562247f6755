// The API of a service: what it is, and the commands that move its traffic.
import { Hono } from 'hono';
import { services } from '../../router/services.ts';
import type { Command } from '../core/service.ts';
import { objectOf } from '../ingest.ts';
import type { ApiEnv } from './auth.ts';
import { body, by, type Ctx, obey, object } from './call.ts';
import { deploymentsApi } from './deployments.ts';
import { healthView } from './health-views.ts';
import { namedPlan } from './plans.ts';
import { preview } from './preview.ts';
import { releasesApi } from './releases.ts';
import { activateBody, previewBody, reasonBody, settingsBody, splitBody } from './schemas.ts';
import { slosApi } from './slos.ts';
import { serviceView } from './views.ts';

/** Routes under `/v1/services`. */
export const servicesApi = new Hono<ApiEnv>()
  .get('/', async (c) => {
    const all = await Promise.all(services.map(({ name }) => objectOf(c.env, name).read()));
    return c.json({ services: all.map((service) => serviceView(service, Date.now())) });
  })
  .get('/:service', async (c) => c.json(serviceView(await object(c).read(), Date.now())))
  .get('/:service/active-slot', async (c) => c.json({ active: (await object(c).read()).active }))
  .get('/:service/health', async (c) => c.json(healthView(await object(c).read(), Date.now())))
  .put('/:service/split', async (c) => {
    const { reason, ...split } = await body(c, splitBody);
    return answer(c, { type: 'set_split', ...split, by: by(c, reason) });
  })
  .post('/:service/activate', async (c) => {
    const { slot, reason } = await body(c, activateBody);
    return answer(c, { type: 'activate', slot, by: by(c, reason) });
  })
  .post('/:service/rotate', async (c) => answer(c, { type: 'rotate', by: by(c, (await body(c, reasonBody)).reason) }))
  .post('/:service/rollback', async (c) => answer(c, { type: 'rollback', by: by(c, (await body(c, reasonBody)).reason) }))
  .post('/:service/preview', async (c) => {
    const asked = await body(c, previewBody);
    return c.json(await preview(c.env, c.req.param('service'), asked, Date.now()));
  })
  .put('/:service/settings', async (c) => {
    const { defaultPlan, reason } = await body(c, settingsBody);
    await namedPlan(c.env, defaultPlan);
    const service = await obey(c, { type: 'set_default_plan', plan: defaultPlan, by: by(c, reason) });
    return c.json({ defaultPlan: service.defaultPlan });
  })
  .delete('/:service/slots/:slot', async (c) => {
    const { reason } = await body(c, reasonBody);
    return answer(c, { type: 'remove_version', slot: c.req.param('slot'), by: by(c, reason) });
  })
  .route('/:service/deployments', deploymentsApi)
  .route('/:service/releases', releasesApi)
  .route('/:service/slos', slosApi);

async function answer(c: Ctx, command: Command): Promise<Response> {
  return c.json(serviceView(await obey(c, command), Date.now()));
}
