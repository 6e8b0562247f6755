// The API of plans, which every service may use by name. A plan belongs to the team that made it, or to the owners.
import { services } from '../../router/services.ts';
import { isOf } from '../core/access.ts';
import { BUILT_IN_PLANS, type Hook, hooksMistake } from '../core/plan.ts';
import { objectOf } from '../ingest.ts';
import { type OwnPlan, registryOf } from '../registry.ts';
import { by, type Ctx } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { channelOf, channelsFor } from './reach.ts';
import { planAnswer, plansAnswer } from './release-answers.ts';
import { planView } from './release-views.ts';
import { namedPlanParams, planBody, planParams, reasonBody } from './schemas.ts';

const tag = 'Plans';
const ONE = '/v1/plans/:name';
const BUILT_IN: readonly OwnPlan[] = BUILT_IN_PLANS.map((plan) => ({ ...plan, name: plan.name ?? '', team: null }));

/** Puts the routes on the API. */
export function addPlans(api: Api): void {
  const list = {
    id: 'listPlans',
    summary: 'All plans, those built in first.',
    answer: plansAnswer,
    role: 'viewer',
    tag,
  } as const;
  endpoint(api, { method: 'get', path: '/v1/plans', ...list }, async (c) => {
    return { plans: [...BUILT_IN, ...(await registryOf(c.env).plans())].map(ownPlanView) };
  });
  const get = { id: 'getPlan', summary: 'A plan.', params: namedPlanParams, answer: planAnswer, role: 'viewer', tag } as const;
  endpoint(api, { method: 'get', path: ONE, ...get }, async (c, { params }) => ownPlanView(await namedPlan(c.env, params.name)));
  addWrites(api);
}

function addWrites(api: Api): void {
  const write = { path: ONE, params: planParams, answer: planAnswer, problems: [409], role: 'admin', tag } as const;
  const put = { id: 'putPlan', summary: 'Set a plan. Releases keep the plan they were made by.', body: planBody };
  endpoint(api, { method: 'put', ...write, ...put }, async (c, { params: { name }, body: { reason, ...rules } }) => {
    const before = await ownOf(c, name);
    const hooks = await resolvedHooks(c, rules.hooks);
    const plan = { ...rules, hooks, name, team: before === undefined ? c.get('actor').team : before.team };
    await registryOf(c.env).putPlan({ plan, by: by(c, reason) });
    return ownPlanView(plan);
  });
  const remove = { id: 'deletePlan', summary: 'Delete a plan that is the default of no service.', body: reasonBody };
  endpoint(api, { method: 'delete', ...write, ...remove }, async (c, { params: { name }, body: { reason } }) => {
    const plan = (await ownOf(c, name)) ?? (await namedPlan(c.env, name));
    const all = await Promise.all(services.map((service) => objectOf(c.env, service.name).read()));
    const user = all.find(({ defaultPlan }) => defaultPlan === name);
    if (user !== undefined)
      throw new ApiProblem('plan-in-use', 409, `Plan ${name} is the default of ${user.name}. Set another default first.`);
    await registryOf(c.env).deletePlan({ name, by: by(c, reason) });
    return ownPlanView(plan);
  });
}

/** A plan by its name, built in or not. @throws ApiProblem where there is none */
export async function namedPlan(env: Cloudflare.Env, name: string): Promise<OwnPlan> {
  const builtIn = BUILT_IN.find((plan) => plan.name === name);
  if (builtIn !== undefined) return builtIn;
  const own = await registryOf(env).plans();
  const plan = own.find((other) => other.name === name);
  if (plan !== undefined) return plan;
  const known = [...BUILT_IN, ...own].map((other) => other.name).join(', ');
  throw new ApiProblem('unknown-plan', 404, `There is no plan "${name.slice(0, 64)}". Plans: ${known}.`);
}

/**
 * Hooks by the ids of their channels, which may be asked for by name.
 * @throws ApiProblem 422 for a channel that is none of the caller's webhooks
 */
export async function resolvedHooks(c: Ctx, hooks: readonly Hook[]): Promise<Hook[]> {
  const channels = hooks.length === 0 ? [] : await channelsFor(c);
  const resolved = hooks.map(({ on, channel: asked }) => {
    const channel = channelOf(channels, asked);
    if (channel?.kind === 'webhook') return { on, channel: channel.id };
    const known = channels.filter(({ kind }) => kind === 'webhook').map(({ name }) => name);
    const which = known.length === 0 ? 'There is none; make one first' : `There are ${known.join(', ')}`;
    throw new ApiProblem('hook-off', 422, `A hook takes a channel that is a webhook, and "${asked}" is none. ${which}.`);
  });
  const mistake = hooksMistake(resolved);
  if (mistake !== undefined) throw new ApiProblem('hook-off', 422, `hooks: ${mistake}.`);
  return resolved;
}

/** The plan of a name that the caller may change, if there is one. @throws ApiProblem where it is another's */
async function ownOf(c: Ctx, name: string): Promise<OwnPlan | undefined> {
  if (BUILT_IN.some((plan) => plan.name === name))
    throw new ApiProblem('plan-built-in', 409, `Plan ${name} is built in, and stays as it is. Use another name.`);
  const plan = (await registryOf(c.env).plans()).find((other) => other.name === name);
  const { team } = plan ?? c.get('actor');
  if (!isOf(c.get('actor'), team))
    throw new ApiProblem(
      'out-of-reach',
      403,
      `Plan ${name} belongs to ${team === null ? 'the owners' : `team ${team}`}. Use another name.`,
    );
  return plan;
}

function ownPlanView(plan: OwnPlan) {
  return { ...planView(plan), team: plan.team };
}
