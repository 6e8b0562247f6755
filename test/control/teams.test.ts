import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { call, freshApp, TOKEN } from './api.ts';
import { everything, type Known, operations, pathOf, tokenFor, write } from './writes.ts';

// One service is all there is: `web` owns it, `ops` owns nothing.
const all = await operations();
const ofService = all.filter(({ path }) => path.includes('{service}'));
const STAGES = { stages: [{ weight: 50, soakSeconds: 1 }] };

type Named = Record<string, unknown> & { readonly name: string; readonly who: string };
const list = async (what: string, token: string): Promise<Named[]> =>
  (await call('GET', `/v1/${what}`, undefined, token)).body[what];
const names = async (what: string, token: string) => (await list(what, token)).map(({ name, who }) => name ?? who).sort();
const make = (name: string, token: string, more: object = {}) =>
  call('POST', '/v1/tokens', { name, role: 'viewer', ...more }, token);
const outOfReach = { status: 403, body: { type: '/problems/out-of-reach' } };

/** A token for each kind of caller. */
const tokens: Record<string, string> = {};
const as = (who: string) => tokens[who] ?? 'none';
async function setUp(): Promise<void> {
  await freshApp();
  await call('PUT', '/v1/teams/web', { services: ['app'] });
  await call('PUT', '/v1/teams/ops', { services: [] });
  tokens.owner = await tokenFor('admin', { name: 'owner' });
  tokens.web = await tokenFor('admin', { name: 'web', team: 'web' });
  tokens.scoped = await tokenFor('admin', { name: 'scoped', team: 'web', services: ['app'] });
  tokens.ops = await tokenFor('admin', { name: 'ops', team: 'ops' });
  tokens.loose = await tokenFor('admin', { name: 'loose', services: ['app'] });
}

describe('a service', () => {
  beforeAll(setUp);

  it.each([
    ['owner', null, ['app']],
    ['web', 'web', ['app']],
    ['scoped', 'web', ['app']],
    ['loose', null, ['app']],
    ['ops', 'ops', []],
  ])('is listed to %s, of team %j, as %j', async (who, team, services) => {
    expect((await call('GET', '/v1/me', undefined, as(who))).body).toEqual({
      name: `token:${who}`,
      role: 'admin',
      team,
      services,
    });
    const { body } = await call('GET', '/v1/services', undefined, as(who));
    expect(body.services.map(({ service }: { service: string }) => service)).toEqual(services);
  });

  it('of another team is out of reach on every route of it, and nothing changes', async () => {
    const before = await everything();
    const answers: Record<string, string> = {};
    for (const operation of ofService) {
      const { status, body } = await write(operation, as('ops'));
      answers[operation.id] = `${status} ${body.type}`;
    }
    expect(answers).toEqual(Object.fromEntries(ofService.map(({ id }) => [id, '403 /problems/out-of-reach'])));
    for (const path of ['/v1/audit', '/v1/audit/export'])
      expect(await call('GET', `${path}?service=app`, undefined, as('ops'))).toMatchObject(outOfReach);
    expect(await everything()).toEqual(before);
  });

  it('is said not to be there where it is not, to whoever asks', async () => {
    const { status, body } = await call('GET', '/v1/services/shop', undefined, as('ops'));
    expect([status, body.type]).toEqual([404, '/problems/unknown-service']);
  });

  it.each(['web', 'scoped', 'loose'])('is read on every route by %s, who reaches it', async (who) => {
    const reads = ofService.filter(({ method, path }: Known) => method === 'GET' && !path.includes('{id}'));
    expect(reads.length).toBeGreaterThan(5);
    for (const operation of reads) {
      expect((await call('GET', pathOf(operation), undefined, as(who))).status).toBe(200);
    }
    expect((await call('PUT', '/v1/services/app/split', { weights: { green: 1 } }, as(who))).status).toBe(200);
  });

  it('is reached and lost with the team that owns it, at once', async () => {
    const seen = async (who: string) => (await call('GET', '/v1/services/app', undefined, as(who))).status;
    await call('PUT', '/v1/teams/web', { services: [] });
    expect([await seen('web'), await seen('scoped'), await seen('ops'), await seen('loose')]).toEqual([403, 403, 403, 200]);
    await call('PUT', '/v1/teams/ops', { services: ['app'] });
    expect([await seen('web'), await seen('scoped'), await seen('ops')]).toEqual([403, 403, 200]);
    await call('PUT', '/v1/teams/ops', { services: [] });
    await call('PUT', '/v1/teams/web', { services: ['app', 'app'] });
    expect([await seen('web'), await seen('scoped'), await seen('ops')]).toEqual([200, 200, 403]);
    expect(await list('teams', TOKEN)).toEqual([
      { name: 'ops', services: [] },
      { name: 'web', services: ['app'] },
    ]);
  });
});

