// What handlers need: the object of a service, who calls, and a command's answer.
import type { Context } from 'hono';
import { services } from '../../router/services.ts';
import { type Actor, reaches } from '../core/access.ts';
import type { By } from '../core/audit.ts';
import type { Command, Service } from '../core/service.ts';
import { isKnown, objectOf } from '../ingest.ts';
import { ApiProblem, rejected } from './errors.ts';

/** Variables of a request, for the handlers behind it. */
interface Variables {
  readonly actor: Actor;
  readonly requestId: string;
}

/** Bindings and variables of every API route. */
export type ApiEnv = { Bindings: Cloudflare.Env; Variables: Variables };

/** A call of the API. */
export type Ctx = Context<ApiEnv>;

/** The object of the service that the path names. @throws ApiProblem */
export function object(c: Ctx) {
  return objectOf(c.env, known(c.req.param('service') ?? ''));
}

/** The name of a service, if there is one of it. @throws ApiProblem */
export function known(name: string): string {
  if (isKnown(name)) return name;
  const all = services.map((service) => service.name).join(', ');
  throw new ApiProblem('unknown-service', 404, `There is no service "${name.slice(0, 64)}". Services: ${all}.`);
}

/** Lets somebody through who reaches a service. @throws ApiProblem */
export function reached(actor: Actor, service: string): void {
  if (!reaches(actor, known(service)))
    throw new ApiProblem('out-of-reach', 403, `${actor.name} does not reach the service ${service}.`);
}

/** The services somebody reaches, by name. */
export function servicesFor(actor: Actor): string[] {
  return services.map(({ name }) => name).filter((name) => reaches(actor, name));
}

/** Who calls, and why. */
export function by(c: Ctx, reason: string | null): By {
  const { name: actor, role } = c.get('actor');
  return { actor, role, reason, requestId: c.get('requestId') };
}

/** Has the service carry a command out. @returns the service after it @throws ApiProblem when it is refused */
export async function obey(c: Ctx, command: Command): Promise<Service> {
  const outcome = await object(c).command(command);
  if (!outcome.ok) throw rejected(outcome.rejection);
  return outcome.service;
}
