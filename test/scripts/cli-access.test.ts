import { afterEach, describe, expect, it } from 'vitest';
import type { AuditView, NewTokenView, TokenView } from '../../control/api/types.ts';
import { typed } from '../../scripts/cli/layout.ts';
import { widthOf } from '../../scripts/cli/text.ts';
import { instant, lifetime, spanSeconds } from '../../scripts/cli/times.ts';
import { auditEntry, NOW, past, problem, Raw, type Setting, service, slos, sluice, startControl } from './cli-fake.ts';

const open: { stop: () => Promise<void> }[] = [];
const HOSTILE = 'x\x1b[2J\x9b\u202e';
const TEXT = `slu_abc123def456_${'Ab-_'.repeat(10)}xyz`;

async function control(answers: Record<string, unknown> = {}) {
  const started = await startControl({ 'GET /services': { services: [service()] }, ...answers });
  open.push(started);
  const run = (line: string | string[], setting: Setting = {}) =>
    sluice(typeof line === 'string' ? line.split(' ') : line, { url: started.url, ...setting });
  return { ...started, run };
}

function token(over: Partial<TokenView> = {}): TokenView {
  return {
    ...{ id: 'abc123def456', name: 'ci', role: 'deployer', team: null, services: null, createdBy: 'admin' },
    ...{ createdAt: past(3 * 86_400), expiresAt: past(-87 * 86_400), lastUsedAt: past(120), revokedAt: null, state: 'good' },
    ...over,
  };
}

const made: NewTokenView = { ...token({ createdAt: past(0), expiresAt: past(-90 * 86_400), lastUsedAt: null }), token: TEXT };
const expired = token({ id: 'old111111111', state: 'expired', expiresAt: past(86_400), lastUsedAt: null });
const revoked = token({
  id: 'rev222222222',
  name: 'bot',
  state: 'revoked',
  revokedAt: past(7200),
  team: 'shop',
  services: ['app'],
});
const widest = (out: string) => Math.max(...out.split('\n').map(widthOf));

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

describe('me', () => {
  it('says who one is, and what one reaches', async () => {
    const me = { name: 'token:ci', role: 'deployer', team: 'shop', services: ['app', 'cart'] };
    const { run, url, answers } = await control({ 'GET /me': me });
    expect((await run('me')).out).toBe(
      [
        'token:ci',
        'Role        deployer: reads, and moves traffic',
        'Team        shop',
        'Services    app, cart',
        `Control     ${url}\n`,
      ].join('\n'),
    );
    expect(JSON.parse((await run('me --json')).out)).toEqual(me);
    answers['GET /me'] = { ...me, role: 'admin', team: null, services: [] };
    const { out } = await run('me', { columns: 40 });
    expect(out).toMatch(/Team {8}none\nServices {4}none\n/);
    expect(widest(out)).toBeLessThanOrEqual(40);
  });
});

