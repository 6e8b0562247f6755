// The events of a service as they happen: over the API, from a real object with real sockets.
import { createExecutionContext, env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSocket } from '../../control/durable.ts';
import worker from '../../control/index.ts';
import { ingest } from '../../control/ingest.ts';
import { MAX_VIEWERS, Viewers } from '../../control/viewers.ts';
import type { SplitId } from '../../router/split.ts';
import type { Follower } from '../follower.ts';
import { app, call, crash, follow, freshApp, settled, stub, TOKEN } from './api.ts';
import { misshapes } from './contract.ts';
import { tokenFor } from './writes.ts';

const APP = '/v1/services/app';
const EVENTS = `${APP}/events`;
const SHAPES: Readonly<Record<string, string>> = { service: 'Service', entry: 'AuditEntry', point: 'Point' };
const STREAM = { accept: 'text/event-stream' };

const viewers = () => runInDurableObject(stub(), (_, state) => state.getWebSockets().length);
const setGreen = (green: number) => call('PUT', `${APP}/split`, { weights: { green }, reason: `to ${green}` });
const hasGreen =
  (green: number) =>
  ({ split }: { split: { weights: { green: number } } }) =>
    split.weights.green === green;
const about =
  (reason: string) =>
  (entry: { reason: string }): boolean =>
    entry.reason === reason;

let sequence = 0;
async function report({ epoch, revision }: SplitId, requests: number, errors = 0): Promise<void> {
  const row = { epoch, revision, slot: 'blue', requests, errors, overridden: 3, overriddenErrors: 1, latency: [95, requests] };
  const sent = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held: { epoch, revision }, rows: [row] };
  expect((await ingest(env, sent)).refused).toBeUndefined();
}

/** Everybody who follows in a test, to leave at its end. */
const following: Follower[] = [];
async function followed(...how: Parameters<typeof follow>): Promise<Follower> {
  const follower = await follow(...how);
  following.push(follower);
  await follower.first('service');
  return follower;
}

beforeEach(freshApp);
afterEach(async () => {
  vi.useRealTimers();
  for (const follower of following.splice(0)) await follower.leave();
  // What dies in the midst of a goodbye makes the platform complain.
  await vi.waitFor(async () => expect(await viewers()).toBe(0));
});

