import {
  createExecutionContext,
  createScheduledController,
  env,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../control/core/service.ts';
import { toWire } from '../../control/durable.ts';
import worker from '../../control/index.ts';
import { parseSplitText } from '../../router/split.ts';
import { announced, asked, made, registry, registryStub } from './announce.ts';
import { app, call, freshApp, stub } from './api.ts';
import { inbox } from './inbox.ts';

async function fire(cron = '* * * * *') {
  const context = createExecutionContext();
  const done = worker.scheduled(createScheduledController({ cron, scheduledTime: new Date() }), env);
  await done;
  await waitOnExecutionContext(context);
}

beforeEach(async () => {
  await freshApp();
  await call('PUT', '/v1/services/app/split', { weights: { green: 10 } });
  await vi.waitFor(async () => expect(parseSplitText(await env.SPLITS.get('split:app'), 'app')?.revision).toBe(2), {
    timeout: 4000,
  });
});

describe('cron', () => {
  it('throws on a cron nobody knows', async () => {
    await expect(fire('*/5 * * * *')).rejects.toThrow('unknown cron "*/5 * * * *"');
  });

  it.each([
    ['is gone', null],
    ['is garbage', '{"schema":'],
    ['is of a newer schema', '{"schema":2}'],
    [
      'was changed by someone else',
      JSON.stringify({
        schema: 1,
        service: 'app',
        epoch: 1,
        revision: 2,
        salt: 'x',
        active: 'green',
        ranges: [['green', 10_000]],
      }),
    ],
  ])('puts KV right when the split there %s', async (_, value) => {
    const right = await env.SPLITS.get('split:app');
    if (value === null) await env.SPLITS.delete('split:app');
    else await env.SPLITS.put('split:app', value);
    await fire();
    await vi.waitFor(async () => expect(await env.SPLITS.get('split:app')).toBe(right), { timeout: 4000 });
  });

  it('has messages sent whose alarm never came', async () => {
    const { name, got, script } = await inbox({ status: 500 });
    await made({ ...asked('hook'), url: `https://hooks.example.com/${name}` });
    await registry().announce({ announcement: announced('app.1.1') });
    await vi.waitFor(async () => expect(await got()).toHaveLength(1));
    await vi.waitFor(async () => expect((await registry().deliveries({ channel: null, limit: 9 }))[0]?.attempts).toBe(1));
    await script({ status: 200 });
    await runInDurableObject(registryStub(), async (_, { storage }) => {
      await storage.deleteAlarm();
      storage.sql.exec('UPDATE deliveries SET due_at = 0');
    });
    await fire();
    await vi.waitFor(async () => expect((await registry().deliveries({ channel: null, limit: 9 }))[0]?.state).toBe('delivered'));
    expect(await got()).toHaveLength(1);
  });

  it('goes above a split in KV that is newer than its own', async () => {
    const { epoch } = await app().read();
    await env.SPLITS.put(
      'split:app',
      JSON.stringify({
        schema: 1,
        service: 'app',
        epoch: epoch + 7,
        revision: 1,
        salt: 'x',
        active: 'green',
        ranges: [['green', 10_000]],
      }),
    );
    await fire();
    await vi.waitFor(
      async () =>
        expect(parseSplitText(await env.SPLITS.get('split:app'), 'app')).toMatchObject({ epoch: epoch + 8, active: 'blue' }),
      { timeout: 4000 },
    );
  });

  it('writes nothing when KV is right', async () => {
    const entries = (await call('GET', '/v1/audit')).body.entries.length;
    await fire();
    expect((await call('GET', '/v1/audit')).body.entries.length).toBe(entries);
  });

  it('probes every slot, which shows in health and decides nothing', async () => {
    await fire();
    const { body } = await call('GET', '/v1/services/app/health');
    expect(body.slots.blue).toMatchObject({ requests: 0, probe: { ok: true, status: 200 } });
    expect(body.slots.green).toMatchObject({ requests: 0, probe: { ok: false, status: 503 } });
  });

  it('forgets what is past its time', async () => {
    await runInDurableObject(stub(), (object) => {
      const by = { actor: 'ann', reason: null, requestId: null };
      for (let i = 0; i < 103; i++) {
        const version = { versionId: `v${i}`, tag: null, message: null, author: null, source: null };
        object.command(toWire<Command>({ type: 'record_deployment', slot: 'green', version, force: true, lease: null, by }));
      }
    });
    await fire();
    const { deployments } = (await call('GET', '/v1/services/app/deployments?kind=version&limit=1000')).body;
    expect([deployments.length, deployments[0].versionId, deployments[99].versionId]).toEqual([100, 'v102', 'v3']);
  });
});
