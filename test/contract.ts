// Holds answers of the API against an OpenAPI document, in workerd and in Node alike: it must import nothing of the Worker but types.
import { Validator } from '@cfworker/json-schema';
import type { Document } from '../control/api/document.ts';

/** What is looked at of an answer; of a Response of workerd or of Node. */
interface Answered {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  clone(): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** What is wrong with an answer, in lines; none where it is as the document says. */
export type Contract = (method: string, url: string, response: Answered) => Promise<string[]>;

/** What is wrong with a value that is to be of a named shape of a document, in lines. */
export function shapesOf(served: Document): (name: string, value: unknown) => string[] {
  const document = closed(JSON.parse(JSON.stringify(served))) as Document;
  const against = validatorOf(document);
  return (name, value) => against(document.components.schemas[name] ?? { not: {} }, value);
}

/** The contract that a document is. */
export function contractOf(served: Document): Contract {
  const document = closed(JSON.parse(JSON.stringify(served))) as Document;
  const against = validatorOf(document);
  // Parts that are named match less closely than those that are not.
  const paths = Object.keys(document.paths)
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));

  return async (method, url, response) => {
    const { pathname } = new URL(url);
    const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
    const operation = paths
      .filter(({ pattern }) => pattern.test(pathname))
      .map(({ path }) => document.paths[path]?.[method.toLowerCase()])
      .find((found) => found !== undefined);
    // A stream is not to be waited for, and whoever asked for it reads it.
    const isStream = type === 'text/event-stream';
    const text = isStream ? '' : new TextDecoder().decode(await response.clone().arrayBuffer());
    const problem = document.components.schemas.Problem ?? {};
    // What no route owns is a problem, too, though no operation can say so.
    if (operation === undefined) return response.status < 400 ? ['no such operation'] : against(problem, JSON.parse(text));
    const answer = operation.responses[String(response.status)];
    if (answer === undefined) return [`${operation.operationId} has no answer ${response.status}: ${text.slice(0, 200)}`];
    const { content } = answer.$ref === undefined ? answer : { content: { 'application/problem+json': { schema: problem } } };
    const schema = content?.[type]?.schema;
    if (schema === undefined) return [`${operation.operationId} does not answer ${type}`];
    return type.endsWith('json') && !type.includes('ndjson') ? against(schema, JSON.parse(text)) : [];
  };
}

function validatorOf({ components }: Document): (schema: object, value: unknown) => string[] {
  const validators = new Map<object, Validator>();
  return (schema, value) => {
    const known = validators.get(schema) ?? new Validator({ ...schema, components }, '2020-12', false);
    validators.set(schema, known);
    return known.validate(value).errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  };
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
