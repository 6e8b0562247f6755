import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReleaseView } from '../../control/api/types.ts';
import { runAction } from './action-run.ts';
import { BREAK_OFF, decision, HANG_UP, past, problem, release, Status, service, startControl } from './cli-fake.ts';

const TOKEN = 'a-token-that-nobody-may-see|&<';
const RELEASES = '/services/app/releases';
const CI = {
  ...{ GITHUB_ACTOR: 'octocat', GITHUB_SHA: '1a2b3c', GITHUB_REF_NAME: 'main', GITHUB_RUN_ID: '42' },
  ...{ GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'shop/app' },
};
const RUN = 'https://github.example/shop/app/actions/runs/42';

const open: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

/** One answer after the other, the last one for good. */
function inTurn(...answers: unknown[]): (body: unknown) => unknown {
  return (body) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return typeof answer === 'function' ? answer(body) : answer;
  };
}

const stage = (over: Partial<NonNullable<ReleaseView['stage']>> = {}) => {
  const { stage: second } = release();
  if (second === null) throw new Error('the release of the tests is under way');
  return { ...second, ...over };
};
const begun = (over: Partial<ReleaseView> = {}) =>
  release({ stage: stage({ number: 1, weight: 10, soakedSeconds: 0, requests: 0, errors: 0, needs: 50 }), ...over });
const completed = release({
  ...{ state: 'completed', endedAt: past(0), bake: { endsAt: '2026-03-01T12:10:00.000Z', over: false } },
  stage: stage({ number: 3, weight: 100, requests: 400, errors: 1 }),
});
const rolledBack = release({
  ...{ state: 'rolled_back', endedAt: past(0) },
  why: 'Release 7 rolled back at stage 2 of 3 (green 50 %). errors absolute: 12 of 40 requests on green failed (30 %).',
});

/** A control that makes release 7 and then answers `looks` to whoever looks at it; and the Action run against it. */
async function control(looks: unknown[], answers: Record<string, unknown> = {}) {
  const of = service({ release: release({ id: 6, state: 'completed' }) });
  const started = await startControl({
    ...{ 'GET /services': { services: [of] }, 'GET /services/app': of, [`GET ${RELEASES}`]: { releases: [] } },
    [`POST ${RELEASES}`]: new Status(201, begun()),
    [`GET ${RELEASES}/7`]: inTurn(...looks),
    [`GET ${RELEASES}/7/decisions`]: { decisions: [] },
    ...answers,
  });
  open.push(started);
  const run = (inputs: Record<string, string> = {}, ...more: [Record<string, string>?, Parameters<typeof runAction>[2]?]) =>
    runAction({ 'control-url': started.url, token: TOKEN, 'poll-interval': '0.02', ...inputs }, ...more);
  return { ...started, run };
}