describe('a team', () => {
  beforeAll(setUp);

  it('owns a service alone', async () => {
    const answer = await call('PUT', '/v1/teams/ops', { services: ['app'] });
    expect(answer.body).toMatchObject({ status: 409, type: '/problems/service-owned' });
    expect(answer.body.detail).toBe('The service app belongs to the team web already.');
    expect((await call('PUT', '/v1/teams/web', { services: ['app'] })).status).toBe(200);
    expect((await call('PUT', '/v1/teams/ops', { services: ['nope'] })).body.type).toBe('/problems/unknown-service');
  });

  it.each(['web', 'scoped', 'ops', 'loose'])('is made, changed and deleted by owners, not by %s', async (who) => {
    const before = await everything();
    for (const answer of [
      await call('PUT', '/v1/teams/web', { services: [] }, as(who)),
      await call('PUT', '/v1/teams/fresh', { services: ['app'] }, as(who)),
      await call('DELETE', '/v1/teams/ops', undefined, as(who)),
    ])
      expect(answer).toMatchObject(outOfReach);
    expect(await everything()).toEqual(before);
  });

  it('is seen by those of it, all of them by owners', async () => {
    const seen = await Promise.all(['owner', 'web', 'scoped', 'ops', 'loose'].map((who) => names('teams', as(who))));
    expect(seen).toEqual([['ops', 'web'], ['web'], ['web'], ['ops'], []]);
  });

  it('is not deleted while something belongs to it', async () => {
    await call('PUT', '/v1/teams/brief', { services: [] });
    const token = (await make('of brief', TOKEN, { team: 'brief', role: 'admin' })).body;
    await call('PUT', '/v1/people/ann@example.com', { role: 'viewer', team: 'brief' });
    await call('PUT', '/v1/plans/of-brief', STAGES, token.token);
    const refusal = async () => (await call('DELETE', '/v1/teams/brief')).body.detail;
    expect(await refusal()).toBe('The team brief has 1 token, 1 person, 1 plan. Revoke or delete them first.');
    await call('DELETE', `/v1/tokens/${token.id}`);
    expect(await refusal()).toMatch(/has 1 person, 1 plan\./);
    await call('DELETE', '/v1/people/ann@example.com');
    expect(await refusal()).toMatch(/has 1 plan\./);
    await call('DELETE', '/v1/plans/of-brief');
    expect((await call('DELETE', '/v1/teams/brief')).body).toEqual({ name: 'brief', services: [] });
    expect((await call('DELETE', '/v1/teams/brief')).body.type).toBe('/problems/unknown-team');
  });

  it.each(['Web', '1web', 'we b', 'x'.repeat(33), '%F0%9F%9A%80', '..%2Fx', 'a%0d%0ab'])('is not named "%s"', async (name) => {
    expect((await call('PUT', `/v1/teams/${name}`, { services: [] })).status).toBe(400);
  });
});

