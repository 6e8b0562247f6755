// Whatever is sent to any operation of the document: an answer that the document knows, and never 500.
import { env } from 'cloudflare:test';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { call, freshApp, settled } from './api.ts';
import { documented } from './contract.ts';
import { type Known, OVERRIDE_SECRET, operations, WRITES } from './writes.ts';

const all = await operations();
const { paths } = await documented();
/** Calls of each operation; ten times as many found nothing when this was written. */
const RUNS = 20;

/** As much of a schema as is looked at. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('app', 'green', 'mine', 'hook', 'standard', 'ann@example.com', 'group:x', '1', '0', '-1', '1e999', '..', '//'),
  fc.constantFrom('', ' ', '\u0000', '\ud800', '🚀'.repeat(500), 'é'.repeat(128), '__proto__', 'constructor', '%00', '%2e%2e'),
  fc.constantFrom('https://hooks.example.com/x', 'https://127.0.0.1/', '2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z'),
);
const numbers = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, -1, 1e308, 2 ** 53, 50.001));
const odd = { weight: 1, arbitrary: fc.jsonValue() };

/** Values that fit a schema, or nearly. */
function near(schema: Schema): fc.Arbitrary<unknown> {
  const mostly = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 29, arbitrary }, odd);
  const { type, properties, items = {}, anyOf, minimum = -5, maximum = 500 } = schema;
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(near));
  if (schema.enum !== undefined) return mostly(fc.constantFrom(...schema.enum));
  if (properties !== undefined) return mostly(fc.oneof(fc.record(fieldsOf(schema)), someFields(schema)));
  if (type === 'object') return mostly(fc.dictionary(texts, numbers, { maxKeys: 5 }));
  if (type === 'array') return mostly(fc.array(near(items), { maxLength: 5 }));
  if (type === 'string') return mostly(texts);
  if (type === 'boolean') return mostly(fc.boolean());
  const right = fc.double({ min: minimum, max: maximum, noNaN: true }).map((n) => (type === 'integer' ? Math.round(n) : n));
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 3, arbitrary: numbers }, odd);
}

function fieldsOf({ properties = {} }: Schema) {
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, near(field)]));
}

/** Three fields at most, so that what else the fixture of a write says stays right. */
function someFields(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(fieldsOf(schema));
  return fc
    .subarray(fields, { maxLength: Math.min(fields.length, 3) })
    .chain((some) => fc.record(Object.fromEntries(some)) as fc.Arbitrary<Record<string, unknown>>);
}

/** A part of a path: most often the one that is there. */
function part({ path }: Known, name: string): fc.Arbitrary<string> {
  const id = path.includes('channels') ? 'hook' : '1';
  const there = { service: 'app', slot: 'green', name: 'mine', who: 'ann@example.com', verb: 'abort', id }[name] ?? '1';
  const others = fc.oneof(
    texts.map((text) => encodeURIComponent(text.toWellFormed()) || '%20'),
    fc.constantFrom('%', '%ff', '%E0%A4%A', 'a%2Fb', '..;', '%2e%2e%2f', 'start', 'pause', 'resume', 'promote', 'skip', 'retry'),
  );
  return fc.oneof({ weight: name === 'service' ? 9 : 2, arbitrary: fc.constant(there) }, others);
}

/** Calls of an operation, nearly right. */
function calls(operation: Known): fc.Arbitrary<{ readonly path: string; readonly body: unknown }> {
  const { parameters = [], requestBody } = paths[operation.path]?.[operation.method.toLowerCase()] ?? {};
  const [taken] = Object.values(requestBody?.content ?? {});
  const names = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  const queries = parameters.filter((one) => one.in === 'query');
  const body = taken === undefined ? fc.constant(undefined) : fc.oneof(someFields(taken.schema), near(taken.schema));
  const asked = queries.map(({ schema }) => fc.option(near(schema).map(String), { nil: undefined, freq: 3 }));
  return fc
    .record({ parts: fc.tuple(...names.map((name) => part(operation, name))), query: fc.tuple(...asked), body })
    .map((given) => {
      const filled = names.reduce((path, name, i) => path.replace(`{${name}}`, () => given.parts[i] ?? ''), operation.path);
      const query = queries.flatMap(({ name }, i) => {
        const value = given.query[i];
        return value === undefined ? [] : [`${name}=${encodeURIComponent(value.toWellFormed())}`];
      });
      const sent = isShape(given.body) ? { ...WRITES[operation.id]?.body, ...given.body } : given.body;
      return { path: `${filled}?${query.join('&')}`, body: sent };
    });
}