describe('a release that is waited for', () => {
  it('makes it, tells each change once, and ends well', async () => {
    const { run, changes, url } = await control([begun(), begun(), release(), release(), completed]);
    const { code, lines, stderr, outputs } = await run({ slot: 'green', plan: 'standard', name: 'v1.2' }, CI);
    expect([code, stderr]).toEqual([0, '']);
    expect(lines).toEqual([
      `::add-mask::${TOKEN}`,
      'Release 7 is running at stage 1 of 3 (green 10 %). Soak: 5 min left; needs 50 more requests.',
      'Release 7 is running at stage 2 of 3 (green 50 %). Soak: 2 min 30 s left; needs 13 more good requests.',
      'Release 7 is completed: green is active with 100 %. The bake runs until 2026-03-01 12:10:00 UTC: should green fail until then, all visitors go back to blue.',
    ]);
    expect(outputs).toEqual({ 'release-id': '7', 'release-url': `${url}${RELEASES}/7`, status: 'completed' });
    const reason = `GitHub Actions, by octocat: ${RUN}`;
    expect(changes()).toEqual([
      { call: `POST ${RELEASES}`, body: { slot: 'green', plan: 'standard', name: 'v1.2', autoStart: true, reason } },
    ]);
  });

  it.each([
    [
      rolledBack,
      'Release 7 was rolled back at stage 2 of 3 (green 50 %25); all visitors are on blue. errors absolute: 12 of 40 requests on green failed (30 %25).',
    ],
    [
      release({ state: 'aborted', why: 'Release 7 aborted by admin. Wrong day.' }),
      'Release 7 was aborted at stage 2 of 3 (green 50 %25); all visitors are on blue. Release 7 aborted by admin. Wrong day.',
    ],
  ])('fails with its own message when it was $state', async (end, message) => {
    const { run } = await control([end]);
    const { code, lines, outputs } = await run();
    expect(code).toBe(1);
    expect(lines.slice(2)).toEqual([`::error title=Sluice::${message}`]);
    expect(outputs.status).toBe(end.state);
  });

  it('fails when time is over, and says that the release goes on', async () => {
    const { run, url } = await control([release()]);
    const { code, lines, outputs, summary } = await run({ 'wait-timeout': '0.5' });
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain('::error title=Sluice::Gave up waiting after 1 s (wait-timeout). The release goes on.');
    expect(lines.at(-1)).toContain(`To wait on: npx sluice release wait 7 --service app --url ${url}`);
    expect(outputs.status).toBe('running');
    expect(summary).toContain('## ● Release 7 under way: green sample-green');
    expect(summary).toContain('**The job failed:** Gave up waiting');
  });

  it.each([
    ['awaiting_approval', 'It waits for approval: npx sluice release approve 7 --service app --url'],
    ['held', 'green is as bad as blue. Go on: npx sluice release explain 7 --service app --url'],
    ['paused', 'green is as bad as blue. Go on: npx sluice release resume 7 --service app --url'],
  ] as const)('says what it needs when it is %s', async (state, hint) => {
    const { run } = await control([release({ state, why: 'green is as bad as blue.' }), completed]);
    const { lines } = await run();
    expect(lines.filter((line) => line.includes(hint)).length).toBe(1);
  });

  it('says when the soak was extended', async () => {
    const { run } = await control([release(), release({ stage: stage({ extensions: 1 }) }), completed]);
    expect((await run()).lines).toContainEqual(expect.stringContaining('Soak: extended 1×, 2 min 30 s left'));
  });

  it('does not wait for one that is only made, or when told so', async () => {
    const { run, calls } = await control([], {
      [`POST ${RELEASES}`]: inTurn(release({ state: 'pending', stage: null }), begun()),
    });
    const made = await run({ 'auto-start': 'false' });
    expect([made.code, made.outputs.status]).toEqual([0, 'pending']);
    expect(made.lines.at(-1)).toMatch(/^Release 7 waits to be started; .* Go on: npx sluice release start 7 --service app --url/);
    expect(made.summary).toContain('## ○ Release 7 waits to be started: green');
    const left = await run({ wait: 'false' });
    expect([left.code, left.outputs.status]).toEqual([0, 'running']);
    expect(calls.filter(({ call }) => call === `GET ${RELEASES}/7`)).toEqual([]);
    expect(calls.flatMap(({ body }) => (body as { autoStart?: boolean } | undefined)?.autoStart ?? [])).toEqual([false, true]);
  });

  it('says that the release goes on when the job is cancelled', async () => {
    const { run } = await control([release()]);
    const { code, lines } = await run({}, {}, (child) =>
      child.stdout?.on('data', (data) => String(data).startsWith('Release 7') && child.kill('SIGINT')),
    );
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(/::error .*The job was cancelled\. The release goes on\. .*npx sluice release abort 7/);
  });
});

