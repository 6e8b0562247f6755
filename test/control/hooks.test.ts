// Hooks in the real objects, posted to a receiver: what is asked, what its answers bring about, and that nobody waits for it.
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hookCall } from '../../control/api/webhook-schemas.ts';
import { PLAN_DEFAULTS } from '../../control/core/plan.ts';
import { ingest } from '../../control/ingest.ts';
import { parseSplitText } from '../../router/split.ts';
import { asked, by, made, registry } from './announce.ts';
import { app, call, crash, freshApp, stub } from './api.ts';
import { inbox } from './inbox.ts';
import type { Step } from './receiver.ts';
import { tokenFor } from './writes.ts';

const APP = '/v1/services/app';
const STAGES = [
  { weight: 10, soakSeconds: 0, minRequests: 0 },
  { weight: 100, soakSeconds: 3600, minRequests: 0 },
];
const SOON = { timeout: 4000, interval: 20 };

const inKv = async () => parseSplitText(await env.SPLITS.get('split:app'), 'app')?.revision;
const newest = async () => (await call('GET', APP)).body.release;
const orders = () =>
  runInDurableObject(stub(), (_, { storage }) => storage.sql.exec('SELECT key FROM outbox ORDER BY key').toArray());

/** A channel whose receiver answers by a script. */
async function hook(...steps: Step[]) {
  const { name, got } = await inbox(...steps);
  const { channel, secret } = await made({ ...asked('ci-gate'), topics: ['aborted'], url: `https://hooks.example.com/${name}` });
  return { id: channel.id, secret: secret ?? '', got };
}

const release = (on: string, channel: string) =>
  call('POST', `${APP}/releases`, { stages: STAGES, hooks: [{ on, channel }], name: 'checkout', autoStart: true });

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

describe('a hook', () => {
  it('is asked over its channel, signed, and lets the release start', async () => {
    const { id, secret, got } = await hook();
    const { status, body } = await release('before-start', id);
    expect([status, body.state, body.stage]).toEqual([201, 'pending', null]);
    expect(body.gate).toMatchObject({ on: 'before-start', stage: 1, attempts: 1, nextAt: null, refusals: [] });
    expect(body.plan.hooks).toEqual([{ on: 'before-start', channel: id }]);
    await vi.waitFor(async () => expect(await newest()).toMatchObject({ state: 'running', gate: null }), SOON);
    const [request, ...others] = await got();
    expect(others).toEqual([]);
    if (request === undefined) throw new Error('nothing came');
    const sent = new Webhook(secret).verify(request.body, request.headers);
    expect(hookCall.extend({ data: hookCall.shape.data.strict() }).strict().parse(sent)).toEqual(sent);
    expect(sent).toEqual({
      type: 'hook.before-start',
      timestamp: body.gate.askedAt,
      data: {
        service: 'app',
        release: {
          ...{ id: 1, name: 'checkout', candidate: 'green', from: 'blue' },
          versions: { blue: 'v-blue', green: 'v-green' },
        },
        stage: { number: 1, of: 2, weight: 10 },
        weights: { blue: 100, green: 0 },
      },
    });
    await vi.waitFor(async () => expect(await orders()).toEqual([]), SOON);
    const { entries } = (await call('GET', '/v1/audit?limit=3')).body;
    expect(entries.map((entry: { what: string }) => entry.what)).toContain(
      'Release 1: hook ci-gate before the start let it pass.',
    );
  });

  it.each<[string, Step, number | null]>([
    ['answered 503', { status: 503 }, 503],
    [
      'answered 302, and redirects are not followed',
      { status: 302, headers: { location: 'https://hooks.example.com/yes' } },
      302,
    ],
    ['gave no answer within 10 s', { delayMs: 12_000 }, null],
  ])('that %s holds the release before a stage', async (told, step, status) => {
    const { id } = await hook(step);
    await release('before-stage', id);
    const held = () => vi.waitFor(async () => expect((await newest()).state).toBe('held'), { timeout: 15_000, interval: 100 });
    await held();
    const { why, gate, stage } = await newest();
    expect(why).toMatch(new RegExp(`^Hook ci-gate before stage 2 ${told}\\. Asked again at \\d\\d:\\d\\d:\\d\\d UTC\\.$`));
    expect(gate.refusals).toMatchObject([{ channel: id, name: 'ci-gate', status }]);
    expect(stage).toMatchObject({ number: 1, weight: 10, clock: 'stopped' });
    expect((await call('GET', `${APP}/releases/1/decisions`)).body.decisions.at(-1)).toMatchObject({ did: 'held', stage: 1 });
  });

  it('is asked again in the same words, by the alarm, until it lets the release pass', async () => {
    const { id, got } = await hook({ status: 503 }, { status: 503 }, { status: 204 });
    await release('before-stage', id);
    for (const seconds of [5, 15]) {
      await vi.waitFor(async () => expect((await newest()).gate?.nextAt).toEqual(expect.any(String)), SOON);
      vi.setSystemTime(Date.now() + seconds * 1000);
      await runDurableObjectAlarm(stub());
    }
    await vi.waitFor(async () => expect(await newest()).toMatchObject({ state: 'running', stage: { number: 2 } }), SOON);
    const requests = await got();
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const stamps = requests.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect((stamps[2] ?? 0) - (stamps[0] ?? 0)).toBeGreaterThanOrEqual(20);
  });

  it.each([
    ['there is no such channel', () => Promise.resolve(crypto.randomUUID())],
    [
      'its channel is no webhook but one of slack',
      async () => (await made({ ...asked('ops'), kind: 'slack', url: 'https://hooks.slack.com/services/x' })).channel.id,
    ],
  ])('that cannot be asked holds the release: %s', async (told, channel) => {
    // Not over the API, which takes only what can be asked; a channel may be gone since.
    const hooks = [{ on: 'before-stage', channel: await channel() }] as const;
    const plan = { ...PLAN_DEFAULTS, name: null, stages: STAGES.map((stage) => ({ ...stage, advance: 'auto' as const })), hooks };
    const create = { type: 'create_release', slot: null, plan, name: null, autoStart: true, force: false, by } as const;
    expect(await app().command(create)).toMatchObject({ ok: true });
    await newest();
    await vi.waitFor(async () => expect((await newest()).why).toContain(`cannot be asked: ${told}`), SOON);
    expect((await newest()).state).toBe('held');
  });

  it('is asked once more when the registry broke in the midst', async () => {
    const { id } = await hook();
    await runInDurableObject(stub(), (object) => {
      const { hooks } = (object as unknown as { tools: { hooks: { ask: unknown } } }).tools;
      hooks.ask = () => Promise.reject(new Error('the registry is gone'));
    });
    await release('before-start', id);
    await vi.waitFor(async () => expect((await newest()).why).toMatch(/^Hook .* before the start could not be asked\./), SOON);
    await crash();
    vi.setSystemTime(Date.now() + 5000);
    await runDurableObjectAlarm(stub());
    await vi.waitFor(async () => expect((await newest()).state).toBe('running'), SOON);
  });
});