function isShape(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

beforeEach(async () => {
  await freshApp();
  await call('POST', '/v1/channels', { name: 'hook', kind: 'webhook', url: 'https://hooks.example.com/x' });
  await call('PUT', '/v1/plans/mine', { stages: [{ weight: 10, soakSeconds: 1 }] });
  await call('PUT', '/v1/people/ann@example.com', { role: 'viewer' });
  await call('POST', '/v1/services/app/releases', { plan: 'mine' });
});

// A split still on its way to KV would be found there by the object of the next file.
afterAll(settled);

describe('every operation answers as documented', () => {
  it.each(all.map((operation) => [operation.id, operation] as const))('%s, whatever it is sent', async (_, operation) => {
    await fc.assert(
      fc.asyncProperty(calls(operation), async ({ path, body }) => {
        const { status } = await call(operation.method, path, JSON.stringify(body), undefined, { vars: { OVERRIDE_SECRET } });
        if (status >= 500) expect(status).toBe(503);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('the largest that may be asked', () => {
  /** Bytes of the longest argument that went to an object. */
  let longest = 0;
  const counted = (namespace: DurableObjectNamespace) =>
    ({
      idFromName: (name: string) => namespace.idFromName(name),
      get: (id: DurableObjectId) => ({
        fetch: (request: Request) => {
          longest = Math.max(longest, request.headers.get('do-content')?.length ?? 0);
          return namespace.get(id).fetch(request);
        },
      }),
    }) as unknown as DurableObjectNamespace;
  const vars = { SERVICE_OBJECT: counted(env.SERVICE_OBJECT), REGISTRY: counted(env.REGISTRY), OVERRIDE_SECRET };

  const han = (length: number) => '漢'.repeat(length);
  const stages = Array(20).fill({ weight: 33.33, soakSeconds: 2_592_000, minRequests: 1_000_000, advance: 'manual' });
  const rules = { stages, onFail: 'rollback', onInsufficient: 'rollback', bakeSeconds: 2_592_000 };
  const webhook = {
    name: han(64),
    kind: 'webhook',
    url: `https://hooks.example.com/${'"'.repeat(2_022)}`,
    services: Array(50).fill('app'),
  };
  const slots = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`${String.fromCharCode(0x4e00 + i)}${han(63)}`, 0.01]));

  it.each<[string, string, object, number]>([
    ['PUT', `/v1/plans/${'a'.repeat(32)}`, rules, 200],
    ['POST', '/v1/services/app/releases', { ...rules, name: han(128), force: true }, 409],
    ['POST', '/v1/channels', webhook, 201],
    ['POST', '/v1/tokens', { name: han(64), role: 'admin', services: Array(100).fill('app') }, 201],
    ['PUT', `/v1/people/group:${encodeURIComponent(han(100))}`, { role: 'admin', services: Array(100).fill('app') }, 200],
    [
      'POST',
      '/v1/services/app/deployments',
      {
        slot: 'green',
        versionId: han(128),
        tag: han(128),
        author: han(128),
        source: han(128),
        message: '🚀'.repeat(500),
        force: true,
      },
      201,
    ],
    ['PUT', '/v1/services/app/split', { weights: slots }, 404],
  ])('%s %.40s arrives, by a long way below the 128 KB that headers may have', async (method, path, body, wanted) => {
    longest = 0;
    const { status } = await call(method, path, { ...body, reason: '🚀'.repeat(500) }, undefined, { vars });
    expect(status).toBe(wanted);
    expect(longest).toBeGreaterThan(7_000);
    expect(longest).toBeLessThan(20_000);
  });

  it('is 16 slots in a split', async () => {
    const { status, body } = await call('PUT', '/v1/services/app/split', { weights: { ...slots, green: 1 } }, undefined, {
      vars,
    });
    expect([status, body.type]).toEqual([422, '/problems/out-of-range']);
  });
});
