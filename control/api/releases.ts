// The API of releases: made by a plan, steered by verbs, looked up, explained by their decisions.
import type { z } from 'zod';
import { PLAN_DEFAULTS, type Plan } from '../core/plan.ts';
import type { Service } from '../core/service.ts';
import { by, type Ctx, obey, object } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem, notFound } from './errors.ts';
import { namedPlan, resolvedHooks } from './plans.ts';
import { decisionsAnswer, release, releasesAnswer } from './release-answers.ts';
import { decisionView, releaseView } from './release-views.ts';
import { decisionsQuery, listQuery, releaseBody, releaseParams, steerBody, steerParams } from './schemas.ts';

const tag = 'Releases';
const ALL = '/v1/services/:service/releases';

/** Puts the routes on the API. */
export function addReleases(api: Api): void {
  const read = { method: 'get', role: 'viewer', tag } as const;
  const list = { id: 'listReleases', summary: 'Releases, the newest first.', query: listQuery, answer: releasesAnswer };
  endpoint(api, { ...read, path: ALL, ...list }, async (c, { query: { limit } }) => {
    const { service, releases } = await object(c).releases({ limit });
    return { releases: releases.map((one) => releaseView(one, service, Date.now())) };
  });
  const get = {
    id: 'getRelease',
    summary: 'A release: its stages, and where it stands.',
    params: releaseParams,
    unfit,
    answer: release,
  };
  endpoint(api, { ...read, path: `${ALL}/:id`, ...get }, async (c, { params }) => {
    const { service, release: one } = await found(c, params.id);
    return releaseView(one, service, Date.now());
  });
  const why = { id: 'listDecisions', summary: 'Every verdict on a release, with its evidence.', answer: decisionsAnswer };
  const asks = { params: releaseParams, query: decisionsQuery, unfit };
  endpoint(api, { ...read, path: `${ALL}/:id/decisions`, ...why, ...asks }, async (c, { params, query }) => {
    const { release: one } = await found(c, params.id);
    return { decisions: (await object(c).decisions({ id: one.id, ...query })).map(decisionView) };
  });
  addWrites(api);
}

function addWrites(api: Api): void {
  const write = { method: 'post', role: 'deployer', tag, answer: release, problems: [409] } as const;
  const create = { id: 'createRelease', summary: 'Make a release, by a plan or stages of its own.', body: releaseBody };
  endpoint(api, { ...write, path: ALL, ...create, statuses: [201] }, async (c, { body }) => {
    const { slot, name, autoStart, force, reason, ...asked } = body;
    const plan = await planOf(c, asked);
    return newest(await obey(c, { type: 'create_release', slot, name, autoStart, force, plan, by: by(c, reason) }));
  });
  const steer = { id: 'steerRelease', summary: 'Steer a release. `retry` makes another one: 201.', body: steerBody };
  const path = `${ALL}/:id/:verb`;
  endpoint(api, { ...write, path, ...steer, params: steerParams, unfit, statuses: [200, 201] }, async (c, { params, body }) => {
    const { id, verb } = params;
    const { reason, ...how } = body;
    const service = await obey(c, { type: 'steer_release', release: id, verb, ...how, past: null, by: by(c, reason) });
    if (verb === 'retry') c.status(201);
    return newest(service);
  });
}

/** The plan named, the stages given, or the service's default plan; with what the call says otherwise. */
async function planOf(c: Ctx, asked: Partial<Omit<Plan, 'name'>> & { plan?: string | undefined }): Promise<Plan> {
  const { plan: name, stages, hooks, ...more } = asked;
  const rest = { ...more, ...(hooks && { hooks: await resolvedHooks(c, hooks) }) };
  const otherwise = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  if (stages !== undefined) return { name: null, stages, ...PLAN_DEFAULTS, ...otherwise };
  const { team: _, ...plan } = await namedPlan(c.env, name ?? (await object(c).read()).defaultPlan);
  return { ...plan, ...otherwise };
}

async function found(c: Ctx, id: number) {
  const { service, release: one } = await object(c).release({ id });
  if (one === null) throw unknown(String(id));
  return { service, release: one };
}

// A path is read as a person means it: there is no such release, or there is no such verb.
function unfit(c: Ctx, { issues }: z.ZodError): ApiProblem {
  return issues.some(({ path }) => path[0] === 'id') ? unknown(c.req.param('id') ?? '') : notFound(c);
}

function unknown(id: string): ApiProblem {
  return new ApiProblem('unknown-release', 404, `There is no release ${id.slice(0, 32)}.`);
}

function newest(service: Service): z.infer<typeof release> {
  if (service.release === null) throw new Error('a release that was steered must be there');
  return releaseView(service.release, service, Date.now());
}