describe('a stream', () => {
  it('begins at once with the service as it is read', async () => {
    const follower = await followed();
    expect(follower.text).toMatch(/^retry: 1000\n\nevent: service\ndata: \{.+\}\n\n$/);
    expect(follower.heard[0]?.data).toEqual((await call('GET', APP)).body);
  });

  it('is what it says it is, for whoever accepts it among others, and is kept by nobody', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, accept: 'text/html;q=0.5, Text/Event-Stream, */*' };
    const request = new Request(`https://control.example${EVENTS}?limit=3`, { headers });
    const { status, headers: got, body } = await worker.fetch(request, env, createExecutionContext());
    expect(status).toBe(200);
    expect([got.get('content-type'), got.get('cache-control')]).toEqual(['text/event-stream; charset=utf-8', 'no-store']);
    await body?.cancel();
  });

  it('tells of a command by somebody else: the service after it, and its entry in the audit', async () => {
    const follower = await followed();
    await setGreen(10);
    const { data: entry } = await follower.first('entry');
    expect(follower.names()).toBe('service service entry');
    expect(follower.heard[1]?.data).toEqual((await call('GET', APP)).body);
    expect(entry).toEqual((await call('GET', '/v1/audit?limit=1')).body.entries[0]);
    expect(entry).toMatchObject({ action: 'split_set', reason: 'to 10', after: { weights: { green: 10 } } });
  });

  it('tells nothing of a command that is refused, nor of one that changes nothing', async () => {
    const follower = await followed();
    expect((await setGreen(101)).status).toBe(422);
    expect((await call('POST', `${APP}/deployments`, { slot: 'blue', versionId: 'v2' })).status).toBe(409);
    await app().read();
    await setGreen(1);
    await follower.first('entry');
    expect(follower.names()).toBe('service service entry');
  });

  it('tells of a second that is over what its bucket has come to, and the service', async () => {
    const start = Math.ceil(Date.now() / 60_000) * 60_000 + 60_000;
    vi.setSystemTime(start);
    const follower = await followed();
    const held = await app().read();
    await report(held, 10, 2);
    await follower.first('service', ({ health }) => health.slots.blue.requests === 10);
    await report(held, 1);
    vi.setSystemTime(start + 1_000);
    await report(held, 20);
    const { data: first } = await follower.first('point');
    expect(first).toEqual({
      at: new Date(start).toISOString(),
      seconds: 5,
      slots: { blue: { requests: 11, errors: 2, p50: expect.any(Number), p90: expect.any(Number), p99: expect.any(Number) } },
    });
    vi.setSystemTime(start + 5_000);
    await report(held, 7);
    await follower.first('point', ({ slots }) => slots.blue.requests === 31);
    vi.setSystemTime(start + 6_000);
    await app().read();
    const { data: next } = await follower.first('point', ({ slots }) => slots.blue.requests === 7);
    expect(next.at).toBe(new Date(start + 5_000).toISOString());
    // One for the second that opens, one for each that closes: what comes within an open one is not told.
    expect(follower.names()).toBe('service service service point service point service point');
    expect((await call('GET', `${APP}/series`)).body.points.slice(-2)).toEqual([
      expect.objectContaining({ at: first.at, slots: { blue: expect.objectContaining({ requests: 31 }) } }),
      next,
    ]);
  });

  it('tells of a rollback that a report brings about', async () => {
    await setGreen(20);
    const follower = await followed();
    const { epoch, revision } = await app().read();
    const row = { epoch, revision, overridden: 0, overriddenErrors: 0 };
    const rows = [
      { ...row, slot: 'blue', requests: 40, errors: 0 },
      { ...row, slot: 'green', requests: 10, errors: 10 },
    ];
    const start = Date.now();
    for (let second = 0; second < 6; second++) {
      vi.setSystemTime(start + second * 1000);
      await ingest(env, { schema: 1, service: 'app', isolate: 'i-2', sequence: second + 1, held: { epoch, revision }, rows });
    }
    const { data } = await follower.first('entry');
    expect(data).toMatchObject({ action: 'rolled_back', actor: 'sluice', after: { weights: { blue: 100, green: 0 } } });
    await follower.first('service', hasGreen(0));
  });

  it('says nothing that is not of the shape the document gives it', async () => {
    const follower = await followed();
    await report(await app().read(), 5, 1);
    vi.setSystemTime(Date.now() + 1_000);
    await call('POST', `${APP}/releases`, { stages: [{ weight: 50, soakSeconds: 1 }], autoStart: true });
    await follower.first('entry', ({ action }) => action === 'release_started');
    expect(new Set(follower.heard.map(({ event }) => event))).toEqual(new Set(Object.keys(SHAPES)));
    for (const { event, data } of follower.heard) expect(await misshapes(SHAPES[event] ?? '', data), event).toEqual([]);
    const said = follower.text.split('\n\n').filter((block) => block !== '');
    expect(said.filter((block) => !/^event: (service|entry|point)\ndata: [^\n]+$/.test(block))).toEqual(['retry: 1000']);
  });

  it('is the same for two', async () => {
    const one = await followed();
    const other = await followed();
    expect(await viewers()).toBe(2);
    for (const green of [1, 2, 3]) await setGreen(green);
    await Promise.all([one, other].map((follower) => follower.first('entry', about('to 3'))));
    expect(one.names()).toBe('service service entry service entry service entry');
    expect(other.text).toBe(one.text);
  });

  it('that is left is forgotten, and the others hear on', async () => {
    const one = await followed();
    const other = await followed();
    await one.leave();
    await vi.waitFor(async () => expect(await viewers()).toBe(1));
    await setGreen(5);
    await other.first('entry');
    expect(one.names()).toBe('service');
  });

  it('is forgotten, too, when the connection of its client breaks', async () => {
    const client = new AbortController();
    const headers = { authorization: `Bearer ${TOKEN}`, ...STREAM };
    const request = new Request(`https://control.example${EVENTS}`, { headers, signal: client.signal });
    const { body } = await worker.fetch(request, env, createExecutionContext());
    expect(await viewers()).toBe(1);
    client.abort();
    await vi.waitFor(async () => expect(await viewers()).toBe(0));
    await body?.cancel();
  });

  it('is not opened for whoever only asks for its head', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, ...STREAM };
    const request = new Request(`https://control.example${EVENTS}`, { method: 'HEAD', headers });
    const response = await worker.fetch(request, env, createExecutionContext());
    expect([response.status, response.headers.get('content-type'), response.body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      null,
    ]);
    await vi.waitFor(async () => expect(await viewers()).toBe(0));
  });
});

