import { env } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ingest, newestSplit } from '../../control/ingest.ts';
import { bucketOf } from '../../router/histogram.ts';
import type { Row } from '../../router/report.ts';
import { app, call, crash, freshApp } from './api.ts';

const APP = '/v1/services/app';
const SLOS = `${APP}/slos`;
const DEFAULTS = {
  errorObjective: 0.01,
  errorRatio: 1.5,
  latencyObjectives: [],
  latencyRatio: 1.2,
  falseRollbackChance: 0.01,
  minBad: 5,
  minEffect: 0.001,
  minRequests: 50,
  perVisitorCap: 2,
  perNetworkCap: 4,
  latencyGraceSeconds: 30,
  holdSeconds: 300,
  bakeSeconds: 600,
};
const OTHERS = {
  errorObjective: 0.02,
  errorRatio: 2,
  latencyObjectives: [{ overMs: 500, maxShare: 0.01 }],
  latencyRatio: 1.5,
  falseRollbackChance: 0.001,
  minBad: 9,
  minEffect: 0,
  minRequests: 0,
  perVisitorCap: 3,
  perNetworkCap: 'off',
  latencyGraceSeconds: 0,
  holdSeconds: 0,
  bakeSeconds: 5,
};

const put = (body: unknown) => call('PUT', SLOS, body);
const get = async () => (await call('GET', SLOS)).body;
const health = async () => (await call('GET', `${APP}/health`)).body;
const audit = async () => (await call('GET', '/v1/audit')).body.entries;

let sequence = 0;
/** A second later, a report with these rows of the split in force. */
async function serve(...rows: Partial<Row>[]) {
  vi.setSystemTime(Date.now() + 1000);
  const { epoch, revision } = await app().read();
  const none = { epoch, revision, requests: 0, errors: 0, overridden: 0, overriddenErrors: 0 };
  const report = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held: { epoch, revision } };
  const reply = await ingest(env, { ...report, rows: rows.map((row) => ({ ...none, ...row })) });
  expect(reply.refused).toBeUndefined();
  return reply;
}

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

describe('happy', () => {
  it('begins with the defaults', async () => {
    expect(await get()).toEqual(DEFAULTS);
    expect((await health()).slo).toEqual(DEFAULTS);
  });

  it('takes a percentile and a share for the same', async () => {
    const byShare = await put({ latencyObjectives: [500, 2000].map((overMs, i) => ({ overMs, maxShare: [0.01, 0.001][i] })) });
    expect([byShare.status, byShare.body.latencyObjectives]).toEqual([
      200,
      [
        { overMs: 500, maxShare: 0.01, percentile: 99 },
        { overMs: 2000, maxShare: 0.001, percentile: 99.9 },
      ],
    ]);
    const entries = (await audit()).length;
    const byPercentile = await put({ latencyObjectives: [500, 2000].map((maxMs, i) => ({ maxMs, percentile: [99, 99.9][i] })) });
    expect(byPercentile.body).toEqual(byShare.body);
    expect((await audit()).length).toBe(entries);
  });

  it.each([99.9999, 99.99, 99.5, 95, 75, 50, 33.3, 0.0001])('gives percentile %d back as it was set', async (percentile) => {
    const { body } = await put({ latencyObjectives: [{ percentile, maxMs: 10_000 }] });
    expect(body.latencyObjectives[0].percentile).toBe(percentile);
    const { overMs, maxShare } = body.latencyObjectives[0];
    expect((await put({ latencyObjectives: [{ overMs, maxShare }] })).body.latencyObjectives).toEqual(body.latencyObjectives);
  });

  it('leaves what is not named as it is', async () => {
    const all = await put(OTHERS);
    const latencyObjectives = [{ overMs: 500, maxShare: 0.01, percentile: 99 }];
    expect(all.body).toEqual({ ...OTHERS, latencyObjectives, watchedAfresh: [] });
    await put({ minBad: 20 });
    await put({});
    expect(await get()).toEqual({ ...OTHERS, latencyObjectives, minBad: 20 });
    await crash();
    expect(await get()).toEqual({ ...OTHERS, latencyObjectives, minBad: 20 });
  });

  it('loses none of two changes that come at once', async () => {
    await Promise.all([put({ minBad: 7 }), put({ errorRatio: 3 }), put({ holdSeconds: 1 })]);
    expect(await get()).toEqual({ ...DEFAULTS, minBad: 7, errorRatio: 3, holdSeconds: 1 });
  });

  it.each(Object.keys(DEFAULTS))('puts %s back by null', async (field) => {
    await put(OTHERS);
    const set = await get();
    expect((await put({ [field]: null })).status).toBe(200);
    expect(await get()).toEqual({ ...set, [field]: DEFAULTS[field as keyof typeof DEFAULTS] });
  });

  it('notes who changed what, and why, but not what changed nothing', async () => {
    const before = (await audit()).length;
    await put({ errorObjective: 0.01, reason: 'nothing new' });
    expect((await audit()).length).toBe(before);
    await put({ errorObjective: 0.05, latencyObjectives: [{ percentile: 99, maxMs: 500 }], reason: 'a lenient week' });
    const [entry] = await audit();
    expect(entry).toMatchObject({ action: 'slos_set', service: 'app', actor: 'admin', reason: 'a lenient week', alert: null });
    expect(entry.before).toEqual(DEFAULTS);
    expect(entry.after).toEqual({
      ...DEFAULTS,
      errorObjective: 0.05,
      latencyObjectives: [{ overMs: 500, maxShare: 0.01, percentile: 99 }],
    });
  });
});