describe('a control that fails', () => {
  it.each([
    ['503', problem(503, 'internal')],
    ['429', problem(429, 'slow-down')],
    ['an answer of something before it', new Status(502, 'bad gateway')],
    ['no answer', HANG_UP],
    ['half an answer', BREAK_OFF],
  ])('is tried again while the release runs: %s', async (_, failure) => {
    const { run } = await control([failure, failure, completed]);
    const { code, lines } = await run();
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('::warning title=Sluice::')).length).toBe(1);
    expect(lines).toContain('Control answers again.');
  });

  it('is given up when time is over', async () => {
    const { run } = await control([HANG_UP]);
    const { code, lines, outputs } = await run({ 'wait-timeout': '0.5' });
    expect([code, outputs.status]).toEqual([1, 'running']);
    expect(lines.at(-1)).toMatch(/^::error .*Gave up waiting after 1 s.*Control does not answer at .*The release goes on\./);
  });

  it('is told as it is when it refuses', async () => {
    const { run } = await control([problem(404, 'unknown-release', { title: 'Unknown release', detail: 'There is none.' })]);
    const { code, lines } = await run();
    expect([code, lines.at(-1)]).toEqual([1, '::error title=Sluice::Unknown release: There is none.']);
    const refusing = await control([], { [`POST ${RELEASES}`]: problem(401, 'unauthorized', { detail: 'Send a token.' }) });
    const refused = await refusing.run();
    expect(refused.lines.at(-1)).toBe('::error title=Sluice::unauthorized: Send a token. Check the input token.');
    expect(refused.summary).toBe('## ✗ No release\n\nunauthorized: Send a token. Check the input token.\n');
    expect(refused.outputs).toEqual({});
  });

  it.each([HANG_UP, BREAK_OFF])('makes no second release when the answer was lost: %s', async (lost) => {
    const running = service({ release: begun() });
    const { run, changes } = await control([completed], {
      'GET /services/app': inTurn(service(), running),
      [`POST ${RELEASES}`]: lost,
    });
    const { code, outputs } = await run();
    expect([code, outputs['release-id'], changes().length]).toEqual([0, '7', 1]);
  });

  it('asks again when the lost call came to nothing', async () => {
    const { run, changes } = await control([completed], { [`POST ${RELEASES}`]: inTurn(HANG_UP, begun()) });
    const { code, outputs } = await run();
    expect([code, outputs['release-id'], changes().length]).toEqual([0, '7', 2]);
  });

  it('takes the release of the lost call when that was carried out late', async () => {
    const { run, changes } = await control([completed], {
      'GET /services/app': inTurn(service(), service(), service({ release: begun() })),
      [`POST ${RELEASES}`]: inTurn(HANG_UP, problem(409, 'release-running', { release: 7 })),
    });
    const { code, outputs } = await run();
    expect([code, outputs['release-id'], changes().length]).toEqual([0, '7', 2]);
  });

  it.each<Record<string, string>>([{ name: 'v1.3' }, { slot: 'blue' }, { plan: 'instant' }])(
    'does not take a release of others for the one whose answer was lost: not %s',
    async (asked) => {
      const { run, changes } = await control([completed], {
        'GET /services/app': inTurn(service(), service({ release: begun() })),
        [`POST ${RELEASES}`]: HANG_UP,
      });
      const { code, lines, outputs } = await run(asked);
      expect([code, outputs, changes().length]).toEqual([1, {}, 1]);
      expect(lines.at(-1)).toContain('release 7 is another one');
    },
  );

  it('does not wait for a release of others', async () => {
    const { run } = await control([completed], {
      'GET /services/app': service({ release: begun() }),
      [`POST ${RELEASES}`]: problem(409, 'release-running', { release: 7 }),
    });
    const { code, outputs } = await run();
    expect([code, outputs]).toEqual([1, {}]);
  });
});

