// The API of releases: made by a plan, steered by verbs, looked up, explained by their decisions.
import { Hono } from 'hono';
import { PLAN_DEFAULTS, type Plan } from '../core/plan.ts';
import type { Service } from '../core/service.ts';
import type { ApiEnv } from './auth.ts';
import { parse } from './body.ts';
import { body, by, type Ctx, obey, object } from './call.ts';
import { ApiProblem } from './errors.ts';
import { namedPlan } from './plans.ts';
import { decisionView, releaseView } from './release-views.ts';
import { decisionsQuery, listQuery, releaseBody, steerBody, steerParams } from './schemas.ts';

/** Routes under `/v1/services/{service}/releases`. */
export const releasesApi = new Hono<ApiEnv>()
  .get('/', async (c) => {
    const { service, releases } = await object(c).releases({ limit: parse(listQuery, c.req.query()).limit });
    return c.json({ releases: releases.map((release) => releaseView(release, service, Date.now())) });
  })
  .get('/:id', async (c) => {
    const { service, release } = await found(c);
    return c.json(releaseView(release, service, Date.now()));
  })
  .get('/:id/decisions', async (c) => {
    const { limit } = parse(decisionsQuery, c.req.query());
    const { release } = await found(c);
    return c.json({ decisions: (await object(c).decisions({ id: release.id, limit })).map(decisionView) });
  })
  .post('/', async (c) => {
    const { slot, name, autoStart, force, reason, ...asked } = await body(c, releaseBody);
    const plan = await planOf(c, asked);
    return newest(c, await obey(c, { type: 'create_release', slot, name, autoStart, force, plan, by: by(c, reason) }), 201);
  })
  .post('/:id/:verb', async (c) => {
    const { id, verb } = steering(c);
    const { reason, force } = await body(c, steerBody);
    const command = { type: 'steer_release', release: id, verb, force, past: null, by: by(c, reason) } as const;
    return newest(c, await obey(c, command), verb === 'retry' ? 201 : 200);
  });

/** The plan named, the stages given, or the service's default plan; with what the call says otherwise. */
async function planOf(c: Ctx, asked: Partial<Omit<Plan, 'name'>> & { plan?: string | undefined }): Promise<Plan> {
  const { plan: name, stages, ...rest } = asked;
  const otherwise = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (stages !== undefined) return { name: null, stages, ...PLAN_DEFAULTS, ...otherwise };
  return { ...(await namedPlan(c.env, name ?? (await object(c).read()).defaultPlan)), ...otherwise };
}

async function found(c: Ctx) {
  const id = Number(c.req.param('id'));
  const { service, release } = Number.isSafeInteger(id) ? await object(c).release({ id }) : { service: null, release: null };
  if (service === null || release === null) throw unknown(c);
  return { service, release };
}

function steering(c: Ctx) {
  const params = steerParams.safeParse(c.req.param());
  if (params.success) return params.data;
  if (params.error.issues.some(({ path }) => path[0] === 'id')) throw unknown(c);
  throw new ApiProblem('not-found', 404, `There is no ${c.req.method} ${c.req.path.slice(0, 100)}.`);
}

function unknown(c: Ctx): ApiProblem {
  object(c);
  const id = (c.req.param('id') ?? '').slice(0, 32);
  return new ApiProblem('unknown-release', 404, `There is no release ${id}.`);
}

function newest(c: Ctx, service: Service, status: 200 | 201): Response {
  if (service.release === null) throw new Error('a release that was steered must be there');
  return c.json(releaseView(service.release, service, Date.now()), status);
}