describe('error', () => {
  const latency = (...latencyObjectives: unknown[]) => ({ latencyObjectives });
  const p99 = { percentile: 99, maxMs: 500 };

  it.each<[number, string, unknown]>([
    [400, 'malformed', '{'],
    [400, 'malformed', 'null'],
    [400, 'malformed', []],
    [400, 'malformed', { errorObjectives: 0.01 }],
    [400, 'malformed', { errorObjective: '0.01' }],
    [400, 'malformed', { errorObjective: 'NaN' }],
    [400, 'malformed', '{"errorObjective":NaN}'],
    [400, 'malformed', '{"errorObjective":1e999}'],
    [400, 'malformed', { errorObjective: [0.01] }],
    [422, 'out-of-range', { errorObjective: -0.01 }],
    [422, 'out-of-range', { errorObjective: 0 }],
    [422, 'out-of-range', { errorObjective: 1e-300 }],
    [422, 'out-of-range', { errorObjective: 1 }],
    [422, 'out-of-range', { errorObjective: 5 }],
    [422, 'out-of-range', { errorRatio: 0.9 }],
    [422, 'out-of-range', { errorRatio: 101 }],
    [422, 'out-of-range', { latencyRatio: -1 }],
    [400, 'malformed', { latencyObjectives: p99 }],
    [400, 'malformed', latency({ ...p99, sli: 'latency' })],
    [400, 'malformed', latency({ percentile: 'p99', maxMs: 500 })],
    [422, 'out-of-range', latency({})],
    [422, 'out-of-range', latency({ percentile: 99 })],
    [422, 'out-of-range', latency({ percentile: 99, overMs: 500 })],
    [422, 'out-of-range', latency({ ...p99, overMs: 500, maxShare: 0.01 })],
    [422, 'out-of-range', latency({ ...p99, maxShare: 0.01 })],
    [422, 'out-of-range', latency({ percentile: 0, maxMs: 500 })],
    [422, 'out-of-range', latency({ percentile: 1e-20, maxMs: 500 })],
    [422, 'out-of-range', latency({ percentile: 100, maxMs: 500 })],
    [422, 'out-of-range', latency({ percentile: 99, maxMs: 0 })],
    [422, 'out-of-range', latency({ percentile: 99, maxMs: -5 })],
    [422, 'out-of-range', latency({ percentile: 99, maxMs: 120_001 })],
    [422, 'out-of-range', latency({ overMs: 500, maxShare: 0 })],
    [422, 'out-of-range', latency({ overMs: 500, maxShare: 1 })],
    [422, 'out-of-range', latency(p99, { overMs: 500, maxShare: 0.001 })],
    [422, 'out-of-range', latency(...[1, 2, 3, 4, 5].map((maxMs) => ({ percentile: 99, maxMs })))],
    [422, 'out-of-range', { falseRollbackChance: 0 }],
    [422, 'out-of-range', { falseRollbackChance: 0.51 }],
    [400, 'malformed', { minBad: 5.5 }],
    [422, 'out-of-range', { minBad: 0 }],
    [422, 'out-of-range', { minBad: 101 }],
    [422, 'out-of-range', { minEffect: -0.1 }],
    [422, 'out-of-range', { minEffect: 1 }],
    [422, 'out-of-range', { minRequests: -1 }],
    [422, 'out-of-range', { minRequests: 1_000_001 }],
    [422, 'out-of-range', { perVisitorCap: 0 }],
    [400, 'malformed', { perVisitorCap: 'off' }],
    [422, 'out-of-range', { perNetworkCap: 0 }],
    [400, 'malformed', { perNetworkCap: 'on' }],
    [422, 'out-of-range', { latencyGraceSeconds: 3601 }],
    [422, 'out-of-range', { holdSeconds: -1 }],
    [422, 'out-of-range', { bakeSeconds: 31 * 86_400 }],
    [422, 'out-of-range', { minBad: 6, reason: 'x'.repeat(501) }],
    [422, 'slos-off', { perVisitorCap: 5 }],
    [422, 'slos-off', { perNetworkCap: 5 }],
    [422, 'slos-off', { minBad: 4 }],
    [422, 'slos-off', { minBad: 4, perNetworkCap: 4 }],
  ])('%i %s for %j', async (status, type, body) => {
    const entries = (await audit()).length;
    const answer = await put(body);
    expect([answer.status, answer.type, answer.body.type]).toEqual([status, 'application/problem+json', `/problems/${type}`]);
    expect(answer.body).toMatchObject({ status, detail: expect.any(String), requestId: expect.any(String) });
    expect(await get()).toEqual(DEFAULTS);
    expect((await audit()).length).toBe(entries);
  });

  it.each<[string, unknown]>([
    ['latencyObjectives.0: give percentile and maxMs, or overMs and maxShare.', latency({ ...p99, overMs: 1 })],
    ['latencyObjectives.1.percentile: Too big: expected number to be <=99.9999.', latency(p99, { percentile: 999, maxMs: 1 })],
    ['latencyObjectives: name each threshold once.', latency(p99, { percentile: 90, maxMs: 500 })],
    ['perNetworkCap: must be a whole number from 1 to 1000, or "off".', { perNetworkCap: 'on' }],
    [
      'perVisitorCap (5) must be below minBad (5), or one visitor could roll a release back.',
      { minBad: 5, perVisitorCap: 5, perNetworkCap: 3 },
    ],
  ])('says: %s', async (detail, body) => {
    expect((await put(body)).body.detail).toBe(detail);
  });

  it('takes as many as minBad of one network where that is off', async () => {
    expect((await put({ minBad: 3, perNetworkCap: 'off' })).body).toMatchObject({ minBad: 3, perNetworkCap: 'off' });
  });

  it('knows no objectives of a service that is not there, nor without a token', async () => {
    for (const method of ['GET', 'PUT'])
      expect((await call(method, '/v1/services/nope/slos', method === 'PUT' ? {} : undefined)).body.type).toBe(
        '/problems/unknown-service',
      );
    expect((await call('PUT', SLOS, { minBad: 9 }, null)).status).toBe(401);
    expect(await get()).toEqual(DEFAULTS);
  });
});