describe('giving away', () => {
  beforeAll(setUp);
  let cases = 0;

  it.each<[string, object, number, object]>([
    ['owner', {}, 201, { team: null, services: null }],
    ['owner', { team: 'web' }, 201, { team: 'web', services: null }],
    ['owner', { team: null, services: ['app'] }, 201, { team: null, services: ['app'] }],
    ['owner', { team: 'web', services: ['app'] }, 201, { team: 'web', services: ['app'] }],
    ['owner', { team: 'ops', services: ['app'] }, 422, { type: '/problems/service-of-another' }],
    ['owner', { team: 'none' }, 404, { type: '/problems/unknown-team' }],
    ['web', {}, 201, { team: 'web', services: null }],
    ['web', { team: null }, 201, { team: 'web', services: null }],
    ['web', { services: ['app'] }, 201, { team: 'web', services: ['app'] }],
    ['web', { team: 'ops' }, 403, { type: '/problems/out-of-reach' }],
    ['web', { team: 'none' }, 403, { type: '/problems/out-of-reach' }],
    ['scoped', { services: ['app'] }, 201, { team: 'web', services: ['app'] }],
    ['scoped', {}, 403, { type: '/problems/out-of-reach' }],
    ['scoped', { team: 'web' }, 403, { type: '/problems/out-of-reach' }],
    ['scoped', { team: 'ops', services: ['app'] }, 403, { type: '/problems/out-of-reach' }],
    ['loose', { services: ['app'] }, 201, { team: null, services: ['app'] }],
    ['loose', {}, 403, { type: '/problems/out-of-reach' }],
    ['loose', { team: 'web' }, 403, { type: '/problems/out-of-reach' }],
    ['ops', {}, 201, { team: 'ops', services: null }],
    ['ops', { services: ['app'] }, 422, { type: '/problems/service-of-another' }],
  ])('%s gives %j: %i', async (who, asked, status, expected) => {
    const before = await everything();
    const name = `n${cases++}`;
    const made = await make(name, as(who), { ...asked, role: 'admin' });
    expect(made.status).toBe(status);
    expect(made.body).toMatchObject(expected);
    const person = await call('PUT', `/v1/people/${name}@example.com`, { ...asked, role: 'admin' }, as(who));
    expect(person.status).toBe(status === 201 ? 200 : status);
    expect(person.body).toMatchObject(expected);
    if (status !== 201) expect(await everything()).toEqual(before);
  });
});

describe('what others have', () => {
  beforeEach(setUp);

  it('is taken by nobody who has less', async () => {
    await call('PUT', '/v1/people/boss@example.com', { role: 'admin' });
    await call('PUT', '/v1/people/group:all', { role: 'viewer', team: 'web' });
    await call('PUT', '/v1/people/solo@example.com', { role: 'viewer', team: 'web', services: ['app'] });
    const ids = Object.fromEntries((await list('tokens', TOKEN)).map(({ name, id }) => [name, String(id)]));
    const before = await everything();
    for (const [who, names] of Object.entries({
      web: ['owner', 'ops', 'loose'],
      scoped: ['owner', 'web'],
      ops: ['web'],
      loose: ['scoped'],
    }))
      for (const name of names) {
        const answer = await call('DELETE', `/v1/tokens/${ids[name]}`, undefined, as(who));
        expect([answer.status, answer.body.type]).toEqual([404, '/problems/unknown-token']);
      }
    for (const [who, people] of Object.entries({
      ...{ web: ['boss@example.com'], scoped: ['boss@example.com', 'group:all'], loose: ['solo@example.com'] },
      ops: ['boss@example.com', 'group:all', 'solo@example.com'],
    }))
      for (const person of people) {
        const put = await call('PUT', `/v1/people/${person}`, { role: 'viewer', services: ['app'] }, as(who));
        expect(put).toMatchObject(outOfReach);
        expect((await call('DELETE', `/v1/people/${person}`, undefined, as(who))).body.type).toBe('/problems/unknown-person');
      }
    expect(await everything()).toEqual(before);
    expect((await call('DELETE', `/v1/tokens/${ids.scoped}`, undefined, as('web'))).body.state).toBe('revoked');
    expect((await call('DELETE', '/v1/people/solo@example.com', undefined, as('web'))).status).toBe(200);
    expect((await call('DELETE', '/v1/people/group:all', undefined, as('owner'))).status).toBe(200);
  });

  it('is shown to each who reaches no less', async () => {
    await call('PUT', '/v1/people/boss@example.com', { role: 'admin' });
    await call('PUT', '/v1/people/group:all', { role: 'viewer', team: 'web' });
    await call('PUT', '/v1/people/solo@example.com', { role: 'viewer', team: 'web', services: ['app'] });
    const every = ['loose', 'ops', 'owner', 'scoped', 'web'];
    const seen: Record<string, string[][]> = {};
    for (const who of every) seen[who] = [await names('tokens', as(who)), await names('people', as(who))];
    expect(seen).toEqual({
      owner: [every, ['boss@example.com', 'group:all', 'solo@example.com']],
      web: [
        ['scoped', 'web'],
        ['group:all', 'solo@example.com'],
      ],
      scoped: [['scoped'], ['solo@example.com']],
      ops: [['ops'], []],
      loose: [['loose'], []],
    });
  });
});

