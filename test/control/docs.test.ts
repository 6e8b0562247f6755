import { reset } from 'cloudflare:test';
import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ApiEnv } from '../../control/api/call.ts';
import { addDocs } from '../../control/api/docs.ts';
import { endpoint } from '../../control/api/endpoint.ts';
import { outline } from '../../control/api/outline.ts';
import { call } from './api.ts';
import { documented } from './contract.ts';

const open = (path: string, vars = {}) => call('GET', path, undefined, null, { vars });

describe('the document', () => {
  beforeAll(() => reset());

  it('is served to anybody, as it is', async () => {
    const { status, type, body } = await open('/openapi.json');
    expect([status, type, body.openapi]).toEqual([200, 'application/json', '3.1.0']);
    expect(body).toEqual(await documented());
    expect(body.security).toEqual([{ bearer: [] }]);
    expect(Object.keys(body.components.securitySchemes)).toEqual(['bearer']);
  });

  it.each(['/openapi.json', '/docs', '/docs/style.css'])('is not served without a fit secret: %s', async (path) => {
    const { status, body } = await open(path, { ADMIN_TOKEN: '' });
    expect([status, body.type]).toEqual([503, '/problems/no-admin-token']);
    expect((await open('/healthz', { ADMIN_TOKEN: '' })).body).toEqual({ ok: true });
  });

  it('says of each operation what it takes and by whom', async () => {
    const { paths } = await documented();
    expect(paths['/v1/tokens/{id}']?.delete).toMatchObject({
      operationId: 'revokeToken',
      'x-role': 'admin',
      parameters: [{ name: 'id', in: 'path', required: true }],
      responses: { 200: {}, 401: { $ref: '#/components/responses/Problem' }, 404: {} },
    });
    const audit = paths['/v1/audit']?.get?.parameters ?? [];
    expect(audit.map(({ name, in: where, required }) => [name, where, required])).toEqual(
      ['limit', 'cursor', 'service', 'actor', 'action', 'since', 'until'].map((name) => [name, 'query', false]),
    );
    for (const [path, methods] of Object.entries(paths))
      for (const { parameters } of Object.values(methods)) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
      }
  });
});

