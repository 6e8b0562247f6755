import { env, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { digest, idOf, newToken } from '../../control/secret.ts';
import { call, freshApp, TOKEN } from './api.ts';
import { everything, tokenFor } from './writes.ts';

const SPLIT = '/v1/services/app/split';
const make = (body: object, token = TOKEN) => call('POST', '/v1/tokens', body, token);
const me = (token: string, headers = {}) => call('GET', '/v1/me', undefined, token, { headers });
/** The part of a token that nobody else may know. */
const secretOf = (token: string) => token.slice(-43);

let addresses = 0;
/** Each bad token from another address: otherwise they would only be told to wait. */
const elsewhere = () => ({ 'cf-connecting-ip': `203.0.113.${addresses++}` });
const withHeader = (authorization: string, path = '/v1/me') =>
  call('GET', path, undefined, null, { headers: { authorization, ...elsewhere() } });

/** Everything in the tables of the registry. */
function stored(): Promise<Record<string, Record<string, SqlStorageValue>[]>> {
  const stub = env.REGISTRY.get(env.REGISTRY.idFromName('registry'));
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray();
    return Object.fromEntries(tables.map(({ name }) => [String(name), sql.exec(`SELECT * FROM "${name}"`).toArray()]));
  });
}

/** All that is written to the log meanwhile. */
function spied(): () => string {
  const spies = (['debug', 'log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
  return () =>
    spies
      .flatMap(({ mock }) => mock.calls.flat().map((part) => (part instanceof Error ? part.stack : JSON.stringify(part))))
      .join('\n');
}

beforeAll(freshApp);
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the text of a token', () => {
  it('is told once, and kept as its SHA-256 alone', async () => {
    const logged = spied();
    const { status, body, headers } = await make({ name: 'once', role: 'admin' });
    expect(status).toBe(201);
    expect(body.token).toMatch(/^slu_[a-z0-9]{12}_[\w-]{43}$/);
    expect(idOf(body.token)).toBe(body.id);
    expect([...headers.values()].join()).not.toContain(secretOf(body.token));
    expect((await me(body.token)).status).toBe(200);
    expect((await call('PUT', SPLIT, { weights: { green: 3 } }, body.token)).status).toBe(200);
    const tables = await stored();
    expect(Object.keys(tables)).toEqual(expect.arrayContaining(['tokens', 'audit', 'people', 'teams', 'plans']));
    expect(tables.tokens).toContainEqual(expect.objectContaining({ id: body.id, hash: await digest(body.token) }));
    const told = await call('DELETE', `/v1/tokens/${body.id}`);
    const lines = (await call('GET', '/v1/audit/export')).body;
    expect(lines).toContain('Token once made, as admin.');
    const shown = JSON.stringify([told.body, lines, await everything(), logged()]);
    expect(shown).not.toContain(await digest(body.token));
    expect(shown + JSON.stringify([tables, await stored()])).not.toContain(secretOf(body.token));
  });

  it.each([
    ['slu_abcdefghij12_', 43, 'abcdefghij12'],
    ['slu_abcdefghij12_', 42, undefined],
    ['slu_abcdefghij12_', 44, undefined],
    ['slu_abcdefghij1_', 43, undefined],
    ['slu_ABCDEFGHIJ12_', 43, undefined],
    ['SLU_abcdefghij12_', 43, undefined],
    [' slu_abcdefghij12_', 43, undefined],
  ])('begins with %j; with %i more its id is %j', (start, more, id) => expect(idOf(start + 'x'.repeat(more))).toBe(id));

  it('is another each time', () => {
    const made = Array.from({ length: 500 }, newToken);
    expect(made.every(({ id, text }) => idOf(text) === id)).toBe(true);
    expect(new Set(made.map(({ text }) => secretOf(text))).size).toBe(500);
    // Every letter comes at every place: 6000 letters of 36, each about 167 times.
    const letters = Map.groupBy(
      made.flatMap(({ id }) => [...id]),
      (letter) => letter,
    );
    expect(letters.size).toBe(36);
    expect(Math.min(...[...letters.values()].map(({ length }) => length))).toBeGreaterThan(90);
  });
});

