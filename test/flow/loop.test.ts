import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, startStack, type Visit } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function calm(): Promise<void> {
  await stack.fault('blue', null);
  await stack.fault('green', null);
  await stack.setWeight(0);
}

describe('the split', () => {
  it('gives 2,000 fresh visitors the share that was set, each with a cookie that keeps the slot while it grows', async () => {
    await stack.setWeight(10);
    const visits = [];
    for (let batch = 0; batch < 40; batch++) visits.push(...(await Promise.all(Array.from({ length: 50 }, () => stack.visit()))));
    const green = visits.filter((visit) => visit.slot === 'green');
    expect(Math.abs(green.length - 200)).toBeLessThan(3.5 * Math.sqrt(2000 * 0.1 * 0.9));
    expect(new Set(visits.map((visit) => visit.reason))).toEqual(new Set(['split']));

    const jar = visits.slice(0, 300).map((visit) => visit.cookie ?? '');
    let onGreen = new Set<string>();
    for (const weight of [10, 25, 50, 100]) {
      await stack.setWeight(weight);
      // Not all at once: a busy machine drops connections of so many.
      const now: { cookie: string; visit: Visit }[] = [];
      for (let from = 0; from < jar.length; from += 50)
        now.push(
          ...(await Promise.all(
            jar.slice(from, from + 50).map(async (cookie) => ({ cookie, visit: await stack.visit('/', { cookie }) })),
          )),
        );
      expect(now.filter(({ visit }) => visit.reason !== 'sticky' || visit.cookie !== undefined)).toEqual([]);
      const there = new Set(now.filter(({ visit }) => visit.slot === 'green').map(({ cookie }) => cookie));
      expect([...onGreen].filter((cookie) => !there.has(cookie))).toEqual([]);
      onGreen = there;
    }
    expect(onGreen.size).toBe(300);
    await calm();
  });

  it('lets x-slot reach a slot at 0 %, where it moves no health figure', async () => {
    await sleep(1500);
    const before = (await stack.api('GET', '/services/app/health')).body.slots;
    for (let i = 0; i < 20; i++)
      expect(await stack.visit('/', { 'x-slot': 'green' })).toMatchObject({ status: 200, slot: 'green', reason: 'override' });
    await stack.fault('green', { errorRate: 1 });
    for (let i = 0; i < 20; i++) expect((await stack.visit('/', { 'x-slot': 'green' })).status).toBe(500);
    await sleep(1500);
    expect((await stack.api('GET', '/services/app/health')).body.slots).toEqual(before);
    expect((await stack.api('GET', '/services/app')).body.slots.green.overridden.errors).toBeGreaterThanOrEqual(20);
    expect(await stack.visit('/', { 'x-slot': 'purple' })).toMatchObject({ status: 400, slot: null });
    await calm();
  });
});

describe('rollback', () => {
  it('comes by itself within 5 s when the candidate alone fails', async () => {
    await stack.setWeight(20);
    const well = await stack.drive(50, 4);
    expect(well.every((visit) => visit.status === 200)).toBe(true);
    await stack.fault('green', { errorRate: 1 });
    const visits = await stack.drive(50, 8);
    const hit = visits.filter((visit) => visit.slot === 'green');
    const span = Math.max(...hit.map((v) => v.at)) - Math.min(...hit.map((v) => v.at));
    console.log(`rollback: ${hit.length} visitors failed over ${span} ms`);
    expect(span).toBeLessThan(5000);
    expect(hit.length).toBeLessThan(80);
    const { body } = await stack.api('GET', '/audit?limit=1');
    expect(body.entries[0]).toMatchObject({
      action: 'rolled_back',
      actor: 'sluice',
      after: { weights: { blue: 100, green: 0 } },
    });
    expect(body.entries[0].reason).toMatch(/requests on green failed/);
    await calm();
  });

  it('does not come while both slots fail alike', async () => {
    await stack.setWeight(20);
    await stack.fault('blue', { errorRate: 0.4 });
    await stack.fault('green', { errorRate: 0.4 });
    await stack.drive(40, 15);
    const { body } = await stack.api('GET', '/services/app');
    expect(body.split.weights.green).toBe(20);
    await calm();
  });

  it('brings the former slot back when one made active at once fails in its bake', async () => {
    await stack.api('POST', '/services/app/activate', { slot: 'green' });
    await stack.arrived();
    await stack.fault('green', { errorRate: 1 });
    const visits = await stack.drive(50, 10, (seen) => seen.slice(-20).filter((v) => v.slot === 'blue').length === 20);
    expect(visits.at(-1)).toMatchObject({ slot: 'blue', status: 200 });
    expect((await stack.api('GET', '/services/app/active-slot')).body).toEqual({ active: 'blue' });
    await calm();
  });
});

describe('what comes through', () => {
  const headersAtSlot = async (headers: Record<string, string>) =>
    JSON.parse((await stack.visit('/headers', { 'x-slot': 'blue', ...headers })).text).headers;

  it("tells the slot who it is, strips a visitor's own x-sluice-* and the override's token, and leaves the rest", async () => {
    const seen = await headersAtSlot({
      'x-sluice-slot': 'green',
      'x-sluice-admin': '1',
      'x-slot-token': 'secret',
      'x-mine': 'a, b',
      cookie: 'a=1; b=2',
    });
    expect(seen).toMatchObject({ 'x-sluice-service': 'app', 'x-sluice-slot': 'blue', 'x-mine': 'a, b', cookie: 'a=1; b=2' });
    expect(Number(seen['x-sluice-revision'])).toBeGreaterThan(0);
    expect([seen['x-sluice-admin'], seen['x-slot-token']]).toEqual([undefined, undefined]);
  });

  it('streams an answer chunk by chunk', async () => {
    const response = await fetch(`${stack.base}/stream`, { headers: { 'accept-encoding': 'identity' } });
    const arrivals: number[] = [];
    for await (const _ of response.body ?? []) arrivals.push(Date.now());
    expect(arrivals.length).toBeGreaterThan(5);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(1000);
  });

  it('returns a body as it was sent', async () => {
    const sent = new Uint8Array(1_000_000).map((_, i) => i % 251);
    const response = await fetch(`${stack.base}/echo`, { method: 'POST', body: sent });
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(sent))).toBe(true);
  });

  it('leaves a WebSocket alone', async () => {
    const socket = new WebSocket(`${stack.base.replace('http', 'ws')}/ws`);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', reject);
    });
    const answer = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)));
    socket.send('hello 🚀');
    expect(await answer).toBe('blue: hello 🚀');
    socket.close();
  });

  it('sets no cookie on OPTIONS', async () => {
    expect((await stack.visit('/', {}, 'OPTIONS')).cookie).toBeUndefined();
    expect((await stack.visit('/', {}, 'GET')).cookie).toMatch(/^sluice_key=/);
  });
});
