// One route of the API from one description: who may call it, what it takes, what it answers. The description documents it,
// guards it and validates it, so that the three cannot disagree.
import type { Hono } from 'hono';
import { type DescribeRouteOptions, describeRoute, resolver } from 'hono-openapi';
import * as z from 'zod';
import { isEnough, type Role } from '../core/access.ts';
import { parse, parseBody } from './body.ts';
import { type ApiEnv, type Ctx, reached } from './call.ts';
import { ApiProblem, misfit } from './errors.ts';
import { refOf } from './parts.ts';

/** The API, as routes are put on it. */
export type Api = Hono<ApiEnv>;

/** What a route is. `params` names every part of the path that is written `:name`, but for `:service`. */
export interface Endpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType> {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
  /** The name of the operation: camelCase, its own. */
  readonly id: string;
  readonly tag: string;
  readonly role: Role;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  /** What a stream of server-sent events tells, where the handler may answer one in place of JSON. */
  readonly stream?: string;
  /** Of an answer that is no problem; the first unless the handler sets another. Default 200. */
  readonly statuses?: readonly (200 | 201)[];
  /** Problems beside those that follow from the rest. */
  readonly problems?: readonly number[];
  /** What a path is answered whose parts do not fit; else that is a bad request. */
  readonly unfit?: (c: Ctx, error: z.ZodError) => ApiProblem;
}

/** What a call asks for, checked. */
interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** The content type of server-sent events. */
export const EVENTS = 'text/event-stream';
const NOTHING = z.object({});
/** What is asked for and not heard is worse than an error: `?ifRevision=3` would be no guard at all. */
const NO_QUERY = z.strictObject({});
const SERVICE = z.object({ service: z.string().max(64).describe('The name of a service.') });

/** Puts a route on the API. The handler returns the answer, or a stream of events; it throws an ApiProblem for any other. */
export function endpoint<
  A extends z.ZodType,
  P extends z.ZodObject = typeof NOTHING,
  Q extends z.ZodObject = typeof NOTHING,
  B extends z.ZodType = typeof NOTHING,
>(
  api: Api,
  described: Endpoint<P, Q, B, A>,
  handle: (c: Ctx, asked: Asked<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A> | ReadableStream> | z.input<A>,
): void {
  const { method, path, params = NOTHING, query = NO_QUERY, body = NOTHING, statuses = [200] } = described;
  api.on(method, path, describeRoute(describe(described)), async (c) => {
    guard(c, described);
    const asked = {
      params: partsOf(c, params, described.unfit),
      query: parse(query, c.req.query(), 'The query'),
      body: described.body === undefined ? {} : await parseBody(c, body),
    } as Asked<z.output<P>, z.output<Q>, z.output<B>>;
    c.status(statuses[0] ?? 200);
    const answer = await handle(c, asked);
    return answer instanceof ReadableStream ? streamed(c, answer) : c.json(answer as object);
  });
}

function streamed(c: Ctx, events: ReadableStream): Response {
  c.header('content-type', `${EVENTS}; charset=utf-8`);
  if (c.req.method !== 'HEAD') return c.body(events);
  // Nobody would read it.
  c.executionCtx.waitUntil(events.cancel());
  return c.body(null);
}

function partsOf(c: Ctx, params: z.ZodObject, unfit: ((c: Ctx, error: z.ZodError) => ApiProblem) | undefined) {
  const parsed = params.safeParse(c.req.param());
  if (!parsed.success) throw unfit?.(c, parsed.error) ?? misfit(parsed.error);
  return parsed.data;
}

/** A route that answers something else than JSON. `role` is none where the route is open. */
export interface Plain<Q extends z.ZodObject> {
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly type: string;
  readonly role?: Role;
  readonly query?: Q;
  /** Problems beside those that follow from the rest. */
  readonly problems?: readonly number[];
}

/** Puts a route on the API that is read as it is. */
export function plain<Q extends z.ZodObject = typeof NOTHING>(
  api: Api,
  described: Plain<Q>,
  handle: (c: Ctx, query: z.output<Q>) => Promise<string | ReadableStream> | string | ReadableStream,
): void {
  // Who checks whether a control lives may append what they like.
  const { path, id, tag, summary, type, role, query = role === undefined ? NOTHING : NO_QUERY } = described;
  const well = {
    description: 'Done.',
    content: { [type.replace(/;.*/, '')]: { schema: { type: type === 'application/json' ? 'object' : 'string' } } },
  };
  const asks = { path, problems: described.problems ?? [], ...(described.query && { query: described.query }) };
  const spec = {
    ...{ operationId: id, tags: [tag], summary },
    ...(role === undefined ? { security: [] } : { description: `Takes the role \`${role}\`.`, 'x-role': role }),
    parameters: parametersOf('query', described.query),
    responses: { 200: well, ...refsOf(role === undefined ? asks.problems : problemsOf(asks)) },
  };
  api.get(path, describeRoute(spec as DescribeRouteOptions), async (c) => {
    if (role !== undefined) guard(c, { role });
    const body = await handle(c, parse(query, c.req.query(), 'The query') as z.output<Q>);
    c.header('content-type', type);
    return typeof body === 'string' ? c.body(body) : c.body(body);
  });
}

/** Answers what is called by a method that its path does not have. To be put on last. */
export function refuseOtherMethods(api: Api): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of api.routes)
    if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method === 'GET' ? 'GET, HEAD' : method));
  for (const [path, known] of methods)
    api.all(path, (c) => {
      const allow = [...known].sort().join(', ');
      const detail = `${c.req.method} is no method of ${c.req.path.slice(0, 100)}. It has ${allow}.`;
      throw new ApiProblem('method-not-allowed', 405, detail, {}, { allow });
    });
}