describe('tokens', () => {
  const tokens = [token(), token({ name: 'short', team: 'shop', services: ['app'], expiresAt: past(-3600) }), expired, revoked];

  it('lists those in force, and says that there are others', async () => {
    const { run } = await control({ 'GET /tokens': { tokens } });
    expect((await run('tokens')).out).toBe(
      [
        'TOKEN  ROLE      REACHES          CREATED  EXPIRES  USED       ID',
        'ci     deployer  all services     3 d ago  in 87 d  2 min ago  abc123def456',
        'short  deployer  team shop (app)  3 d ago  in 1 h   2 min ago  abc123def456',
        '',
        '2 tokens that are over: sluice tokens --all',
        '',
        'Next  npx sluice tokens create --help\n',
      ].join('\n'),
    );
  });

  it('lists all of them with --all, also as JSON', async () => {
    const { run } = await control({ 'GET /tokens': { tokens } });
    const { out } = await run('tokens --all', { columns: 120 });
    expect(out.split('\n').slice(0, 5)).toEqual([
      'TOKEN  ROLE      REACHES          CREATED  STATE    EXPIRES  USED       ID',
      'ci     deployer  all services     3 d ago  good     in 87 d  2 min ago  abc123def456',
      'short  deployer  team shop (app)  3 d ago  good     in 1 h   2 min ago  abc123def456',
      'ci     deployer  all services     3 d ago  expired  1 d ago  never      old111111111',
      'bot    deployer  team shop (app)  3 d ago  revoked           2 min ago  rev222222222',
    ]);
    expect(out).not.toContain('over');
    expect(JSON.parse((await run('tokens --all --json')).out)).toEqual({ tokens });
    expect(JSON.parse((await run('tokens --json')).out)).toEqual({ tokens: tokens.slice(0, 2) });
  });

  it.each([
    [40, 'production'],
    [80, 'production'],
    [80, 'deployments-of-production'],
  ])('fits %d columns with long names such as %s, and never cuts an id', async (columns, name) => {
    const services = ['app', 'a-service-of-a-long-name', 'another-one'];
    const { run } = await control({ 'GET /tokens': { tokens: [token({ name, services }), expired] } });
    const { out } = await run('tokens --all', { columns });
    expect(widest(out)).toBeLessThanOrEqual(columns);
    expect(out).toContain('abc123def456');
    expect(out).toContain('old111111111');
    expect(out).toContain('all services');
  });

  it('says so when there are none, or none in force', async () => {
    const { run, answers } = await control({ 'GET /tokens': { tokens: [] } });
    expect((await run('tokens')).out).toBe('There are no tokens yet.\nNext  npx sluice tokens create --help\n');
    answers['GET /tokens'] = { tokens: [{ ...expired, expiresAt: past(60) }] };
    expect((await run('tokens')).out).toMatch(/^No token is good any more\.\n\n1 token that is over: sluice tokens --all\n/);
    answers['GET /tokens'] = { tokens: [token({ expiresAt: null, lastUsedAt: null })] };
    expect((await run('tokens')).out).toContain('3 d ago  never    never  abc123def456');
  });

  it.each<[string, object]>([
    ['ci --role deployer', { name: 'ci', role: 'deployer' }],
    [
      'ci --role viewer --team shop --services app,cart --for 12h -m why',
      { name: 'ci', role: 'viewer', team: 'shop', services: ['app', 'cart'], forSeconds: 43_200, reason: 'why' },
    ],
    ['ci --role admin --forever', { name: 'ci', role: 'admin', forSeconds: null }],
  ])('create %s asks for %j', async (line, body) => {
    const { run, changes } = await control({ 'POST /tokens': made });
    expect((await run(`tokens create ${line}`)).code).toBe(0);
    expect(changes()).toEqual([{ call: 'POST /tokens', body }]);
  });

  it.each([40, 80, 120])('create prints the text once, on a line of its own, at %d columns', async (columns) => {
    const { run } = await control({ 'POST /tokens': made });
    const { out } = await run('tokens create ci --role deployer', { columns, terminal: true });
    expect(out.split(TEXT)).toHaveLength(2);
    const lines = out.split('\n');
    expect(lines).toContain(TEXT);
    expect(widest(out.replace(TEXT, ''))).toBeLessThanOrEqual(columns);
    expect(lines.join(' ')).toMatch(/^Token ci is made: deployer of all services, good for 90 d\. /);
    expect(lines.join(' ')).toContain('Its text is shown only now.');
    expect(out).toContain('Next  SLUICE_TOKEN=slu_… npx sluice me\n');
  });

  it('create prints the text and nothing else with --quiet, and all with --json', async () => {
    const { run } = await control({ 'POST /tokens': made });
    for (const quiet of ['-q', '--quiet'])
      expect(await run(`tokens create ci --role deployer ${quiet}`)).toMatchObject({ code: 0, out: `${TEXT}\n`, err: '' });
    expect(JSON.parse((await run('tokens create ci --role deployer --json')).out)).toEqual(made);
    expect(JSON.parse((await run('tokens --json create ci --role deployer')).out)).toEqual(made);
  });

  it.each([
    ['create ci', "required option '--role <role>' not specified"],
    ['create ci --role root', 'Allowed choices are viewer, deployer, admin'],
    ['create ci --role viewer --for 59s', '1 minute to 3650 days, such as 12h or 90d'],
    ['create ci --role viewer --for 3651d', '1 minute to 3650 days'],
    ['create ci --role viewer --for 90', '1 minute to 3650 days'],
    ['create ci --role viewer --for 1d --forever', 'cannot be used with'],
    ['create ci --role viewer -q --json', 'cannot be used with'],
    ['create ci --role viewer --services app,', 'names with commas between them'],
    ['create ci --role viewer --services app,app', 'name each once'],
    ['revoke', "missing required argument 'name or id'"],
  ])('%s is wrong usage', async (line, text) => {
    const { run, calls } = await control();
    const { code, err } = await run(`tokens ${line}`);
    expect(err).toContain(text);
    expect([code, calls]).toEqual([2, []]);
  });

  it.each<[string, string, TokenView[], string]>([
    ['the one in force of a name', 'ci', [expired, token()], 'abc123def456'],
    ['one by its id', 'old111111111', [token(), expired], 'old111111111'],
    ['the only one of a name that has expired', 'ci', [{ ...revoked, name: 'ci' }, expired], 'old111111111'],
  ])('revoke ends %s', async (_, given, all, id) => {
    const call = `DELETE /tokens/${id}`;
    const answer = { ...token(), state: 'revoked', revokedAt: past(0) };
    const { run, changes } = await control({ 'GET /tokens': { tokens: all }, [call]: answer });
    expect(await run(`tokens revoke ${given} -m leaked`)).toMatchObject({
      code: 0,
      out: 'Token ci is revoked: whoever uses it is refused from now on.\nNext  npx sluice tokens\n',
    });
    expect(changes()).toEqual([{ call, body: { reason: 'leaked' } }]);
    expect(JSON.parse((await run(`tokens revoke ${given} --json`)).out)).toEqual(answer);
  });

  it('revoke asks first, and a no changes nothing', async () => {
    const { run, changes } = await control({ 'GET /tokens': { tokens: [token()] }, 'DELETE /tokens/abc123def456': token() });
    expect(await run('tokens revoke ci', { answer: 'n' })).toMatchObject({
      code: 1,
      asked: ['Revoke token ci (deployer of all services, last used 2 min ago)? Whoever uses it is refused from then on. [y/N] '],
    });
    expect(changes()).toEqual([]);
    expect((await run('tokens revoke ci --yes', { answer: 'n' })).code).toBe(0);
    expect((await run('tokens revoke ci', { answer: 'y' })).code).toBe(0);
    expect(changes()).toHaveLength(2);
  });

  it.each([
    ['nobody', 'There is no token nobody.\nNext  npx sluice tokens\n'],
    ['bot', 'Token bot was revoked 2 h ago.\nNext  npx sluice tokens --all\n'],
    ['rev222222222', 'Token bot was revoked 2 h ago.\nNext  npx sluice tokens --all\n'],
    ['ci', '2 tokens ci have expired. Name one by its id.\nNext  npx sluice tokens --all\n'],
  ])('revoke %s changes nothing and exits 1', async (given, err) => {
    const all = [expired, { ...expired, id: 'old333333333' }, revoked];
    const { run, changes } = await control({ 'GET /tokens': { tokens: all } });
    expect(await run(`tokens revoke ${given}`)).toMatchObject({ code: 1, out: '', err });
    expect(changes()).toEqual([]);
  });
});