describe('a hook that hangs', () => {
  it('delays no command, report, alarm or publish, and its late answer changes nothing', async () => {
    const { id, got } = await hook({ delayMs: 10_000 });
    await release('before-stage', id);
    await newest();
    await vi.waitFor(async () => expect(await got()).toHaveLength(1), SOON);
    const { epoch, revision } = await app().read();
    await vi.waitFor(async () => expect(await inKv()).toBe(revision), SOON);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // So that the alarm is what asks.
    await crash();
    const began = Date.now();
    await runDurableObjectAlarm(stub());
    await vi.waitFor(async () => expect(await got()).toHaveLength(2), SOON);
    await ingest(env, { schema: 1, service: 'app', isolate: 'i-1', sequence: 1, held: { epoch, revision }, rows: [] });
    expect((await call('POST', `${APP}/rollback`)).status).toBe(200);
    await vi.waitFor(async () => expect(await inKv()).toBe(revision + 1), SOON);
    expect(Date.now() - began).toBeLessThan(2000);
    expect((await got())[1]?.answered).toBe(false);
    await vi.waitFor(async () => expect((await orders()).length).toBe(0), { timeout: 12_000, interval: 100 });
    expect(await newest()).toMatchObject({ state: 'rolled_back', gate: null });
  });

  it('is asked again, and answers, after the object died in between', async () => {
    const { id, got } = await hook({ delayMs: 5000 }, { status: 200 });
    await release('before-start', id);
    await vi.waitFor(async () => expect(await got()).toHaveLength(1), SOON);
    await crash();
    expect(await newest()).toMatchObject({ state: 'pending', gate: { attempts: 1, nextAt: null } });
    expect(await orders()).toMatchObject([{ key: 'call_hook:1:before-start' }]);
    await runDurableObjectAlarm(stub());
    await vi.waitFor(async () => expect((await newest()).state).toBe('running'), SOON);
    const ids = (await got()).map(({ headers }) => headers['webhook-id']);
    expect([ids.length, ids[0]]).toEqual([2, ids[1]]);
  });
});