/** Whether somebody may call a route at all, and for its service. @throws ApiProblem */
function guard(c: Ctx, { role }: { readonly role: Role }): void {
  const actor = c.get('actor');
  if (!isEnough(actor.role, role))
    throw new ApiProblem('role-too-low', 403, `This takes the role ${role}; ${actor.name} is ${actor.role}.`);
  const service = c.req.param('service');
  if (service !== undefined) reached(actor, service);
}

function describe<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  described: Endpoint<P, Q, B, A>,
): DescribeRouteOptions {
  const { id, tag, role, summary, params, query, body, answer, stream, path, statuses = [200] } = described;
  const ofService = path.includes(':service') ? parametersOf('path', SERVICE) : [];
  const events = stream === undefined ? {} : { [EVENTS]: { schema: { type: 'string', description: stream } } };
  const well = { description: 'Done.', content: { 'application/json': { schema: schemaOf(answer) }, ...events } };
  const spec = {
    operationId: id,
    tags: [tag],
    summary,
    description: `Takes the role \`${role}\`.`,
    'x-role': role,
    parameters: [...ofService, ...parametersOf('path', params), ...parametersOf('query', query)],
    ...(body !== undefined && { requestBody: { content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: {
      ...Object.fromEntries(statuses.map((status) => [status, well])),
      ...refsOf(problemsOf(described)),
    },
  };
  return spec as DescribeRouteOptions;
}

function problemsOf({
  path,
  params,
  query,
  body,
  problems = [],
}: Pick<Endpoint<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>, 'path' | 'params' | 'query' | 'body' | 'problems'>): number[] {
  const named = path.includes(':') ? [404] : [];
  const checked = params !== undefined || query !== undefined || body !== undefined ? [422] : [];
  const sized = body === undefined ? [] : [413];
  return [...new Set([400, ...checked, 401, 403, ...named, ...sized, 429, 500, 503, ...problems])].sort((a, b) => a - b);
}

function refsOf(statuses: readonly number[]) {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/Problem' }]));
}

/** A schema in the document: by its name where it has one. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output') {
  return refOf(schema) ?? resolver(schema, { options: { io } } as never);
}

function parametersOf(where: 'path' | 'query', object: z.ZodObject | undefined) {
  if (object === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(object, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string };
    return { name, in: where, required: where === 'path' || required.includes(name), description, schema: rest };
  });
}