describe('teams', () => {
  const teams = [
    { name: 'shop', services: ['app', 'cart'] },
    { name: 'empty', services: [] },
  ];

  it('lists, sets and deletes them', async () => {
    const { run, changes, answers } = await control({
      'GET /teams': { teams },
      'PUT /teams/shop': teams[0],
      'PUT /teams/empty': teams[1],
      'DELETE /teams/shop': teams[0],
    });
    expect((await run('teams')).out).toBe('TEAM   OWNS\nshop   app, cart\nempty  no service\n');
    expect((await run('teams set shop --services app,cart -m why')).out).toBe(
      'Team shop owns app, cart.\nNext  npx sluice tokens create <name> --role deployer --team shop\n',
    );
    expect((await run(['teams', 'set', 'empty', '--services', ''])).out).toMatch(/^Team empty owns no service\.\n/);
    expect((await run('teams delete shop')).out).toBe('Team shop is deleted.\nNext  npx sluice teams\n');
    expect(changes()).toEqual([
      { call: 'PUT /teams/shop', body: { services: ['app', 'cart'], reason: 'why' } },
      { call: 'PUT /teams/empty', body: { services: [] } },
      { call: 'DELETE /teams/shop', body: {} },
    ]);
    for (const [line, answer] of [
      ['teams', { teams }],
      ['teams set shop --services app', teams[0]],
      ['teams delete shop', teams[0]],
    ] as const)
      expect(JSON.parse((await run(`${line} --json`)).out)).toEqual(answer);
    answers['GET /teams'] = { teams: [] };
    expect((await run('teams')).out).toMatch(/^There are no teams\.\nNext {2}npx sluice teams set /);
    expect((await run('teams set shop')).code).toBe(2);
  });
});

