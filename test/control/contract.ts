// Holds every answer of the API that a test gets against the OpenAPI document it serves.
import { Validator } from '@cfworker/json-schema';
import { api } from '../../control/api/app.ts';
import { type Document, documentOf } from '../../control/api/document.ts';

let made: { document: Document; paths: { pattern: RegExp; path: string }[] } | undefined;
const validators = new Map<object, Validator>();

/** The document, as it is served. */
export async function documented(): Promise<Document> {
  return (await parts()).document;
}

/** What is wrong with an answer, in lines; none where it is as the document says. */
export async function misfits(method: string, url: string, response: Response): Promise<string[]> {
  const { document, paths } = await parts();
  const { pathname } = new URL(url);
  const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
  const operation = paths
    .filter(({ pattern }) => pattern.test(pathname))
    .map(({ path }) => document.paths[path]?.[method.toLowerCase()])
    .find((found) => found !== undefined);
  const text = await response.clone().text();
  // What no route owns is a problem, too, though no operation can say so.
  if (operation === undefined)
    return response.status < 400 ? ['no such operation'] : against(document, problemOf(document), JSON.parse(text));
  const answer = operation.responses[String(response.status)];
  if (answer === undefined) return [`${operation.operationId} has no answer ${response.status}: ${text.slice(0, 200)}`];
  const { content } =
    answer.$ref === undefined ? answer : { content: { 'application/problem+json': { schema: problemOf(document) } } };
  const schema = content?.[type]?.schema;
  if (schema === undefined) return [`${operation.operationId} does not answer ${type}`];
  return type.endsWith('json') && !type.includes('ndjson') ? against(document, schema, JSON.parse(text)) : [];
}

async function parts() {
  if (made !== undefined) return made;
  const document = closed(JSON.parse(JSON.stringify(await documentOf(api)))) as Document;
  // Parts that are named match less closely than those that are not.
  const paths = Object.keys(document.paths)
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
  made = { document, paths };
  return made;
}

/** The same document, but that no object may have fields nobody wrote down. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const of = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closed(inner)]));
  const isShape = of.type === 'object' && typeof of.properties === 'object' && !isLoose(of);
  return isShape ? { ...of, additionalProperties: false } : of;
}

function isLoose({ additionalProperties }: { readonly additionalProperties?: unknown }): boolean {
  return typeof additionalProperties === 'object' && Object.keys(additionalProperties ?? {}).length === 0;
}

function problemOf(document: Document): object {
  return document.components.schemas.Problem ?? {};
}

function against({ components }: Document, schema: object, value: unknown): string[] {
  const known = validators.get(schema) ?? new Validator({ ...schema, components }, '2020-12', false);
  validators.set(schema, known);
  return known.validate(value).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}
