// The outbox of announcements in the real object: who is told, once and in order; what comes of a receiver that fails, is slow or
// is gone; and that a crash loses nothing. The clock is an hour ahead of the platform's, so that alarms come when a test has
// them come.
import { reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { Deliveries, DeliveryState } from '../../control/deliveries.ts';
import type { AskedChannel } from '../../control/notify/channel.ts';
import { announced, asked, by, crashRegistry, made, registry, registryStub } from './announce.ts';
import { inbox } from './inbox.ts';
import type { Step } from './receiver.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PATIENCE = { timeout: 8_000, interval: 20 };

const list = async (channel: string | null = null, state?: DeliveryState) =>
  registry().deliveries({ channel, state, limit: 200 });
const tell = (...ids: string[]) => Promise.all(ids.map((id) => registry().announce({ announcement: announced(id) })));
const alarmAt = () => runInDurableObject(registryStub(), (_, { storage }) => storage.getAlarm());
const alarm = () => runDurableObjectAlarm(registryStub());
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A channel with an inbox of its own at its end. */
async function receiver(name: string, channel: Partial<AskedChannel> = {}, ...steps: Step[]) {
  const { name: path, ...box } = await inbox(...steps);
  const host = channel.kind === 'slack' ? 'hooks.slack.com' : 'hooks.example.com';
  const { channel: made_, secret } = await made({ ...asked(name), url: `https://${host}/${path}/s3cret`, ...channel });
  const bodies = async () => (await box.got()).map(({ body }) => body);
  const whats = async () => (await bodies()).map((body) => JSON.parse(body).data.id);
  return { ...box, id: made_.id, secret: secret ?? '', bodies, whats };
}

/** Waits until every delivery has been tried so often. */
const tried = (attempts: number, channel: string | null = null) =>
  vi.waitFor(async () => {
    const all = await list(channel);
    expect(all.length).toBeGreaterThan(0);
    expect(all.map((d) => d.attempts)).toEqual(all.map(() => attempts));
  }, PATIENCE);

const ended = (state: DeliveryState, count = 1, channel: string | null = null) =>
  vi.waitFor(async () => expect(await list(channel, state)).toHaveLength(count), PATIENCE);

/** Waits until so many requests have come. */
const come = (box: { readonly got: () => Promise<readonly unknown[]> }, count = 1) =>
  vi.waitFor(async () => expect(await box.got()).toHaveLength(count), PATIENCE);

let warned: MockInstance;

beforeEach(async () => {
  await reset();
  vi.setSystemTime(Date.now() + HOUR_MS);
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('an announcement', () => {
  it('goes to those who chose its topic and its service', async () => {
    const all = await receiver('all');
    const app = await receiver('app', { services: ['app'] });
    const alerts = await receiver('alerts', { topics: ['alert', 'rolled_back'] });
    await tell('app.1.1');
    await ended('delivered', 2);
    expect([await all.whats(), await app.whats(), await alerts.whats()]).toEqual([['app.1.1'], ['app.1.1'], []]);
    await registry().announce({ announcement: { ...announced('shop.1.1'), service: 'shop' } });
    await ended('delivered', 3);
    expect([await all.whats(), await app.whats()]).toEqual([['app.1.1', 'shop.1.1'], ['app.1.1']]);
  });

  it('is signed, and noted when it arrived', async () => {
    const { id, secret, got } = await receiver('hook');
    await tell('app.1.1');
    await ended('delivered');
    const [{ body = '', headers = {} } = {}] = await got();
    expect(headers['webhook-id']).toBe(`app.1.1_${id}`);
    expect(Number(headers['webhook-timestamp'])).toBe(Math.floor(Date.now() / 1_000));
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'held', data: { why: 'Both are bad.' } });
    expect(await list()).toEqual([
      {
        ...{ id: `app.1.1_${id}`, channel: id, topic: 'held', service: 'app', attempts: 1, dueAt: null, state: 'delivered' },
        ...{ lastStatus: 200, lastError: null, createdAt: expect.any(Number), endedAt: expect.any(Number) },
      },
    ]);
    expect(await alarmAt()).toBeNull();
  });

  it('that comes again is taken for a repeat, after a crash too', async () => {
    const { whats } = await receiver('hook');
    await tell('app.1.1', 'app.1.1');
    await ended('delivered');
    await crashRegistry();
    pass(7 * DAY_MS);
    await tell('app.1.1', 'app.1.2');
    await ended('delivered', 2);
    expect(await whats()).toEqual(['app.1.1', 'app.1.2']);
  });

  it('that came before a channel was made is not told to it', async () => {
    await tell('app.1.1');
    const { whats } = await receiver('late');
    await tell('app.1.1', 'app.1.2');
    await ended('delivered');
    expect(await whats()).toEqual(['app.1.2']);
  });
});

describe('a receiver that fails', () => {
  it('gets the same id and the same body again, and a signature of the time', async () => {
    const { id, secret, got } = await receiver('hook', {}, { status: 503 }, { status: 204 });
    await tell('app.1.1');
    await tried(1);
    expect(await list()).toMatchObject([{ state: 'waiting', lastStatus: 503, lastError: 'answered with 503', endedAt: null }]);
    pass(7_000);
    await alarm();
    const [first, second, ...more] = await got();
    expect(more).toEqual([]);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(`app.1.1_${id}`);
    expect(first?.headers['webhook-id']).toBe(`app.1.1_${id}`);
    expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThanOrEqual(Number(first?.headers['webhook-timestamp']) + 7);
    for (const { body, headers } of [first, second].flatMap((each) => each ?? []))
      expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
    expect(await list()).toMatchObject([{ state: 'delivered', attempts: 2, lastStatus: 204, lastError: null }]);
  });

  it('is tried eight times, each later than the one before, and then given up', async () => {
    const { got } = await receiver('hook', {}, { status: 500 });
    await tell('app.1.1');
    const waits: number[] = [];
    for (let attempt = 1; attempt < 8; attempt++) {
      await tried(attempt);
      const dueAt = (await list())[0]?.dueAt ?? 0;
      waits.push((dueAt - Date.now()) / 1_000);
      expect(await alarmAt()).toBe(dueAt);
      vi.setSystemTime(dueAt - 1);
      await alarm();
      await tried(attempt);
      vi.setSystemTime(dueAt + 1);
      await alarm();
    }
    const least = [5, 30, 120, 600, 1_800, 7_200, 18_000];
    least.forEach((seconds, i) => {
      expect(waits[i]).toBeGreaterThan(seconds * 0.99);
      expect(waits[i]).toBeLessThanOrEqual(seconds * 1.2);
    });
    expect(await got()).toHaveLength(8);
    expect(await list()).toMatchObject([
      { state: 'dead', attempts: 8, dueAt: null, lastStatus: 500, endedAt: expect.any(Number) },
    ]);
    expect(await alarmAt()).toBeNull();
  });

  it.each<[string, Partial<AskedChannel>, number, DeliveryState]>([
    ['given up: a webhook that is gone', {}, 410, 'dead'],
    ['given up: a hook of Slack that is gone', { kind: 'slack' }, 410, 'dead'],
    ['given up: a hook of Slack that is not there', { kind: 'slack' }, 404, 'dead'],
    ['tried again: a webhook that is not there', {}, 404, 'waiting'],
    ['tried again: a webhook that wants another caller', {}, 403, 'waiting'],
  ])('is %s', async (_, channel, status, state) => {
    await receiver('hook', channel, { status });
    await tell('app.1.1');
    await tried(1);
    expect(await list()).toMatchObject([{ state, lastStatus: status }]);
    expect(warned).toHaveBeenCalledTimes(state === 'dead' ? 1 : 0);
  });

  it('by a redirect to this machine is not followed', async () => {
    const inside = await inbox();
    const { got } = await receiver('hook', {}, { status: 307, headers: { location: `http://127.0.0.1/${inside.name}` } });
    await tell('app.1.1');
    await tried(1);
    expect(await list()).toMatchObject([{ state: 'waiting', lastError: 'answered with a redirect, which is not followed' }]);
    expect(await got()).toHaveLength(1);
    expect(await inside.got()).toEqual([]);
  });

  it('is left alone for as long as it asks for, with all its messages, but no other channel is', async () => {
    const { got, id } = await receiver('busy', {}, { status: 429, headers: { 'retry-after': '90' } }, { status: 200 });
    const other = await receiver('other');
    await tell('app.1.1');
    await tried(1, id);
    pass(20_000);
    await tell('app.1.2');
    await ended('delivered', 2, other.id);
    expect(await got()).toHaveLength(1);
    pass(69_000);
    await alarm();
    expect(await got()).toHaveLength(1);
    pass(2_000);
    await alarm();
    await ended('delivered', 2, id);
    expect(await got()).toHaveLength(3);
  });

  it('may be replaced, and the new one is not left alone', async () => {
    const { id } = await receiver('busy', {}, { status: 429, headers: { 'retry-after': '3600' } });
    await tell('app.1.1');
    await tried(1);
    const other = await inbox();
    await made({ ...asked('busy'), id, url: `https://hooks.example.com/${other.name}` });
    pass(7_000);
    await alarm();
    await ended('delivered');
    expect(await other.got()).toHaveLength(1);
  });

  it('is asked again after an hour, if it asks for more', async () => {
    await receiver('busy', {}, { status: 503, headers: { 'retry-after': '86400' } });
    await tell('app.1.1');
    await tried(1);
    expect((await alarmAt()) ?? 0).toBeLessThanOrEqual(Date.now() + HOUR_MS);
    expect((await alarmAt()) ?? 0).toBeGreaterThan(Date.now() + HOUR_MS - 5_000);
  });

  it('with one message gets those behind it', async () => {
    const { whats, id } = await receiver('hook', {}, { status: 500 }, { status: 200 });
    await tell('app.1.1');
    await tried(1);
    await tell('app.1.2');
    await ended('delivered');
    pass(7_000);
    await alarm();
    await ended('delivered', 2, id);
    expect(await whats()).toEqual(['app.1.1', 'app.1.2', 'app.1.1']);
  });
});

describe('a receiver that is slow', () => {
  it('holds up no other', async () => {
    const slow = await receiver('slow', {}, { held: true }, {});
    const quick = await receiver('quick');
    await tell('app.1.1', 'app.1.2');
    await ended('delivered', 2, quick.id);
    const [first, ...more] = await slow.got();
    expect([first?.answered, more]).toEqual([false, []]);
    await slow.letGo();
    await ended('delivered', 2, slow.id);
  });

  it('gets one message at a time, in their order', async () => {
    const { got, whats } = await receiver('slow', {}, { delayMs: 100 });
    const ids = ['app.1.1', 'app.1.2', 'app.1.3', 'app.1.4'];
    for (const id of ids) await tell(id);
    let most = 0;
    await vi.waitFor(async () => {
      const all = await got();
      most = Math.max(most, all.filter(({ answered }) => !answered).length);
      expect(all.filter(({ answered }) => answered)).toHaveLength(4);
    }, PATIENCE);
    expect(most).toBe(1);
    expect(await whats()).toEqual(ids);
  });

  it('leaves what is left to the alarm after five minutes, which may run for so long only', async () => {
    const { got, letGo } = await receiver('slow', {}, { held: true }, {});
    await tell('app.1.1', 'app.1.2');
    await come({ got });
    pass(5 * 60_000);
    await letGo();
    await ended('delivered');
    await vi.waitFor(async () => expect((await alarmAt()) ?? Infinity).toBeLessThanOrEqual(Date.now()), PATIENCE);
    expect(await got()).toHaveLength(1);
    await alarm();
    await ended('delivered', 2);
  });

  it('is one of five at most that are sent to at once, and one with little is not behind those with much', async () => {
    const slow = await Promise.all([1, 2, 3, 4, 5].map((n) => receiver(`slow ${n}`, {}, { held: true }, {})));
    const alerts = await receiver('alerts', { topics: ['alert'] }, { held: true });
    for (const id of ['app.1.1', 'app.1.2', 'app.1.3']) await tell(id);
    await registry().announce({ announcement: { ...announced('app.1.4'), topic: 'alert' } });
    for (const each of slow) await come(each);
    expect(await alerts.got()).toEqual([]);
    await slow[0]?.letGo();
    await come(alerts);
    expect(await slow[0]?.got()).toHaveLength(1);
    for (const each of [...slow, alerts]) await each.letGo();
    await ended('delivered', 16);
  });
});

describe('a dead delivery', () => {
  it('is sent again as it was, when somebody asks for it', async () => {
    const { id, bodies, got, script } = await receiver('hook', {}, { status: 410 });
    await tell('app.1.1');
    await ended('dead');
    const [first] = await bodies();
    await script({ status: 200 });
    expect(await registry().redeliver({ id: `app.1.1_${id}`, by })).toMatchObject({
      ok: true,
      delivery: { state: 'waiting', attempts: 0 },
    });
    await ended('delivered');
    expect(await bodies()).toEqual([first]);
    expect((await got())[0]?.headers['webhook-id']).toBe(`app.1.1_${id}`);
    const [entry] = await registry().audit({ limit: 1 });
    expect(entry).toMatchObject({
      ...by,
      action: 'delivery_repeated',
      what: `Message app.1.1_${id} to channel hook sent again.`,
    });
    expect(await registry().redeliver({ id: `app.1.1_${id}`, by })).toEqual({
      ok: false,
      reason: 'not-dead',
      state: 'delivered',
    });
  });

  it('that is not there is not', async () => {
    expect(await registry().redeliver({ id: 'nothing', by })).toEqual({ ok: false, reason: 'unknown-delivery' });
  });

  it('goes to the URL that the channel has by then', async () => {
    const { id } = await receiver('hook', {}, { status: 410 });
    await tell('app.1.1');
    await ended('dead');
    const other = await inbox();
    await made({ ...asked('hook'), id, url: `https://hooks.example.com/${other.name}` });
    await registry().redeliver({ id: `app.1.1_${id}`, by });
    await ended('delivered');
    expect(await other.got()).toHaveLength(1);
  });
});

describe('a channel that is set right', () => {
  it('gets at once what was put off for the receiver of before, in order', async () => {
    const { id } = await receiver('hook', {}, { status: 500 });
    await tell('app.1.1');
    await tried(1);
    await tell('app.1.2');
    await tried(1);
    const right = await inbox();
    await made({ ...asked('hook'), id, url: `https://hooks.example.com/${right.name}` });
    await ended('delivered', 2);
    expect((await right.got()).map(({ body }) => JSON.parse(body).data.id)).toEqual(['app.1.1', 'app.1.2']);
  });

  it('in its name alone has what was put off wait on', async () => {
    const { id, got } = await receiver('hook', {}, { status: 500 }, { status: 200 });
    await tell('app.1.1');
    await tried(1);
    const [before] = await list();
    await made({ ...asked('hook 2'), id, url: null });
    expect(await list()).toEqual([before]);
    expect(await got()).toHaveLength(1);
  });
});

describe('a channel that is deleted', () => {
  it('gets nothing any more, and its deliveries are dropped', async () => {
    const { id, got } = await receiver('hook', {}, { status: 500 });
    await tell('app.1.1');
    await tried(1);
    await registry().deleteChannel({ id, by });
    expect(await list()).toEqual([]);
    pass(7_000);
    await alarm();
    await tell('app.1.2');
    expect(await list()).toEqual([]);
    expect(await got()).toHaveLength(1);
    expect(await alarmAt()).toBeNull();
  });

  it('or given to a team shows the team nothing of before', async () => {
    await registry().putTeam({ team: { name: 'web', services: ['app'] }, by });
    const { id } = await receiver('hook', {}, { status: 500 });
    await tell('app.1.1');
    await tried(1);
    const change = { ...asked('hook'), id, url: null };
    await made(change);
    expect(await list()).toHaveLength(1);
    await made({ ...change, team: 'web' });
    expect(await list()).toEqual([]);
  });

  it('while it is sent to leaves nothing behind', async () => {
    const { id, got, letGo } = await receiver('hook', {}, { status: 500, held: true });
    await tell('app.1.1', 'app.1.2');
    await come({ got });
    await registry().deleteChannel({ id, by });
    await letGo();
    await vi.waitFor(async () => expect(await alarmAt()).toBeNull(), PATIENCE);
    expect([await list(), (await got()).length]).toEqual([[], 1]);
  });
});

describe('a crash', () => {
  it('between the sending and the note of it has it sent again, the same', async () => {
    const { id, got } = await receiver('hook', {}, { held: true }, { status: 200 });
    await tell('app.1.1');
    await come({ got });
    expect((await alarmAt()) ?? 0).toBeLessThanOrEqual(Date.now() + 15_000);
    await crashRegistry();
    expect(await list()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    await alarm();
    await ended('delivered');
    const [first, second, ...more] = await got();
    expect(more).toEqual([]);
    expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, `app.1.1_${id}`]);
  });

  it('after an alarm that came while it was sending leaves another alarm', async () => {
    const { got } = await receiver('hook', {}, { held: true }, { status: 200 });
    await tell('app.1.1');
    await come({ got });
    expect(await alarm()).toBe(true);
    expect(await alarmAt()).not.toBeNull();
    await crashRegistry();
    expect(await alarm()).toBe(true);
    await ended('delivered');
    expect(await got()).toHaveLength(2);
  });

  it('right behind the answer to an announcement loses nothing', async () => {
    const { got } = await receiver('hook', {}, { held: true }, { status: 200 });
    await tell('app.1.1');
    await crashRegistry();
    expect(await list(null, 'waiting')).toHaveLength(1);
    await alarm();
    await ended('delivered');
    expect((await got()).length).toBeGreaterThan(0);
  });

  it('does not forget that a receiver wants to be left alone', async () => {
    const { got } = await receiver('busy', {}, { status: 429, headers: { 'retry-after': '90' } }, { status: 200 });
    await tell('app.1.1');
    await tried(1);
    await crashRegistry();
    pass(60_000);
    await alarm();
    await tell('app.1.2');
    expect(await got()).toHaveLength(1);
  });
});