describe('people', () => {
  const ann = { who: 'ann@example.com', role: 'viewer', team: 'shop', services: ['app'] };
  const group = { who: 'group:Ops Team', role: 'admin', team: null, services: null };

  it('lists and removes them', async () => {
    const { run, changes, answers } = await control({
      'GET /people': { people: [ann, group] },
      'DELETE /people/group%3AOps%20Team': group,
    });
    expect((await run('people')).out).toBe(
      [
        'WHO              ROLE    REACHES',
        'ann@example.com  viewer  team shop (app)',
        'group:Ops Team   admin   all services',
        '',
        'Next  npx sluice people set --help\n',
      ].join('\n'),
    );
    expect(widest((await run('people', { columns: 40 })).out)).toBeLessThanOrEqual(40);
    expect((await run(['people', 'remove', 'group:Ops Team', '-m', 'left'])).out).toBe(
      'group:Ops Team has no role any more.\nNext  npx sluice people\n',
    );
    expect(changes()).toEqual([{ call: 'DELETE /people/group%3AOps%20Team', body: { reason: 'left' } }]);
    expect(JSON.parse((await run('people --json')).out)).toEqual({ people: [ann, group] });
    answers['GET /people'] = { people: [] };
    expect((await run('people')).out).toMatch(/^Nobody has a role by e-mail address or group\.\nNext /);
  });

  it.each<[string, string, object]>([
    ['gives a new one a role', 'bob@example.com --role admin', { role: 'admin' }],
    ['leaves the reach of a known one', 'Ann@Example.com --role admin', { role: 'admin', team: 'shop', services: ['app'] }],
    ['keeps the team', 'ann@example.com --role admin --services cart', { role: 'admin', team: 'shop', services: ['cart'] }],
    ['takes all of a team that is named', 'ann@example.com --role viewer --team shop', { role: 'viewer', team: 'shop' }],
    ['makes an owner when told', 'ann@example.com --role admin --no-team -m why', { role: 'admin', team: null, reason: 'why' }],
  ])('set %s', async (_, line, body) => {
    const [who = ''] = line.split(' ');
    const call = `PUT /people/${encodeURIComponent(who)}`;
    const { run, changes } = await control({ 'GET /people': { people: [ann, group] }, [call]: { ...ann, role: 'admin' } });
    expect(await run(`people set ${line}`)).toMatchObject({
      code: 0,
      out: 'ann@example.com is admin of team shop (app).\nNext  npx sluice people\n',
    });
    expect(changes()).toEqual([{ call, body }]);
  });
});

