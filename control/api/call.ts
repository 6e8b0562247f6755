// What every handler of a service needs: its object, the body of the call, who calls, and a command's answer.
import type { Context } from 'hono';
import type { z } from 'zod';
import { services } from '../../router/services.ts';
import type { By } from '../core/audit.ts';
import type { Command, Service } from '../core/service.ts';
import { isKnown, objectOf } from '../ingest.ts';
import type { ApiEnv } from './auth.ts';
import { parseBody } from './body.ts';
import { ApiProblem, rejected } from './errors.ts';

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

/** The body of a call to a service. @throws ApiProblem */
export function body<T extends z.ZodType>(c: Ctx, schema: T): Promise<z.output<T>> {
  object(c);
  return parseBody(c, schema);
}

/** Who calls, and why. */
export function by(c: Ctx, reason: string | null): By {
  return { actor: c.get('actor'), reason, requestId: c.get('requestId') };
}

/** Has the service carry a command out. @returns the service after it @throws ApiProblem when it is refused */
export async function obey(c: Ctx, command: Command): Promise<Service> {
  const outcome = await object(c).command(command);
  if (!outcome.ok) throw rejected(outcome.rejection);
  return outcome.service;
}
