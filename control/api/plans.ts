// The API of plans, which every service may use by name.
import { Hono } from 'hono';
import { services } from '../../router/services.ts';
import { BUILT_IN_PLANS, type Plan } from '../core/plan.ts';
import { objectOf } from '../ingest.ts';
import { registryOf } from '../registry.ts';
import type { ApiEnv } from './auth.ts';
import { parse, parseBody } from './body.ts';
import { by } from './call.ts';
import { ApiProblem } from './errors.ts';
import { planView } from './release-views.ts';
import { planBody, planParams, reasonBody } from './schemas.ts';

/** Routes under `/v1/plans`. */
export const plansApi = new Hono<ApiEnv>()
  .get('/', async (c) => {
    const own = await registryOf(c.env).plans();
    return c.json({ plans: [...BUILT_IN_PLANS, ...own].map(planView) });
  })
  .get('/:name', async (c) => c.json(planView(await namedPlan(c.env, c.req.param('name')))))
  .put('/:name', async (c) => {
    const name = ownName(c.req.param('name'));
    const { reason, ...rules } = await parseBody(c, planBody);
    const plan = { name, ...rules };
    await registryOf(c.env).putPlan({ plan, by: by(c, reason) });
    return c.json(planView(plan));
  })
  .delete('/:name', async (c) => {
    const name = ownName(c.req.param('name'));
    const { reason } = await parseBody(c, reasonBody);
    const plan = await namedPlan(c.env, name);
    const all = await Promise.all(services.map((service) => objectOf(c.env, service.name).read()));
    const user = all.find(({ defaultPlan }) => defaultPlan === name);
    if (user !== undefined)
      throw new ApiProblem('plan-in-use', 409, `Plan ${name} is the default of ${user.name}. Set another default first.`);
    await registryOf(c.env).deletePlan({ name, by: by(c, reason) });
    return c.json(planView(plan));
  });

/** A plan by its name, built in or not. @throws ApiProblem where there is none */
export async function namedPlan(env: Cloudflare.Env, name: string): Promise<Plan> {
  const builtIn = BUILT_IN_PLANS.find((plan) => plan.name === name);
  if (builtIn !== undefined) return builtIn;
  const own = await registryOf(env).plans();
  const plan = own.find((other) => other.name === name);
  if (plan !== undefined) return plan;
  const known = [...BUILT_IN_PLANS, ...own].map((other) => other.name).join(', ');
  throw new ApiProblem('unknown-plan', 404, `There is no plan "${name.slice(0, 64)}". Plans: ${known}.`);
}

function ownName(value: string): string {
  const { name } = parse(planParams, { name: value });
  if (BUILT_IN_PLANS.some((plan) => plan.name === name))
    throw new ApiProblem('plan-built-in', 409, `Plan ${name} is built in, and stays as it is. Use another name.`);
  return name;
}