describe('a version', () => {
  const DEPLOYMENTS = '/services/app/deployments';
  const slotOf = (versionId: string) => {
    const { green } = service().slots;
    if (green?.version == null) throw new Error('the green of the tests has a version');
    return { ...green, version: { ...green.version, versionId } };
  };

  it.each<Record<string, string>>([{}, { slot: 'green' }])('is recorded, then released: %o', async (where) => {
    const recorded = new Status(201, { slot: 'green', versionId: 'v2' });
    const { run, changes } = await control([completed], { [`POST ${DEPLOYMENTS}`]: inTurn(HANG_UP, recorded) });
    expect((await run({ 'version-id': 'v2', ...where }, CI)).code).toBe(0);
    const reason = `GitHub Actions, by octocat: ${RUN}`;
    const record = { ...where, versionId: 'v2', author: 'octocat', message: 'Commit 1a2b3c of main', source: RUN, reason };
    expect(changes().map(({ call }) => call)).toEqual([`POST ${DEPLOYMENTS}`, `POST ${DEPLOYMENTS}`, `POST ${RELEASES}`]);
    expect(changes()[1]?.body).toEqual(record);
    expect(changes()[2]?.body).toEqual({ slot: 'green', autoStart: true, reason });
  });

  it.each<Record<string, string>>([{}, { slot: 'green' }])('that is on record is not recorded again: %o', async (where) => {
    const { run, changes } = await control([completed]);
    const { lines } = await run({ 'version-id': 'sample-green', ...where });
    expect(lines[1]).toBe('Version sample-green is on record in green.');
    expect(changes().map(({ call }) => call)).toEqual([`POST ${RELEASES}`]);
    expect(changes()[0]?.body).toMatchObject({ slot: 'green' });
  });

  it.each([
    ['is active', { slots: { blue: slotOf('v2'), green: slotOf('v1') } }, 'Version v2 is in blue already, the active slot.'],
    [
      'is in two slots',
      { slots: { blue: slotOf('v1'), green: slotOf('v2'), red: slotOf('v2') } },
      'Version v2 is in green and red. Name one of them',
    ],
  ])('that %s is not released by guess', async (_, of, message) => {
    const { run, changes } = await control([completed], { 'GET /services/app': service(of) });
    const { code, lines } = await run({ 'version-id': 'v2' });
    expect([code, changes()]).toEqual([1, []]);
    expect(lines.at(-1)).toContain(message);
  });

  it('has an origin that fits the record', async () => {
    const { run, changes } = await control([completed], { [`POST ${DEPLOYMENTS}`]: { slot: 'green' } });
    await run({ 'version-id': 'v2' }, { ...CI, GITHUB_REPOSITORY: `shop/${'a'.repeat(100)}`, GITHUB_ACTOR: 'o'.repeat(200) });
    expect(changes()[0]?.body).toMatchObject({ author: 'o'.repeat(128), source: `Run 42 of shop/${'a'.repeat(100)}` });
  });
});

