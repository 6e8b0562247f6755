import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ingest, newestSplit } from '../../control/ingest.ts';
import type { Report } from '../../router/report.ts';
import { parseSplitText } from '../../router/split.ts';
import { app, call, crash, freshApp, stub } from './api.ts';

const SPLIT = '/v1/services/app/split';
const NONE = { epoch: 0, revision: 0 };
const inKv = async () => parseSplitText(await env.SPLITS.get('split:app'), 'app');

async function report(sequence: number, errors = 0, isolate = 'i-1'): Promise<Report> {
  const { epoch, revision } = await app().read();
  const row = { epoch, revision, overridden: 0, overriddenErrors: 0 };
  const rows = [
    { ...row, slot: 'blue', requests: 40, errors: 0 },
    { ...row, slot: 'green', requests: 10, errors },
  ];
  return { schema: 1, service: 'app', isolate, sequence, held: { epoch, revision }, rows };
}

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

describe('publish', () => {
  it('writes each split to KV, the newest when several come within a second', async () => {
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(1));
    for (const green of [1, 2, 3, 4]) await call('PUT', SPLIT, { weights: { green } });
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(5), { timeout: 3000 });
    expect(
      await runInDurableObject(stub(), (_, state) => state.storage.sql.exec('SELECT count(*) AS n FROM outbox').one().n),
    ).toBe(0);
  });

  it('writes at most once a second', async () => {
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(1));
    const writes: number[] = [];
    await runInDurableObject(stub(), (object) => {
      const { publisher } = object as unknown as { publisher: { kv: KVNamespace } };
      const { kv } = publisher;
      publisher.kv = {
        get: kv.get.bind(kv),
        put: (key: string, value: string) => {
          writes.push(Date.now());
          return kv.put(key, value);
        },
      } as unknown as KVNamespace;
    });
    const until = Date.now() + 3200;
    for (let green = 1; Date.now() < until; green++) await call('PUT', SPLIT, { weights: { green: (green % 99) + 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(writes.length).toBeGreaterThanOrEqual(3);
    const gaps = writes.slice(1).map((at, i) => at - (writes[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect((await inKv())?.revision).toBe((await app().read()).revision);
  });

  it('forgets no split that was set while an earlier one was being written', async () => {
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await runInDurableObject(stub(), (object) => {
      const { publisher } = object as unknown as { publisher: { kv: KVNamespace } };
      const { kv } = publisher;
      const put = async (key: string, value: string) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await kv.put(key, value);
      };
      publisher.kv = { get: kv.get.bind(kv), put } as unknown as KVNamespace;
    });
    await call('PUT', SPLIT, { weights: { green: 2 } });
    await call('PUT', SPLIT, { weights: { green: 3 } });
    expect((await inKv())?.revision).toBe(1);
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(3), { timeout: 5000 });
  });

  it('tries again while KV fails, and accepts commands meanwhile', async () => {
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(1));
    let failing = true;
    await runInDurableObject(stub(), (object) => {
      const { publisher } = object as unknown as { publisher: { kv: KVNamespace } };
      const { kv } = publisher;
      const put = (key: string, value: string) => (failing ? Promise.reject(new Error('KV is down')) : kv.put(key, value));
      publisher.kv = { get: kv.get.bind(kv), put } as unknown as KVNamespace;
    });
    expect((await call('PUT', SPLIT, { weights: { green: 9 } })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await inKv())?.revision).toBe(1);
    failing = false;
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(2), { timeout: 8000 });
  });
});

