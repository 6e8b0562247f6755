import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ingest } from '../../control/ingest.ts';
import { app, call, crash, freshApp, stub } from './api.ts';

const RELEASES = '/v1/services/app/releases';
const quick = {
  stages: [
    { weight: 10, soakSeconds: 5, minRequests: 20 },
    { weight: 100, soakSeconds: 5 },
  ],
};
const create = (body: object) => call('POST', RELEASES, body);
const verb = (id: number, name: string, body: object = {}) => call('POST', `${RELEASES}/${id}/${name}`, body);
const state = async (id: number) => (await call('GET', `${RELEASES}/${id}`)).body.state;

let sequence = 0;
/** A second later, a report of both slots. */
async function serve(green: number, errors = 0): Promise<void> {
  const { epoch, revision } = await app().read();
  const row = { epoch, revision, overridden: 0, overriddenErrors: 0 };
  const rows = [
    { ...row, slot: 'blue', requests: 90, errors: 0 },
    { ...row, slot: 'green', requests: green, errors },
  ];
  vi.setSystemTime(Date.now() + 1000);
  const report = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++sequence, held: { epoch, revision }, rows };
  expect((await ingest(env, report)).refused).toBeUndefined();
}

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

describe('a release', () => {
  it('is made by the default plan, by another, or by stages of its own', async () => {
    const standard = await create({ name: 'first', reason: 'why not' });
    expect([standard.status, standard.body.state]).toEqual([201, 'pending']);
    expect(standard.body).toMatchObject({ id: 1, name: 'first', createdBy: 'admin', stage: null, bake: null, endedAt: null });
    expect(standard.body.plan).toMatchObject({ name: 'standard', builtIn: true, onFail: 'rollback', bakeSeconds: 600 });
    expect(standard.body.plan.stages.map((stage: { weight: number }) => stage.weight)).toEqual([10, 50, 100]);
    expect(standard.body.candidate).toMatchObject({ slot: 'green', version: { versionId: 'v-green' } });
    expect(standard.body.from).toMatchObject({ slot: 'blue', version: { versionId: 'v-blue' } });
    await verb(1, 'abort');
    expect((await create({ plan: 'cautious', onFail: 'pause', bakeSeconds: 5 })).body.plan).toMatchObject({
      name: 'cautious',
      onFail: 'pause',
      bakeSeconds: 5,
      onInsufficient: 'extend',
    });
    await verb(2, 'abort');
    const own = (await create({ stages: [{ weight: 0.5, soakSeconds: 1 }], autoStart: true })).body;
    expect(own).toMatchObject({
      id: 3,
      state: 'running',
      plan: { name: null, builtIn: false },
      stage: { number: 1, weight: 0.5 },
    });
    expect(own.plan.stages).toEqual([{ weight: 0.5, soakSeconds: 1, minRequests: 50, advance: 'auto' }]);
  });

  it('goes through its stages, on reports and on the alarm, and is explained by its decisions', async () => {
    await create({ ...quick, autoStart: true });
    expect((await call('GET', '/v1/services/app')).body).toMatchObject({
      split: { weights: { blue: 90, green: 10 } },
      release: { id: 1, state: 'running' },
    });
    for (let second = 0; second < 5; second++) await serve(10);
    await vi.waitFor(async () => expect((await call('GET', `${RELEASES}/1`)).body.stage.number).toBe(2));
    for (let second = 0; second < 3; second++) await serve(100);
    expect(await state(1)).toBe('running');
    vi.setSystemTime(Date.now() + 3000);
    await runDurableObjectAlarm(stub());
    const { body } = await call('GET', '/v1/services/app');
    expect(body).toMatchObject({ active: 'green', previous: 'blue', release: { state: 'completed', bake: { over: false } } });
    const { decisions } = (await call('GET', `${RELEASES}/1/decisions`)).body;
    expect(decisions.map(({ stage, verdict, did }: Record<string, unknown>) => [stage, verdict, did])).toEqual([
      [1, 'pass', 'advanced to stage 2'],
      [2, 'pass', 'completed'],
    ]);
    expect(decisions[0].reason).toMatch(/^The soak of 5 s is over: green served \d+ requests, 0 of them failed \(0 %/);
    expect(decisions[0]).toMatchObject({ candidate: { slot: 'green', errors: 0 }, active: { slot: 'blue' }, threshold: 100 });
    expect(decisions[0].tests.map(({ test }: { test: string }) => test)).toEqual([
      'errors absolute',
      'errors relative',
      'latency p50 relative',
      'latency p90 relative',
      'latency p99 relative',
    ]);
  });

  it('keeps its alarm set for the end of the soak, and the cron catches a missed one', async () => {
    await create({
      stages: [
        { weight: 0, soakSeconds: 100 },
        { weight: 50, soakSeconds: 100 },
      ],
      autoStart: true,
    });
    const alarm = () => runInDurableObject(stub(), (_, state) => state.storage.getAlarm());
    await vi.waitFor(async () => expect(Math.abs(((await alarm()) ?? 0) - Date.now() - 100_000)).toBeLessThan(3000));
    await runInDurableObject(stub(), (_, state) => state.storage.deleteAlarm());
    vi.setSystemTime(Date.now() + 101_000);
    await app().heal();
    expect((await call('GET', `${RELEASES}/1`)).body.stage).toMatchObject({ number: 2, weight: 50 });
  });

  it('shows what it still needs, and how much longer it soaks for want of it', async () => {
    await create({ ...quick, autoStart: true });
    await serve(4);
    vi.setSystemTime(Date.now() + 5000);
    const { stage } = (await call('GET', `${RELEASES}/1`)).body;
    expect(stage).toMatchObject({ requests: 4, minRequests: 20, needs: 16, verdict: 'insufficient', extensions: 1 });
    expect([stage.soakSeconds, stage.soakNeededSeconds]).toEqual([5, 65]);
  });

  it('is rolled back by evidence, and says why', async () => {
    await create({ ...quick, autoStart: true });
    for (let second = 0; second < 5; second++) await serve(10, 10);
    const { body } = await call('GET', `${RELEASES}/1`);
    expect([body.state, body.stage.verdict]).toEqual(['rolled_back', 'fail']);
    expect(body.why).toMatch(
      /^Release 1 rolled back in stage 1 of 2 \(green 10 %\).*\d+ of \d+ requests on green failed \(100 %\)/,
    );
    expect((await call('GET', `${RELEASES}/1/decisions`)).body.decisions.at(-1)).toMatchObject({
      verdict: 'fail',
      did: 'rolled back',
    });
    const retry = await verb(1, 'retry');
    expect([retry.status, retry.body.type, retry.body.versionId]).toEqual([409, '/problems/version-rolled-back', 'v-green']);
    expect((await verb(1, 'retry', { force: true })).body).toMatchObject({ id: 2, state: 'running' });
  });

  it('is one at a time: two at the same instant give one, and the other is told its id', async () => {
    const both = await Promise.all([0, 1].map(() => create({ ...quick, autoStart: true })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = both.find(({ status }) => status === 409)?.body;
    expect(refused).toMatchObject({ type: '/problems/release-running', release: 1, state: 'running' });
    expect((await call('GET', RELEASES)).body.releases).toHaveLength(1);
    await verb(1, 'abort');
    await create(quick);
    const starts = await Promise.all([0, 1].map(() => verb(2, 'start')));
    expect(starts.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('waits for approval over a crash, and forgets no soak', async () => {
    await create({
      stages: [
        { weight: 10, soakSeconds: 3, minRequests: 0, advance: 'manual' },
        { weight: 100, soakSeconds: 60 },
      ],
      autoStart: true,
    });
    vi.setSystemTime(Date.now() + 4000);
    expect(await state(1)).toBe('awaiting_approval');
    await crash();
    expect(await state(1)).toBe('awaiting_approval');
    expect((await verb(1, 'approve', { reason: 'looks good' })).body).toMatchObject({ state: 'running', stage: { number: 2 } });
    vi.setSystemTime(Date.now() + 20_000);
    expect((await verb(1, 'pause')).body.stage).toMatchObject({ soakedSeconds: 20, clock: 'stopped' });
    vi.setSystemTime(Date.now() + 50_000);
    await crash();
    expect((await verb(1, 'resume')).body.stage).toMatchObject({ soakedSeconds: 20, clock: 'running' });
    const { entries } = (await call('GET', '/v1/audit?service=app&limit=4')).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'release_resumed',
      'release_paused',
      'stage_advanced',
      'release_approved',
    ]);
    expect(entries[3]).toMatchObject({ actor: 'admin', reason: 'looks good' });
  });

  it('keeps the last hundred, the newest first, and knows old ones', async () => {
    for (let i = 0; i < 3; i++) {
      await create(quick);
      await verb(i + 1, 'abort');
    }
    const { releases } = (await call('GET', `${RELEASES}?limit=2`)).body;
    expect(releases.map(({ id }: { id: number }) => id)).toEqual([3, 2]);
    expect(await state(1)).toBe('aborted');
    expect((await verb(1, 'approve')).body).toMatchObject({
      type: '/problems/release-state',
      detail: 'Release 1 is aborted: cannot approve.',
    });
    expect((await verb(1, 'retry')).body).toMatchObject({ id: 4, state: 'running' });
  });
});

describe('refusals of releases', () => {
  it.each<[number, string, object]>([
    [400, 'malformed', { stages: 'all' }],
    [400, 'malformed', { stages: [{ weight: 10 }] }],
    [400, 'malformed', { stages: [{ weight: 10, soakSeconds: 1, advance: 'maybe' }] }],
    [400, 'malformed', { weight: 10 }],
    [422, 'out-of-range', { stages: [] }],
    [422, 'out-of-range', { stages: Array(21).fill({ weight: 1, soakSeconds: 1 }) }],
    [422, 'out-of-range', { stages: [{ weight: 101, soakSeconds: 1 }] }],
    [422, 'out-of-range', { stages: [{ weight: 10, soakSeconds: -1 }] }],
    [422, 'out-of-range', { stages: [{ weight: 10.001, soakSeconds: 1 }] }],
    [
      422,
      'out-of-range',
      {
        stages: [
          { weight: 50, soakSeconds: 1 },
          { weight: 10, soakSeconds: 1 },
        ],
      },
    ],
    [
      422,
      'out-of-range',
      {
        stages: [
          { weight: 0, soakSeconds: 1 },
          { weight: 0, soakSeconds: 1 },
        ],
      },
    ],
    [422, 'out-of-range', { plan: 'standard', stages: [{ weight: 10, soakSeconds: 1 }] }],
    [404, 'unknown-plan', { plan: 'nope' }],
    [404, 'unknown-slot', { slot: 'purple' }],
    [409, 'slot-active', { slot: 'blue' }],
  ])('%i %s: %j', async (status, type, body) => {
    const before = (await call('GET', '/v1/services/app')).body;
    const answer = await create(body);
    expect([answer.status, answer.body.type, answer.type]).toEqual([status, `/problems/${type}`, 'application/problem+json']);
    expect((await call('GET', '/v1/services/app')).body.split).toEqual(before.split);
    expect((await call('GET', RELEASES)).body.releases).toEqual([]);
  });

  it.each([
    ['GET', `${RELEASES}/1`, 'unknown-release'],
    ['GET', `${RELEASES}/one`, 'unknown-release'],
    ['GET', `${RELEASES}/1/decisions`, 'unknown-release'],
    ['POST', `${RELEASES}/1/approve`, 'unknown-release'],
    ['POST', `${RELEASES}/x/approve`, 'unknown-release'],
    ['POST', `${RELEASES}/1/explode`, 'not-found'],
    ['POST', '/v1/services/nope/releases/1/approve', 'unknown-service'],
    ['GET', '/v1/services/nope/releases', 'unknown-service'],
  ])('404 %s %s', async (method, path, type) => {
    const answer = await call(method, path, method === 'POST' ? {} : undefined);
    expect([answer.status, answer.body.type]).toEqual([404, `/problems/${type}`]);
  });

  it('say what to do about traffic that a release owns', async () => {
    await create({ ...quick, autoStart: true });
    for (const [method, path, body] of [
      ['PUT', 'split', { weights: { green: 50 } }],
      ['POST', 'activate', { slot: 'green' }],
      ['POST', 'rotate', {}],
    ] as const) {
      const answer = await call(method, `/v1/services/app/${path}`, body);
      expect([answer.status, answer.body.type, answer.body.release]).toEqual([409, '/problems/release-running', 1]);
    }
    expect((await call('POST', '/v1/services/app/rollback', {})).body.release.state).toBe('rolled_back');
  });
});

describe('a lease while a bake keeps the other slot', () => {
  it('is refused with the end of the bake, not with the advice to roll back', async () => {
    await call('POST', '/v1/services/app/activate', { slot: 'green' });
    const { status, body } = await call('POST', '/v1/services/app/deployments/lease', {});
    expect([status, body.type, body.bakes]).toEqual([409, '/problems/no-idle-slot', 'green']);
    expect(body.detail).toMatch(
      /^The bake of green may have to return to the only idle slot of app\. Wait for its end, \d\d:\d\d:\d\d UTC, or/,
    );
    expect(body.until).toMatch(/^2\d{3}-.*Z$/);
  });
});

describe('plans', () => {
  const mine = {
    stages: [
      { weight: 5, soakSeconds: 10 },
      { weight: 100, soakSeconds: 20, minRequests: 7, advance: 'manual' },
    ],
  };

  it('are set, listed, used by default, changed, deleted', async () => {
    const set = await call('PUT', '/v1/plans/mine', { ...mine, bakeSeconds: 60, reason: 'ours' });
    expect([set.status, set.body.name, set.body.builtIn, set.body.onFail, set.body.bakeSeconds]).toEqual([
      200,
      'mine',
      false,
      'rollback',
      60,
    ]);
    const names = async () => (await call('GET', '/v1/plans')).body.plans.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['cautious', 'standard', 'instant', 'mine']);
    expect((await call('GET', '/v1/plans/mine')).body).toEqual(set.body);
    expect((await call('PUT', '/v1/services/app/settings', { defaultPlan: 'mine' })).body).toEqual({ defaultPlan: 'mine' });
    const { team, ...plan } = set.body;
    expect(team).toBe(null);
    expect((await create({})).body.plan).toEqual(plan);
    await call('PUT', '/v1/plans/mine', { stages: [{ weight: 1, soakSeconds: 1 }] });
    expect((await call('GET', `${RELEASES}/1`)).body.plan).toEqual(plan);
    expect((await call('DELETE', '/v1/plans/mine')).body.type).toBe('/problems/plan-in-use');
    await call('PUT', '/v1/services/app/settings', { defaultPlan: 'standard' });
    expect((await call('DELETE', '/v1/plans/mine')).status).toBe(200);
    expect(await names()).toEqual(['cautious', 'standard', 'instant']);
    const { entries } = (await call('GET', '/v1/audit?limit=20')).body;
    const own = entries.filter(({ action }: { action: string }) => action.startsWith('plan_'));
    expect(own.map(({ action, service }: Record<string, unknown>) => [action, service])).toEqual([
      ['plan_deleted', null],
      ['plan_set', null],
      ['plan_set', null],
    ]);
    expect(own[2]).toMatchObject({
      actor: 'admin',
      reason: 'ours',
      before: null,
      after: { name: 'mine', stages: [{ weight: 5 }, {}] },
    });
  });

  it.each<[string, string, unknown, number, string]>([
    ['PUT', 'standard', mine, 409, 'plan-built-in'],
    ['DELETE', 'instant', undefined, 409, 'plan-built-in'],
    ['DELETE', 'nope', undefined, 404, 'unknown-plan'],
    ['GET', 'nope', undefined, 404, 'unknown-plan'],
    ['PUT', 'Mine!', mine, 400, 'malformed'],
    ['PUT', 'mine', {}, 400, 'malformed'],
    [
      'PUT',
      'mine',
      {
        stages: [
          { weight: 9, soakSeconds: 1 },
          { weight: 8, soakSeconds: 1 },
        ],
      },
      422,
      'out-of-range',
    ],
  ])('%s %s is refused', async (method, name, body, status, type) => {
    const answer = await call(method, `/v1/plans/${name}`, body);
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${type}`]);
  });

  it('must be there to become a default', async () => {
    const answer = await call('PUT', '/v1/services/app/settings', { defaultPlan: 'nope' });
    expect([answer.status, answer.body.type]).toEqual([404, '/problems/unknown-plan']);
  });
});

describe('deployments', () => {
  const DEPLOYMENTS = '/v1/services/app/deployments';

  it('are versions and splits, with author and message', async () => {
    await call('PUT', '/v1/services/app/split', { weights: { green: 5 }, reason: 'a look' });
    const { deployments } = (await call('GET', DEPLOYMENTS)).body;
    expect(deployments[0]).toMatchObject({
      kind: 'split',
      revision: 2,
      weights: { blue: 95, green: 5 },
      active: 'blue',
      author: 'admin',
      message: 'a look',
    });
    expect(deployments.map(({ id, kind }: Record<string, unknown>) => [id, kind])).toEqual([
      [4, 'split'],
      [3, 'split'],
      [2, 'version'],
      [1, 'version'],
    ]);
    expect((await call('GET', `${DEPLOYMENTS}?kind=version&limit=1`)).body.deployments).toMatchObject([
      { id: 2, versionId: 'v-green' },
    ]);
    expect((await call('GET', `${DEPLOYMENTS}?kind=split`)).body.deployments).toHaveLength(2);
    expect((await call('GET', `${DEPLOYMENTS}?kind=nope`)).status).toBe(400);
  });

  it('go under a lease: reserved, shown, recorded, closed', async () => {
    const lease = await call('POST', `${DEPLOYMENTS}/lease`, {});
    expect([lease.status, lease.body.slot]).toEqual([201, 'green']);
    expect(Date.parse(lease.body.until) - Date.now()).toBeGreaterThan(890_000);
    const shown = (await call('GET', '/v1/services/app')).body.slots.green.lease;
    expect(shown).toEqual({ until: lease.body.until, by: 'admin' });
    const refused = await call('POST', '/v1/services/app/activate', { slot: 'green' });
    expect([refused.status, refused.body.type]).toEqual([409, '/problems/slot-leased']);
    const other = await call('POST', DEPLOYMENTS, { slot: 'green', versionId: 'v9' });
    expect([other.status, other.body.type]).toEqual([409, '/problems/slot-leased']);
    const recorded = await call('POST', DEPLOYMENTS, {
      lease: lease.body.lease,
      versionId: 'v2',
      author: 'ann',
      source: 'git@1',
      tag: 't',
    });
    expect([recorded.status, recorded.body.slot, recorded.body.versionId, recorded.body.author]).toEqual([
      201,
      'green',
      'v2',
      'ann',
    ]);
    expect((await call('GET', '/v1/services/app')).body.slots.green).toMatchObject({ lease: null, version: { versionId: 'v2' } });
    const again = await call('POST', DEPLOYMENTS, { lease: lease.body.lease, versionId: 'v3' });
    expect([again.status, again.body.type]).toEqual([409, '/problems/lease-lost']);
  });

  it('give a lease back', async () => {
    const { lease } = (await call('POST', `${DEPLOYMENTS}/lease`, { slot: 'green' })).body;
    expect((await call('DELETE', `${DEPLOYMENTS}/lease/${lease}`)).body).toEqual({ released: true });
    expect((await call('DELETE', `${DEPLOYMENTS}/lease/${lease}`)).body.type).toBe('/problems/lease-lost');
    expect((await call('POST', '/v1/services/app/activate', { slot: 'green' })).status).toBe(200);
  });

  it('are removed from an idle slot', async () => {
    expect((await call('DELETE', '/v1/services/app/slots/blue')).body.type).toBe('/problems/slot-in-use');
    expect((await call('DELETE', '/v1/services/app/slots/purple')).body.type).toBe('/problems/unknown-slot');
    expect((await call('DELETE', '/v1/services/app/slots/green')).body.slots.green.version).toBeNull();
    expect((await call('DELETE', '/v1/services/app/slots/green')).body.type).toBe('/problems/slot-empty');
    expect((await create({})).body.type).toBe('/problems/no-idle-slot');
  });
});

it.each([
  ['GET', '/healthz', 200],
  ['GET', '/v1/services/app', 200],
  ['GET', '/v1/nothing', 404],
  ['POST', '/v1/services/app/releases/9/approve', 404],
])('%s %s says that a control answers', async (method, path, status) => {
  const answer = await call(method, path, method === 'POST' ? {} : undefined);
  expect([answer.status, answer.headers.get('x-sluice')]).toEqual([status, 'control']);
});

it('says so to a caller without a token too', async () => {
  const answer = await call('GET', '/v1/services', undefined, null);
  expect([answer.status, answer.headers.get('x-sluice')]).toEqual([401, 'control']);
});

it.each([
  ['a field __proto__', '{"weights":{"__proto__":10}}', /__proto__/],
  ['no JSON', '{"weights":', /no JSON/],
])('says what is wrong with %s', async (_, body, detail) => {
  const answer = await call('PUT', '/v1/services/app/split', body);
  expect([answer.status, answer.body.type]).toEqual([400, '/problems/malformed']);
  expect(answer.body.detail).toMatch(detail);
});

it('knows no audit of a service that is not there, and shows times as times', async () => {
  expect((await call('GET', '/v1/audit?service=nope')).body.type).toBe('/problems/unknown-service');
  await call('POST', '/v1/services/app/deployments/lease', { slot: 'green' });
  const { body } = await call('POST', '/v1/services/app/activate', { slot: 'green' });
  expect(Date.parse(body.until) - Date.now()).toBeGreaterThan(800_000);
});
