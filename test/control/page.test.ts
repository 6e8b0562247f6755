// The dashboard's page at control: who gets it, and who never does.
import { createExecutionContext, env } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import worker from '../../control/index.ts';
import { TOKEN } from './api.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'sec-fetch-mode': 'navigate' };

/** A call without a token, of what is no operation of the API's document. */
async function open(
  path: string,
  headers: Record<string, string> = BROWSER,
  method = 'GET',
  vars: Partial<Cloudflare.Env> = {},
): Promise<{ status: number; type: string; headers: Headers; body: string }> {
  const request = new Request(`https://control.example${path}`, { method, headers });
  const response = await worker.fetch(request, { ...env, ...vars }, createExecutionContext());
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, headers: response.headers, body: await response.text() };
}

let file: Response;
let html: string;
beforeAll(async () => {
  // As the platform serves it by itself.
  file = await env.ASSETS.fetch('https://control.example/');
  html = await file.clone().text();
  expect(html).toContain('<div id="app">');
});

describe('a browser', () => {
  it.each([
    '/',
    '/services/app',
    '/services/app/releases/7',
    '/nope',
    '/services/app?x=<script>alert(1)</script>',
    '//evil.example',
    '//evil.example/index.html',
    '/%2e%2e/',
    '/..%2f..%2fetc/passwd',
    '/\\evil.example',
    '/v2',
    '/v1x',
    '/documents',
  ])('gets the one page at %s', async (path) => {
    const { status, body, headers } = await open(path);
    expect([status, body]).toEqual([200, html]);
    expect(Object.fromEntries(headers)).toEqual({ ...Object.fromEntries(file.headers), vary: 'accept', 'x-sluice': 'control' });
  });

  it('gets it where control has no secret yet', async () => {
    const { status, body } = await open('/services/app', BROWSER, 'GET', { ADMIN_TOKEN: undefined });
    expect([status, body]).toEqual([200, html]);
  });

  it('gets only its headers by HEAD', async () => {
    const { status, type, body, headers } = await open('/services/app', BROWSER, 'HEAD');
    expect([status, type, body]).toEqual([200, 'text/html; charset=utf-8', '']);
    expect(headers.get('content-security-policy')).toBe(file.headers.get('content-security-policy'));
  });

  it('gets it under its policy, also where the file came without one', async () => {
    expect(file.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; (?!.*unsafe).*require-trusted-types-for 'script'$/,
    );
    const bare = { fetch: async () => new Response(html, { headers: { 'content-type': 'text/html' } }) };
    const { headers } = await open('/services/app', BROWSER, 'GET', { ASSETS: bare as unknown as Fetcher });
    const policy = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy'];
    for (const name of [...policy, 'permissions-policy'])
      expect([name, headers.get(name)]).toEqual([name, file.headers.get(name) ?? 'set']);
  });
});

describe('a control without the page', () => {
  it.each([
    ['was deployed without it', undefined],
    ['has no such file', { fetch: async () => new Response(null, { status: 404 }) }],
  ])('says so to a browser where it %s, and serves its API', async (_, assets) => {
    const vars = { ASSETS: assets as unknown as Fetcher };
    const { status, type, body } = await open('/services/app', BROWSER, 'GET', vars);
    expect([status, type]).toEqual([404, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/no-dashboard', detail: expect.stringContaining('npm run deploy') });
    const known = await open('/v1/services/app', { accept: '*/*', authorization: `Bearer ${TOKEN}` }, 'GET', vars);
    expect(known.status).toBe(200);
  });
});

it('what the API says to somebody is kept by no cache, and taken for nothing else', async () => {
  for (const path of ['/v1/me', '/v1/services', '/v1/audit/export', '/v1/nope']) {
    const { headers } = await open(path, { accept: '*/*', authorization: `Bearer ${TOKEN}` });
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
  }
});

describe('what is no page', () => {
  it.each([
    ['/v1', 401],
    ['/v1/', 401],
    ['/v1/services/app', 401],
    ['/v1/nope', 401],
    ['/metrics', 401],
    ['/docs/nope', 401],
    ['/healthz/nope', 401],
    ['/assets/none.js', 401],
    ['/%761/services', 401],
  ])('%s is refused as to anybody, whatever is accepted', async (path, refused) => {
    for (const headers of [BROWSER, { accept: 'text/html' }, { accept: '*/*' }]) {
      const { status, type, headers: got } = await open(path, headers);
      expect([status, type, got.get('cache-control')]).toEqual([refused, 'application/problem+json', 'no-store']);
    }
  });

  it.each([
    ['/healthz', '{"ok":true}'],
    ['/openapi.json', '"openapi"'],
    ['/docs', 'getHealthz'],
  ])('%s answers as to anybody', async (path, part) => {
    const { status, body } = await open(path);
    expect([status, body]).toEqual([200, expect.stringContaining(part)]);
    expect(body).not.toBe(html);
  });

  it.each([
    ['of no browser', 'GET', { accept: '*/*' }],
    ['without a wish', 'GET', {}],
    ['of a script', 'GET', { accept: 'application/json' }],
    ['that writes', 'POST', BROWSER],
    ['that deletes', 'DELETE', BROWSER],
  ])('a call %s is answered by the API', async (_, method, headers: Record<string, string>) => {
    const { status, type } = await open('/services/app', headers, method);
    expect([status, type]).toEqual([401, 'application/problem+json']);
    const known = await open('/services/app', { ...headers, authorization: `Bearer ${TOKEN}` }, method);
    expect([known.status, JSON.parse(known.body).type]).toEqual([404, '/problems/not-found']);
  });
});
