import { env, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ingest } from '../../control/ingest.ts';
import { app, call, crash, freshApp, stub } from './api.ts';

/** What is scraped, by series. */
async function scraped(): Promise<Record<string, number>> {
  const { body } = await call('GET', '/metrics');
  const lines = String(body).split('\n');
  return Object.fromEntries(
    lines.filter((l) => l.startsWith('sluice_')).map((l) => [l.slice(0, l.lastIndexOf(' ')), Number(l.split(' ').at(-1))]),
  );
}

let sequence = 0;
async function report(requests: number, errors: number) {
  const { epoch, revision } = await app().read();
  const rows = [{ epoch, revision, slot: 'blue', requests, errors, overridden: 0, overriddenErrors: 0, latency: [95, requests] }];
  const sent = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held: { epoch, revision }, rows };
  await ingest(env, sent);
  return sent;
}

const REQUESTS = 'sluice_requests_total{service="app",slot="blue"}';
const TAKEN = 'sluice_reports_total{service="app",outcome="taken"}';
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

it('are text for Prometheus, for whoever has a token', async () => {
  const { status, type, body } = await call('GET', '/metrics');
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(body).toMatch(/^# HELP sluice_requests_total .*\n# TYPE sluice_requests_total counter\n/);
  expect(body).toMatch(/\n$/);
  expect((await call('GET', '/metrics', undefined, null)).status).toBe(401);
});

it('count what was reported once its second is over, and once alone', async () => {
  const sent = await report(10, 2);
  await ingest(env, sent);
  later(1500);
  const first = await scraped();
  expect([first[REQUESTS], first[TAKEN], first['sluice_reports_total{service="app",outcome="replayed"}']]).toEqual([10, 1, 1]);
  expect(first['sluice_report_lag_seconds{service="app"}']).toBeCloseTo(1.5, 0);
  expect(first['sluice_request_duration_seconds_bucket{service="app",slot="blue",le="0.01"}']).toBe(10);
  expect((await scraped())[REQUESTS]).toBe(10);
});

it('write nothing where nothing was counted since they were asked for', async () => {
  await report(10, 0);
  later(1500);
  await scraped();
  const saved = () =>
    runInDurableObject(stub(), (_, { storage }) => storage.sql.exec('SELECT rowid FROM saves').toArray().length);
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec('CREATE TABLE saves (x)');
    storage.sql.exec('CREATE TRIGGER saving AFTER INSERT ON state BEGIN INSERT INTO saves VALUES (1); END');
  });
  for (let i = 0; i < 3; i++) await scraped();
  expect(await saved()).toBe(0);
  await report(1, 0);
  await scraped();
  expect(await saved()).toBe(1);
});

it('lose nothing that was shown when the object dies', async () => {
  vi.setSystemTime(Math.ceil(Date.now() / 1000) * 1000);
  await report(10, 0);
  await ingest(env, { service: 'app' });
  later(900);
  // Its second is still open, and kept in memory alone until it is asked for.
  const before = await scraped();
  expect([before[REQUESTS], before[TAKEN], before['sluice_reports_total{service="app",outcome="malformed"}']]).toEqual([0, 1, 1]);
  await crash();
  later(200);
  const after = await scraped();
  expect([after[REQUESTS], after[TAKEN], after['sluice_reports_total{service="app",outcome="malformed"}']]).toEqual([10, 1, 1]);
});
