// The judgement, through all Workers: what routers see of visitors and latencies, and what control makes of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Stack, startStack } from './stack.ts';

const SLOS = '/services/app/slos';
/** So that no test waits for a slot to warm up. */
const AT_ONCE = { latencyGraceSeconds: 0, latencyObjectives: [], latencyRatio: null };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());
beforeEach(async () => {
  for (const slot of ['blue', 'green']) await stack.fault(slot, null);
  await stack.api('POST', '/services/app/rollback');
  expect((await stack.api('PUT', SLOS, AT_ONCE)).status).toBe(200);
});

const weightOf = async (slot: string) => (await stack.api('GET', '/services/app')).body.split.weights[slot];
const watchOf = async () => (await stack.api('GET', '/services/app/health')).body.watches[0];

/** Visitors until green has none any more. */
async function driveHome(perSecond: number): Promise<void> {
  for (let second = 0; second < 15 && (await weightOf('green')) > 0; second++) await stack.drive(perSecond, 1);
  expect(await weightOf('green')).toBe(0);
}

async function released(stages: object[]): Promise<number> {
  const { status, body } = await stack.api('POST', '/services/app/releases', {
    slot: 'green',
    stages,
    autoStart: true,
    force: true,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  await stack.arrived();
  return body.id;
}

async function lastDecision(release: number) {
  const { body } = await stack.api('GET', `/services/app/releases/${release}/decisions`);
  return body.decisions.at(-1);
}

/** Until green has no visitors any more; each visitor gives up after so long. */
async function driveUntilHome(perSecond: number, seconds: number, patienceMs: number): Promise<number> {
  const start = Date.now();
  const leaving: Promise<unknown>[] = [];
  while (Date.now() - start < seconds * 1000) {
    for (let i = 0; i < perSecond / 4; i++)
      leaving.push(
        fetch(stack.base, { signal: AbortSignal.timeout(patienceMs) }).then(
          (r) => r.text(),
          () => undefined,
        ),
      );
    await sleep(250);
    if ((await weightOf('green')) === 0) break;
  }
  await Promise.all(leaving);
  return (Date.now() - start) / 1000;
}

describe('latency', () => {
  it('is measured to the response headers, by slot', async () => {
    await stack.setWeight(50);
    await stack.fault('green', { latencyMs: 120 });
    await stack.drive(40, 3);
    await sleep(1500);
    const { slots } = (await stack.api('GET', '/services/app/health')).body;
    expect(slots.green.p99).toBeGreaterThan(115);
    expect(slots.blue.p50).toBeLessThan(100);
    expect(slots.green.p50).toBeLessThanOrEqual(slots.green.p999);
  });

  it('of a candidate alone rolls it back, and says which quantile', async () => {
    const release = await released([{ weight: 20, soakSeconds: 600 }]);
    await stack.drive(60, 6);
    expect(await weightOf('green')).toBe(20);
    await stack.fault('green', { latencyMs: 150 });
    await driveHome(60);
    const decision = await lastDecision(release);
    expect(decision).toMatchObject({ did: 'rolled back', rule: expect.stringMatching(/^latency p\d+ relative$/) });
    expect(decision.reason).toMatch(/requests on green took longer than \d+(\.\d+)? ms/);
  });

  it('over an objective rolls back, with the paths of what was slow', async () => {
    // So far from the active slot's latencies that no comparison speaks louder.
    await stack.api('PUT', SLOS, { latencyObjectives: [{ percentile: 99, maxMs: 100 }], latencyRatio: 100 });
    await stack.fault('blue', { latencyMs: 20 });
    const release = await released([{ weight: 30, soakSeconds: 600 }]);
    await stack.drive(40, 3);
    await stack.fault('green', { latencyMs: 200 });
    await driveHome(40);
    const decision = await lastDecision(release);
    expect(decision).toMatchObject({ did: 'rolled back', rule: 'latency over 100 ms absolute' });
    expect(decision.samples[0]).toMatchObject({ path: '/', milliseconds: expect.any(Number) });
    expect(decision.samples[0].milliseconds).toBeGreaterThan(190);
  });

  it('of requests that hang counts, also where visitors leave', async () => {
    await released([{ weight: 50, soakSeconds: 600 }]);
    await stack.drive(60, 5);
    await stack.fault('green', { hangRate: 1 });
    const seconds = await driveUntilHome(20, 30, 2000);
    expect(await weightOf('green')).toBe(0);
    console.log(`a candidate that hangs: out after ${seconds} s`);
  });
});

describe('caps', () => {
  it('take one visitor who fails all the time for one opinion, and say so', async () => {
    await stack.setWeight(50);
    const cookies = Array.from({ length: 200 }, (_, i) => `sluice_key=visitor-number-${i}`);
    const visits = await Promise.all(
      cookies.map(async (cookie) => ({ cookie, slot: (await stack.visit('/', { cookie })).slot })),
    );
    const one = visits.find(({ slot }) => slot === 'green')?.cookie ?? '';
    for (let i = 0; i < 40; i++) {
      await stack.visit('/broken/9f86d081884c7d659a2feaa0c55ad015?token=secret', { cookie: one, 'x-fault': '{"errorRate":1}' });
      await stack.visit('/', { cookie: one });
    }
    await vi.waitFor(async () => expect((await watchOf()).errors).toBeGreaterThanOrEqual(40), { timeout: 5000 });
    const watch = await watchOf();
    expect(watch.capped).toBeGreaterThanOrEqual(20);
    expect(watch.tests[0].bad).toBe(2);
    expect(await weightOf('green')).toBe(50);
    const { alerts } = (await stack.api('GET', '/services/app/health')).body;
    expect(alerts.at(-1)).toMatchObject({ alert: 'capped', slot: 'green' });
  });
});

describe('a decision', () => {
  it('names failing requests without what they carried', async () => {
    const release = await released([{ weight: 50, soakSeconds: 600 }]);
    const fails = { 'x-fault': '{"errorRate":1}' };
    const path = '/orders/9f86d081884c7d659a2feaa0c55ad015/items?token=secret';
    const until = async () => (await weightOf('green')) === 0;
    for (let i = 0; i < 40 && !(await until()); i++) {
      const visits = Array.from({ length: 10 }, () => stack.visit('/'));
      await Promise.all([...visits, ...Array.from({ length: 10 }, () => toGreen(path, fails))]);
      await sleep(250);
    }
    const decision = await lastDecision(release);
    expect(decision.did).toBe('rolled back');
    expect(decision.samples[0]).toMatchObject({ path: '/orders/*/items', status: 500 });
    expect(JSON.stringify(decision)).not.toContain('secret');
  });
});

/** A fresh visitor of green: who lands on blue asks for nothing that fails. */
async function toGreen(path: string, headers: Record<string, string>): Promise<void> {
  const { slot, cookie } = await stack.visit('/');
  if (slot === 'green' && cookie !== undefined) await stack.visit(path, { ...headers, cookie });
}