describe('a token', () => {
  it('acts as what it was made for', async () => {
    const [viewer, deployer] = [await tokenFor('viewer'), await tokenFor('deployer')];
    expect((await me(viewer)).body).toEqual({ name: 'token:the viewer', role: 'viewer', team: null, services: ['app'] });
    expect((await call('PUT', SPLIT, { weights: { green: 4 } }, viewer)).body.type).toBe('/problems/role-too-low');
    expect((await call('PUT', SPLIT, { weights: { green: 5 } }, deployer)).status).toBe(200);
    expect((await make({ name: 'more', role: 'viewer' }, deployer)).body).toMatchObject({
      type: '/problems/role-too-low',
      detail: 'This takes the role admin; token:the deployer is deployer.',
    });
  });

  it('is not needed by whoever holds the secret, who is an owner', async () => {
    expect((await me(TOKEN)).body).toEqual({ name: 'admin', role: 'admin', team: null, services: ['app'] });
  });

  it('is taken by the scheme in any case, and ends when it is said to', async () => {
    const { body } = await make({ name: 'brief', role: 'viewer', forSeconds: 60 });
    const end = Date.parse(body.expiresAt);
    expect(end - Date.parse(body.createdAt)).toBe(60_000);
    vi.setSystemTime(end - 1);
    expect((await withHeader(`bearer ${body.token}`)).status).toBe(200);
    expect((await withHeader(`BEARER ${body.token}`)).status).toBe(200);
    vi.setSystemTime(end);
    const over = await withHeader(`Bearer ${body.token}`);
    expect([over.status, over.body.type, over.headers.get('www-authenticate')]).toEqual([
      ...[401, '/problems/token-expired', 'Bearer realm="sluice"'],
    ]);
    const { tokens } = (await call('GET', '/v1/tokens')).body;
    expect(tokens.find(({ name }: { name: string }) => name === 'brief').state).toBe('expired');
  });

  it('ends at once when it is revoked, and no other does', async () => {
    const [one, other] = [(await make({ name: 'one', role: 'admin' })).body, (await make({ name: 'other', role: 'admin' })).body];
    expect((await me(one.token)).status).toBe(200);
    expect((await call('DELETE', `/v1/tokens/${one.id}`, { reason: 'lost' }, one.token)).body).toMatchObject({
      state: 'revoked',
    });
    expect((await me(one.token, elsewhere())).body).toMatchObject({ status: 401, type: '/problems/token-revoked' });
    expect((await call('PUT', SPLIT, { weights: { green: 9 } }, one.token, { headers: elsewhere() })).status).toBe(401);
    expect((await me(other.token)).status).toBe(200);
    expect((await call('DELETE', `/v1/tokens/${'x'.repeat(12)}`)).body.type).toBe('/problems/unknown-token');
  });

  it('is noted as used at most once a minute', async () => {
    const { token, id } = (await make({ name: 'used', role: 'viewer' })).body;
    const used = async () =>
      (await call('GET', '/v1/tokens')).body.tokens.find((one: { id: string }) => one.id === id).lastUsedAt;
    const start = Date.now() + 1000;
    const at = async (ms: number) => {
      vi.setSystemTime(start + ms);
      await me(token);
      return used();
    };
    const iso = (ms: number) => new Date(start + ms).toISOString();
    expect(await used()).toBeNull();
    expect(await at(0)).toBe(iso(0));
    expect(await at(59_999)).toBe(iso(0));
    expect(await at(60_000)).toBe(iso(60_000));
    expect(await at(119_999)).toBe(iso(60_000));
    vi.setSystemTime(start + 300_000);
    await me(`${token.slice(0, -1)}-`, elsewhere());
    expect(await used()).toBe(iso(60_000));
  });

  it('has a name that none in force has', async () => {
    const { body } = await make({ name: 'ci', role: 'viewer', forSeconds: 60 });
    expect((await make({ name: 'ci', role: 'admin' })).body).toMatchObject({ status: 409, type: '/problems/token-exists' });
    vi.setSystemTime(Date.parse(body.expiresAt));
    const { status, body: again } = await make({ name: 'ci', role: 'viewer' });
    expect(status).toBe(201);
    await call('DELETE', `/v1/tokens/${again.id}`);
    expect((await make({ name: 'ci', role: 'viewer' })).status).toBe(201);
  });
});

