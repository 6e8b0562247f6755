import { env } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ingest } from '../../control/ingest.ts';
import { LAST_BUCKET } from '../../router/histogram.ts';
import type { Report } from '../../router/report.ts';
import { app, call, crash, freshApp } from './api.ts';

const APP = '/v1/services/app';
const NOTHING = { taken: 0, malformed: 0, future: 0, replayed: 0, unknownSlots: 0 };
const health = async () => (await call('GET', `${APP}/health`)).body;
const alerts = async () =>
  (await call('GET', '/v1/audit')).body.entries.filter(({ action }: { action: string }) => action === 'alert_raised');

let good: Report;
const row = { slot: 'green', requests: 10, errors: 1, overridden: 4, overriddenErrors: 2 };
const withRow = (over: object) => ({ ...good, rows: [good.rows[0], { ...good.rows[0], ...over }] });

beforeEach(async () => {
  await freshApp();
  await call('PUT', `${APP}/split`, { weights: { green: 20 } });
  const { epoch, revision } = await app().read();
  const rows = [{ epoch, revision, ...row }];
  good = { schema: 1, service: 'app', isolate: 'i-1', sequence: 1, held: { epoch, revision }, rows };
});
afterEach(() => vi.useRealTimers());

it('takes a sound report, with all that it may carry', async () => {
  const over = {
    latency: [0, 1, LAST_BUCKET, 2],
    visitors: 10,
    errorsBy: [0, 0, 0, 2 ** 32 - 1, 7, 1],
    slow: [1, 2, 3, 4].map((overMs) => ({ overMs, count: 10, by: [1, 2, 10] })),
    samples: [0, 1, 2].map((status) => ({ path: '', status, milliseconds: 0, ray: '' })),
  };
  expect(await ingest(env, withRow(over))).toMatchObject({ flushAfterMs: 1000 });
  const { reports, slots } = await health();
  expect(reports).toEqual({ ...NOTHING, taken: 1 });
  expect(slots.green).toMatchObject({ requests: 20, errors: 2 });
});

describe('a malformed report is refused whole, and counted', () => {
  it.each<[string, () => unknown]>([
    ['of another schema', () => ({ ...good, schema: 2 })],
    ['without an isolate', () => ({ ...good, isolate: '' })],
    ['with an isolate that is no name', () => ({ ...good, isolate: "'; DROP TABLE state; --" })],
    ['with sequence 0', () => ({ ...good, sequence: 0 })],
    ['with a negative sequence', () => ({ ...good, sequence: -1 })],
    ['with a sequence beyond whole numbers', () => ({ ...good, sequence: 2 ** 53 })],
    ['without the split held', () => ({ ...good, held: null })],
    ['with a negative revision held', () => ({ ...good, held: { epoch: 1, revision: -1 } })],
    ['with rows that are no list', () => ({ ...good, rows: { length: 1 } })],
    ['with too many rows', () => ({ ...good, rows: Array(33).fill(good.rows[0]) })],
    ['with a row that is none', () => ({ ...good, rows: [good.rows[0], null] })],
    ['with negative requests', () => withRow({ requests: -1, errors: -2 })],
    ['with negative errors', () => withRow({ errors: -1 })],
    ['with more errors than requests', () => withRow({ errors: 11 })],
    ['with more overridden errors than requests', () => withRow({ overriddenErrors: 5 })],
    ['with a fraction', () => withRow({ requests: 10.5 })],
    ['with no number', () => withRow({ requests: Number.NaN })],
    ['with a text', () => withRow({ requests: '10' })],
    ['with nothing for a count', () => withRow({ overridden: undefined })],
    ['that overflows', () => withRow({ requests: 1e9 + 1 })],
    ['that is endless', () => withRow({ requests: Number.POSITIVE_INFINITY })],
    ['with a slot that is no name', () => withRow({ slot: 'Green!' })],
    ['with a negative epoch', () => withRow({ epoch: -1 })],
    ['with more latencies than requests', () => withRow({ latency: [3, 11] })],
    ['with a negative latency', () => withRow({ latency: [3, -1] })],
    ['with a latency without its count', () => withRow({ latency: [3] })],
    ['with a latency that overflows', () => withRow({ latency: [LAST_BUCKET + 1, 1] })],
    ['with latencies out of order', () => withRow({ latency: [4, 1, 3, 1] })],
    ['with latencies that are a text', () => withRow({ latency: '3,1' })],
    ['with more visitors than requests', () => withRow({ visitors: 11 })],
    ['with more charged than failed', () => withRow({ errorsBy: [1, 1, 2] })],
    ['with a negative charge', () => withRow({ errorsBy: [1, 1, 1, 2, 2, -1] })],
    ['with a hash that overflows', () => withRow({ errorsBy: [2 ** 32, 1, 1] })],
    ['with half a charge', () => withRow({ errorsBy: [1, 1] })],
    ['with too many charged', () => withRow({ errorsBy: Array(303).fill(0) })],
    ['with too many thresholds', () => withRow({ slow: Array(5).fill({ overMs: 1, count: 0 }) })],
    ['with more slow ones than requests', () => withRow({ slow: [{ overMs: 1, count: 11 }] })],
    ['with a negative threshold', () => withRow({ slow: [{ overMs: -1, count: 1 }] })],
    ['with a threshold that is none', () => withRow({ slow: [null] })],
    ['with too many samples', () => withRow({ samples: Array(4).fill({ path: '', status: 0, milliseconds: 0, ray: '' }) })],
    [
      'with a sample that is too long',
      () => withRow({ samples: [{ path: 'x'.repeat(97), status: 0, milliseconds: 0, ray: '' }] }),
    ],
    ['with a ray id that is none', () => withRow({ samples: [{ path: '', status: 0, milliseconds: 0, ray: '\x1b[2J' }] })],
  ])('%s', async (_, bad) => {
    const before = await health();
    expect(await ingest(env, bad())).toEqual({ flushAfterMs: 20_000, refused: expect.any(String) });
    const after = await health();
    expect(after.reports).toEqual({ ...NOTHING, malformed: 1 });
    expect({ ...after, reports: NOTHING }).toEqual(before);
    // It took no sequence: the sound report is not taken for a repeat.
    expect((await ingest(env, good)).refused).toBeUndefined();
    expect((await health()).reports).toEqual({ ...NOTHING, taken: 1, malformed: 1 });
  });

  it.each([[null], [undefined], ['app'], [7], [[]], [{}], [{ service: 7 }], [{ service: 'nope' }], [{ service: '__proto__' }]])(
    'but not where it names no service that is here: %j',
    async (bad) => {
      expect(await ingest(env, bad)).toEqual({ flushAfterMs: 20_000, refused: expect.any(String) });
      expect((await health()).reports).toEqual(NOTHING);
    },
  );
});

