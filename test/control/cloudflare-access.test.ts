import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, call, freshApp, TOKEN } from './api.ts';
import { everything, tokenFor } from './writes.ts';

const AUD = 'f'.repeat(64);
const key = await generateKeyPair('RS256', { extractable: true });
const other = await generateKeyPair('RS256', { extractable: true });
const jwk = async (pair: typeof key, kid: string) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' });

let teams = 0;
/** Another one in each test: keys are remembered by it. */
let domain: string;
let served: () => Response | Promise<Response>;
let fetched: string[];

beforeAll(async () => {
  await freshApp();
  await call('PUT', '/v1/people/ann@example.com', { role: 'deployer' });
  for (const who of ['back@example.com', 'back@book.example']) await call('PUT', `/v1/people/${who}`, { role: 'admin' });
  await call('PUT', '/v1/people/group:readers', { role: 'viewer' });
  await call('PUT', '/v1/people/group:movers', { role: 'deployer' });
  await call('PUT', '/v1/people/group:Chiefs', { role: 'admin' });
});

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  domain = `team-${teams++}.cloudflareaccess.com`;
  const keys = [await jwk(key, 'one')];
  served = () => Response.json({ keys });
  fetched = [];
  vi.stubGlobal('fetch', async (asked: RequestInfo | URL) => {
    fetched.push(asked instanceof Request ? asked.url : String(asked));
    return served();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const seconds = (from = 0) => Math.floor(Date.now() / 1000) + from;

/** What Access would say, but for what is said otherwise; `undefined` leaves a claim out. */
const claims = (more: Record<string, unknown> = {}): JWTPayload =>
  JSON.parse(
    JSON.stringify({
      ...{ iss: `https://${domain}`, aud: [AUD], iat: seconds(-10), nbf: seconds(-10), exp: seconds(60) },
      ...{ sub: 'x', type: 'app', email: 'ann@example.com', ...more },
    }),
  );

const sign = (more: Record<string, unknown> = {}, pair = key, kid = 'one', header: object = {}) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(pair.privateKey);

/** Calls as somebody who comes by Access. */
function ask(
  jwt: string,
  { method = 'GET', path = '/v1/me', body = undefined as unknown, headers = {}, vars = {} } = {},
): Promise<Answer> {
  const all = { 'cf-access-jwt-assertion': jwt, ...headers };
  return call(method, path, body, null, { headers: all, vars: { ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: AUD, ...vars } });
}

describe('a sound assertion', () => {
  it.each<[string, Record<string, unknown>, string, string]>([
    ['by the address', {}, 'ann@example.com', 'deployer'],
    ['by the address, in any case', { email: 'Ann@Example.COM' }, 'ann@example.com', 'deployer'],
    ['by the address ahead of the groups', { groups: ['Chiefs'] }, 'ann@example.com', 'deployer'],
    ['by a group', { email: 'bob@example.com', groups: ['readers'] }, 'bob@example.com', 'viewer'],
    [
      'by the highest of some groups',
      { email: 'bob@example.com', groups: ['movers', 'Chiefs', 'readers'] },
      'bob@example.com',
      'admin',
    ],
    [
      'by a group among others',
      { email: 'bob@example.com', groups: ['x', 7, null, { a: 1 }, 'movers'] },
      'bob@example.com',
      'deployer',
    ],
    ['by a group of a custom claim', { email: 'bob@example.com', custom: { groups: ['movers'] } }, 'bob@example.com', 'deployer'],
  ])('gives a role %s', async (_, more, name, role) => {
    expect((await ask(await sign(more))).body).toEqual({ name, role, team: null, services: ['app'] });
    expect(fetched).toEqual([`https://${domain}/cdn-cgi/access/certs`]);
  });

  it('does what its role may, under the name of who it is about', async () => {
    const body = { weights: { green: 3 }, reason: 'try' };
    expect((await ask(await sign(), { method: 'PUT', path: '/v1/services/app/split', body })).status).toBe(200);
    expect((await call('GET', '/v1/audit?limit=1')).body.entries[0]).toMatchObject({
      ...{ action: 'split_set', actor: 'ann@example.com', role: 'deployer', reason: 'try' },
    });
    const tokens = await ask(await sign(), { method: 'POST', path: '/v1/tokens', body: { name: 'mine', role: 'viewer' } });
    expect([tokens.status, tokens.body.type]).toEqual([403, '/problems/role-too-low']);
  });

  it('is that of the address of the team, however it is written', async () => {
    const jwt = await sign();
    for (const written of [`https://${domain}`, `https://${domain}/`, `${domain}/`])
      expect((await ask(jwt, { vars: { ACCESS_TEAM_DOMAIN: written } })).status).toBe(200);
    expect(fetched).toHaveLength(1);
  });
});

describe('the keys', () => {
  it('are fetched once, and again for a new one, though not sooner than after 30 s', async () => {
    for (let i = 0; i < 5; i++) expect((await ask(await sign())).status).toBe(200);
    expect(fetched).toHaveLength(1);
    const start = Date.now();
    const keys = [await jwk(key, 'one'), await jwk(other, 'two')];
    served = () => Response.json({ keys });
    vi.setSystemTime(start + 20_000);
    for (let i = 0; i < 3; i++) expect((await ask(await sign({}, other, 'two'))).status).toBe(401);
    expect(fetched).toHaveLength(1);
    vi.setSystemTime(start + 31_000);
    expect((await ask(await sign({}, other, 'two'))).status).toBe(200);
    expect((await ask(await sign())).status).toBe(200);
    for (let i = 0; i < 3; i++) expect((await ask(await sign({}, other, `made up ${i}`))).status).toBe(401);
    expect(fetched).toHaveLength(2);
  });

  it('that are not those of the team are asked for nowhere: the address of them is not in the assertion', async () => {
    const jku = 'https://evil.example/keys';
    const jwt = await sign({}, other, 'one', { jku, x5u: jku, jwk: await exportJWK(other.publicKey) });
    expect((await ask(jwt)).status).toBe(401);
    expect(fetched).toEqual([`https://${domain}/cdn-cgi/access/certs`]);
  });

  it.each<[string, () => Response | Promise<Response>]>([
    ['nobody answers', () => Promise.reject(new TypeError('connect to 10.1.2.3 failed'))],
    ['they are a page', () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })],
    ['they are not there', () => new Response('no', { status: 404 })],
    ['they are elsewhere', () => Response.redirect('https://evil.example/keys')],
    ['they are no keys', () => Response.json({ keys: 'none' })],
    ['they are null', () => Response.json(null)],
  ])('are none where %s: nobody comes in, and a token still does', async (_, answer) => {
    served = answer;
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const jwt = await sign();
    const refused = await ask(jwt);
    expect([refused.status, refused.body.type]).toEqual([401, '/problems/unauthorized']);
    expect(JSON.stringify([refused.body, warn.mock.calls])).not.toMatch(/10\.1\.2\.3|<html|evil/);
    expect(warn).toHaveBeenCalledOnce();
    expect((await ask(jwt, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    // Nothing of it is remembered.
    const keys = [await jwk(key, 'one')];
    served = () => Response.json({ keys });
    expect((await ask(jwt)).status).toBe(200);
  });
});

describe('an assertion is refused', () => {
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  const spki = async () => new TextEncoder().encode(await exportSPKI(key.publicKey));
  const tampered = async (more: object) => {
    const [head, , signature] = (await sign()).split('.');
    return `${head}.${part(claims({ email: 'boss@example.com', ...more }))}.${signature}`;
  };

  it.each<[string, () => string | Promise<string>]>([
    ['with the algorithm none', () => new UnsecuredJWT(claims()).encode()],
    [
      'with the algorithm None and a signature',
      async () => `${part({ alg: 'None', kid: 'one' })}.${(await sign()).split('.').slice(1).join('.')}`,
    ],
    [
      'with HS256, by the public key',
      async () => new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(await spki()),
    ],
    [
      'with PS256',
      async () => {
        const ps = await generateKeyPair('PS256', { extractable: true });
        return new SignJWT(claims()).setProtectedHeader({ alg: 'PS256', kid: 'one' }).sign(ps.privateKey);
      },
    ],
    ['for another audience', () => sign({ aud: ['e'.repeat(64)] })],
    ['for no audience', () => sign({ aud: undefined })],
    ['for an empty audience', () => sign({ aud: [] })],
    ['from another issuer', () => sign({ iss: 'https://evil.cloudflareaccess.com' })],
    ['from the issuer by http', () => sign({ iss: `http://${domain}` })],
    ['from no issuer', () => sign({ iss: undefined })],
    ['that has expired', () => sign({ exp: seconds(-1) })],
    ['that is not valid yet', () => sign({ nbf: seconds(60) })],
    ['that never expires', () => sign({ exp: undefined })],
    ['that expires at a text', () => sign({ exp: '9999999999' })],
    ['that says not when it was made', () => sign({ iat: undefined })],
    ['of another key', () => sign({}, other)],
    ['of a key of no name here', () => sign({}, other, 'nobody')],
    ['with another payload', () => tampered({})],
    ['with another payload, for longer', () => tampered({ exp: seconds(99_999) })],
    ['without a signature', async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`],
    [
      'with a critical header nobody knows',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 })
          .sign(key.privateKey, { crit: { x: true } }),
    ],
    ['without an address', () => sign({ email: undefined, common_name: 'a-service' })],
    ['with an empty address', () => sign({ email: '' })],
    ['with an address that is no text', () => sign({ email: { a: 'ann@example.com' } })],
    ...[
      'admin',
      'sluice',
      'token:ci',
      'token:ci@example.org',
      'group:Chiefs',
      'a@b@c.example',
      'a b@c.example',
      'a\n@c.example',
    ].map((email): [string, () => Promise<string>] => [`with the address "${email}"`, () => sign({ email, groups: ['Chiefs'] })]),
    ['that is no assertion', () => 'garbage'],
    ['that is empty', () => ''],
    ['of dots', () => '..'],
    ['of five parts', () => 'a.b.c.d.e'],
    ['that is no JSON within', () => `${btoa('{')}.${btoa('{')}.x`],
    ['that is a token', async () => tokenFor('admin', { name: `t${teams}` })],
    ['that is the secret', () => TOKEN],
    ['of 20 KB', () => 'x'.repeat(20_000)],
    ['of 20 KB, though it is sound', () => sign({ more: 'x'.repeat(15_000) })],
  ])('%s, and nothing of it is told', async (_, make) => {
    const jwt = await make();
    const logged = (['debug', 'log', 'info', 'warn', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    const answer = await ask(jwt);
    expect([answer.status, answer.type, answer.body.type]).toEqual([401, 'application/problem+json', '/problems/unauthorized']);
    const told = JSON.stringify([answer.body, [...answer.headers], logged.map(({ mock }) => mock.calls.map(String))]);
    const parts = [jwt, ...jwt.split('.')].filter((text) => text.length > 8);
    expect(parts.filter((text) => told.includes(text))).toEqual([]);
    expect(told).not.toMatch(/@example\.com/);
    expect((await ask(await sign())).status).toBe(200);
  });

  it('with no call for keys where it cannot be one anyway', async () => {
    for (const jwt of ['garbage', 'x'.repeat(20_000), new UnsecuredJWT(claims()).encode()]) await ask(jwt);
    expect(fetched).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['nobody knows', { email: 'eve@example.com' }],
    ['has groups nobody knows', { email: 'eve@example.com', groups: ['chiefs', 'group:Chiefs', 'Chiefs '] }],
    ['has an address that only looks like one, by the sign of Kelvin', { email: 'bac\u212a@example.com' }],
    ['has a domain that only looks like one', { email: 'back@boo\u212a.example' }],
    ['has a text for groups', { email: 'eve@example.com', groups: 'Chiefs' }],
    ['has the right group behind a hundred others', { email: 'eve@example.com', groups: [...Array(100).fill('x'), 'Chiefs'] }],
  ])('as without a role for somebody who %s', async (_, more) => {
    const { status, body } = await ask(await sign(more));
    expect([status, body.type]).toEqual([403, '/problems/no-role']);
    expect(body.detail).toMatch(/An admin gives one: "sluice people set .+ --role viewer"\.$/);
  });
});

it('leaves an owner by a group one, whatever team makes an admin of everybody', async () => {
  await call('PUT', '/v1/teams/web', { services: [] });
  const web = await tokenFor('admin', { name: 'web', team: 'web' });
  for (const group of ['Aaa', 'Zzz']) await call('PUT', `/v1/people/group:${group}`, { role: 'admin' }, web);
  const { body } = await ask(await sign({ email: 'bob@example.com', groups: ['Aaa', 'Chiefs', 'Zzz'] }));
  expect(body).toMatchObject({ role: 'admin', team: null });
});

it('leaves an owner by a group one, whatever team gives the address a role', async () => {
  await call('PUT', '/v1/teams/ops', { services: [] });
  const ops = await tokenFor('admin', { name: 'ops', team: 'ops' });
  expect((await call('PUT', '/v1/people/carl@example.com', { role: 'viewer' }, ops)).status).toBe(200);
  const asCarl = async (groups: string[]) => (await ask(await sign({ email: 'carl@example.com', groups }))).body;
  expect(await asCarl(['Chiefs'])).toMatchObject({ role: 'admin', team: null });
  expect(await asCarl([])).toMatchObject({ role: 'viewer', team: 'ops' });
});

describe('a call from another site', () => {
  const write = { method: 'PUT', path: '/v1/services/app/split' };
  let before: unknown[];
  beforeEach(async () => {
    before = await everything();
  });

  it.each<[string, string, Record<string, string>]>([
    ['PUT', 'a foreign origin', { origin: 'https://evil.example' }],
    ['PUT', 'no origin to name', { origin: 'null' }],
    ['PUT', 'the origin by http', { origin: 'http://control.example' }],
    ['PUT', 'another port', { origin: 'https://control.example:8443' }],
    ['PUT', 'a site below it', { origin: 'https://a.control.example' }],
    ['PUT', 'a foreign site', { 'sec-fetch-site': 'cross-site' }],
    ['PUT', 'a site beside it', { 'sec-fetch-site': 'same-site' }],
    [
      'PUT',
      'a foreign site, though the origin is said to be its own',
      { 'sec-fetch-site': 'cross-site', origin: 'https://control.example' },
    ],
    ['GET', 'a foreign origin', { origin: 'https://evil.example' }],
  ])('is refused: %s by %s; by a token it is taken', async (method, _, headers) => {
    const how = method === 'PUT' ? { ...write, body: { weights: { green: 50 } } } : {};
    const answer = await ask(await sign(), { ...how, headers });
    expect([answer.status, answer.body.type]).toEqual([403, '/problems/cross-site']);
    expect(await everything()).toEqual(before);
    expect((await ask(await sign(), { ...how, headers: { ...headers, authorization: `Bearer ${TOKEN}` } })).status).toBe(200);
    await call('POST', '/v1/services/app/rollback');
  });

  it.each<[string, Record<string, string>]>([
    ['PUT', { origin: 'https://control.example', 'sec-fetch-site': 'same-origin' }],
    ['PUT', { 'sec-fetch-site': 'none' }],
    ['PUT', {}],
    ['GET', { 'sec-fetch-site': 'cross-site' }],
    ['GET', { 'sec-fetch-site': 'same-site' }],
  ])('is none: %s with %j', async (method, headers) => {
    const how = method === 'PUT' ? { ...write, body: { weights: { green: 50 } } } : {};
    expect((await ask(await sign(), { ...how, headers })).status).toBe(200);
  });
});

describe('an assertion says nothing', () => {
  it.each<[string, Partial<Cloudflare.Env>]>([
    ['nothing is configured', { ACCESS_TEAM_DOMAIN: undefined, ACCESS_AUD: undefined }],
    ['there is no audience', { ACCESS_AUD: undefined }],
    ['the audience is empty', { ACCESS_AUD: '' }],
    ['there is no team', { ACCESS_TEAM_DOMAIN: undefined }],
    ['the team is empty', { ACCESS_TEAM_DOMAIN: '' }],
  ])('where %s', async (_, vars) => {
    const { status, body } = await ask(await sign(), { vars });
    expect([status, body.detail]).toEqual([401, 'Nobody is known without a token. Send a token as "Authorization: Bearer …".']);
    expect(fetched).toEqual([]);
  });

  it('beside an authorization, be that good or bad', async () => {
    const jwt = await sign();
    const viewer = await tokenFor('viewer', { name: 'beside' });
    const by = (authorization: string) => ask(jwt, { headers: { authorization, 'cf-connecting-ip': '198.51.100.99' } });
    expect((await by(`Bearer ${viewer}`)).body).toMatchObject({ name: 'token:beside', role: 'viewer' });
    for (const bad of ['Bearer bad', 'Basic bad', '']) expect((await by(bad)).status).toBe(401);
    expect(fetched).toEqual([]);
  });

  it('where it comes as the cookie alone', async () => {
    const headers = { cookie: `CF_Authorization=${await sign()}` };
    const vars = { ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: AUD };
    expect((await call('GET', '/v1/me', undefined, null, { headers, vars })).status).toBe(401);
  });
});