describe('a version that was rolled back', () => {
  const other = { slot: 'green', version: null };
  const DOWN = 'No release was made: version sample-green in green was rolled back by release 7. errors absolute: 12 of 40';

  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['', { slot: 'green' }],
    [' --plan instant', { 'version-id': 'sample-green', plan: 'instant' }],
  ])('is not released again by a job that is run anew%s: %o', async (plan, inputs) => {
    const releases = [release({ id: 9, state: 'completed', candidate: other }), release({ id: 8, state: 'aborted' }), rolledBack];
    const { run, changes, calls, url } = await control([], { [`GET ${RELEASES}`]: { releases } });
    const { code, lines, outputs, summary } = await run(inputs, { GITHUB_RUN_ATTEMPT: '1' });
    expect([code, changes()]).toEqual([1, []]);
    expect(outputs).toEqual({ 'release-id': '7', 'release-url': `${url}${RELEASES}/7`, status: 'rolled_back' });
    expect(lines.at(-1)).toContain(`::error title=Sluice::${DOWN}`);
    expect(lines.at(-1)).toMatch(
      new RegExp(`by hand all the same: npx sluice release start --slot green${plan} --service app --url`),
    );
    expect(summary).toContain(`**The job failed:** ${DOWN}`);
    expect(calls.map(({ call }) => call)).toContain(`GET ${RELEASES}?limit=20`);
  });

  it('is released once it was released well, or when another one is in the slot', async () => {
    const well = { releases: [release({ id: 8, state: 'completed' }), rolledBack] };
    const another = { releases: [{ ...rolledBack, candidate: other }] };
    for (const releases of [well, another]) {
      const { run, changes } = await control([completed], { [`GET ${RELEASES}`]: releases });
      expect([(await run()).code, changes().length]).toEqual([0, 1]);
    }
  });

  it('is looked for in the slot that control would choose', async () => {
    const { blue, green } = service().slots;
    if (blue === undefined || green?.version == null) throw new Error('the slots of the tests are there');
    const red = { ...green, version: { ...green.version, slot: 'red', versionId: 'sample-red' } };
    const lease = { until: past(-60), by: 'token:ci' };
    const slots = { red, blue, green };
    for (const [of, made] of [
      [service({ slots }), 0],
      [service({ slots: { ...slots, green: { ...green, lease } } }), 1],
      [service({ active: 'green', slots }), 1],
    ] as const) {
      const { run, changes } = await control([completed], {
        'GET /services/app': of,
        [`GET ${RELEASES}`]: { releases: [rolledBack] },
      });
      await run();
      expect(changes().length).toBe(made);
    }
  });
});

describe('a bake that runs', () => {
  it.each([
    ['2026-03-01T12:10:00.000Z', 'after 2026-03-01 12:10:00 UTC.'],
    [null, 'when it is over.'],
  ])('refuses, and the job says when it can be run again: %s', async (until, when) => {
    const { run } = await control([], { [`POST ${RELEASES}`]: problem(409, 'bake-running', { slot: 'blue', until }) });
    const { code, lines, outputs } = await run();
    expect([code, outputs]).toEqual([1, {}]);
    expect(lines.at(-1)).toBe(`::error title=Sluice::bake-running: Refused: bake-running. Run this job again ${when}`);
  });
});

describe('inputs', () => {
  const fit = { 'control-url': 'http://127.0.0.1:9', token: TOKEN };

  it.each([
    [{ 'control-url': '' }, 'control-url is required'],
    [{ token: ' ' }, 'token is required'],
    [{ token: 'two\nlines' }, 'token has characters'],
    [{ 'control-url': 'control.example' }, 'control-url must be the address'],
    [{ 'control-url': 'ftp://control.example' }, 'control-url must be the address'],
    [{ 'control-url': 'http://control.example' }, 'control-url must begin with https://'],
    [{ 'control-url': 'https://me:pass@control.example' }, 'control-url must be an address alone'],
    [{ 'auto-start': 'yes' }, 'auto-start must be true or false'],
    [{ wait: '1' }, 'wait must be true or false'],
    [{ 'wait-timeout': 'long' }, 'wait-timeout must be a number of seconds'],
    [{ 'wait-timeout': '1e99' }, 'wait-timeout must be a number of seconds'],
    [{ 'poll-interval': '0' }, 'poll-interval must be a number of seconds'],
    [{ 'poll-interval': '9999999' }, 'poll-interval must be a number of seconds'],
  ])('that are wrong are named: %o', async (wrong, message) => {
    const { code, lines, summary } = await runAction({ ...fit, ...wrong });
    expect([code, lines.at(-1)]).toEqual([1, expect.stringContaining(`::error title=Sluice::The input ${message}`)]);
    expect(lines.filter((line) => line.includes('::error')).length).toBe(1);
    expect(summary).toContain('No release');
  });

  it('name the service where there are several', async () => {
    const shop = service({ service: 'shop' });
    const { run, changes } = await control([completed], { 'GET /services': { services: [service(), shop] } });
    const { code, lines } = await run();
    expect([code, changes()]).toEqual([1, []]);
    expect(lines.at(-1)).toContain('There are 2 services: app, shop. Name one in the input service.');
    expect((await run({ service: 'app' })).code).toBe(0);
  });

  it('take an address as people copy it, and booleans as YAML writes them', async () => {
    const { run, url } = await control([completed]);
    const { code, outputs } = await run({ 'control-url': `${url}/v1/`, wait: 'True', 'auto-start': '' });
    expect([code, outputs['release-url']]).toEqual([0, `${url}${RELEASES}/7`]);
  });
});