describe('the object', () => {
  it('may go from memory while somebody looks on, who hears what comes after it', async () => {
    const follower = await followed();
    await settled();
    const isMarked = () => runInDurableObject(stub(), (object) => 'marked' in object);
    await runInDurableObject(stub(), (object) => Object.assign(object, { marked: true }));
    expect(await isMarked()).toBe(true);
    await evictDurableObject(stub());
    expect([follower.ended, await isMarked()]).toEqual([undefined, false]);
    await setGreen(30);
    await follower.first('entry', about('to 30'));
    expect([await viewers(), follower.names()]).toEqual([1, 'service service entry']);
  });

  it('ends the stream when it dies, and a new one begins with what was stored', async () => {
    const follower = await followed();
    await setGreen(40);
    await follower.first('entry');
    await crash();
    expect(await follower.end()).toBe('well');
    const again = await followed();
    expect(again.heard[0]?.data.split.weights.green).toBe(40);
    expect(await viewers()).toBe(1);
    await setGreen(41);
    await again.first('entry', about('to 41'));
  });

  it('ends the stream when it closes the socket', async () => {
    const follower = await followed();
    await runInDurableObject(stub(), (_, state) => {
      for (const socket of state.getWebSockets()) socket.close(1000);
    });
    expect(await follower.end()).toBe('well');
  });

  it('takes a hundred viewers, tells one more to come later, and takes that one once another has gone', async () => {
    const sockets = await Promise.all(Array.from({ length: MAX_VIEWERS }, () => openSocket(env.SERVICE_OBJECT, 'app')));
    for (const socket of sockets) socket?.accept();
    expect([MAX_VIEWERS, await viewers()]).toEqual([100, 100]);
    const refused = await call('GET', EVENTS, undefined, TOKEN, { headers: STREAM });
    expect([refused.status, refused.body.type]).toEqual([503, '/problems/too-many-viewers']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('GET', EVENTS)).status).toBe(200);
    expect((await setGreen(3)).status).toBe(200);
    sockets[7]?.close();
    await vi.waitFor(async () => expect(await viewers()).toBe(99));
    await followed();
    expect(await viewers()).toBe(100);
    for (const socket of sockets) socket?.close();
  });

  it('keeps no place for a viewer whose stream was never ended', async () => {
    const sockets = await Promise.all(Array.from({ length: MAX_VIEWERS }, () => openSocket(env.SERVICE_OBJECT, 'app')));
    for (const socket of sockets) socket?.accept();
    expect(await openSocket(env.SERVICE_OBJECT, 'app')).toBeNull();
    vi.setSystemTime(Date.now() + 601_000);
    await followed();
    for (const socket of sockets) socket?.close();
  });

  it('gives nobody a socket who does not come by the API', async () => {
    expect(await openSocket(env.REGISTRY, 'all')).toBeNull();
    const headers = { authorization: `Bearer ${TOKEN}`, upgrade: 'websocket', connection: 'upgrade', ...STREAM };
    const request = new Request(`https://control.example${EVENTS}`, { headers });
    const response = await worker.fetch(request, env, createExecutionContext());
    expect([response.status, response.webSocket]).toEqual([200, null]);
    await response.body?.cancel();
  });

  it('does what it is told though telling fails', async () => {
    const follower = await followed();
    await runInDurableObject(stub(), (_, state) => {
      state.getWebSockets = () => {
        throw new Error('no sockets today');
      };
    });
    expect((await setGreen(60)).body.split.weights.green).toBe(60);
    await crash();
    expect(await follower.end()).toBe('well');
    expect((await call('GET', APP)).body.split.weights.green).toBe(60);
  });
});

