// The API of a service: what it is, and the commands that move its traffic.
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { services } from '../../router/services.ts';
import type { By } from '../core/audit.ts';
import type { Command } from '../core/service.ts';
import { isKnown, objectOf } from '../ingest.ts';
import type { ApiEnv } from './auth.ts';
import { parse, parseBody } from './body.ts';
import { ApiProblem, rejected } from './errors.ts';
import { activateBody, deploymentBody, listQuery, reasonBody, splitBody } from './schemas.ts';
import { deploymentView, healthView, serviceView } from './views.ts';

type Ctx = Context<ApiEnv>;

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
    return obey(c, { type: 'set_split', ...split, by: by(c, reason) });
  })
  .post('/:service/activate', async (c) => {
    const { slot, reason } = await body(c, activateBody);
    return obey(c, { type: 'activate', slot, by: by(c, reason) });
  })
  .post('/:service/rotate', async (c) => obey(c, { type: 'rotate', by: by(c, (await body(c, reasonBody)).reason) }))
  .post('/:service/rollback', async (c) => obey(c, { type: 'rollback', by: by(c, (await body(c, reasonBody)).reason) }))
  .get('/:service/deployments', async (c) => {
    const { limit } = parse(listQuery, c.req.query());
    return c.json({ deployments: (await object(c).deployments({ limit })).map(deploymentView) });
  })
  .post('/:service/deployments', async (c) => {
    const { slot, force, reason, ...version } = await body(c, deploymentBody);
    const outcome = await object(c).command({ type: 'record_deployment', slot, force, version, by: by(c, reason) });
    if (!outcome.ok) throw rejected(outcome.rejection);
    const newest = Object.values(outcome.service.versions).find((deployment) => deployment.id === outcome.service.deployments);
    if (newest === undefined) throw new Error('a recorded deployment must be in a slot');
    return c.json(deploymentView(newest), 201);
  });

async function obey(c: Ctx, command: Command): Promise<Response> {
  const outcome = await object(c).command(command);
  if (!outcome.ok) throw rejected(outcome.rejection);
  return c.json(serviceView(outcome.service, Date.now()));
}

function object(c: Ctx) {
  const name = c.req.param('service') ?? '';
  if (!isKnown(name)) {
    const known = services.map((service) => service.name).join(', ');
    throw new ApiProblem('unknown-service', 404, `There is no service "${name.slice(0, 64)}". Services: ${known}.`);
  }
  return objectOf(c.env, name);
}

function body<T extends z.ZodType>(c: Ctx, schema: T): Promise<z.output<T>> {
  object(c);
  return parseBody(c, schema);
}

function by(c: Ctx, reason: string | null): By {
  return { actor: c.get('actor'), reason, requestId: c.get('requestId') };
}
