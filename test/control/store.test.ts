import { env, reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Service } from '../../control/core/service.ts';
import { ingest } from '../../control/ingest.ts';
import { app, call, crash, freshApp, stub } from './api.ts';

const APP = '/v1/services/app';
const THRESHOLDS = [10, 20, 30, 40];
/** Entries of each of the two halves of a table. */
const HALF = 5_000;
const PER_LIST = 50;
/** Of visitors and of networks, by threshold and for errors. */
const TABLES = 2 * (THRESHOLDS.length + 1);
const BYTES_OF_ENTRY = 16;

const storage = <T>(work: (storage: DurableObjectStorage) => T) => runInDurableObject(stub(), (_, state) => work(state.storage));
const parts = () => storage(({ sql }) => Number(sql.exec('SELECT count(*) AS n FROM state_parts').one().n));
/** The state as the object holds it: what is shown of it leaves the tables of visitors out. */
const held = () => runInDurableObject(stub(), (object) => structuredClone((object as unknown as { service: Service }).service));
const health = async () => (await call('GET', `${APP}/health`)).body;

let sequence = 0;
async function serve(rows: object[]): Promise<void> {
  const { epoch, revision } = await app().read();
  const none = { epoch, revision, requests: 0, errors: 0, overridden: 0, overriddenErrors: 0 };
  const report = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held: { epoch, revision } };
  expect((await ingest(env, { ...report, rows: rows.map((row) => ({ ...none, ...row })) })).refused).toBeUndefined();
}

/** A watch whose tables of visitors are nearly full: each was met on the active slot, which convicts nobody. */
async function fillTables(): Promise<void> {
  const latencyObjectives = THRESHOLDS.map((maxMs) => ({ percentile: 99, maxMs }));
  await call('PUT', `${APP}/slos`, { latencyObjectives, latencyGraceSeconds: 0 });
  await call('PUT', `${APP}/split`, { weights: { green: 10 } });
  await serve([{ slot: 'green', requests: 1 }]);
  for (let from = 1; from < 2 * HALF; from += PER_LIST) {
    // Hashes far apart, each as long as it gets.
    const by = Array.from({ length: PER_LIST }, (_, i) => [
      2 ** 32 - 1 - 97 * (from + i),
      2 ** 32 - 1 - 89 * (from + i),
      1,
    ]).flat();
    const slow = THRESHOLDS.map((overMs) => ({ overMs, count: PER_LIST, by }));
    await serve([{ slot: 'blue', requests: 100 * PER_LIST, errors: PER_LIST, errorsBy: by, slow }]);
    if (from % 1000 === 1) vi.setSystemTime(Date.now() + 1000);
  }
  vi.setSystemTime(Date.now() + 1000);
  await app().read();
}

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