describe('audit', () => {
  const standing = (green: number, active = 'blue') => ({ active, revision: 1, weights: { blue: 100 - green, green } });
  const person = { kind: 'person' as const, who: 'ann@example.com', role: 'viewer', team: null, services: null };
  const version = { kind: 'version' as const, slot: 'green', versionId: 'a', tag: 'v1' };

  it.each<[string, Partial<AuditView>, string]>([
    ['weights', { before: standing(0), after: standing(10.5) }, 'blue 100 → 89.5 %, green 0 → 10.5 %'],
    ['the active slot', { before: standing(100), after: standing(100, 'green') }, 'active blue → green'],
    [
      'the state and the stage of a release',
      {
        before: { ...standing(50), release: { id: 7, state: 'awaiting_approval', stage: 2 } },
        after: { ...standing(50), release: { id: 7, state: 'running', stage: 3 } },
      },
      'release 7 awaiting approval → running, stage 2 → 3',
    ],
    ['a version', { before: version, after: { ...version, versionId: 'b', tag: null } }, 'v1 (a) → b'],
    [
      'a role',
      { before: person, after: { ...person, role: 'admin', services: ['app'] } },
      'role viewer → admin, services all → app',
    ],
    [
      'what a team owns',
      { before: { kind: 'team', services: [] }, after: { kind: 'team', services: ['app', 'cart'] } },
      'services none → app cart',
    ],
    [
      'objectives',
      { before: slos(), after: slos({ minBad: 9, latencyObjectives: [{ overMs: 500, maxShare: 0.01, percentile: 99 }] }) },
      'latencyObjectives none → p99 ≤ 500 ms, minBad 5 → 9',
    ],
  ])('shows in few words what became other: %s', async (_, changed, text) => {
    const { run } = await control({ 'GET /audit': { entries: [auditEntry(changed)], nextCursor: null } });
    expect((await run('audit')).out).toMatch(/^\d\d-\d\d .{8} {2}token:ci \(deployer\) {2}split_set\n {16}Done\.\n/);
    expect((await run('audit')).out.split('\n')[2]).toBe(' '.repeat(16) + text);
  });

  it.each<[string, Partial<AuditView>]>([
    ['nothing did', { before: standing(5), after: standing(5) }],
    ['there was nothing before', { before: null, after: version }],
    ['a sentence says it', { before: { kind: 'setting', defaultPlan: 'a' }, after: { kind: 'setting', defaultPlan: 'b' } }],
    [
      'it is long',
      {
        before: { ...version, kind: 'channel', events: 'x'.repeat(200) },
        after: { ...version, kind: 'channel', events: 'y'.repeat(200) },
      },
    ],
  ])('says nothing of what became other when %s', async (_, changed) => {
    const { run } = await control({ 'GET /audit': { entries: [auditEntry(changed)], nextCursor: null } });
    expect((await run('audit')).out).toMatch(/split_set\n {16}Done\.\n$/);
  });

  it('names no role of what nobody asked for, nor twice that of the secret', async () => {
    const entries = [auditEntry({ actor: 'sluice', role: null }), auditEntry({ actor: 'admin', role: 'admin' })];
    const { run } = await control({ 'GET /audit': { entries, nextCursor: null } });
    expect((await run('audit')).out).toMatch(/ {2}sluice {2}split_set\n[^(]* {2}admin {2}split_set\n/);
  });

  it('is readable with few columns', async () => {
    const entries = [auditEntry({ before: standing(0), after: standing(10), reason: 'a reason of some words that is long' })];
    const { run } = await control({ 'GET /audit': { entries: [...entries, auditEntry({ service: null })], nextCursor: 'c' } });
    const { out } = await run('audit', { columns: 40 });
    expect(widest(out)).toBeLessThanOrEqual(40);
    expect(out).toMatch(
      / {2}split_set\n {2}token:ci \(deployer\) {2}app\n {2}Done\.\n {2}blue 100 → 90 %, green 0 → 10 %\n {2}“a reason/,
    );
    expect(out).toContain('There are more: --limit 100');
  });

  it('asks for what is wanted', async () => {
    const { run, calls } = await control({ 'GET /audit': { entries: [], nextCursor: null } });
    const line = 'audit --actor token:ci --action split-set --since 2h --until 2026-03-01T11:30:00Z --limit 5 --service app';
    expect((await run(line)).out).toBe('Nothing was done that fits.\n');
    const query = new URLSearchParams(calls[0]?.call.split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      ...{ limit: '5', service: 'app', actor: 'token:ci', action: 'split_set' },
      ...{ since: past(7200), until: past(1800) },
    });
  });

  it.each([
    ['dep1', '\nNext  npx sluice audit --actor token:dep1'],
    ['token:dep1', ''],
    ['ann@example.com', ''],
    ['admin', ''],
    ['sluice', ''],
  ])('that finds nothing of %s says how tokens are written%s', async (actor, next) => {
    const { run } = await control({ 'GET /audit': { entries: [], nextCursor: null } });
    expect((await run(`audit --actor ${actor}`)).out).toBe(`Nothing was done that fits.${next}\n`);
  });

  it('turns pages until it has what was asked for', async () => {
    const all = Array.from({ length: 2300 }, (_, i) => auditEntry({ what: `Entry ${i}.` }));
    let from = 0;
    const { run, calls, answers } = await control({
      'GET /audit': () => {
        const limit = Number(/limit=(\d+)/.exec(calls.at(-1)?.call ?? '')?.[1]);
        const page = all.slice(from, from + limit);
        from += limit;
        return { entries: page, nextCursor: from < all.length ? `at-${from}` : null };
      },
    });
    const { entries, nextCursor } = JSON.parse((await run('audit --limit 2100 --json --actor token:ci')).out);
    expect(entries).toEqual(all.slice(0, 2100));
    expect(nextCursor).toBe('at-2100');
    expect(calls.map(({ call }) => call)).toEqual([
      'GET /audit?limit=1000&actor=token%3Aci',
      'GET /audit?limit=1000&actor=token%3Aci&cursor=at-1000',
      'GET /audit?limit=100&actor=token%3Aci&cursor=at-2000',
    ]);
    from = 0;
    expect(JSON.parse((await run('audit --limit 9000 --json')).out)).toEqual({ entries: all, nextCursor: null });
    // One without pages.
    answers['GET /audit'] = { entries: all.slice(0, 3) };
    expect(JSON.parse((await run('audit --limit 9000 --json')).out).entries).toHaveLength(3);
  });

  it('exports JSON lines, each harmless and the same as it was', async () => {
    const entries = [
      auditEntry({ what: HOSTILE }),
      auditEntry({ reason: 'ä€😀\n' }),
      auditEntry({ reason: '€'.repeat(100_000) }),
    ];
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const { run, calls } = await control({ 'GET /audit/export': new Raw(text) });
    const { code, out } = await run('audit --export --since 2026-02-28T00:00:00Z --service app');
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(entries);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(calls[0]?.call).toBe('GET /audit/export?service=app&since=2026-02-28T00%3A00%3A00.000Z');
    await run('audit --export');
    expect(calls[1]?.call).toBe('GET /audit/export');
  });

  it.each<[string, Raw, number, string]>([
    ['in the midst of a line', new Raw('{"at":"2026"}\n{"at":'), 5, 'broke off'],
    ['with the connection', new Raw('{"at":"2026"}\n', { breaksOff: true }), 5, 'broke off'],
    ['for a line that is no JSON', new Raw('{"at":"2026"}\noops\n'), 1, 'no JSON'],
  ])('an export that ends %s fails, after what came', async (_, raw, code, text) => {
    const { run } = await control({ 'GET /audit/export': raw });
    expect(await run('audit --export')).toMatchObject({ code, out: '{"at":"2026"}\n', err: expect.stringContaining(text) });
  });

  it('an export that is refused says why', async () => {
    const { run } = await control({ 'GET /audit/export': problem(403, 'out-of-reach') });
    expect(await run('audit --export')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^Refused: out-of-reach\.\nNext {2}npx sluice me\n/),
    });
    expect((await sluice(['audit', '--export'], { url: 'http://127.0.0.1:9' })).code).toBe(5);
  });

  it.each([
    ['--since yesterday', 'such as 2h or 7d, 2026-03-01'],
    ['--since 2026-02-30', 'such as 2h or 7d'],
    ['--since 2026-02-30T12:00', 'such as 2h or 7d'],
    ['--until 2026-03-01T25:00', 'such as 2h or 7d'],
    ['--limit 0', 'whole number, 1 or more'],
    ['--export --json', 'cannot be used with'],
    ['--export --limit 5', 'cannot be used with'],
  ])('%s is wrong usage', async (line, text) => {
    const { run, calls } = await control();
    const { code, err } = await run(`audit ${line}`);
    expect(err).toContain(text);
    expect([code, calls]).toEqual([2, []]);
  });
});

