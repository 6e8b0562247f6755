// What slots served lately: from the memory of a real object, and from its rows once that is gone.
import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ingest } from '../../control/ingest.ts';
import { app, call, crash, freshApp, settled, stub } from './api.ts';

const SERIES = '/v1/services/app/series';
const MINUTE = 60_000;

interface Shown {
  readonly at: string;
  readonly seconds: number;
  readonly slots: Readonly<Record<string, { readonly requests: number; readonly errors: number }>>;
}

const points = async (query = ''): Promise<Shown[]> => (await call('GET', `${SERIES}${query}`)).body.points;
/** Points as [seconds since the start, width, requests of blue]. */
const shown = (some: readonly Shown[]) => some.map((p) => [(Date.parse(p.at) - start) / 1000, p.seconds, p.slots.blue?.requests]);
const rows = () =>
  runInDurableObject(stub(), (_, { storage }) =>
    storage.sql
      .exec('SELECT at, slots FROM minutes ORDER BY at')
      .toArray()
      .map(({ at, slots }) => [Number(at) - start / MINUTE, JSON.parse(String(slots)).blue?.requests]),
  );

/** A whole minute, ahead of the platform's clock, so that no alarm comes by itself. */
let start: number;
let sequence = 0;
const held = { epoch: 0, revision: 0 };

/** A report of blue, some seconds after the start. */
async function report(second: number, requests: number, more: object = {}): Promise<void> {
  vi.setSystemTime(start + second * 1000);
  const none = { ...held, errors: 0, overridden: 0, overriddenErrors: 0 };
  const sent = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held };
  const rowsOf = [{ ...none, slot: 'blue', requests, ...more }];
  expect((await ingest(env, { ...sent, rows: rowsOf })).refused).toBeUndefined();
}

const at = (second: number) => vi.setSystemTime(start + second * 1000);
const evicted = async () => {
  await settled();
  await evictDurableObject(stub());
};

beforeEach(async () => {
  await freshApp();
  const { epoch, revision } = await app().read();
  Object.assign(held, { epoch, revision });
  start = (Math.ceil(Date.now() / MINUTE) + 60) * MINUTE;
  at(0);
});
afterEach(() => vi.useRealTimers());

it('is empty while nothing was served', async () => {
  expect((await call('GET', SERIES)).body).toEqual({ points: [] });
});

it('has points of 5 s, of the slots that had requests, without those that chose a slot by hand', async () => {
  await report(0, 10, { errors: 2, overridden: 50, overriddenErrors: 50, latency: [95, 10] });
  await report(3, 5);
  await report(6, 0, { overridden: 9 });
  at(8);
  const [first, second, ...others] = await points();
  const { p99 } = (await call('GET', '/v1/services/app/health')).body.slots.blue;
  expect(first).toEqual({
    at: new Date(start).toISOString(),
    seconds: 5,
    slots: { blue: { requests: 15, errors: 2, p50: p99, p90: p99, p99 } },
  });
  expect(p99).toEqual(expect.any(Number));
  expect([second, others]).toEqual([{ at: new Date(start + 5000).toISOString(), seconds: 5, slots: {} }, []]);
});

it('leaves the second out that is open, until it is over', async () => {
  await report(0, 10);
  expect(await points()).toEqual([]);
  at(0.9);
  expect(await points()).toEqual([]);
  at(1);
  expect(shown(await points())).toEqual([[0, 5, 10]]);
});

it('is of the last 15 minutes unless it is asked for more', async () => {
  for (const second of [0, 60, 900, 961]) await report(second, 1);
  at(962);
  expect(shown(await points()).map(([second]) => second)).toEqual([60, 900, 960]);
  expect(shown(await points('?minutes=1')).map(([second]) => second)).toEqual([900, 960]);
  expect(shown(await points('?minutes=17')).map(([second]) => second)).toEqual([0, 60, 900, 960]);
});

it('has whole minutes where the object has forgotten, the open one as wide as it is old', async () => {
  for (const second of [0, 30, 61, 118, 125]) await report(second, 10);
  at(131);
  expect(shown(await points())).toHaveLength(5);
  await evicted();
  expect(shown(await points())).toEqual([
    [0, 60, 20],
    [60, 60, 20],
    [120, 15, 10],
  ]);
});