describe('a report from the future', () => {
  it.each([
    { epoch: 0, revision: 1 },
    { epoch: 1, revision: 0 },
  ])('is refused whole, and counted: %j', async ({ epoch, revision }) => {
    const [first] = good.rows;
    const reply = await ingest(env, withRow({ epoch: (first?.epoch ?? 0) + epoch, revision: (first?.revision ?? 0) + revision }));
    expect(reply).toEqual({ flushAfterMs: 1000, refused: expect.stringMatching(/was never published here\.$/) });
    const { reports, slots } = await health();
    expect([reports, slots.green.requests]).toEqual([{ ...NOTHING, future: 1 }, 0]);
  });

  it('keeps what the second before it has decided', async () => {
    await ingest(env, good);
    vi.setSystemTime(Date.now() + 1500);
    await ingest(env, { ...withRow({ revision: 99 }), sequence: 2 });
    await crash();
    expect((await health()).slots.green.requests).toBe(10);
  });
});

describe('a report that comes again', () => {
  it('is answered as it was, counted apart, and judged once', async () => {
    const late = { ...good, held: { epoch: 0, revision: 0 } };
    const first = await ingest(env, late);
    expect(first).toMatchObject({ flushAfterMs: 1000, split: { revision: 2 } });
    expect(await ingest(env, late)).toEqual(first);
    expect(await ingest(env, late)).toEqual(first);
    await ingest(env, { ...good, sequence: 3 });
    await ingest(env, { ...good, sequence: 2 });
    const { reports, slots } = await health();
    expect(reports).toEqual({ ...NOTHING, taken: 2, replayed: 3 });
    expect(slots.green).toMatchObject({ requests: 20, errors: 2 });
  });

  it('is known again after a crash, once its second is closed', async () => {
    await ingest(env, good);
    vi.setSystemTime(Date.now() + 1500);
    await app().read();
    await crash();
    await ingest(env, good);
    const { reports, slots } = await health();
    expect([reports, slots.green.requests]).toEqual([{ ...NOTHING, taken: 1, replayed: 1 }, 10]);
  });
});

describe('rows of a slot that is not here', () => {
  const strange = () => withRow({ slot: 'purple' });

  it('are left out, the others count, and an alert says so once an hour', async () => {
    expect((await ingest(env, strange())).refused).toBeUndefined();
    await ingest(env, { ...strange(), sequence: 2, rows: [...strange().rows, ...withRow({ slot: 'constructor' }).rows] });
    const first = await health();
    expect(first.reports).toEqual({ ...NOTHING, taken: 2, unknownSlots: 3 });
    expect(Object.keys(first.slots)).toEqual(['blue', 'green']);
    expect(first.slots.green.requests).toBe(30);
    expect(first.alerts).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        alert: 'unknown-slot',
        slot: 'purple',
        what: expect.stringMatching(/^A router reports of slot purple, which is not here\./),
      },
    ]);
    expect(await alerts()).toMatchObject([
      { actor: 'sluice', alert: 'unknown-slot', service: 'app', what: first.alerts[0].what },
    ]);
    vi.setSystemTime(Date.now() + 3_600_000);
    await ingest(env, { ...strange(), sequence: 3 });
    expect(await alerts()).toHaveLength(2);
    await crash();
    expect((await health()).alerts).toHaveLength(2);
  });
});