describe('plans', () => {
  it.each([
    [400, [{ on: 'before-lunch', channel: crypto.randomUUID() }], 'hooks.0.on'],
    [422, [{ on: 'before-start', channel: '' }], 'hooks.0.channel'],
    [422, Array.from({ length: 7 }, () => ({ on: 'before-start', channel: crypto.randomUUID() })), 'hooks'],
    [422, Array(2).fill({ on: 'before-start', channel: crypto.randomUUID() }), 'hooks'],
  ])('are refused with %i for the hooks %j', async (wanted, hooks, path) => {
    const { status, body } = await call('PUT', '/v1/plans/mine', { stages: STAGES, hooks });
    expect([status, body.errors.map((error: { path: string }) => error.path)]).toEqual([wanted, [path]]);
  });

  it('are refused where a hook names no webhook, or one by its id and by its name', async () => {
    const { id } = await hook();
    await made({ ...asked('ops'), kind: 'slack', url: 'https://hooks.slack.com/services/x' });
    for (const channels of [['nobody'], ['ops'], [crypto.randomUUID()], [id, 'ci-gate']]) {
      const hooks = channels.map((channel) => ({ on: 'before-start', channel }));
      const { status, body } = await call('PUT', '/v1/plans/mine', { stages: STAGES, hooks });
      expect([status, body.type]).toEqual([422, '/problems/hook-off']);
      const inline = await call('POST', `${APP}/releases`, { stages: STAGES, hooks });
      expect([inline.status, inline.body.type]).toEqual([422, '/problems/hook-off']);
    }
    expect((await call('GET', '/v1/plans/mine')).status).toBe(404);
  });

  it('ask the channel of an id, though another has that for its name', async () => {
    const first = await made({ ...asked('first'), topics: ['aborted'] });
    const { id } = await hook();
    await made({ ...asked(id), id: first.channel.id, topics: ['aborted'] });
    const set = await call('PUT', '/v1/plans/mine', { stages: STAGES, hooks: [{ on: 'before-start', channel: id }] });
    expect(set.body.hooks).toEqual([{ on: 'before-start', channel: id }]);
    expect((await call('GET', `/v1/channels/${id}`)).body).toMatchObject({ id, name: 'ci-gate' });
  });

  it('of another team have its channels told of no service that is not theirs', async () => {
    await call('PUT', '/v1/teams/web', { services: ['app'] });
    await call('PUT', '/v1/teams/ops', { services: [] });
    const [web, ops] = [await tokenFor('deployer', { team: 'web' }), await tokenFor('admin', { team: 'ops' })];
    const { name, got } = await inbox();
    const url = `https://hooks.example.com/${name}`;
    const { body } = await call('POST', '/v1/channels', { name: 'ops-gate', kind: 'webhook', url, topics: ['aborted'] }, ops);
    const hooks = [{ on: 'before-start', channel: body.id }];
    expect((await call('PUT', '/v1/plans/theirs', { stages: STAGES, hooks }, ops)).status).toBe(200);
    expect((await call('POST', `${APP}/releases`, { plan: 'theirs', autoStart: true }, web)).status).toBe(201);
    const refused = `Hook ${body.id} before the start cannot be asked: its channel may not hear of app.`;
    await vi.waitFor(async () => expect((await newest()).why).toContain(refused), SOON);
    expect(await got()).toEqual([]);
    await call('PUT', '/v1/teams/web', { services: [] });
    await call('PUT', '/v1/teams/ops', { services: ['app'] });
    await call('POST', `${APP}/releases/1/start`);
    await vi.waitFor(async () => expect((await newest()).state).toBe('running'), SOON);
    expect(await got()).toHaveLength(1);
  });

  it('take a channel by its name, and keep it from being deleted', async () => {
    const { id } = await hook();
    const hooks = [{ on: 'before-start', channel: 'ci-gate' }];
    expect((await call('PUT', '/v1/plans/mine', { stages: STAGES, hooks })).body.hooks).toEqual([
      { on: 'before-start', channel: id },
    ]);
    const { status, body } = await call('DELETE', '/v1/channels/ci-gate');
    expect([status, body.type, body.plan]).toEqual([409, '/problems/channel-in-use', 'mine']);
    await call('DELETE', '/v1/plans/mine');
    expect((await call('DELETE', '/v1/channels/ci-gate')).body).toMatchObject({ id, name: 'ci-gate' });
    expect((await call('GET', '/v1/channels')).body).toEqual({ channels: [] });
  });

  it('keep their hooks, and lend them to a release unless it says otherwise', async () => {
    const hooks = [{ on: 'before-promote', channel: (await hook()).id }];
    expect((await call('PUT', '/v1/plans/mine', { stages: STAGES, hooks })).body.hooks).toEqual(hooks);
    expect((await call('GET', '/v1/plans/standard')).body.hooks).toEqual([]);
    const { body } = await call('POST', `${APP}/releases`, { plan: 'mine' });
    expect(body.plan.hooks).toEqual(hooks);
    await call('POST', `${APP}/releases/1/abort`);
    const other = await call('POST', `${APP}/releases`, { plan: 'mine', hooks: [] });
    expect(other.body.plan.hooks).toEqual([]);
  });
});