it('what has not arrived is counted by channel, and neither that nor the pruning reads the bodies', async () => {
  await receiver('well');
  const dead = await receiver('gone', {}, { status: 410 });
  const down = await receiver('down', {}, { status: 500 });
  await tell('app.1.1', 'app.1.2');
  await ended('dead', 2, dead.id);
  await tried(1, down.id);
  const counts = await registry().unsent();
  expect(counts).toHaveLength(2);
  expect(counts).toContainEqual({ channel: dead.id, waiting: 0, dead: 2 });
  expect(counts).toContainEqual({ channel: down.id, waiting: 2, dead: 0 });
  const plans = await runInDurableObject(registryStub(), (object, { storage: { sql } }) => {
    const exec = vi.spyOn(sql, 'exec');
    object.unsent();
    (object as unknown as { deliveryTable: Deliveries }).deliveryTable.prune(Date.now());
    const asked = exec.mock.calls.filter(([query]) => query.includes('deliveries'));
    exec.mockRestore();
    return asked.flatMap(([query, ...bindings]) => sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...bindings).toArray());
  });
  expect(plans.map(({ detail }) => String(detail)).filter((detail) => /^(SCAN|SEARCH)/.test(detail))).toEqual([
    'SEARCH deliveries USING COVERING INDEX deliveries_ended (state=?)',
    'SEARCH deliveries USING INDEX deliveries_ended (state=? AND ended_at<?)',
    'SEARCH deliveries USING INDEX deliveries_ended (state=? AND ended_at<?)',
  ]);
});