describe('what is no good token', () => {
  let good: string;
  let other: string;
  let gone: string;
  let old: string;
  beforeAll(async () => {
    good = await tokenFor('admin', { name: 'good' });
    other = await tokenFor('admin', { name: 'another' });
    const revoked = (await make({ name: 'gone', role: 'admin' })).body;
    gone = revoked.token;
    await call('DELETE', `/v1/tokens/${revoked.id}`);
    vi.setSystemTime(Date.now() - 3_600_000);
    old = await tokenFor('admin', { name: 'old', forSeconds: 60 });
    vi.useRealTimers();
  });

  it.each<[string, string, () => string]>([
    ['nothing', 'unauthorized', () => ''],
    ['a scheme alone', 'unauthorized', () => 'Bearer'],
    ['an empty one', 'unauthorized', () => 'Bearer '],
    ['no scheme', 'unauthorized', () => good],
    ['another scheme', 'unauthorized', () => `Basic ${btoa(`admin:${good}`)}`],
    ['another scheme with it as it is', 'unauthorized', () => `Token ${good}`],
    ['two', 'unauthorized', () => `Bearer ${good} ${good}`],
    ['two in a list', 'unauthorized', () => `Bearer ${good}, Bearer ${other}`],
    ['two without a space', 'unauthorized', () => `Bearer ${good},${other}`],
    ['one in quotes', 'unauthorized', () => `Bearer "${good}"`],
    ['one behind a tab', 'unauthorized', () => `Bearer\t${good}`],
    ['one behind two spaces', 'unauthorized', () => `Bearer  ${good}`],
    ['one cut short', 'unauthorized', () => `Bearer ${good.slice(0, -1)}`],
    ['one cut to its id', 'unauthorized', () => `Bearer ${good.slice(0, 17)}`],
    ['one made longer', 'unauthorized', () => `Bearer ${good}A`],
    ['one in capitals', 'unauthorized', () => `Bearer ${good.toUpperCase()}`],
    ['one in small letters', 'unauthorized', () => `Bearer ${good.toLowerCase()}`],
    ['another secret for its id', 'unauthorized', () => `Bearer ${good.slice(0, -43)}${secretOf(other)}`],
    ['its secret for another id', 'unauthorized', () => `Bearer ${other.slice(0, -43)}${secretOf(good)}`],
    ['its secret for no id', 'unauthorized', () => `Bearer slu_${'0'.repeat(12)}_${secretOf(good)}`],
    ['one letter changed', 'unauthorized', () => `Bearer ${good.slice(0, -2)}${good.at(-2) === 'A' ? 'B' : 'A'}${good.at(-1)}`],
    ['a new one nobody made', 'unauthorized', () => `Bearer ${newToken().text}`],
    ['the secret cut short', 'unauthorized', () => `Bearer ${TOKEN.slice(0, -1)}`],
    ['the secret in capitals', 'unauthorized', () => `Bearer ${TOKEN.toUpperCase()}`],
    ['a very long one', 'unauthorized', () => `Bearer ${good.repeat(150)}`],
    ['one that is revoked', 'token-revoked', () => `Bearer ${gone}`],
    ['one that is over', 'token-expired', () => `Bearer ${old}`],
    ['a wrong secret of one that is revoked', 'unauthorized', () => `Bearer ${gone.slice(0, -43)}${secretOf(good)}`],
    ['a wrong secret of one that is over', 'unauthorized', () => `Bearer ${old.slice(0, -43)}${secretOf(good)}`],
  ])('%s is refused as %s, and nothing of it is told', async (_, type, header) => {
    const logged = spied();
    const answer = await withHeader(header());
    expect([answer.status, answer.type, answer.body.type]).toEqual([401, 'application/problem+json', `/problems/${type}`]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sluice"');
    const told = JSON.stringify([answer.body, [...answer.headers], logged()]);
    const words = header().split(/[\s,"]+/);
    const parts = words.flatMap((word) => [word, word.slice(-43), word.slice(4, 16)]).filter((part) => part.length >= 12);
    expect(parts.filter((part) => told.includes(part))).toEqual([]);
  });

  it('is what says nothing in the place of a token', async () => {
    for (const [name, value] of [
      ['cookie', `token=${good}`],
      ['x-api-key', good],
      ['proxy-authorization', `Bearer ${good}`],
    ] as const)
      expect((await call('GET', '/v1/me', undefined, null, { headers: { [name]: value } })).status).toBe(401);
    expect((await call('GET', `/v1/me?token=${good}`, undefined, null)).status).toBe(401);
  });

  it('can be told apart by no answer from a good one of another id', async () => {
    const unknown = await withHeader(`Bearer slu_${'0'.repeat(12)}_${secretOf(good)}`);
    const wrong = await withHeader(`Bearer ${good.slice(0, -43)}${secretOf(other)}`);
    const { requestId: _, ...one } = unknown.body;
    const { requestId: __, ...two } = wrong.body;
    expect(one).toEqual(two);
  });
});

describe('many bad tokens', () => {
  /** Ten for each key. */
  function limiter() {
    const asked = new Map<string, number>();
    const limit = async ({ key }: { key: string }) => {
      asked.set(key, (asked.get(key) ?? 0) + 1);
      return { success: (asked.get(key) ?? 0) <= 10 };
    };
    return { asked, vars: { BAD_TOKENS: { limit } as RateLimit } };
  }

  it('from one address are told to wait, and nobody else is', async () => {
    const good = await tokenFor('viewer', { name: 'calm' });
    const { asked, vars } = limiter();
    const from = (address: string, token: string | null) =>
      call('GET', '/v1/me', undefined, token, { headers: { 'cf-connecting-ip': address }, vars });
    for (let i = 0; i < 10; i++) expect((await from('192.0.2.1', 'bad')).status).toBe(401);
    const late = await from('192.0.2.1', 'bad');
    expect([late.status, late.body.type, late.headers.get('retry-after')]).toEqual([429, '/problems/too-many-bad-tokens', '60']);
    expect(JSON.stringify(late.body)).not.toContain('192.0.2.1');
    expect((await from('192.0.2.1', newToken().text)).status).toBe(429);
    expect((await from('192.0.2.2', 'bad')).status).toBe(401);
    expect((await from('192.0.2.1', good)).status).toBe(200);
    expect((await from('192.0.2.1', TOKEN)).status).toBe(200);
    expect((await from('192.0.2.1', null)).status).toBe(401);
    expect([...asked]).toEqual([
      ['192.0.2.1', 12],
      ['192.0.2.2', 1],
    ]);
  });

  it('are told apart from bad ones where there is no limiter', async () => {
    for (let i = 0; i < 12; i++)
      expect((await call('GET', '/v1/me', undefined, 'bad', { vars: { BAD_TOKENS: undefined } })).status).toBe(401);
  });

  it('are counted by the binding that is configured', async () => {
    const headers = { 'cf-connecting-ip': '198.51.100.7' };
    const answers = [];
    for (let i = 0; i < 30; i++) answers.push((await call('GET', '/v1/me', undefined, 'bad', { headers })).status);
    // Ten in each minute, of which two may be met.
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);
  });
});

describe('making a token', () => {
  it.each<[number, unknown]>([
    [201, 'deploys'],
    [201, '7'],
    [201, 'Änne 版本 - no'],
    [201, 'a._@/+-'],
    [201, '版'.repeat(64)],
    [400, 'x'.repeat(65)],
    [400, ''],
    [400, ' ci'],
    [400, 'ci\r\nset-cookie: a=b'],
    [400, 'ci\n'],
    [400, 'ci\u0000'],
    [400, 'ci\u001b[31m'],
    [400, 'ci\u202e'],
    [400, 'ci\u200b'],
    [400, '<img src=x onerror=alert(1)>'],
    [400, 'ci"'],
    [400, '🚀'],
    [400, '-ci'],
    [400, 7],
    [400, null],
  ])('answers %i to the name %j', async (status, name) => {
    const before = await everything();
    const answer = await make({ name, role: 'viewer' });
    expect(answer.status).toBe(status);
    if (status === 201) expect(answer.body.name).toBe(name);
    else expect(await everything()).toEqual(before);
  });

  it.each<[number, unknown]>([
    [201, 60],
    [201, 315_360_000],
    [201, null],
    [422, 59],
    [422, 0],
    [422, -1],
    [422, 315_360_001],
    [400, 60.5],
    [400, '60'],
    [400, true],
    [422, 1e15],
  ])('answers %i to a life of %j s', async (status, forSeconds) => {
    const { body, status: given } = await make({ name: `for ${String(forSeconds)}`, role: 'viewer', forSeconds });
    expect(given).toBe(status);
    const life = body.expiresAt === null ? null : (Date.parse(body.expiresAt) - Date.parse(body.createdAt)) / 1000;
    if (status === 201) expect(life).toBe(forSeconds);
  });

  it('gives it 90 days unless it is said otherwise', async () => {
    const { body } = await make({ name: 'plain', role: 'viewer' });
    expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(90 * 86_400_000);
    expect(body).toMatchObject({
      createdBy: 'admin',
      lastUsedAt: null,
      revokedAt: null,
      state: 'good',
      team: null,
      services: null,
    });
  });

  it.each<[number, object]>([
    [400, { role: 'owner' }],
    [400, { role: 'Admin' }],
    [400, {}],
    [404, { role: 'viewer', team: 'nobody' }],
    [404, { role: 'viewer', services: ['nope'] }],
    [422, { role: 'viewer', services: [] }],
    [400, { role: 'viewer', services: 'app' }],
    [400, { role: 'viewer', team: '../x' }],
  ])('answers %i to %j', async (status, body) => {
    expect((await make({ name: 'odd', ...body })).status).toBe(status);
  });
});