describe('a state longer than a row', () => {
  it('survives a crash, and shrinks again', async () => {
    expect(await parts()).toBe(0);
    await fillTables();
    const before = await held();
    const length = JSON.stringify(before).length;
    expect(length).toBeGreaterThan(1_000_000);
    expect(length).toBeLessThan(TABLES * 2 * HALF * BYTES_OF_ENTRY + 50_000);
    expect(await parts()).toBe(Math.ceil(length / 500_000) - 1);
    expect(JSON.stringify(await app().read()).length).toBeLessThan(50_000);
    await crash();
    await app().read();
    expect(await held()).toEqual(before);
    await call('POST', `${APP}/rollback`);
    expect(await parts()).toBe(0);
    await crash();
    expect((await health()).watches).toEqual([]);
    expect((await call('GET', APP)).body.split.weights).toEqual({ blue: 100, green: 0 });
  }, 60_000);

  // Where rows meet, one of the two has the middle of an emoji.
  it.each(['', 'x'])('keeps every character where two rows meet (%j)', async (shift) => {
    const name = shift + '🚀'.repeat(300_000);
    const { name: _, ...rest } = await app().read();
    await runInDurableObject(stub(), (object) => {
      const inner = object as unknown as { service: object };
      inner.service = { name, ...rest };
    });
    expect((await call('POST', `${APP}/deployments`, { slot: 'green', versionId: 'v2' })).status).toBe(201);
    expect(await parts()).toBe(1);
    await crash();
    expect((await app().read()).name === name).toBe(true);
  });

  it('counts a report that could not be stored when it comes again', async () => {
    const { epoch, revision } = await app().read();
    const row = { epoch, revision, slot: 'blue', requests: 5, errors: 0, overridden: 0, overriddenErrors: 0 };
    const report = (number: number) =>
      ingest(env, { schema: 1, service: 'app', isolate: 'i-2', sequence: number, held: { epoch, revision }, rows: [row] });
    await report(1);
    vi.setSystemTime(Date.now() + 1500);
    await storage(({ sql }) => sql.exec('ALTER TABLE state RENAME TO gone'));
    await expect(report(2)).rejects.toThrow();
    await storage(({ sql }) => sql.exec('ALTER TABLE gone RENAME TO state'));
    await report(2);
    const { slots, reports } = await health();
    expect([slots.blue.requests, reports.replayed]).toEqual([10, 0]);
  });

  it('leaves nothing behind when a save fails in the midst', async () => {
    const { name, ...rest } = await app().read();
    const pad = (text: string) =>
      runInDurableObject(stub(), (object) => {
        const inner = object as unknown as { service: object };
        inner.service = { ...rest, name: text };
      });
    const deploy = (versionId: string) => call('POST', `${APP}/deployments`, { slot: 'green', versionId });
    await pad('x'.repeat(2_000_000));
    expect((await deploy('long')).status).toBe(201);
    expect(await parts()).toBe(4);
    await pad(name);
    // The record of the next deployment is there already: so it cannot be stored.
    const { deployments } = await app().read();
    await storage(({ sql }) => sql.exec("INSERT OR REPLACE INTO deployments VALUES (?, 0, '{}')", deployments + 1));
    expect((await deploy('fails')).status).toBe(500);
    expect(await parts()).toBe(4);
    await storage(({ sql }) => sql.exec('DELETE FROM deployments WHERE id = ?', deployments + 1));
    expect((await deploy('short')).status).toBe(201);
    expect(await parts()).toBe(0);
    await crash();
    expect((await call('GET', APP)).body.slots.green.version.versionId).toBe('short');
  });
});