describe('the token', () => {
  it('is hidden first, and in nothing that follows, whatever control says', async () => {
    const told = { title: TOKEN, detail: `No: ${TOKEN}` };
    const why = `By ${TOKEN}.`;
    const { run } = await control([problem(503, 'x', told), release({ state: 'aborted', why, name: TOKEN })]);
    const refused = await (await control([], { [`POST ${RELEASES}`]: problem(403, 'forbidden', told) })).run({ name: TOKEN });
    for (const { lines, summary, outputs, stderr } of [await run(), refused]) {
      expect(lines[0]).toBe(`::add-mask::${TOKEN}`);
      const all = [...lines.slice(1), summary, JSON.stringify(outputs), stderr].join('\n');
      expect(all).not.toContain('nobody-may-see');
      expect(all).toContain('***');
    }
  });

  it('is hidden in each of its lines when it is none, and is not printed for that', async () => {
    const { lines } = await runAction({ 'control-url': 'http://127.0.0.1:9', token: 'one-half\r\nother-half' });
    expect(lines.slice(0, 2)).toEqual(['::add-mask::one-half', '::add-mask::other-half']);
    expect(lines.slice(2).join('\n')).not.toMatch(/half/);
  });

  it('follows no redirect', async () => {
    let visits = 0;
    const other = createServer((_, response) => {
      visits++;
      response.end('{}');
    });
    const first = createServer((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }).end();
    });
    for (const server of [other, first]) {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      open.push({ stop: () => new Promise((done) => server.close(() => done())) });
    }
    const url = `http://127.0.0.1:${(first.address() as AddressInfo).port}`;
    const { code, lines } = await runAction({ 'control-url': url, token: TOKEN });
    expect([code, visits]).toEqual([1, 0]);
    expect(lines.at(-1)).toContain('is no Sluice control (status 307)');
  });
});

