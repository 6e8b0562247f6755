import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { typed } from '../../scripts/cli/layout.ts';
import { auditEntry, past, problem, release, type Setting, Status, service, sluice, startControl, watch } from './cli-fake.ts';

const ROOT = join(import.meta.dirname, '../..');
const open: { stop: () => Promise<void> }[] = [];

/** A control with one service, and what else a test wants of it. */
async function control(answers: Record<string, unknown> = {}, of = service()) {
  const started = await startControl({ 'GET /services': { services: [of] }, 'GET /services/app': of, ...answers });
  open.push(started);
  const run = (line: string | string[], setting: Setting = {}) =>
    sluice(typeof line === 'string' ? line.split(' ') : line, { url: started.url, ...setting });
  return { ...started, run };
}

const moved = (slot: string) =>
  service({
    active: slot,
    split: { ...service().split, revision: 15, weights: { blue: 0, green: 0, [slot]: 100 } },
    health: { ...service().health, watches: [watch({ kind: 'bake', slot, returnTo: 'blue', endsAt: past(-600) })] },
  });
const shop = service({ service: 'shop' });
const both = { 'GET /services': { services: [service(), shop] }, 'GET /services/shop': shop };

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

describe('wrong usage', () => {
  it.each([
    ['', 'Usage: sluice'],
    ['release', 'Usage: sluice release'],
    ['statsu', 'Did you mean status?'],
    ['teams foo bar', '"foo" is no verb of teams: set, delete.\nNext  npx sluice teams --help\n'],
    ['tokens foo --json', '"foo" is no verb of tokens: create, revoke.'],
    ['status --what', "unknown option '--what'"],
    ['activate', "missing required argument 'slot'"],
    ['set-weight green', 'such as green=10'],
    ['set-weight green=101', 'from 0 to 100'],
    ['set-weight green=10 green=20', 'green is named twice'],
    ['set-weight green=10 --if-revision 1.5', 'whole number'],
    ['release start --stages 10', 'Stage 1, "10", is not of the form'],
    ['release start --plan standard --stages 10:5', 'cannot be used with'],
    ['release approve seven', 'whole number'],
    ['release wait --timeout 0', 'seconds above 0'],
    ['deployments --limit 1001', 'from 1 to 1000'],
    ['deployments --kind slots', 'Allowed choices'],
    ['plans set mine', 'A plan needs stages'],
    ['plans set mine --file no-such-file', 'no-such-file cannot be read (ENOENT)'],
    ['status --url nowhere', '"nowhere" is no URL'],
    ['status --url https://:s3cret@sluice.example', '"…@sluice.example" is no URL'],
    ['status --url https://s3cret@sluice.example', '"…@sluice.example" is no URL'],
    ['status --url https://sluice.example', 'No token for https://sluice.example'],
    ['status --token ä', 'The token has characters'],
  ])('"sluice %s" exits 2 and says: %s', async (line, text) => {
    const { code, err } = await sluice(line === '' ? [] : line.split(' '));
    expect(err).toContain(text);
    expect(code).toBe(2);
  });

  it.each(['--help', 'release start --help', '--version'])('"sluice %s" exits 0', async (line) => {
    const { code, out, err } = await sluice(line.split(' '));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(Math.max(...out.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80);
  });

  it('lists the services when a verb needs one of several', async () => {
    const { run } = await control(both);
    const { code, err } = await run('rollback');
    expect(err).toBe('There are 2 services: app, shop. This needs one.\nNext  Add --service app\n');
    expect(code).toBe(2);
  });
});

describe('reaching control', () => {
  it('exits 5 when nothing answers', async () => {
    const { code, err } = await sluice(['status'], { url: 'http://127.0.0.1:9' });
    expect(code).toBe(5);
    expect(err).toMatch(/^Control does not answer at http:\/\/127\.0\.0\.1:9 .*\nNext {2}Start it with "npm run dev"/);
  });

  it('exits 5 when what answers is something else', async () => {
    const { run } = await control({ 'GET /services': new Status(200, undefined) });
    expect((await run('status')).code).toBe(5);
  });

  it('takes URL and token of the options before those of the environment', async () => {
    const { url } = await control();
    const env = { SLUICE_URL: 'http://127.0.0.1:9', SLUICE_TOKEN: 'x' };
    expect((await sluice(['current-slot', '--url', url, '--token', 't'], { env })).out).toBe('blue\n');
  });
});

describe('refusals', () => {
  it.each<[string, string, object, string[]]>([
    ['set-weight green=1', 'release-running', { release: 7 }, ['sluice status', 'sluice release abort 7']],
    ['set-weight green=1', 'slot-empty', { slot: 'green' }, ['sluice deploy --slot green']],
    [
      'set-weight green=1',
      'slot-leased',
      { slot: 'green' },
      ['sluice status', 'It says until when. Wait for the upload to end.'],
    ],
    ['set-weight green=1', 'stale-revision', {}, ['sluice status', 'Then try again with the revision it shows.']],
    ['set-weight green=1', 'unknown-slot', {}, ['sluice status']],
    ['set-weight green=1', 'unauthorized', {}, ['Set SLUICE_TOKEN, or pass --token.']],
    ['set-weight green=1', 'no-idle-slot', { wanted: 'a version' }, ['sluice deploy']],
    ['set-weight green=1', 'internal', { requestId: 'r-1' }, ['Look for r-1 in the log of the control Worker.']],
    ['set-weight green=1', 'never-heard-of', {}, []],
  ])('%s, refused for %s, exits 1 with the next step', async (line, reason, more, steps) => {
    const { run } = await control({ 'PUT /services/app/split': problem(409, reason, more) });
    const { code, err } = await run(line);
    expect(code).toBe(1);
    const next = steps.map((step, i) => `${i === 0 ? 'Next  ' : '      '}${typed(step)}\n`).join('');
    expect(err).toBe(`Refused: ${reason}.\n${next}`);
  });

  it('names the service in the next step when it was named', async () => {
    const { run } = await control({ 'PUT /services/app/split': problem(409, 'release-running', { release: 7 }) });
    expect((await run('set-weight green=1 --service app')).err).toContain('sluice release abort 7 --service app');
    const { run: unknown } = await control({ 'GET /services/nope': problem(404, 'unknown-service') });
    expect((await unknown('status --service nope')).err).toBe('Refused: unknown-service.\nNext  npx sluice status\n');
  });

  it('keeps the next step of a move of the only service', async () => {
    const { run } = await control({ 'POST /services/app/activate': problem(409, 'slot-empty', { slot: 'green' }) });
    expect(await run('activate green')).toMatchObject({
      code: 1,
      err: 'Refused: slot-empty.\nNext  npx sluice deploy --slot green\n',
    });
  });

  it('breaks a long message between words on a terminal', async () => {
    const { run } = await control({ 'POST /services/app/rollback': problem(409, 'x', { detail: 'word '.repeat(20) }) });
    expect((await run('rollback', { terminal: true })).err).toBe(`${'word '.repeat(16).trim()}\n${'word '.repeat(4).trim()}\n`);
  });

  it('lets no text of the API steer the terminal', async () => {
    const refusal = { ...problem(409, 'slot-in-use'), body: { type: '/problems/x', status: 409, detail: 'a\x1b[2Jb\x9b' } };
    const { run } = await control({ 'POST /services/app/rollback': new Status(409, refusal.body) });
    expect((await run('rollback')).err).toBe('a\\x1b[2Jb\\x9b\n');
  });
});

describe('reading verbs', () => {
  const reads: [string, string, unknown][] = [
    ['status', 'GET /services', service()],
    ['status --service app', 'GET /services/app', service()],
    ['current-slot', 'GET /services', { active: 'blue' }],
    ['releases --limit 5', 'GET /services/app/releases?limit=5', { releases: [release({ name: '\x1b[2Jx' })] }],
    ['deployments --kind split', 'GET /services/app/deployments?limit=20&kind=split', { deployments: [] }],
    ['audit --service app', 'GET /audit?limit=20&service=app', { entries: [], nextCursor: null }],
    ['plans', 'GET /plans', { plans: [release().plan] }],
    ['plans show standard', 'GET /plans/standard', release().plan],
    ['release explain 7', 'GET /services/app/releases/7/decisions', { decisions: [] }],
  ];
  const answers = Object.fromEntries([
    ...reads.slice(3).map(([, call, answer]) => [call.split('?')[0] ?? '', answer]),
    ['GET /services/app/releases/7', release()],
  ]);

  it.each(reads)('%s --json prints what %s answers', async (line, call, answer) => {
    const { run, calls } = await control(answers);
    const { code, out } = await run(`${line} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(answer);
    expect(calls.map((made) => made.call)).toContain(call);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(out.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f]/);
  });

  it('shows all services when there are several, and one in full when named', async () => {
    const { run } = await control(both);
    expect((await run('status')).out).toMatch(/^SERVICE .*\napp .*\nshop /);
    expect((await run('status --service shop')).out).toMatch(/^shop {2}blue is active/);
    expect((await run('current-slot')).out).toBe('app   blue\nshop  blue\n');
    expect(JSON.parse((await run('current-slot --json')).out).services).toHaveLength(2);
  });

  it('fails to name the active slot when there is none', async () => {
    const { run } = await control({}, service({ active: null }));
    expect(await run('current-slot')).toMatchObject({ code: 1, out: '' });
  });

  it('lists releases, deployments, plans and the audit', async () => {
    const deployments = [
      {
        kind: 'split',
        id: 2,
        revision: 15,
        weights: { blue: 90, green: 10 },
        active: 'blue',
        author: 'ci',
        message: 'go',
        at: past(5),
      },
      { ...service().slots.green?.version, tag: 'v2', author: 'ann', message: 'fix\x1b[2J', at: past(60) },
    ];
    const entry = auditEntry({ service: 'app', actor: 'ann', action: 'split_set', what: 'Split set.', reason: 'try\x1b[2J' });
    const { run } = await control({
      'GET /services/app/releases': { releases: [release({ name: 'x'.repeat(90) }), release({ id: 6, state: 'completed' })] },
      'GET /services/app/deployments': { deployments },
      'GET /audit': { entries: [entry, { ...entry, service: null, action: 'plan_set', reason: null }], nextCursor: null },
      'GET /plans': { plans: [release().plan] },
      'GET /plans/mine': {
        ...release().plan,
        name: 'mine',
        builtIn: false,
        stages: [0, 5].map((weight) => ({ weight, soakSeconds: 60, minRequests: 9, advance: 'manual' })),
      },
    });
    expect((await run('releases')).out.split('\n').slice(0, 3)).toEqual([
      'ID  STATE      STAGE  SLOTS         CREATED    PLAN      VERSION     NAME',
      ' 7  running    2/3    blue → green  8 min ago  standard  sample-gr…  xxxxxxxxxx…',
      ' 6  completed  2/3    blue → green  8 min ago  standard  sample-gr…',
    ]);
    expect((await run('deployments')).out).toBe(
      [
        'WHEN       WHAT                             BY   MESSAGE',
        '5 s ago    split 15  blue 90 %, green 10 %  ci   go',
        '1 min ago  green     v2 (sample-green)      ann  fix\\x1b[2J\n',
      ].join('\n'),
    );
    const audit = (await run('audit')).out;
    expect(audit).toMatch(/ann \(deployer\) {2}split_set {2}app\n {16}Split set\.\n {16}“try\\x1b\[2J”\n/);
    expect(audit).toMatch(/ann \(deployer\) {2}plan_set\n/);
    expect((await run('plans')).out).toContain('standard  10, 50, 100 %, 5 min each  rollback  10 min  default of app');
    expect((await run('plans show mine')).out.split('\n').slice(0, 4)).toEqual([
      'Plan mine',
      '   1     0 %  1 min, then a person approves',
      '   2     5 %  1 min, at least 9 requests, then a person approves',
      '  If it fails              it rolls back',
    ]);
  });

  it('says so when there is nothing to list', async () => {
    const { run } = await control(answers);
    expect((await run('deployments')).out).toMatch(/^Nothing was deployed yet\./);
    expect((await run('audit')).out).toBe('Nothing has been done yet.\n');
    const { run: none } = await control({ 'GET /services/app/releases': { releases: [] } });
    expect((await none('releases')).out).toMatch(/^There has been no release yet\.\nNext {2}npx sluice release start\n/);
    expect(await none('release explain')).toMatchObject({
      code: 1,
      err: 'app has had no release yet.\nNext  npx sluice release start\n',
    });
  });
});

describe('verbs that move traffic', () => {
  it.each<[string, string, object | undefined]>([
    ['set-weight green=10.5 -m why', 'PUT /services/app/split', { weights: { green: 10.5 }, reason: 'why' }],
    [
      'set-weight green=10% blue=90 --if-revision 3',
      'PUT /services/app/split',
      { weights: { green: 10, blue: 90 }, ifRevision: 3 },
    ],
    ['activate green --reason why', 'POST /services/app/activate', { slot: 'green', reason: 'why' }],
    ['rotate', 'POST /services/app/rotate', {}],
    ['rollback -m why', 'POST /services/app/rollback', { reason: 'why' }],
    ['remove green', 'DELETE /services/app/slots/green', {}],
  ])('%s calls %s', async (line, call, body) => {
    const answer = moved('green');
    const { run, changes } = await control({ [call]: answer });
    expect((await run(line)).code).toBe(0);
    expect(changes()).toEqual([{ call, body }]);
    expect(JSON.parse((await run(`${line} --json`)).out)).toEqual(answer);
  });

  it('says what is true now, and warns of the default slot', async () => {
    const { run } = await control({
      'POST /services/app/activate': moved('green'),
      'PUT /services/app/split': service({ split: { ...service().split, revision: 15, weights: { blue: 90, green: 10 } } }),
      'DELETE /services/app/slots/green': service(),
    });
    expect(await run('activate green')).toMatchObject({
      out: [
        'green is active with 100 %. A bake watches it for 10 min; `sluice rollback`',
        'returns to blue.',
        'Next  npx sluice status --watch',
        '      npx sluice rollback\n',
      ].join('\n'),
      err: 'Note: where no split can be had, blue still serves app (router/services.ts).\n',
    });
    expect((await run('set-weight green=10')).out).toMatch(
      /^blue 90 %, green 10 % \(revision 15\); blue stays the active slot\.\n/,
    );
    expect((await run('remove green')).out).toMatch(
      /^green is empty; .* blue is active\.\nNext {2}npx sluice deploy --slot green\n/,
    );
  });

  it('says so when nothing had to change', async () => {
    const { run } = await control({ 'POST /services/app/activate': service() });
    expect((await run('activate blue')).out).toMatch(/^Nothing to change\. blue is active with 100 %\.\n/);
  });

  it('moves all services, or the one named', async () => {
    const { run, changes } = await control({
      ...both,
      'POST /services/app/activate': moved('green'),
      'POST /services/shop/activate': { ...moved('green'), service: 'shop' },
    });
    const { code, out } = await run('activate green');
    expect(code).toBe(0);
    expect(out).toMatch(/^app: green is active.*`sluice rollback\n--service app`.*shop: green is active/s);
    await run('activate green --service shop');
    expect(changes().map(({ call }) => call)).toEqual([
      'POST /services/app/activate',
      'POST /services/shop/activate',
      'POST /services/shop/activate',
    ]);
  });

  it('goes on with the other services when one refuses, and exits 1', async () => {
    const { run } = await control({
      ...both,
      'POST /services/app/rotate': problem(409, 'no-idle-slot'),
      'POST /services/shop/rotate': { ...moved('green'), service: 'shop' },
    });
    const { code, out, err } = await run('rotate');
    expect(code).toBe(1);
    expect(out).toContain('shop: green is active');
    expect(err).toBe('app: Refused: no-idle-slot.\nRefused for app.\nNext  npx sluice status --service app\n');
  });
});

describe('questions', () => {
  const running = service({ previous: 'green', release: release() });
  const calls = {
    'GET /services/app/releases/7': release(),
    'POST /services/app/activate': moved('green'),
    'POST /services/app/rotate': moved('green'),
    'POST /services/app/rollback': service(),
    'DELETE /services/app/slots/green': service(),
    ...Object.fromEntries(
      ['promote', 'abort', 'deny', 'approve'].map((verb) => [`POST /services/app/releases/7/${verb}`, release()]),
    ),
  };

  it.each([
    ['activate green', 'Send all visitors of app to green (now blue 100 %) at once? [y/N] '],
    ['rotate', 'Send all visitors of app to green (now blue 100 %) at once? [y/N] '],
    ['rollback', 'Send all visitors of app back to green (now blue 100 %)? Release 7 ends. [y/N] '],
    ['remove green', 'Empty slot green of app, which holds sample-green and has 0 % of the visitors? [y/N] '],
    ['release promote', 'Promote release 7? All visitors of app go to green now, past the stages that are left. [y/N] '],
    ['release abort 7', 'Abort release 7? It ends, and all visitors of app go back to blue. [y/N] '],
    ['release deny', 'Deny release 7? It ends, and all visitors of app go back to blue. [y/N] '],
  ])('%s asks first, and a no changes nothing', async (line, question) => {
    const { run, changes } = await control(calls, running);
    for (const answer of ['', 'n', 'yesterday']) {
      const { code, asked, err } = await run(line, { answer });
      expect({ code, asked, err }).toEqual({ code: 1, asked: [question], err: 'Nothing was changed.\n' });
    }
    expect(changes()).toEqual([]);
    expect(await run(line, { answer: 'Yes' })).toMatchObject({ code: 0 });
    expect(await run(`${line} --yes`, { answer: 'n' })).toMatchObject({ code: 0, asked: [] });
    expect(changes()).toHaveLength(2);
  });

  it('asks nothing where nobody can answer, nor before what is harmless or cannot be done', async () => {
    const { run, answers, changes } = await control(calls, running);
    expect((await run('release abort')).code).toBe(0);
    expect((await run('release approve', { answer: 'n' })).asked).toEqual([]);
    answers['GET /services/app/releases/7'] = release({ state: 'completed' });
    expect((await run('release abort 7', { answer: 'n' })).asked).toEqual([]);
    expect(changes()).toHaveLength(3);
  });
});

describe('plans', () => {
  it('sets a plan from stages or a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const file = join(folder, 'plan.json');
    const { run, changes } = await control({ 'PUT /plans/mine': { ...release().plan, name: 'mine' } });
    await writeFile(file, '{"stages":[{"weight":100,"soakSeconds":5}],"onFail":"pause"}');
    await run('plans set mine --stages 10:300,100:60:manual --on-insufficient hold --bake 0 -m why');
    await run(`plans set mine --file ${file} --on-fail rollback`);
    await writeFile(file, '[{"weight":100,"soakSeconds":5}]');
    await run(`plans set mine --file ${file}`);
    expect(changes().map(({ body }) => body)).toEqual([
      {
        stages: [
          { weight: 10, soakSeconds: 300 },
          { weight: 100, soakSeconds: 60, advance: 'manual' },
        ],
        ...{ onInsufficient: 'hold', bakeSeconds: 0, reason: 'why' },
      },
      { stages: [{ weight: 100, soakSeconds: 5 }], onFail: 'rollback' },
      { stages: [{ weight: 100, soakSeconds: 5 }] },
    ]);
    await writeFile(file, '{"stages":');
    expect(await run(`plans set mine --file ${file}`)).toMatchObject({ code: 2 });
    await writeFile(file, '{}');
    expect((await run(`plans set mine --file ${file}`)).err).toContain('has no stages');
    await rm(folder, { recursive: true });
  });

  it('deletes a plan, and makes one the default', async () => {
    const { run, changes } = await control({
      'DELETE /plans/mine': release().plan,
      'PUT /services/app/settings': { defaultPlan: 'mine' },
    });
    expect((await run('plans delete mine')).out).toMatch(/^Plan mine is deleted\.\n/);
    expect((await run('plans default mine -m why')).out).toMatch(
      /^Releases of app go by plan mine, unless they name another\.\n/,
    );
    expect(changes().at(-1)).toEqual({ call: 'PUT /services/app/settings', body: { defaultPlan: 'mine', reason: 'why' } });
  });

  it('names the step out of a refusal', async () => {
    const { run } = await control({ 'DELETE /plans/standard': problem(409, 'plan-in-use') });
    expect((await run('plans delete standard')).err).toContain('Next  npx sluice plans default <another plan>');
  });
});

it('is bundled for npx, and looks at the version of Node before it loads anything', async () => {
  const { bin, scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    scripts: Record<string, string>;
  };
  expect(scripts.prepare).toMatch(/^node scripts\/bundle\.js && /);
  const path = join(ROOT, bin.sluice ?? '');
  const code = await readFile(path, 'utf8');
  expect(code).not.toMatch(/^import /m);
  expect(code.indexOf('process.versions.node')).toBeGreaterThan(0);
  expect(code.indexOf('import(')).toBeGreaterThan(code.indexOf('process.versions.node'));
  const done = await new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(path, ['--version'], { env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` } }, (error, out) =>
      resolve({ code: error?.code ?? 0, out }),
    );
  });
  expect(done).toEqual({ code: 0, out: '0.1.0\n' });
});