describe('a person', () => {
  beforeAll(setUp);

  it.each<[string, string | null]>([
    ['ann@example.com', 'ann@example.com'],
    ['Ann.Lee+x@Example.COM', 'ann.lee+x@example.com'],
    ['änne@example.com', 'änne@example.com'],
    ["o'neil@a-b.example.com", "o'neil@a-b.example.com"],
    ['group:Web Team', 'group:Web Team'],
    ['group:org/web', 'group:org/web'],
    ['ann', null],
    ['ann@', null],
    ['@example.com', null],
    ['ann@localhost', null],
    ['ann@example.com, bob@example.com', null],
    ['ann @example.com', null],
    ['<b>@example.com', null],
    ['"ann"@example.com', null],
    ['ann\r\n@example.com', null],
    ['ann\u0000@example.com', null],
    ['ann\u001b[2J@example.com', null],
    ['ann\u202e@example.com', null],
    ['ann\u200b@example.com', null],
    ['token:ann@example.com', null],
    ['group:', null],
    ['group: x', null],
    ['group:<img src=x>', null],
    [`group:${'x'.repeat(101)}`, null],
    [`${'x'.repeat(65)}@example.com`, null],
  ])('is named %j: %j', async (who, kept) => {
    const answer = await call('PUT', `/v1/people/${encodeURIComponent(who)}`, { role: 'viewer' });
    if (kept === null) expect([400, 422]).toContain(answer.status);
    else expect([answer.status, answer.body.who]).toEqual([200, kept]);
    expect((await names('people', TOKEN)).includes(kept ?? who)).toBe(kept !== null);
  });

  it('has one role, the last that was given', async () => {
    await call('PUT', '/v1/people/two@example.com', { role: 'admin' });
    await call('PUT', '/v1/people/TWO@example.com', { role: 'viewer', team: 'web' });
    const found = (await list('people', TOKEN)).filter(({ who }) => who === 'two@example.com');
    expect(found).toEqual([{ who: 'two@example.com', role: 'viewer', team: 'web', services: null }]);
  });

  it('keeps what they reach with another role, unless it says otherwise', async () => {
    const give = async (body: object) => (await call('PUT', '/v1/people/kim@example.com', body)).body;
    await give({ role: 'viewer', team: 'web', services: ['app'] });
    expect(await give({ role: 'admin' })).toEqual({ who: 'kim@example.com', role: 'admin', team: 'web', services: ['app'] });
    expect(await give({ role: 'admin', team: 'web' })).toMatchObject({ team: 'web', services: null });
    expect(await give({ role: 'viewer', team: null })).toMatchObject({ team: null, services: null });
  });
});

describe('a plan', () => {
  beforeAll(setUp);
  const put = (name: string, who: string) => call('PUT', `/v1/plans/${name}`, STAGES, as(who));

  it('belongs to who made it, and is changed by those and by owners', async () => {
    expect((await put('of-owners', 'owner')).body.team).toBeNull();
    expect((await put('of-web', 'web')).body.team).toBe('web');
    expect((await put('of-ops', 'ops')).body.team).toBe('ops');
    const before = await everything();
    for (const [name, who] of [
      ...[
        ['of-owners', 'web'],
        ['of-owners', 'loose'],
        ['of-web', 'ops'],
        ['of-ops', 'web'],
        ['of-ops', 'scoped'],
      ],
      ...[['fresh', 'loose']],
    ] as const) {
      expect(await put(name ?? '', who ?? '')).toMatchObject(outOfReach);
      const gone = await call('DELETE', `/v1/plans/${name}`, undefined, as(who ?? ''));
      expect(gone).toMatchObject(outOfReach);
    }
    expect(await everything()).toEqual(before);
    expect((await put('of-web', 'scoped')).body.team).toBe('web');
    expect((await put('of-web', 'owner')).body.team).toBe('web');
    expect((await call('DELETE', '/v1/plans/of-ops', undefined, as('owner'))).status).toBe(200);
  });

  it('is seen and used by all', async () => {
    await put('shared', 'ops');
    expect(await names('plans', as('web'))).toContain('shared');
    expect((await call('GET', '/v1/plans/shared', undefined, as('web'))).body.team).toBe('ops');
    const made = await call('POST', '/v1/services/app/releases', { plan: 'shared' }, as('web'));
    expect([made.status, made.body.plan.name]).toEqual([201, 'shared']);
  });

  it('that is a default is not deleted', async () => {
    await put('standing', 'web');
    await call('PUT', '/v1/services/app/settings', { defaultPlan: 'standing' }, as('web'));
    expect((await call('DELETE', '/v1/plans/standing', undefined, as('web'))).body.type).toBe('/problems/plan-in-use');
  });

  it.each(['standard', 'cautious', 'instant'])('that is built in stays: %s', async (name) => {
    for (const who of ['owner', 'web']) {
      expect((await put(name, who)).body.type).toBe('/problems/plan-built-in');
      expect((await call('DELETE', `/v1/plans/${name}`, undefined, as(who))).body.type).toBe('/problems/plan-built-in');
    }
  });
});

