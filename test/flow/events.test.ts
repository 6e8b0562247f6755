// The events of a service, followed over HTTP while visitors come: what happens is heard as it happens.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Follower } from '../follower.ts';
import { type Stack, startStack, TOKEN } from './stack.ts';

const EVENTS = 'http://control.example/v1/services/app/events';
const headers = { authorization: `Bearer ${TOKEN}`, accept: 'text/event-stream' };
type Point = Readonly<Record<'slots', Readonly<Record<string, { readonly requests: number; readonly errors: number }>>>>;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

async function follow(): Promise<Follower> {
  const response = await stack.control.fetch(EVENTS, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  if (response.body === null) throw new Error('no body');
  return new Follower(response.body as unknown as ReadableStream<Uint8Array>);
}

// First, so that nobody has come before.
it('adds up to the visitors who came, each counted once, as does the series', async () => {
  const sum = (some: readonly Point[]) =>
    some.flatMap(({ slots }) => Object.values(slots)).reduce((n, { requests }) => n + requests, 0);
  const series = async () =>
    (await stack.api('GET', '/services/app/series?minutes=360')).body.points as (Point & { at: string })[];
  const follower = await follow();
  await follower.first('service');
  const visits = await stack.drive(40, 7);
  await vi.waitFor(
    async () => {
      const after = await series();
      expect(sum(after)).toBe(visits.length);
      // The newest word on each bucket is the series.
      const heard = new Map(follower.heard.flatMap(({ event, data }) => (event === 'point' ? [[data.at, data]] : [])));
      expect(heard.size).toBeGreaterThan(1);
      expect([...heard.values()]).toEqual(after.filter(({ at }) => heard.has(at)));
    },
    { timeout: 10_000, interval: 250 },
  );
  await follower.leave();
});

it('shows a rollback within 2 s of the split that moved, and the errors that brought it about', async () => {
  const follower = await follow();
  await follower.first('service');
  await stack.setWeight(20);
  await follower.first('entry', ({ action }) => action === 'split_set');
  await stack.drive(50, 3);
  await follower.first('point', ({ slots }: Point) => (slots.green?.requests ?? 0) > 0);
  await stack.fault('green', { errorRate: 1 });
  const before = follower.heard.length;
  const visits = await stack.drive(50, 10, () =>
    follower.heard.slice(before).some(({ event, data }) => event === 'entry' && data.action === 'rolled_back'),
  );
  const rollback = await follower.first('entry', ({ action }) => action === 'rolled_back');
  const movedAt = Date.parse(rollback.data.at);
  console.log(`rollback: heard ${rollback.at - movedAt} ms after the split moved`);
  expect(rollback.at - movedAt).toBeLessThan(2_000);
  expect(rollback.data).toMatchObject({ actor: 'sluice', after: { weights: { blue: 100, green: 0 } } });
  const service = follower.heard[follower.heard.indexOf(rollback) - 1];
  expect([service?.event, service?.data.split.updatedAt]).toEqual(['service', rollback.data.at]);
  const failing = (some: readonly Point[]) => some.some(({ slots }) => (slots.green?.errors ?? 0) > 0);
  expect(failing(follower.heard.slice(before).flatMap(({ event, data }) => (event === 'point' ? [data] : [])))).toBe(true);
  expect(visits.some(({ slot, status }) => slot === 'green' && status === 500)).toBe(true);
  await follower.leave();
  await stack.fault('green', null);
});
