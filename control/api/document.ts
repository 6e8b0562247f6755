// The OpenAPI document, put together from what each route says of itself.
import { generateSpecs } from 'hono-openapi';
import * as z from 'zod';
import type { Api } from './endpoint.ts';
import { problemSchema, refOf } from './parts.ts';
import { event, hookCall, testEvent } from './webhook-schemas.ts';

const ABOUT = `What Sluice's control plane offers. Send "Authorization: Bearer <token>" with every call that is not open ("npx sluice tokens create" makes one).
Under Shapes, Event and HookCall are what Sluice posts to webhooks and hooks by itself. JSON in and out, percent for weights (at most two decimals), ISO 8601 times in UTC.
Every failure is a problem (RFC 9457) whose type is stable. Fields and routes may be added at any time.`;

const TAGS = [
  ['Services', 'Splits, slots and health of a service, and the commands that move its traffic at once.'],
  ['Releases', 'Moving traffic to a candidate slot, stage by stage.'],
  ['Deployments', 'Which versions came into which slots.'],
  ['Plans', 'What releases go by.'],
  ['SLOs', 'What slots are judged by.'],
  ['Channels', 'Whom to tell of what: Slack, Discord, Google Chat, e-mail, webhooks.'],
  ['Audit', 'Who did what, when and why.'],
  ['Access', 'Who may do what: teams, tokens, people.'],
  ['System', 'The control plane itself.'],
] as const;

/** An OpenAPI document, as far as the page of it looks into it. */
export interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** What has a schema. */
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

/** One operation of a document. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /** None for an open one. */
  readonly 'x-role'?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: object;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

/** Makes the document of an API. */
export async function documentOf(api: Api): Promise<Document> {
  const problem = { description: 'A problem.', content: { 'application/problem+json': { schema: refOf(problemSchema) } } };
  const bearer = { type: 'http', scheme: 'bearer', description: 'A token ("sluice tokens create"), or the admin secret.' };
  const documentation = {
    openapi: '3.1.0',
    info: {
      title: 'Sluice control API',
      version: '1',
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    webhooks: {
      event: posted('event', 'Something happened.', [event, testEvent]),
      hook: posted('hook', 'May a release go on?', [hookCall]),
    },
    components: { schemas: named(), responses: { Problem: problem }, securitySchemes: { bearer } },
  };
  return (await generateSpecs(api, { documentation, excludeStaticFile: false } as never)) as unknown as Document;
}

// What goes out is described as what comes in: https://spec.openapis.org/oas/v3.1.0#openapi-object
function posted(operationId: string, summary: string, schemas: readonly z.ZodType[]) {
  const shapes = schemas.map(refOf);
  const content = { 'application/json': { schema: shapes.length === 1 ? shapes[0] : { anyOf: shapes } } };
  return { post: { operationId, summary, requestBody: { content }, responses: { '2XX': { description: 'Taken.' } } } };
}

/** Every schema that has a name. */
function named(): Record<string, object> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: (id) => `#/components/schemas/${id}` });
  const bare = Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]);
  return Object.fromEntries(bare);
}