describe('the audit', () => {
  beforeAll(async () => {
    await setUp();
    await call('PUT', '/v1/plans/of-ops', STAGES, as('ops'));
    await call('PUT', '/v1/people/olga@example.com', { role: 'viewer' }, as('ops'));
    await call('PUT', '/v1/people/wim@example.com', { role: 'viewer' }, as('web'));
    await call('PUT', '/v1/people/boss@example.com', { role: 'admin' }, as('owner'));
    await call('PUT', '/v1/services/app/split', { weights: { green: 7 } }, as('web'));
    const { id } = (await make('brief', as('web'))).body;
    await call('DELETE', `/v1/tokens/${id}`, undefined, as('web'));
    await call('DELETE', '/v1/people/wim@example.com', undefined, as('web'));
    await call('DELETE', '/v1/plans/of-ops', undefined, as('ops'));
    await call('PUT', '/v1/teams/gone', { services: [] });
    await call('DELETE', '/v1/teams/gone');
  });

  const PLAN = ['Plan of-ops made.', 'Plan of-ops deleted.'];
  const SPLIT = 'Split set to blue 93 %, green 7 %.';
  const WEB = [
    ...[
      'Team web made: it owns app.',
      'Token web made, as admin.',
      'Token scoped made, as admin.',
      'wim@example.com made viewer.',
    ],
    ...['Token brief made, as viewer.', 'Token brief revoked.', 'wim@example.com has no role any more.'],
  ];
  const OPS = ['Team ops made: it owns no service.', 'Token ops made, as admin.', 'olga@example.com made viewer.'];
  const OWNERS = [
    ...['Token owner made, as admin.', 'Token loose made, as admin.', 'boss@example.com made admin.'],
    ...['Team gone made: it owns no service.', 'Team gone deleted.'],
  ];
  it.each([
    ['owner', [...PLAN, SPLIT, ...WEB, ...OPS, ...OWNERS]],
    ['web', [...PLAN, SPLIT, ...WEB]],
    ['scoped', [...PLAN, SPLIT, ...WEB]],
    ['loose', [...PLAN, SPLIT]],
    ['ops', [...PLAN, ...OPS]],
  ])('shows to %s what is theirs, in pages and as lines', async (who, what) => {
    const about = [...PLAN, SPLIT, ...WEB, ...OPS, ...OWNERS];
    const { entries } = (await call('GET', '/v1/audit?limit=1000', undefined, as(who))).body;
    const seen = entries.map((entry: { what: string }) => entry.what);
    expect(seen.filter((text: string) => about.includes(text)).sort()).toEqual([...what].sort());
    const lines = (await call('GET', '/v1/audit/export', undefined, as(who))).body;
    expect(
      lines
        .split('\n')
        .filter(Boolean)
        .map((line: string) => JSON.parse(line)),
    ).toEqual(entries);
    const ofApp = entries.filter(({ service }: { service: string | null }) => service === 'app').length;
    expect(ofApp > 0).toBe(who !== 'ops');
  });
});