describe('the page', () => {
  let page: string;
  let headers: Headers;
  beforeAll(async () => {
    const answer = await open('/docs');
    ({ body: page, headers } = answer);
    expect([answer.status, answer.type]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('runs nothing, and takes nothing from elsewhere', () => {
    expect(page).not.toMatch(/<(script|iframe|object|embed|form|img|svg|base|meta http-equiv)\b/i);
    expect(page).not.toMatch(/\son\w+\s*=|\sstyle\s*=|javascript:|url\(/i);
    const links = [...page.matchAll(/\s(?:href|src|action|srcset|data)\s*=\s*"([^"]*)"/g)].map(([, to = '']) => to);
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((to) => !/^(#[\w-]+|\/docs\/style\.css|\/openapi\.json)$/.test(to))).toEqual([]);
    expect(page).not.toMatch(/\s(?:href|src)\s*=\s*[^"]/);
  });

  it('is held to that by its policy', () => {
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual(['nosniff', 'no-referrer']);
  });

  it('has a style of its own, which loads nothing', async () => {
    const { status, type, body } = await open('/docs/style.css');
    expect([status, type]).toEqual([200, 'text/css; charset=utf-8']);
    expect(body).toContain('body');
    expect(body).not.toMatch(/@import|url\(|https?:/);
  });

  it('shows every operation and shape, each under its own anchor, and no link leads nowhere', async () => {
    const { paths, components, tags } = await documented();
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    const shapes = Object.keys(components.schemas).map((name) => `shape-${name}`);
    expect([...operations, ...shapes, ...tags.map(({ name }) => name)].filter((id) => !ids.includes(id))).toEqual([]);
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = '']) => id);
    expect(anchors.filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).not.toMatch(/\[\[|\[object|undefined/);
  });

  it('says who may call, and what it takes', () => {
    const article = page.slice(page.indexOf('id="createToken"'), page.indexOf('</article>', page.indexOf('id="createToken"')));
    expect(article).toContain('<span class="role">admin</span>');
    expect(article).toContain('forSeconds?: integer | null  // How long it is good');
    expect(article).toContain('Answers 201');
    expect(article).toMatch(/Problems: 400, 401, 403, 404, 409, 413, 422, 429, 500, 503\./);
    const health = page.slice(page.indexOf('id="getHealthz"'), page.indexOf('</article>', page.indexOf('id="getHealthz"')));
    expect(health).toContain('<span class="role">open</span>');
  });

  it('says what else than JSON an operation may answer', () => {
    expect(page).toMatch(/<p>Or <code>text\/event-stream<\/code>: To whoever accepts it: `service` \(Service\) at once/);
    expect(page.match(/<p>Or <code>/g)).toHaveLength(1);
  });

  it('takes whatever a route says of itself for text', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'&[[Nope]]';
    const api = new Hono<ApiEnv>();
    const body = z.object({ [evil]: z.enum([evil]).describe(evil) });
    const query = z.object({ [evil]: z.string().describe(evil).optional() });
    const about = {
      id: 'evil',
      tag: 'System',
      role: 'viewer',
      summary: evil,
      body,
      query,
      answer: z.object({ a: z.string().describe(evil) }),
    } as const;
    endpoint(api, { method: 'post', path: '/v1/evil', ...about }, () => ({ a: evil }));
    addDocs(api);
    const shown = await (await api.request('/docs')).text();
    expect(shown).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
    expect(shown).not.toContain('<img');
    expect(shown.match(/="[^"]*onerror/)).toBeNull();
  });
});

describe('an outline', () => {
  it.each<[object, string]>([
    [{}, 'any'],
    [{ type: 'string' }, 'string'],
    [{ type: 'null' }, 'null'],
    [{ type: 'object' }, '{}'],
    [{ type: 'object', properties: {} }, '{}'],
    [{ const: 'x' }, '"x"'],
    [{ const: null }, 'null'],
    [{ const: false }, 'false'],
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ $ref: '#/components/schemas/Token' }, '[[Token]]'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ oneOf: [{ type: 'string' }, { type: 'string' }, { $ref: '#/x/Y' }] }, 'string | [[Y]]'],
    [{ type: 'array', items: { type: 'integer' } }, 'integer[]'],
    [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
    [{ type: 'array', items: { enum: [1, 2] } }, '(1 | 2)[]'],
    [{ type: 'array', items: { type: 'array', items: {} } }, 'any[][]'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [name]: number }'],
    [{ type: 'object', additionalProperties: false }, '{}'],
    [
      { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } }, required: ['a'] },
      '{\n  a: string\n  b?: number\n}',
    ],
    [
      { properties: { a: { properties: { b: { type: 'null' } }, required: ['b'] } }, required: ['a'] },
      '{\n  a: {\n    b: null\n  }\n}',
    ],
    [{ type: 'array', items: { properties: { a: { enum: [1, 2] } }, required: ['a'] } }, '{\n  a: 1 | 2\n}[]'],
  ])('of %j is %j', (schema, text) => expect(outline(schema)).toBe(text));

  it.each<[object, string]>([
    [{ description: 'Why.' }, 'Why.'],
    [{ format: 'date-time' }, 'date-time'],
    [{ minimum: 1, maximum: 9 }, 'from 1 to 9'],
    [{ minimum: 0 }, 'from 0'],
    [{ maximum: 0 }, 'to 0'],
    [{ maxLength: 64 }, 'at most 64 characters'],
    [{ default: null }, 'default null'],
    [{ default: 'x' }, 'default "x"'],
    [{ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, ''],
    [
      { description: 'Life.', format: 'f', minimum: 60, maxLength: 2, default: 90 },
      'Life.; f; from 60; at most 2 characters; default 90',
    ],
  ])('notes %j as %j', (more, note) => {
    const text = outline({ properties: { a: { type: 'string', ...more } } });
    expect(text).toBe(`{\n  a?: string${note === '' ? '' : `  // ${note}`}\n}`);
  });
});