describe('a database of the former version', () => {
  const T0 = Date.now() - 60_000;
  const counts = { requests: 30, errors: 2 };
  const pair = { candidate: counts, active: { requests: 270, errors: 1 } };
  const test = { logR: Array(8).fill(-2), minute: 1, second: 3, startLogE: 0 };
  const version = (id: number, slot: string) => ({
    ...{ id, slot, at: T0, versionId: `v-${slot}`, tag: null, message: null, author: null, source: null },
  });
  const since = { epoch: 1_700_000_000, revision: 2 };
  const watch = {
    ...{ kind: 'split', slot: 'green', returnTo: 'blue', since, startedAt: T0, endsAt: null, total: pair, open: pair },
    ...{ carried: { ...pair, since: 2 }, absolute: test, relative: test, minutes: [{ minute: 0, ...pair }] },
    ...{ heldSince: null, release: null },
  };
  const slots = { green: { requests: 30, errors: 2, overridden: 1, overriddenErrors: 0 } };
  const release = {
    ...{ id: 1, name: 'old', state: 'running', why: null, candidate: 'green', candidateVersion: version(2, 'green') },
    ...{ from: 'blue', fromVersion: version(1, 'blue'), heldFor: null, failed: false, bakeEndsAt: null },
    plan: {
      ...{ name: null, onFail: 'rollback', onInsufficient: 'extend', bakeSeconds: 600 },
      stages: [10, 100].map((weight) => ({ weight: weight * 100, soakSeconds: 300, minRequests: 50, advance: 'auto' })),
    },
    stage: { index: 0, startedAt: T0, soakedMs: 0, soakingSince: T0, since, served: counts, extensions: 0 },
    ...{ createdAt: T0, createdBy: 'ann', startedAt: T0, endedAt: null },
  };
  const saved = {
    ...{ name: 'app', slots: ['blue', 'green'], ...since, salt: 's', active: 'blue', previous: null, updatedAt: T0 },
    ranges: [
      ['blue', 9_000],
      ['green', 10_000],
    ],
    versions: { blue: version(1, 'blue'), green: version(2, 'green') },
    ...{ deployments: 4, leases: {}, release, releases: 1, defaultPlan: 'standard', rolledBack: ['v-bad'] },
    slo: {
      ...{ errorObjective: 0.01, errorRatio: 1.5, falseRollbackChance: 0.01, minBad: 7, minEffect: 0.001 },
      ...{ minRequests: 50, holdSeconds: 300, bakeSeconds: 600 },
    },
    watches: [watch],
    second: { at: Math.floor(T0 / 1000) + 3, slots },
    minutes: [{ at: Math.floor(T0 / 60_000), slots }],
    probes: {},
  };
  const decision = {
    ...{ at: T0, release: 1, stage: 1, verdict: 'insufficient', did: 'extended the soak', reason: 'Too little.' },
    ...{ candidate: { slot: 'green', ...counts }, active: { slot: 'blue', requests: 270, errors: 1 } },
    ...{ logEvidence: 0.5, logThreshold: Math.log(100), tests: [{ test: 'errors absolute', logEvidence: 0.5 }] },
  };

  /** What the former version's migrations made, and what it stored. */
  async function asFormerly(service: object): Promise<void> {
    await reset();
    await storage(async (store) => {
      await store.deleteAll();
      store.sql.exec(`CREATE TABLE migrations (id INTEGER PRIMARY KEY);
        INSERT INTO migrations (id) VALUES (1), (2);
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), service TEXT NOT NULL, sequences TEXT NOT NULL);
        CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);
        CREATE TABLE deployments (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, deployment TEXT NOT NULL);
        CREATE TABLE outbox (key TEXT PRIMARY KEY, effect TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL);
        CREATE TABLE splits (id INTEGER PRIMARY KEY, split TEXT NOT NULL);
        CREATE TABLE releases (id INTEGER PRIMARY KEY, release TEXT NOT NULL);
        CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, release INTEGER NOT NULL, decision TEXT NOT NULL);`);
      const entry = { actor: 'ann', reason: 'r', requestId: null, at: T0, service: 'app', action: 'release_started', what: 'w' };
      const standing = { active: 'blue', revision: 1, weights: { blue: 10_000, green: 0 } };
      const json = JSON.stringify;
      store.sql.exec('INSERT INTO state VALUES (1, ?, ?)', json(service), json([['i-old', 41]]));
      store.sql.exec('INSERT INTO audit (at, entry) VALUES (?, ?)', T0, json({ ...entry, before: standing, after: standing }));
      store.sql.exec('INSERT INTO releases VALUES (1, ?)', json(release));
      store.sql.exec('INSERT INTO decisions (release, decision) VALUES (1, ?)', json(decision));
    });
    await crash();
  }

  it('is taken over: the release goes on where it was, its evidence begins afresh', async () => {
    await asFormerly(saved);
    const { status, body } = await call('GET', APP);
    expect([status, body.split.revision, body.split.weights]).toEqual([200, 2, { blue: 90, green: 10 }]);
    expect(body.slots.green.version.versionId).toBe('v-green');
    expect(body.release).toMatchObject({ id: 1, name: 'old', state: 'running', stage: { number: 1, requests: 0, needs: 50 } });
    expect([body.release.plan.hooks, body.release.gate]).toEqual([[], null]);
    expect(body.release.stage.soakedSeconds).toBeGreaterThanOrEqual(60);
    expect(body.health.slo).toMatchObject({ minBad: 7, latencyRatio: 1.2, perVisitorCap: 2, latencyObjectives: [] });
    expect(body.health.watches).toMatchObject([{ slot: 'green', returnTo: 'blue', requests: 0, evidence: 0.5, needs: 50 }]);
    expect(body.health.slots.green).toMatchObject({ requests: 60, errors: 4, p99: null });
    expect(body.health).toMatchObject({ alerts: [], reports: { taken: 0 } });
    expect((await call('GET', '/v1/audit')).body.entries).toMatchObject([{ action: 'release_started', alert: null }]);
  });

  it('is taken over without a release: a split set by hand is watched on', async () => {
    await asFormerly({ ...saved, release: null, releases: 0 });
    const { body } = await call('GET', APP);
    expect(body.split.weights).toEqual({ blue: 90, green: 10 });
    expect(body.health.watches).toMatchObject([{ slot: 'green', kind: 'split', requests: 0, evidence: 0.5 }]);
  });

  it('shows its decisions beside those of this version', async () => {
    await asFormerly(saved);
    await app().read();
    vi.setSystemTime(Date.now() + 61_000);
    const { status, body } = await call('GET', `${APP}/releases/1/decisions`);
    expect([status, body.decisions.length]).toEqual([200, 2]);
    expect(body.decisions[0]).toMatchObject({ did: 'extended the soak', routine: false, rule: null, samples: [] });
    expect(body.decisions[0].tests).toEqual([
      {
        test: 'errors absolute',
        evidence: 1.64872,
        candidate: { requests: 0, bad: 0, share: 0 },
        active: { requests: 0, bad: 0, share: 0 },
      },
    ]);
    expect(body.decisions[1]).toMatchObject({ did: 'went on', routine: true });
  });

  it('remembers sequences, counts on, rolls back, and is stored in the new form', async () => {
    await asFormerly(saved);
    const row = { ...since, overridden: 0, overriddenErrors: 0 };
    const rows = [
      { ...row, slot: 'blue', requests: 90, errors: 0 },
      { ...row, slot: 'green', requests: 10, errors: 10 },
    ];
    const report = { schema: 1, service: 'app', isolate: 'i-old', sequence: 41, held: since, rows };
    await ingest(env, report);
    expect((await health()).reports).toMatchObject({ taken: 0, replayed: 1 });
    await ingest(env, { ...report, sequence: 42 });
    vi.setSystemTime(Date.now() + 1500);
    await app().read();
    await crash();
    expect((await health()).watches).toMatchObject([{ slot: 'green', requests: 10, errors: 10 }]);
    for (let second = 1; second < 6; second++) {
      await ingest(env, { ...report, sequence: 42 + second });
      vi.setSystemTime(Date.now() + 1000);
    }
    const { body } = await call('GET', APP);
    expect(body).toMatchObject({ split: { weights: { blue: 100 } }, release: { state: 'rolled_back' } });
  });

  it('goes on with a bake until its end, on absolute tests', async () => {
    const bake = { ...watch, kind: 'bake', endsAt: Date.now() + 300_000, slot: 'blue', returnTo: 'green', relative: null };
    const over = { ...release, state: 'completed', endedAt: T0, bakeEndsAt: bake.endsAt };
    await asFormerly({ ...saved, ranges: [['blue', 10_000]], previous: 'green', watches: [bake], release: over });
    const { watches } = await health();
    expect(watches).toMatchObject([{ slot: 'blue', kind: 'bake', tests: [{ test: 'errors absolute' }] }]);
    expect(watches[0].tests).toHaveLength(1);
    expect(Math.abs(Date.parse(watches[0].endsAt) - bake.endsAt)).toBeLessThan(5);
    vi.setSystemTime(Date.now() + 301_000);
    expect((await health()).watches).toEqual([]);
  });
});
