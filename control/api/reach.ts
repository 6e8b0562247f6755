// Whose something is to be, and which services it may reach: nobody gives more than they have.
import { type Actor, covers, isOwner, type Reach, type Team } from '../core/access.ts';
import type { ShownChannel } from '../core/channel.ts';
import { registryOf } from '../registry.ts';
import { type Ctx, known } from './call.ts';
import { ApiProblem } from './errors.ts';

/** What a body says of it. */
interface AskedReach {
  readonly team?: string | null | undefined;
  readonly services?: readonly string[] | null | undefined;
}

/** The reach that is asked for, if the caller may give it. @throws ApiProblem */
export async function givenReach(c: Ctx, asked: AskedReach): Promise<Reach> {
  const actor = c.get('actor');
  const teams = await registryOf(c.env).teams();
  const reach = { team: asked.team ?? actor.team, services: asked.services == null ? null : [...new Set(asked.services)] };
  for (const service of reach.services ?? []) known(service);
  if (reach.team !== null && !isOwner(actor) && reach.team !== actor.team) throw beyond(actor, `the team ${reach.team}`);
  const team = teams.find(({ name }) => name === reach.team);
  if (reach.team !== null && team === undefined)
    throw new ApiProblem('unknown-team', 404, `There is no team "${reach.team}".${namesOf(teams)}`);
  const foreign = reach.services?.find((service) => team !== undefined && !team.services.includes(service));
  if (foreign !== undefined)
    throw new ApiProblem('service-of-another', 422, `The service ${foreign} is not one of the team ${reach.team}.`);
  if (!covers(actor, reach)) throw beyond(actor, 'all of these services');
  return reach;
}

/** Of some that reach something, those that reach no more than the caller. */
export function covered<T extends Reach>(c: Ctx, some: readonly T[]): T[] {
  return some.filter((one) => covers(c.get('actor'), one));
}

/** The channels that reach no more than the caller. */
export async function channelsFor(c: Ctx): Promise<ShownChannel[]> {
  return covered(c, await registryOf(c.env).channels());
}

/** The channel of an id, or else of a name: nobody takes the place of another by a name that is its id. */
export function channelOf(channels: readonly ShownChannel[], asked: string): ShownChannel | undefined {
  return channels.find(({ id }) => id === asked) ?? channels.find(({ name }) => name === asked);
}

/** Lets an owner through. @throws ApiProblem */
export function ownersOnly(c: Ctx): void {
  const actor = c.get('actor');
  if (!isOwner(actor)) throw beyond(actor, 'teams');
}

function beyond({ name }: Actor, what: string): ApiProblem {
  return new ApiProblem('out-of-reach', 403, `${name} does not reach ${what}. Ask an owner.`);
}

function namesOf(teams: readonly Team[]): string {
  return teams.length === 0 ? '' : ` Teams: ${teams.map(({ name }) => name).join(', ')}.`;
}