describe('those who look on', () => {
  const news = async () => ({ service: await app().read() });
  const socket = (send: () => void) => {
    const closed: number[] = [];
    return { send, close: (code: number) => void closed.push(code), closed };
  };
  const viewersOf = (sockets: object[]) => new Viewers({ getWebSockets: () => sockets } as unknown as DurableObjectState);

  it('cost nothing where there are none', () => {
    let asked = 0;
    const ask = () => {
      asked++;
      throw new Error('asked');
    };
    viewersOf([]).tell(ask, 0);
    expect(asked).toBe(0);
    viewersOf([socket(() => {})]).tell(ask, 0);
    expect(asked).toBe(1);
  });

  it('are told by one text, whichever of them has a broken socket, which is dropped', async () => {
    const heard: unknown[] = [];
    const broken = socket(() => {
      throw new TypeError("Can't call WebSocket send() after close().");
    });
    const well = socket((...said: unknown[]) => void heard.push(...said));
    const what = await news();
    viewersOf([well, broken, well]).tell(() => what, Date.now());
    expect(heard).toHaveLength(2);
    expect(heard[0]).toBe(heard[1]);
    expect([broken.closed, well.closed]).toEqual([[1011], []]);
  });
});

describe('without a stream', () => {
  it('events are the newest entries about the service, as the audit shows them', async () => {
    for (const green of [1, 2, 3]) await setGreen(green);
    await call('PUT', '/v1/plans/mine', { stages: [{ weight: 50, soakSeconds: 1 }] });
    const { body } = await call('GET', EVENTS);
    const { entries } = (await call('GET', '/v1/audit?service=app')).body;
    expect(body).toEqual({ entries });
    expect(entries.map(({ reason }: { reason: string }) => reason).slice(0, 3)).toEqual(['to 3', 'to 2', 'to 1']);
    expect((await call('GET', `${EVENTS}?limit=2`)).body).toEqual({ entries: entries.slice(0, 2) });
    expect((await call('GET', EVENTS, undefined, TOKEN, { headers: { accept: 'application/json, */*' } })).body).toEqual(body);
    expect(await viewers()).toBe(0);
  });

  it.each(['limit=0', 'limit=1001'])('refuses %s', async (query) => {
    expect(await call('GET', `${EVENTS}?${query}`)).toMatchObject({ status: 422, body: { type: '/problems/out-of-range' } });
    expect((await call('GET', `${EVENTS}?${query}`, undefined, TOKEN, { headers: STREAM })).status).toBe(422);
  });
});

describe('whoever may not see the service', () => {
  it.each<[string, string, () => Promise<string | null>]>([
    ['nobody', '401 /problems/unauthorized', async () => null],
    ['somebody unknown', '401 /problems/unauthorized', async () => 'slu_aaaaaaaaaaaa_nobody'],
    ['a viewer of another team', '403 /problems/out-of-reach', () => tokenFor('viewer', { team: 'ops' })],
  ])('is refused the stream: %s', async (_, refusal, tokenOf) => {
    await call('PUT', '/v1/teams/ops', { services: [] });
    const token = await tokenOf();
    for (const path of [EVENTS, `${APP}/series`]) {
      const { status, type, body } = await call('GET', path, undefined, token, { headers: STREAM });
      expect([`${status} ${body.type}`, type]).toEqual([refusal, 'application/problem+json']);
    }
    expect(await viewers()).toBe(0);
  });

  it('is not a viewer who reaches it', async () => {
    const follower = await followed(await tokenFor('viewer', { services: ['app'] }));
    expect(follower.names()).toBe('service');
  });
});
