import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { type Stack, startStack } from './stack.ts';

let stack: Stack;
afterEach(() => stack.close());

const failed = (visits: readonly { status: number }[]) => visits.filter((visit) => visit.status !== 200);
const revisionInKv = async () => JSON.parse((await stack.kv.get('split:app')) ?? '{"revision":0}').revision;

it('serves the default slot before the first set-up', async () => {
  stack = await startStack({ setUp: false });
  expect(await stack.visit()).toMatchObject({ status: 200, slot: 'blue', reason: 'default' });
  await stack.prepare();
  await vi.waitFor(async () => expect((await stack.visit()).reason).toBe('split'), { timeout: 5000 });
});

it.each([
  ['deleted', null],
  ['garbage', '{"schema":1,'],
  ['of a newer schema', '{"schema":2,"split":"new"}'],
])('fails no request when the split in KV is %s, and the cron puts it right', async (_, value) => {
  stack = await startStack();
  await stack.setWeight(10);
  await vi.waitFor(async () => expect(await revisionInKv()).toBe(2), { timeout: 5000 });
  const right = await stack.kv.get('split:app');
  if (value === null) await stack.kv.delete('split:app');
  else await stack.kv.put('split:app', value);
  expect(failed(await stack.drive(50, 1.5))).toEqual([]);
  await stack.cron();
  await vi.waitFor(async () => expect(await stack.kv.get('split:app')).toBe(right), { timeout: 5000 });
  expect((await stack.api('GET', '/audit?limit=1')).body.entries[0].action).toBe('split_healed');
  expect(failed(await stack.drive(50, 0.5))).toEqual([]);
});

it('goes on after an eviction of the object, and counts no report twice', async () => {
  stack = await startStack();
  await stack.setWeight(20);
  const visits = [];
  for (let i = 0; i < 4; i++) {
    visits.push(...(await stack.drive(40, 1.6)));
    await stack.control.evictDurableObject('ServiceObject', { name: 'app' });
  }
  await sleep(2500);
  expect(failed(visits)).toEqual([]);
  const { slots, watches } = (await stack.api('GET', '/services/app/health')).body;
  expect(slots.blue.requests + slots.green.requests).toBeLessThanOrEqual(visits.length);
  expect(watches[0].requests).toBeGreaterThan(0);
});