it('counts nothing twice that is in a row and in memory, or in both and still open', async () => {
  await report(10, 1);
  await report(70, 2);
  await report(80, 3);
  at(81);
  await app().read();
  await evicted();
  // In memory from here on: the end of the second minute, and the third.
  await report(100, 4);
  await report(130, 5);
  at(131);
  expect(shown(await points())).toEqual([
    [0, 60, 1],
    [100, 5, 4],
    [130, 5, 5],
  ]);
  expect(await rows()).toEqual([
    [0, 1],
    [1, 9],
  ]);
  await evicted();
  expect(shown(await points())).toEqual([
    [0, 60, 1],
    [60, 60, 9],
    [120, 15, 5],
  ]);
});

it('writes one row a minute, once the minute is over, in the transaction that ends it', async () => {
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec('CREATE TABLE writes (at INTEGER)');
    storage.sql.exec('CREATE TRIGGER writing AFTER INSERT ON minutes BEGIN INSERT INTO writes VALUES (new.at); END');
  });
  for (let second = 0; second < 180; second += 2) await report(second, 1);
  expect(await rows()).toEqual([
    [0, 30],
    [1, 30],
  ]);
  await call('PUT', '/v1/services/app/split', { weights: { green: 10 } });
  at(181);
  await app().read();
  const writes = await runInDurableObject(stub(), (_, { storage }) => storage.sql.exec('SELECT at FROM writes').toArray().length);
  expect(writes).toBe(2);
  // Nothing comes for a while: the minute is finished by what comes next.
  await report(600, 1);
  at(601);
  await app().read();
  expect((await rows()).at(-1)).toEqual([2, 30]);
});

it('loses no minute when what would have stored it fails', async () => {
  await report(0, 7);
  await report(60, 1);
  const rename = (from: string, to: string) =>
    runInDurableObject(stub(), (_, { storage }) => storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`).toArray());
  await rename('state', 'gone');
  at(61);
  expect((await call('GET', SERIES)).status).toBe(500);
  await rename('gone', 'state');
  expect(await rows()).toEqual([]);
  expect(shown(await points())).toEqual([
    [0, 5, 7],
    [60, 5, 1],
  ]);
  expect(await rows()).toEqual([[0, 7]]);
});

it('keeps six hours, and forgets what is older', async () => {
  await report(0, 1);
  for (const minute of [1, 2, 3]) await report(minute * 60, 1);
  await crash();
  at(361 * 60 + 30);
  await app().heal();
  expect(await rows()).toEqual([
    [1, 1],
    [2, 1],
  ]);
  // The second that was open then was judged after the crash, and is in memory.
  expect(shown(await points('?minutes=360'))).toEqual([
    [60, 60, 1],
    [120, 60, 1],
    [180, 5, 1],
  ]);
  expect(await points()).toEqual([]);
});

it.each([
  ['minutes=0', 422, 'out-of-range'],
  ['minutes=361', 422, 'out-of-range'],
  ['minutes=1.5', 400, 'malformed'],
  ['minutes=many', 400, 'malformed'],
  ['seconds=5', 400, 'malformed'],
])('refuses %s', async (query, status, type) => {
  expect(await call('GET', `${SERIES}?${query}`)).toMatchObject({ status, body: { type: `/problems/${type}` } });
});

it('takes over an object of the former version, the minutes it had counted too', async () => {
  for (const second of [0, 60, 120]) await report(second, 10);
  at(121);
  await app().read();
  await settled();
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec('DROP TABLE minutes');
    storage.sql.exec('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)');
  });
  await crash();
  const whole = [
    [0, 60, 10],
    [60, 60, 10],
  ];
  expect(shown(await points())).toEqual([...whole, [120, 5, 10]]);
  await report(125, 1);
  expect(await rows()).toEqual([
    [0, 10],
    [1, 10],
  ]);
  await runDurableObjectAlarm(stub());
  at(126);
  expect(shown(await points())).toEqual([...whole, [125, 5, 1]]);
});