describe('a watch', () => {
  beforeEach(async () => {
    await call('PUT', `${APP}/split`, { weights: { green: 10 } });
    await serve({ slot: 'green', requests: 10, errors: 3 }, { slot: 'blue', requests: 90 });
    vi.setSystemTime(Date.now() + 1000);
  });

  it.each([
    { errorObjective: 0.02 },
    { errorRatio: 2 },
    { latencyRatio: 2 },
    { latencyObjectives: [{ percentile: 99, maxMs: 9 }] },
  ])('begins afresh with other tests: %j', async (body) => {
    expect((await health()).watches[0]).toMatchObject({ requests: 10, errors: 3 });
    expect((await put(body)).body.watchedAfresh).toEqual(['green']);
    expect((await health()).watches[0]).toMatchObject({ slot: 'green', requests: 0, errors: 0, evidence: 0.5 });
    expect((await audit())[0].what).toBe('Objectives and guards set. Evidence begins afresh.');
  });

  it('keeps its evidence with other guards', async () => {
    const before = (await health()).watches[0];
    const guards = { minBad: 9, minEffect: 0.5, minRequests: 0, perVisitorCap: 1, perNetworkCap: 'off', holdSeconds: 1 };
    expect((await put(guards)).body.watchedAfresh).toEqual([]);
    expect((await health()).watches[0]).toMatchObject({ requests: 10, errors: 3, evidence: before.evidence });
    expect((await audit())[0].what).toBe('Objectives and guards set.');
  });
});

