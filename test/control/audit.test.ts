import { env } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registryOf } from '../../control/registry.ts';
import { app, call, freshApp, TOKEN } from './api.ts';
import { operations, tokenFor, WRITES, write } from './writes.ts';

interface Entry {
  readonly at: string;
  readonly action: string;
  readonly what: string;
  readonly [field: string]: unknown;
}

const writes = (await operations()).filter(({ method }) => method !== 'GET');

/** The log, the oldest first. */
const log = async (): Promise<Entry[]> => (await call('GET', '/v1/audit?limit=1000')).body.entries.reverse();
const page = async (query: string, token = TOKEN): Promise<{ entries: Entry[]; nextCursor: string | null }> =>
  (await call('GET', `/v1/audit?${query}`, undefined, token)).body;

/** All pages of a listing. */
async function pages(query: string, between: () => Promise<unknown> = async () => {}, token = TOKEN): Promise<Entry[]> {
  const all: Entry[] = [];
  for (let cursor: string | null = ''; cursor !== null; await between()) {
    const { entries, nextCursor } = await page(`${query}${cursor === '' ? '' : `&cursor=${cursor}`}`, token);
    all.push(...entries);
    cursor = nextCursor;
  }
  return all;
}

async function exported(query = '', token = TOKEN): Promise<Entry[]> {
  const { body } = await call('GET', `/v1/audit/export${query}`, undefined, token);
  return body.split('\n').flatMap((line: string) => (line === '' ? [] : [JSON.parse(line)]));
}

afterEach(() => vi.useRealTimers());

describe('a write', () => {
  beforeEach(freshApp);

  it.each(writes)('$id leaves what it did, as who, why, and nothing where it is refused', async (operation) => {
    const { prepare, rows = [], before, after } = WRITES[operation.id] ?? {};
    const [lower, enough] = [operation.role === 'admin' ? 'deployer' : 'viewer', operation.role ?? ''];
    const tokens = [await tokenFor(lower), await tokenFor(enough)];
    const parts = await prepare?.();
    const standing = await log();
    expect((await write(operation, tokens[0], parts)).status).toBe(403);
    expect(await log()).toEqual(standing);

    const reason = operation.takesBody ? 'because\n<b>' : null;
    const { status, body } = await write(operation, tokens[1], parts, reason === null ? {} : { reason });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    const left = (await log()).slice(standing.length);
    expect(left.map(({ action }) => action)).toEqual(rows);
    const inTwo = operation.path.includes('{service}') ? 'app' : null;
    for (const entry of left)
      expect(entry).toMatchObject({
        ...{
          actor: `token:the ${enough}`,
          role: enough,
          service: inTwo,
          reason,
          requestId: expect.stringMatching(/^[\w-]{16,}$/),
        },
      });
    expect(new Set(left.map(({ requestId }) => requestId)).size).toBe(1);
    const [first] = left;
    if (before !== undefined) expect(first).toMatchObject({ before });
    if (after !== undefined) expect(first).toMatchObject({ after });
  });

  it('begins where the one before it has ended', async () => {
    const releases = '/v1/services/app/releases';
    const stages = [50, 60, 70, 100].map((weight) => ({ weight, soakSeconds: 60, advance: 'manual' }));
    const made = (await log()).length;
    await call('POST', releases, { stages });
    for (const verb of ['start', 'pause', 'resume', 'skip', 'promote']) await call('POST', `${releases}/1/${verb}`);
    await call('POST', '/v1/services/app/rollback');
    await call('POST', releases, { stages, slot: 'green', autoStart: true, force: true });
    await call('POST', `${releases}/2/abort`);
    const rows = (await log()).slice(made - 1);
    expect(rows.slice(1).map(({ action }) => action)).toEqual([
      ...['release_created', 'release_started', 'release_paused', 'release_resumed', 'stage_skipped', 'stage_advanced'],
      ...['release_promoted', 'rolled_back', 'release_created', 'release_started', 'release_aborted'],
    ]);
    expect(rows.slice(1).map(({ before }) => before)).toEqual(rows.slice(0, -1).map(({ after }) => after));
  });

  it('that changes nothing leaves nothing', async () => {
    const person = '/v1/people/ann@example.com';
    const { id } = (await call('POST', '/v1/tokens', { name: 'ci', role: 'viewer' })).body;
    await call('DELETE', `/v1/tokens/${id}`);
    const before = await log();
    expect((await call('DELETE', `/v1/tokens/${id}`)).body.state).toBe('revoked');
    expect((await call('POST', '/v1/services/app/activate', { slot: 'blue' })).status).toBe(200);
    const refused = [
      await call('DELETE', person),
      await call('DELETE', '/v1/teams/none'),
      await call('DELETE', '/v1/plans/none'),
      await call('PUT', '/v1/plans/standard', { stages: [{ weight: 1, soakSeconds: 1 }] }),
      await call('POST', '/v1/services/app/preview', { slot: 'green' }),
      await call('POST', '/v1/services/app/rollback'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 409, 503, 409]);
    expect(await log()).toEqual(before);
  });
});

