// The API of teams and people, and of who the caller is. A team owns services; an owner belongs to none, and reaches all.
import { isOf } from '../core/access.ts';
import { registryOf } from '../registry.ts';
import type { Owned } from '../roster.ts';
import {
  meAnswer,
  peopleAnswer,
  person as personAnswer,
  personBody,
  personParams,
  teamAnswer,
  teamBody,
  teamParams,
  teamsAnswer,
} from './access-schemas.ts';
import { by, type Ctx, known, servicesFor } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { covered, givenReach, ownersOnly } from './reach.ts';
import { reasonBody } from './schemas.ts';

const tag = 'Access';

/** Puts the routes on the API. */
export function addTeams(api: Api): void {
  const me = { id: 'getMe', summary: 'Who you are here, and what you reach.', answer: meAnswer, role: 'viewer', tag } as const;
  endpoint(api, { method: 'get', path: '/v1/me', ...me }, (c) => {
    const { name, role, team } = c.get('actor');
    return { name, role, team, services: servicesFor(c.get('actor')) };
  });
  const list = {
    id: 'listTeams',
    summary: 'Your team; all of them, for owners.',
    answer: teamsAnswer,
    role: 'viewer',
    tag,
  } as const;
  endpoint(api, { method: 'get', path: '/v1/teams', ...list }, async (c) => {
    return { teams: (await registryOf(c.env).teams()).filter(({ name }) => isOf(c.get('actor'), name)) };
  });
  addTeamWrites(api);
  addPeople(api);
}

function addTeamWrites(api: Api): void {
  const write = { path: '/v1/teams/:name', params: teamParams, answer: teamAnswer, problems: [409], role: 'admin', tag } as const;
  const put = { id: 'putTeam', summary: 'Set the services a team owns. For owners.', body: teamBody } as const;
  endpoint(api, { method: 'put', ...write, ...put }, async (c, { params: { name }, body: { reason, ...asked } }) => {
    ownersOnly(c);
    const team = { name, services: [...new Set(asked.services.map(known))] };
    const set = await registryOf(c.env).putTeam({ team, by: by(c, reason) });
    if (!set.ok)
      throw new ApiProblem('service-owned', 409, `The service ${set.service} belongs to the team ${set.owner} already.`);
    return team;
  });
  const remove = { id: 'deleteTeam', summary: 'Delete a team that nothing belongs to. For owners.', body: reasonBody } as const;
  endpoint(api, { method: 'delete', ...write, ...remove }, async (c, { params: { name }, body: { reason } }) => {
    ownersOnly(c);
    const team = (await registryOf(c.env).teams()).find((one) => one.name === name);
    if (team === undefined) throw new ApiProblem('unknown-team', 404, `There is no team "${name}".`);
    const gone = await registryOf(c.env).deleteTeam({ name, by: by(c, reason) });
    if (!gone.ok) throw new ApiProblem('team-in-use', 409, `The team ${name} has ${held(gone)}. Revoke or delete them first.`);
    return team;
  });
}

function addPeople(api: Api): void {
  const list = {
    id: 'listPeople',
    summary: 'Who has a role by e-mail address or group.',
    answer: peopleAnswer,
    role: 'viewer',
    tag,
  } as const;
  endpoint(api, { method: 'get', path: '/v1/people', ...list }, async (c) => ({ people: await mine(c) }));
  const write = { path: '/v1/people/:who', params: personParams, answer: personAnswer, role: 'admin', tag } as const;
  const put = {
    id: 'putPerson',
    summary: 'Give somebody a role, who comes by Cloudflare Access. With the role alone, they keep what they reach.',
    body: personBody,
  } as const;
  endpoint(api, { method: 'put', ...write, ...put }, async (c, { params: { who }, body: { role, reason, ...asked } }) => {
    const other = (await registryOf(c.env).people()).find((one) => one.who === who);
    if (other !== undefined && covered(c, [other]).length === 0)
      throw new ApiProblem('out-of-reach', 403, `${who} reaches more than you. Ask an owner.`);
    // Who is given another role keeps what they reach: an owner would make an owner of them unasked.
    const isKept = other !== undefined && asked.team === undefined && asked.services === undefined;
    const person = { who, role, ...(await givenReach(c, isKept ? other : asked)) };
    await registryOf(c.env).putPerson({ person, by: by(c, reason) });
    return person;
  });
  const remove = { id: 'deletePerson', summary: "Take somebody's role away.", body: reasonBody } as const;
  endpoint(api, { method: 'delete', ...write, ...remove }, async (c, { params: { who }, body: { reason } }) => {
    const person = (await mine(c)).find((one) => one.who === who);
    if (person === undefined) throw new ApiProblem('unknown-person', 404, `${who} has no role here.`);
    await registryOf(c.env).deletePerson({ who, by: by(c, reason) });
    return person;
  });
}

async function mine(c: Ctx) {
  return covered(c, await registryOf(c.env).people());
}

function held({ tokens, people, plans, channels }: Owned & { tokens: number; people: number }): string {
  const some = (count: number, one: string, more = `${one}s`) => (count === 0 ? [] : [`${count} ${count === 1 ? one : more}`]);
  return [
    ...some(tokens, 'token'),
    ...some(people, 'person', 'people'),
    ...some(plans, 'plan'),
    ...some(channels, 'channel'),
  ].join(', ');
}