describe('words for deleting', () => {
  it.each([
    ['teams delete a', '/teams/a'],
    ['teams remove a', '/teams/a'],
    ['plans delete a', '/plans/a'],
    ['plans remove a', '/plans/a'],
    ['people delete a', '/people/a'],
    ['people remove a', '/people/a'],
    ['channels delete a', '/channels/a'],
    ['channels remove a', '/channels/a'],
    ['tokens revoke a', '/tokens/a'],
    ['tokens delete a', '/tokens/a'],
    ['tokens remove a', '/tokens/a'],
  ])('%s', async (line, path) => {
    const { run, changes } = await control({ 'GET /tokens': { tokens: [token({ id: 'a' })] }, [`DELETE ${path}`]: {} });
    expect(await run(line)).toMatchObject({ code: 0, err: '' });
    expect(changes().map(({ call }) => call)).toEqual([`DELETE ${path}`]);
  });
});

describe('refusals', () => {
  it.each<[number, string, string[]]>([
    [403, 'role-too-low', ['sluice me', 'Take a token with that role, or ask an admin for one.']],
    [403, 'out-of-reach', ['sluice me', 'It says what you reach. Owners, who belong to no team, reach all.']],
    [401, 'unauthorized', ['Set SLUICE_TOKEN, or pass --token.']],
    [401, 'token-expired', ['Set SLUICE_TOKEN to another one, or pass --token.', 'Admins make them: "sluice tokens create".']],
    [401, 'token-revoked', ['Set SLUICE_TOKEN to another one, or pass --token.', 'Admins make them: "sluice tokens create".']],
    [429, 'too-many-bad-tokens', ['Set SLUICE_TOKEN, or pass --token. Then wait a minute.']],
    [403, 'no-role', ['Ask an admin for a role, or take a token.']],
    [409, 'token-exists', ['sluice tokens', 'sluice tokens revoke <name>']],
    [409, 'team-in-use', ['sluice tokens --all', 'sluice people', 'sluice plans']],
    [409, 'service-owned', ['sluice teams', 'Take it from that team first: "sluice teams set".']],
    [404, 'unknown-team', ['sluice teams']],
    [404, 'unknown-person', ['sluice people']],
    [404, 'unknown-token', ['sluice tokens']],
    [422, 'service-of-another', ['sluice teams']],
  ])('%d %s exits 1 with the next step, of no service', async (status, reason, steps) => {
    const { run } = await control({ 'PUT /teams/shop': problem(status, reason) });
    const next = steps.map((step, i) => `${i === 0 ? 'Next  ' : '      '}${typed(step)}\n`).join('');
    for (const line of ['teams set shop --services app', 'teams set shop --services app --service app'])
      expect(await run(line)).toMatchObject({ code: 1, out: '', err: `Refused: ${reason}.\n${next}` });
  });

  it('lets no text of the API steer the terminal', async () => {
    const hostile = { ...made, name: HOSTILE, team: HOSTILE, services: [HOSTILE], token: HOSTILE };
    const person = { who: HOSTILE, role: HOSTILE, team: HOSTILE, services: [HOSTILE] };
    const team = { name: HOSTILE, services: [HOSTILE] };
    const entry = auditEntry({
      actor: HOSTILE,
      what: HOSTILE,
      before: { kind: 'team', name: '' },
      after: { kind: 'team', name: HOSTILE },
    });
    const { run } = await control({
      'GET /me': { ...person, name: HOSTILE },
      'GET /tokens': { tokens: [hostile] },
      'POST /tokens': hostile,
      'GET /teams': { teams: [team] },
      'PUT /teams/a': team,
      'GET /people': { people: [person] },
      'PUT /people/a': person,
      'GET /audit': { entries: [entry], nextCursor: null },
    });
    const lines = ['me', 'tokens', 'tokens create a --role viewer', 'tokens create a --role viewer -q', 'teams'];
    for (const line of [...lines, 'teams set a --services a', 'people', 'people set a --role viewer', 'audit', 'tokens --json']) {
      const { code, out } = await run(line);
      expect(code, line).toBe(0);
      expect(out.replaceAll('\n', ''), line).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });
});

describe('times', () => {
  it.each([
    ['90s', 90],
    ['1.5h', 5400],
    [' 2d ', 172_800],
    ['2w', undefined],
    ['h', undefined],
  ])('reads a span of %j', (text, seconds) => expect(spanSeconds(text)).toBe(seconds));

  it('reads a life of a minute to ten years', () => {
    expect([lifetime('60s'), lifetime('3650d')]).toEqual([60, 315_360_000]);
  });

  it.each([
    ['2h', false, '2026-03-01T10:00:00.000Z'],
    ['2026-02-28T10:00:00+02:00', false, '2026-02-28T08:00:00.000Z'],
    ['2026-02-28', false, new Date(2026, 1, 28).toISOString()],
    ['2026-02-28', true, new Date(2026, 2, 1, 0, 0, 0, -1).toISOString()],
    ['2026-02-28T10:30', true, new Date(2026, 1, 28, 10, 30).toISOString()],
  ])('reads %s (as an end: %s)', (text, end, at) => expect(instant(text, NOW, { end })).toBe(at));
});