it('is read alone: no operation changes or deletes an entry', async () => {
  const own = (await operations()).filter(({ path }) => path.startsWith('/v1/audit'));
  expect(own.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/audit', 'GET /v1/audit/export']);
});

describe('reading', () => {
  const FIRST = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  const at = (second: number) => new Date(FIRST + 1000 * second).toISOString();
  const by = (actor: string) => ({ actor, role: 'admin', reason: null, requestId: null }) as const;
  const person = (who: string) => ({ who, role: 'viewer', team: null, services: null }) as const;

  /** Writes at a few instants, many of them at the same one, in the log of the service and in that of the registry. */
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(FIRST - 10_000);
    await freshApp();
    for (let i = 0; i < 24; i++) {
      vi.setSystemTime(FIRST + 1000 * Math.floor(i / 8));
      if (i % 3 === 0) await app().command({ type: 'set_default_plan', plan: `p${i}`, by: by('ann') });
      else await registryOf(env).putPerson({ person: person(`p${i}@example.com`), by: by(i % 3 === 1 ? 'ann' : 'bob') });
    }
    vi.useRealTimers();
  });

  it('gives the newest first, whatever log it is from', async () => {
    const { entries, nextCursor } = await page('limit=1000');
    expect(nextCursor).toBeNull();
    expect(entries.length).toBeGreaterThanOrEqual(27);
    expect(entries.map(({ at }) => at)).toEqual(
      entries
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    expect(new Set(entries.slice(0, 8).map(({ service }) => service))).toEqual(new Set([null, 'app']));
  });

  it.each([1, 2, 3, 5, 8, 26, 27, 28])('gives each entry once in pages of %i', async (limit) => {
    expect(await pages(`limit=${limit}`)).toEqual((await page('limit=1000')).entries);
  });

  it('gives each entry once also while others are written', async () => {
    const { entries } = await page('limit=1000');
    let written = 0;
    const all = await pages('limit=4', async () => {
      await call('PUT', `/v1/people/n${written++}@example.com`, { role: 'viewer' });
      await app().command({ type: 'set_default_plan', plan: `n${written}`, by: by('bob') });
    });
    expect(written).toBeGreaterThan(5);
    expect(all).toEqual(entries);
  });

  it.each<[string, (entry: Entry) => boolean]>([
    ['actor=bob', ({ actor }) => actor === 'bob'],
    ['actor=bob%27%20OR%201', () => false],
    ['action=default_plan_set', ({ action }) => action === 'default_plan_set'],
    ['action=person_set&actor=ann', ({ action, actor }) => action === 'person_set' && actor === 'ann'],
    ['service=app', ({ service }) => service === 'app'],
    ['service=app&actor=ann', ({ service, actor }) => service === 'app' && actor === 'ann'],
    [`since=${at(1)}`, (entry) => entry.at >= at(1)],
    [`until=${at(1)}`, (entry) => entry.at <= at(1)],
    [`since=${at(7201).replace('Z', '%2B02:00')}&until=${at(1)}`, (entry) => entry.at === at(1)],
    [`since=${at(2)}&until=${at(1)}`, () => false],
  ])('takes only what %s asks for, in pages and as lines', async (query, isMeant) => {
    const meant = (await page('limit=1000')).entries.filter(isMeant);
    if (isMeant.length > 0) expect(meant.length).toBeGreaterThan(0);
    expect(await pages(`limit=3&${query}`)).toEqual(meant);
    expect(await exported(`?${query}`)).toEqual(meant);
  });

  it('finds what a preview left under its service', async () => {
    await registryOf(env).notePreview({ service: 'app', slot: 'green', expiresAt: 'later', by: by('ann') });
    expect((await page('service=app&action=preview_signed')).entries).toMatchObject([{ what: 'Preview of slot green signed.' }]);
  });

  const text = (value: unknown) => btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  it.each<[string, number]>([
    ['', 400],
    ['x', 400],
    ['%00', 400],
    ['bnVsbA', 400],
    [text({}), 400],
    [text([1]), 400],
    [text([1, 'nope', 1]), 400],
    [text(['1', '', 1]), 400],
    [text([1, '', '1 OR 1']), 400],
    [text([1.5, '', 1]), 400],
    [text([1, '', 1, 1]).slice(0, 9), 400],
    ['x'.repeat(201), 422],
    [text([0, '', 0]), 200],
  ])('answers the cursor "%s" with %i', async (cursor, status) => {
    const answer = await call('GET', `/v1/audit?cursor=${cursor}`);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(answer.body.detail).toMatch(/^cursor: /);
    else expect(answer.body).toEqual({ entries: [], nextCursor: null });
  });

  it.each([
    ['limit=0', 422],
    ['limit=1001', 422],
    ['limit=many', 400],
    ['since=yesterday', 400],
    ['until=2030-02-30T00:00:00Z', 400],
    ['action=nothing', 400],
    ['service=nope', 404],
  ])('refuses %s with %i', async (query, status) => {
    expect((await call('GET', `/v1/audit?${query}`)).status).toBe(status);
    if (!query.startsWith('limit')) expect((await call('GET', `/v1/audit/export?${query}`)).status).toBe(status);
  });

  it('gives all of it as lines', async () => {
    const answer = await call('GET', '/v1/audit/export');
    expect(answer.type).toBe('application/x-ndjson');
    expect(answer.body.endsWith('}\n')).toBe(true);
    expect(await exported()).toEqual((await page('limit=1000')).entries);
  });

  it('gives more lines than a page of them has', async () => {
    for (let i = 0; i < 520; i++) await registryOf(env).putPerson({ person: person('x@example.com'), by: by('many') });
    expect(await exported('?actor=many')).toHaveLength(520);
    expect(await exported('?actor=many')).toEqual(await pages('limit=260&actor=many'));
  });
});