describe('replies to routers', () => {
  const held = { epoch: 0, revision: 0 };

  it('name the thresholds of latency objectives, where there are some', async () => {
    expect(await serve({ slot: 'blue', requests: 1 })).not.toHaveProperty('slowerThanMs');
    await put({ latencyObjectives: [500, 100].map((maxMs) => ({ percentile: 99, maxMs })) });
    expect((await serve({ slot: 'blue', requests: 1 })).slowerThanMs).toEqual([100, 500]);
    expect((await newestSplit(env, 'app', held)).slowerThanMs).toEqual([100, 500]);
    await put({ latencyObjectives: null });
    expect(await serve({ slot: 'blue', requests: 1 })).not.toHaveProperty('slowerThanMs');
  });
});

describe('health', () => {
  /** 1,000 latencies: 900 of 20 ms, 90 of 200 ms, 9 of 800 ms, 1 of 5 s. */
  const latency = [20, 200, 800, 5000].flatMap((ms, i) => [bucketOf(ms), [900, 90, 9, 1][i] ?? 0]);

  it('shows percentiles to 2.5 %, and none where nothing was measured', async () => {
    await serve({ slot: 'blue', requests: 1000, latency, visitors: 400 }, { slot: 'green', requests: 5 });
    const { slots } = await health();
    const wanted = { p50: 20, p90: 20, p99: 200, p999: 800 };
    for (const [name, ms] of Object.entries(wanted)) {
      expect(slots.blue[name]).toBeGreaterThan(ms / 1.026);
      expect(slots.blue[name]).toBeLessThan(ms * 1.026);
    }
    expect(slots.green).toMatchObject({ requests: 5, p50: null, p90: null, p99: null, p999: null });
  });

  it('shows where each objective stands, and what is needed for a pass', async () => {
    await put({ latencyObjectives: [{ percentile: 99, maxMs: 500 }], latencyGraceSeconds: 0 });
    await call('PUT', `${APP}/split`, { weights: { green: 10 } });
    expect((await health()).watches[0].slos.map(({ needs, verdict }: Record<string, unknown>) => [needs, verdict])).toEqual([
      [50, 'insufficient'],
      [50, 'insufficient'],
    ]);
    const slow = [{ overMs: 500, count: 2 }];
    await serve({ slot: 'blue', requests: 1000, latency }, { slot: 'green', requests: 120, errors: 1, slow });
    await serve({ slot: 'blue', requests: 1000, latency });
    vi.setSystemTime(Date.now() + 1000);
    const [watch] = (await health()).watches;
    expect(watch).toMatchObject({ requests: 120, errors: 1, verdict: 'insufficient', needs: 80, threshold: 100, capped: 0 });
    expect(watch.slos).toMatchObject([
      { sli: 'errors', overMs: null, objective: 0.01, observed: 1 / 120, needed: 600, verdict: 'pass', needs: 0 },
      { sli: 'latency', overMs: 500, objective: 0.01, observed: 2 / 120, needed: 600, verdict: 'insufficient', needs: 80 },
    ]);
    expect(watch.slos[1].evidence).toBeGreaterThan(watch.slos[0].evidence);
    expect(watch.tests.map(({ test, kind }: Record<string, unknown>) => [test, kind])).toEqual([
      ['errors absolute', 'absolute'],
      ['latency over 500 ms absolute', 'absolute'],
      ['errors relative', 'relative'],
      ['latency p50 relative', 'relative'],
      ['latency p90 relative', 'relative'],
      ['latency p99 relative', 'relative'],
    ]);
    expect(watch.tests[1]).toMatchObject({ slowerThanMs: 500, objective: 0.01, requests: 120, bad: 2, active: null });
    expect(watch.tests[2]).toMatchObject({ ratio: 1.5, requests: 120, bad: 1, active: 0 });
    expect(watch.tests[3].slowerThanMs).toBeGreaterThan(20 * 1.2 * 0.97);
    expect(watch.tests[3].slowerThanMs).toBeLessThan(20 * 1.2 * 1.06);
  });

  it('counts what caps have swallowed, and says so', async () => {
    await call('PUT', `${APP}/split`, { weights: { green: 10 } });
    await serve({ slot: 'blue', requests: 90 }, { slot: 'green', requests: 40, errors: 30, errorsBy: [7, 0, 30] });
    vi.setSystemTime(Date.now() + 1000);
    const { watches, alerts } = await health();
    expect(watches[0]).toMatchObject({ requests: 40, errors: 30, capped: 28, slos: [{ observed: 2 / 40 }] });
    expect(alerts).toMatchObject([{ at: expect.stringMatching(/Z$/), alert: 'capped', slot: 'green' }]);
  });
});