describe('announcements', () => {
  const topicsOf = (bodies: readonly { body: string }[]) => bodies.map(({ body }) => JSON.parse(body).type);

  it('go to the registry in order, once each, also when it failed for a while and the object died', async () => {
    const { name, got } = await inbox();
    const topics = ['release_created', 'release_started', 'stage_advanced', 'split_set', 'rolled_back'] as const;
    await made({ ...asked('all'), topics, url: `https://hooks.example.com/${name}` });
    const began: string[] = [];
    await runInDurableObject(stub(), (object) => {
      const { tools } = object as unknown as { tools: { announce: (announcement: { topic: string }) => Promise<never> } };
      tools.announce = async ({ topic }) => {
        began.push(topic);
        throw new Error('the registry is gone');
      };
    });
    await call('POST', `${APP}/releases`, { stages: STAGES, autoStart: true });
    await newest();
    await call('POST', `${APP}/rollback`);
    await vi.waitFor(async () => expect(await inKv()).toBe((await app().read()).revision), SOON);
    // The first holds up those behind it, and nothing else.
    expect(new Set(began)).toEqual(new Set(['release_created']));
    expect((await orders()).length).toBe(4);
    await crash();
    vi.setSystemTime(Date.now() + 31_000);
    await runDurableObjectAlarm(stub());
    await vi.waitFor(async () => expect(await got()).toHaveLength(4), SOON);
    expect(topicsOf(await got())).toEqual(['release_created', 'release_started', 'stage_advanced', 'rolled_back']);
    expect(await orders()).toEqual([]);
  });

  it('are known by the service, the time and the row of the audit', async () => {
    const ids: string[] = [];
    await runInDurableObject(stub(), (object) => {
      const { tools } = object as unknown as { tools: { announce: (announcement: { id: string }) => Promise<object> } };
      tools.announce = async ({ id }) => ({ noted: ids.push(id) });
    });
    await call('PUT', `${APP}/split`, { weights: { green: 1 } });
    await call('PUT', `${APP}/split`, { weights: { green: 2 } });
    await vi.waitFor(() => expect(ids).toHaveLength(2), SOON);
    const rows = await runInDurableObject(stub(), (_, { storage }) =>
      storage.sql.exec('SELECT id, at FROM audit ORDER BY id DESC LIMIT 2').toArray(),
    );
    expect(ids.reverse()).toEqual(rows.map(({ id, at }) => `app-${Number(at).toString(36)}-${id}`));
  });

  it('that nobody took for 400 days are dropped with their entry of the audit', async () => {
    await runInDurableObject(stub(), (object) => {
      const { tools } = object as unknown as { tools: { announce: () => Promise<never> } };
      tools.announce = () => Promise.reject(new Error('the registry is gone'));
    });
    await call('PUT', `${APP}/split`, { weights: { green: 1 } });
    await vi.waitFor(async () => expect(await inKv()).toBe(2), SOON);
    vi.setSystemTime(Date.now() + 401 * 86_400_000);
    await call('PUT', `${APP}/split`, { weights: { green: 2 } });
    await app().heal();
    const left = await orders();
    expect(left.filter(({ key }) => String(key).startsWith('announce'))).toHaveLength(1);
  });

  it('with the longest reason there may be arrive', async () => {
    const { name, got } = await inbox();
    await made({ ...asked('all'), topics: ['split_set'], url: `https://hooks.example.com/${name}` });
    await call('PUT', `${APP}/split`, { weights: { green: 1 }, reason: '🚀'.repeat(500) });
    await vi.waitFor(async () => expect(await got()).toHaveLength(1), SOON);
    expect((await registry().audit({ limit: 1 }))[0]).toMatchObject({ actor: by.actor });
  });
});