describe('what control says', () => {
  it('begins no command of the runner, and ends no line', async () => {
    const why = 'fine\n::stop-commands::x ##[stop-commands]x \x1b[31m';
    const { run } = await control([release({ state: 'paused', why }), completed]);
    const { lines } = await run();
    expect(lines.filter((line) => line.startsWith('::'))).toEqual([`::add-mask::${TOKEN}`]);
    expect(lines.join('\n')).not.toContain('##[');
    expect(lines.join('\n')).toContain('fine\\n::stop-commands::x ## [stop-commands]x \\x1b[31m');
  });

  it('is text in the summary', async () => {
    const name = '<img src=x onerror=alert(1)> | `x` **b** [l](https://e.example) $x$ @me';
    const [version] = [release().candidate.version];
    const candidate = { slot: 'green', version: version === null ? null : { ...version, tag: 'a|b_c', versionId: '<b>' } };
    const { run } = await control([release({ state: 'aborted', name, candidate, why: 'a <script> | b' })]);
    const { summary } = await run();
    expect(summary).not.toMatch(/<(img|script|b)\b|\*\*b|`|https:\/\/e\.example|\[l]/);
    expect(summary).toContain('&#60;img src=x onerror=alert(1)&#62; &#124; &#96;x&#96;');
    expect(summary).toContain('| Candidate | green | a&#124;b&#95;c (&#60;b&#62;) |');
  });
});

describe('the summary', () => {
  const ends = (number: number, did: string, requests: number, errors: number) =>
    decision({ stage: number, did, candidate: { slot: 'green', requests, errors } });
  const row = (summary: string, number: number) => summary.split('\n').find((line) => line.startsWith(`| ${number} |`));

  it('tells of a completed release: stages with what each served, slots, bake', async () => {
    const decisions = [
      ends(1, 'advanced to stage 2', 60, 0),
      ends(2, 'advanced to stage 3', 260, 3),
      ends(3, 'completed', 700, 4),
    ];
    const { run, url } = await control([completed], { [`GET ${RELEASES}/7/decisions`]: { decisions } });
    const { summary } = await run();
    expect(summary).toContain('## ✓ Release 7 completed: green sample-green\n');
    expect(summary).toContain('The bake runs until 2026-03-01 12:10:00 UTC');
    expect(summary).toContain('| Candidate | green | sample-green |\n| From | blue | sample-blue |');
    expect([1, 2, 3].map((number) => row(summary, number))).toEqual([
      '| 1 | 10 % | 5 min | ✓ passed | 60 | 0 |',
      '| 2 | 50 % | 5 min | ✓ passed | 200 | **3** (1.5 %) |',
      '| 3 | 100 % | 5 min | ✓ passed | 400 | **1** (0.3 %) |',
    ]);
    expect(summary).toContain(`[Release 7](<${url}${RELEASES}/7>) of app, plan standard.`);
  });

  it('tells of one that was rolled back: why, where, and what was not reached', async () => {
    const { run } = await control([rolledBack], {
      [`GET ${RELEASES}/7/decisions`]: { decisions: [ends(1, 'advanced to stage 2', 60, 0), ends(2, 'rolled back', 100, 12)] },
    });
    const { summary } = await run();
    expect(summary).toContain('## ✗ Release 7 rolled back: green sample-green\n');
    expect(summary).toContain('**Why:** errors absolute: 12 of 40 requests on green failed (30 %).');
    expect([1, 2, 3].map((number) => row(summary, number))).toEqual([
      '| 1 | 10 % | 5 min | ✓ passed | 60 | 0 |',
      '| 2 | 50 % | 5 min | ✗ rolled back | 37 | **1** (2.7 %) |',
      '| 3 | 100 % | 5 min | ○ not reached | – | – |',
    ]);
    expect(summary).toMatch(/Next: <code>npx sluice release explain 7 --service app --url http&#58;\/\//);
  });

  it('tells stages that somebody skipped from those that passed', async () => {
    const skipped = release({ state: 'completed', stage: stage({ number: 2 }) });
    const first = begun({ stage: stage({ number: 1, requests: 8, errors: 0 }) });
    const { run } = await control([first, skipped], {
      [`GET ${RELEASES}/7/decisions`]: { decisions: [ends(2, 'asked for approval', 45, 1)] },
    });
    const { summary } = await run();
    expect([1, 2, 3].map((number) => row(summary, number))).toEqual([
      '| 1 | 10 % | 5 min | ○ skipped | 8 | 0 |',
      '| 2 | 50 % | 5 min | ✓ passed | 37 | **1** (2.7 %) |',
      '| 3 | 100 % | 5 min | ○ skipped | – | – |',
    ]);
  });

  it('does without verdicts, and without files to write to', async () => {
    const { run } = await control([completed], { [`GET ${RELEASES}/7/decisions`]: problem(503, 'internal') });
    const { summary } = await run();
    expect(row(summary, 2)).toBe('| 2 | 50 % | 5 min | ✓ passed | – | – |');
    const { code, lines } = await run({}, { GITHUB_STEP_SUMMARY: '/nowhere/at/all' });
    expect([code, lines.at(-1)]).toEqual([0, expect.stringContaining('::warning title=Sluice::The job summary could not be')]);
  });
});