describe('decisions', () => {
  const decisionsOf = (query = '') => call('GET', `${APP}/releases/1/decisions${query}`);
  const sample = (n: number) => ({ path: `/cart/${n}\x1b[2J`, status: n % 2 === 0 ? 500 : 0, milliseconds: n, ray: `ray-${n}` });

  it('carry the tests, the rule and what went badly', async () => {
    await call('POST', `${APP}/releases`, { stages: [{ weight: 10, soakSeconds: 60 }], autoStart: true });
    for (let second = 0; second < 5; second++) {
      const samples = [0, 1, 2].map((i) => sample(second * 3 + i));
      await serve({ slot: 'blue', requests: 90 }, { slot: 'green', requests: 10, errors: 10, samples });
    }
    const { decisions } = (await decisionsOf()).body;
    expect(decisions).toHaveLength(1);
    const [last] = decisions;
    expect(last).toMatchObject({ verdict: 'fail', did: 'rolled back', routine: false, stage: 1, threshold: 100 });
    const served = last.candidate.requests;
    expect(last).toMatchObject({ candidate: { slot: 'green', errors: served }, active: { slot: 'blue', requests: served * 9 } });
    expect(last.reason.startsWith(`${last.rule}: ${served} of ${served} requests on green failed (100 %)`)).toBe(true);
    expect(last.tests).toHaveLength(5);
    const told = { candidate: { requests: served, bad: served, share: 1 }, active: { requests: served * 9, bad: 0, share: 0 } };
    expect(last.tests[0]).toMatchObject({ test: 'errors absolute', ...told });
    expect(last.tests[1]).toMatchObject({ test: 'errors relative', ...told });
    expect(last.tests[2]).toMatchObject({ test: 'latency p50 relative', candidate: { requests: 0, bad: 0, share: 0 } });
    const evidence = last.tests.map((test: { evidence: number }) => test.evidence);
    expect(last.tests.find(({ test }: { test: string }) => test === last.rule).evidence).toBe(Math.max(...evidence));
    expect(last.samples).toHaveLength(Math.min(10, (served / 10) * 3));
    expect(last.samples.at(-1)).toEqual(sample((served / 10) * 3 - 1));
  });

  it('tell once a minute how a release stands, and `limit` takes the last ones', async () => {
    await call('POST', `${APP}/releases`, { stages: [{ weight: 10, soakSeconds: 600 }], autoStart: true });
    for (let second = 0; second < 150; second++) await serve({ slot: 'blue', requests: 90 }, { slot: 'green', requests: 1 });
    const { decisions } = (await decisionsOf()).body;
    const told = decisions.map(({ did, routine, verdict }: Record<string, unknown>) => [did, routine, verdict]);
    expect(told).toEqual([
      ['went on', true, 'pass'],
      ['went on', true, 'pass'],
    ]);
    expect(decisions[0].reason).toMatch(/^Loudest is errors \w+: 0 of \d+ requests on green failed/);
    const gap = Date.parse(decisions[1].at) - Date.parse(decisions[0].at);
    expect(gap).toBeGreaterThanOrEqual(60_000);
    expect((await decisionsOf('?limit=1')).body.decisions).toEqual([decisions[1]]);
    expect((await decisionsOf('?limit=2000')).body.decisions).toEqual(decisions);
    for (const [query, status] of [
      ['?limit=0', 422],
      ['?limit=2001', 422],
      ['?limit=all', 400],
      ['?limit=1.5', 400],
      ['?routine=no', 400],
    ] as const)
      expect((await decisionsOf(query)).status).toBe(status);
  });

  it('are not pushed out by looks while a release waits for somebody, where those are not asked for', async () => {
    const stages = [{ weight: 10, soakSeconds: 5, minRequests: 1, advance: 'manual' }];
    await call('POST', `${APP}/releases`, { stages, autoStart: true });
    for (let second = 0; second < 100; second++) await serve({ slot: 'blue', requests: 90 }, { slot: 'green', requests: 10 });
    const newest = async (query: string) =>
      (await decisionsOf(`?limit=1${query}`)).body.decisions.map(({ did }: { did: string }) => did);
    expect(await newest('')).toEqual(['went on']);
    expect(await newest('&routine=true')).toEqual(['went on']);
    expect(await newest('&routine=false')).toEqual(['asked for approval']);
  });
});