describe('what is kept', () => {
  it('of what arrived is not its text', async () => {
    await receiver('hook');
    await tell('app.1.1');
    await ended('delivered');
    const bodies = await runInDurableObject(registryStub(), (_, { storage }) =>
      storage.sql.exec('SELECT body FROM deliveries').toArray(),
    );
    expect(bodies).toEqual([{ body: '' }]);
  });

  it('of what arrived is seven days', async () => {
    await receiver('hook');
    await tell('app.1.1');
    await ended('delivered');
    pass(7 * DAY_MS - 60_000);
    await tell('app.1.2');
    await ended('delivered', 2);
    pass(120_000);
    await tell('app.1.3');
    await vi.waitFor(
      async () => expect((await list(null, 'delivered')).map(({ id }) => id.slice(0, 7))).toEqual(['app.1.3', 'app.1.2']),
      PATIENCE,
    );
  });

  it('of what did not is thirty', async () => {
    await receiver('hook', {}, { status: 410 }, { status: 200 });
    await tell('app.1.1');
    await ended('dead');
    pass(30 * DAY_MS - 60_000);
    await tell('app.1.2');
    await ended('delivered');
    expect(await list(null, 'dead')).toHaveLength(1);
    pass(120_000);
    await tell('app.1.3');
    expect(await list(null, 'dead')).toEqual([]);
  });

  it('is a thousand a channel, those that wait before those that have ended', async () => {
    const { id } = await receiver('down', {}, { status: 500 });
    await receiver('up');
    await tell('app.1.0');
    await tried(1, id);
    // As if there had been many more, of which the first had ended.
    await runInDurableObject(registryStub(), (_, { storage: { sql } }) => {
      for (let n = 1; n < 1_000; n++)
        sql.exec(
          `INSERT INTO deliveries (id, channel, topic, service, body, attempts, due_at, state, created_at, ended_at)
           VALUES (?, ?, 'held', 'app', '{}', 1, ?, ?, 0, ?)`,
          ...[`old.${n}`, id, Date.now() + HOUR_MS, n < 4 ? 'dead' : 'waiting', Date.now()],
        );
    });
    const count = (where: string) =>
      runInDurableObject(
        registryStub(),
        (_, { storage: { sql } }) => sql.exec(`SELECT count(*) AS n FROM deliveries WHERE ${where}`).one().n,
      );
    await tell('app.1.1', 'app.1.2');
    expect(await count(`channel = '${id}'`)).toBe(1_000);
    expect(await count(`state = 'dead'`)).toBe(1);
    expect(warned).not.toHaveBeenCalled();
    await tell('app.1.3', 'app.1.4');
    expect(await count(`channel = '${id}'`)).toBe(1_000);
    expect(await count(`id = 'app.1.0_${id}'`)).toBe(0);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('the oldest was dropped'));
    expect(await list()).toHaveLength(200);
  });
});