describe('a crash', () => {
  it('loses no accepted command, and the alarm carries out what was left', async () => {
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(1));
    await runInDurableObject(stub(), (object) => {
      const { publisher } = object as unknown as { publisher: { publish: () => Promise<never> } };
      publisher.publish = () => new Promise(() => {});
    });
    expect((await call('PUT', SPLIT, { weights: { green: 42 } })).status).toBe(200);
    await crash();
    expect((await inKv())?.revision).toBe(1);
    await runDurableObjectAlarm(stub());
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(2), { timeout: 4000 });
    expect((await call('GET', '/v1/services/app')).body.split.weights.green).toBe(42);
    expect((await call('GET', '/v1/audit?limit=1')).body.entries[0].after.weights.green).toBe(42);
  });

  it('keeps the evidence of the seconds that were closed', async () => {
    await call('PUT', SPLIT, { weights: { green: 20 } });
    await ingest(env, await report(1, 10));
    vi.setSystemTime(Date.now() + 1500);
    await ingest(env, await report(2, 0));
    await crash();
    expect((await app().read()).watches[0]?.total.candidate).toEqual({ requests: 10, errors: 10 });
  });

  it('leaves an object that lost everything with the split in force, under a higher epoch', async () => {
    await call('PUT', SPLIT, { weights: { green: 30 } });
    await vi.waitFor(async () => expect((await inKv())?.revision).toBe(2), { timeout: 3000 });
    const before = await inKv();
    await runInDurableObject(stub(), (_, state) => state.storage.deleteAll());
    await crash();
    const { body } = await call('GET', '/v1/services/app');
    expect([body.active, body.split.weights]).toEqual(['blue', { blue: 70, green: 30 }]);
    expect(body.split.epoch).toBeGreaterThan(before?.epoch ?? Number.POSITIVE_INFINITY);
  });
});

describe('reports', () => {
  beforeEach(async () => {
    await call('PUT', SPLIT, { weights: { green: 20 } });
  });

  it('are answered with the newest split only where the router holds an older one', async () => {
    const { epoch, revision } = await app().read();
    expect(await newestSplit(env, 'app', NONE)).toMatchObject({ flushAfterMs: 1000, split: { epoch, revision, service: 'app' } });
    expect(await newestSplit(env, 'app', { epoch, revision })).toEqual({ flushAfterMs: 1000 });
    expect(await newestSplit(env, 'nope', NONE)).toEqual({ flushAfterMs: 20_000 });
  });

  it('are wanted every 20 s when nothing is watched', async () => {
    await call('POST', '/v1/services/app/rollback');
    expect(await ingest(env, await report(1))).toEqual({ flushAfterMs: 20_000 });
  });

  it('are counted once, however often they come', async () => {
    for (let i = 0; i < 3; i++) await ingest(env, await report(1));
    await ingest(env, await report(2));
    await ingest(env, await report(1));
    await ingest(env, await report(1, 0, 'i-2'));
    expect((await call('GET', '/v1/services/app/health')).body.slots.green.requests).toBe(30);
  });

  it('are refused whole when malformed, of an unknown service, or from a future split', async () => {
    const good = await report(1);
    const future = { ...good, rows: [...good.rows, { ...good.rows[0], revision: 99 }] };
    for (const bad of [null, {}, { ...good, rows: 'x' }, { ...good, service: 'nope' }, future]) {
      expect((await ingest(env, bad)).refused).toEqual(expect.any(String));
    }
    expect((await call('GET', '/v1/services/app/health')).body.slots.green.requests).toBe(0);
  });

  it('that close the decisive second roll back, and their reply says so', async () => {
    const { revision } = await app().read();
    const start = Date.now();
    let reply = await ingest(env, await report(1, 10));
    for (let second = 1; second <= 4 && reply.split === undefined; second++) {
      vi.setSystemTime(start + second * 1000);
      reply = await ingest(env, { ...(await report(second + 1, 10)), held: { epoch: (await app().read()).epoch, revision } });
    }
    expect(reply.split).toMatchObject({ revision: revision + 1, ranges: [['blue', 10_000]] });
    const { body } = await call('GET', '/v1/audit?limit=1');
    expect(body.entries[0]).toMatchObject({ action: 'rolled_back', actor: 'sluice' });
    expect(body.entries[0].reason).toMatch(/requests on green failed/);
  });
});

describe('a bake', () => {
  it('is ended by the alarm', async () => {
    await call('POST', '/v1/services/app/activate', { slot: 'green' });
    await vi.waitFor(
      async () =>
        expect(await runInDurableObject(stub(), (_, state) => state.storage.getAlarm())).toBeGreaterThan(Date.now() + 500_000),
      4000,
    );
    vi.setSystemTime(Date.now() + 601_000);
    await runDurableObjectAlarm(stub());
    expect((await call('GET', '/v1/services/app/health')).body.watches).toEqual([]);
    expect((await call('GET', '/v1/audit?limit=1')).body.entries[0].action).toBe('bake_ended');
  });
});
