import { afterEach, describe, expect, it } from 'vitest';
import { frame } from '../../scripts/cli/watch.ts';
import { past, problem, release, type Setting, Status, service, sluice, startControl, watch } from './cli-fake.ts';

const open: { stop: () => Promise<void> }[] = [];
const PATH = '/services/app/releases';

async function control(answers: Record<string, unknown> = {}, of = service({ release: release() })) {
  const started = await startControl({ 'GET /services': { services: [of] }, 'GET /services/app': of, ...answers });
  open.push(started);
  const run = (line: string, setting: Setting = {}) => sluice(line.split(' '), { url: started.url, ...setting });
  return { ...started, run };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

describe('release verbs', () => {
  it.each(['approve', 'deny', 'pause', 'resume', 'skip', 'promote', 'abort', 'retry'])(
    '%s steers the newest release, or the one named',
    async (verb) => {
      const { run, changes } = await control({
        [`POST ${PATH}/7/${verb}`]: release(),
        [`POST ${PATH}/3/${verb}`]: new Status(201, release({ id: 3 })),
      });
      expect((await run(`release ${verb} -m why`)).out).toMatch(/^Release 7 is running at stage 2 of 3 \(green 50 %\)\.\n/);
      expect(JSON.parse((await run(`release ${verb} 3 --json`)).out)).toEqual(release({ id: 3 }));
      expect(changes()).toEqual([
        { call: `POST ${PATH}/7/${verb}`, body: { reason: 'why' } },
        { call: `POST ${PATH}/3/${verb}`, body: {} },
      ]);
    },
  );

  it('retries by force', async () => {
    const { run, changes } = await control({ [`POST ${PATH}/7/retry`]: release({ id: 8 }) });
    await run('release retry --force');
    expect(changes()[0]?.body).toEqual({ force: true });
  });

  it.each([
    [release({ state: 'paused' }), 'Release 7 is paused at stage 2 of 3 (green 50 %); green keeps its weight.'],
    [release({ state: 'held' }), 'Release 7 is held at stage 2 of 3 (green 50 %).'],
    [release({ state: 'awaiting_approval' }), 'Release 7 awaits approval at stage 2 of 3 (green 50 %).'],
    [
      release({ state: 'aborted', endedAt: past(0) }),
      'Release 7 was aborted at stage 2 of 3 (green 50 %); all visitors are on blue.',
    ],
    [
      release({ state: 'completed', endedAt: past(0), bake: { endsAt: past(-600), over: false } }),
      'Release 7 is completed: green is active with 100 %. A bake watches it for 10\nmin; `sluice rollback` returns to blue.',
    ],
    [release({ state: 'pending', stage: null }), 'Release 7 waits to be started; green then gets 10 %.'],
  ])('says what is true afterwards (%#)', async (answer, text) => {
    const { run } = await control({ [`POST ${PATH}/7/pause`]: answer });
    expect((await run('release pause')).out.startsWith(`${text}\nNext  npx sluice`)).toBe(true);
  });

  it('names the way out of a wrong state', async () => {
    const { run } = await control({ [`POST ${PATH}/7/approve`]: problem(409, 'release-state', { release: 7 }) });
    expect(await run('release approve')).toMatchObject({
      code: 1,
      err: 'Refused: release-state.\nNext  npx sluice release explain 7\n',
    });
  });
});

describe('release start', () => {
  it('makes a release that starts, by what it is told', async () => {
    const { run, changes } = await control({ [`POST ${PATH}`]: new Status(201, release()) }, service());
    await run('release start');
    await run('release start --plan cautious --slot green --name try --force -m why');
    await run('release start --stages 10:300:50:manual,100:60');
    expect(changes().map(({ body }) => body)).toEqual([
      { autoStart: true },
      { autoStart: true, plan: 'cautious', slot: 'green', name: 'try', force: true, reason: 'why' },
      {
        autoStart: true,
        stages: [
          { weight: 10, soakSeconds: 300, minRequests: 50, advance: 'manual' },
          { weight: 100, soakSeconds: 60 },
        ],
      },
    ]);
  });

  it('starts the release that is pending, or the one named', async () => {
    const { run, changes } = await control(
      { [`POST ${PATH}/7/start`]: release(), [`POST ${PATH}/5/start`]: release({ id: 5 }) },
      service({ release: release({ state: 'pending', stage: null }) }),
    );
    await run('release start --force');
    await run('release start 5');
    expect(changes()).toEqual([
      { call: `POST ${PATH}/7/start`, body: { force: true } },
      { call: `POST ${PATH}/5/start`, body: {} },
    ]);
    expect(await run('release start --plan cautious')).toMatchObject({
      code: 2,
      err: 'Release 7 was made already: --plan cannot change it.\nNext  npx sluice release start 7, or sluice release abort 7\n',
    });
    expect(changes()).toHaveLength(2);
  });

  it('ends with the address of the page of the release', async () => {
    const { run, url } = await control({ [`POST ${PATH}`]: release() }, service());
    expect((await run('release start')).out).toMatch(new RegExp(`\\nPage {2}${url}/services/app/releases/7\\n$`));
  });

  it('waits for the end when asked', async () => {
    const ended = release({ state: 'completed', endedAt: past(0) });
    const { run } = await control({ [`POST ${PATH}`]: release(), [`GET ${PATH}/7`]: ended }, service());
    expect((await run('release start --wait')).out).toMatch(/Release 7 is running.*Release 7 is completed: green is active/s);
    expect(JSON.parse((await run('release start --wait --json')).out)).toEqual(ended);
  });
});

describe('release wait', () => {
  const stage = (number: number) => ({ ...release().stage, number }) as ReturnType<typeof release>['stage'];
  const why =
    'Release 7 rolled back in stage 2 of 3 (green 50 %). Rolled back green to blue. errors absolute: 17 of 17 requests on green failed.';

  it('prints a line for each change, and exits 0 when it completed', async () => {
    const { run, answers } = await control({ [`GET ${PATH}/7`]: release({ stage: stage(1) }) });
    const { code, out, seconds } = await run('release wait 7', {
      onSleep: (n) => {
        if (n === 3) answers[`GET ${PATH}/7`] = release();
        if (n === 5) answers[`GET ${PATH}/7`] = release({ state: 'awaiting_approval' });
        if (n === 6) answers[`GET ${PATH}/7`] = release({ state: 'completed', endedAt: past(0) });
      },
    });
    expect({ code, seconds }).toEqual({ code: 0, seconds: 6 });
    expect(out.split('\n').map((text) => text.replace(/^\d\d-\d\d \d\d:\d\d:/, ''))).toEqual([
      '00  Release 7 is running at stage 1 of 3 (green 50 %); 2 min 30 s left, 37 requests',
      '03  Release 7 is running at stage 2 of 3 (green 50 %); 2 min 30 s left, 37 requests',
      '05  Release 7 is awaiting approval at stage 2 of 3 (green 50 %); sluice release approve 7',
      '06  Release 7 is completed.',
      'Release 7 is completed: green is active with 100 %.',
      '',
    ]);
  });

  it.each(['rolled_back', 'aborted'] as const)('exits 3 when it was %s', async (state) => {
    const { run } = await control({}, service({ release: release({ state, why, endedAt: past(0) }) }));
    const { code, err } = await run('release wait');
    expect(code).toBe(3);
    expect(err).toBe(
      `Release 7 was ${state.replace('_', ' ')} at stage 2 of 3 (green 50 %); all visitors are on blue. errors absolute: 17 of 17 requests on green failed.\nNext  npx sluice release explain 7\n`,
    );
  });

  it('exits 4 when the time is over, and looks as often as told', async () => {
    const { run, calls } = await control({ [`GET ${PATH}/7`]: release() });
    const { code, err, seconds } = await run('release wait 7 --timeout 25 --interval 10');
    expect({ code, seconds }).toEqual({ code: 4, seconds: 25 });
    expect(err).toBe('Release 7 is still running at stage 2 of 3 (green 50 %) after 25 s.\nNext  npx sluice status\n');
    expect(calls.filter(({ call }) => call === `GET ${PATH}/7`)).toHaveLength(4);
  });

  it('rides over a control that is away for less than a minute', async () => {
    const { run, answers } = await control({ [`GET ${PATH}/7`]: release() });
    const { code, err, seconds } = await run('release wait 7', {
      onSleep: (n) => {
        if (n === 1) answers[`GET ${PATH}/7`] = new Status(502, 'no JSON of ours');
        if (n === 30) answers[`GET ${PATH}/7`] = problem(500, 'internal');
        if (n === 59) answers[`GET ${PATH}/7`] = release({ state: 'completed', endedAt: past(0) });
      },
    });
    expect({ code, seconds }).toEqual({ code: 0, seconds: 59 });
    expect(err).toMatch(/^What answers .* Trying on for 1 min\.\nControl answers again\.\n$/);
  });

  it('counts each time that control is away by itself', async () => {
    const { run, answers } = await control({ [`GET ${PATH}/7`]: release() });
    const { code, seconds } = await run('release wait 7', {
      onSleep: (n) => {
        answers[`GET ${PATH}/7`] = n === 40 ? release() : problem(503, 'internal');
        if (n === 80) answers[`GET ${PATH}/7`] = release({ state: 'completed', endedAt: past(0) });
      },
    });
    expect({ code, seconds }).toEqual({ code: 0, seconds: 80 });
  });

  it('exits 5 when control is away for a minute', async () => {
    const { code, seconds } = await sluice(['release', 'wait', '7'], { url: 'http://127.0.0.1:9' });
    expect({ code, seconds }).toEqual({ code: 5, seconds: 60 });
  });

  it('ends at once when the API refuses', async () => {
    const { run } = await control({ [`GET ${PATH}/9`]: problem(404, 'unknown-release') });
    expect(await run('release wait 9')).toMatchObject({ code: 1, seconds: 0 });
  });

  it('writes one line over and over on a terminal, and only JSON with --json', async () => {
    const { run, answers } = await control({ [`GET ${PATH}/7`]: release() });
    const onSleep = (n: number) => {
      if (n === 2) answers[`GET ${PATH}/7`] = release({ state: 'completed', endedAt: past(0) });
    };
    const { out } = await run('release wait 7', { terminal: true, onSleep });
    expect(out.split('\r').map((text) => text.length)).toEqual([0, 82, 82, 55]);
    expect(out.endsWith('\r\x1b[KRelease 7 is completed: green is active with 100 %.\n')).toBe(true);
    answers[`GET ${PATH}/7`] = release();
    const { out: cut } = await run('release wait 7 --timeout 1', { terminal: true });
    expect(cut.endsWith('37 requests\x1b[K\r\x1b[K')).toBe(true);
    expect(JSON.parse((await run('release wait 7 --json', { terminal: true, onSleep })).out)).toMatchObject({
      state: 'completed',
    });
  });
});

describe('status --watch', () => {
  it('redraws over the last picture each second until Ctrl-C, which is exit 0', async () => {
    const { run, calls } = await control();
    const { code, out, seconds } = await run('status --watch', {
      terminal: true,
      rows: 40,
      onSleep: (n, stop) => n === 3 && stop(),
    });
    expect({ code, seconds }).toEqual({ code: 0, seconds: 3 });
    expect(calls).toHaveLength(3);
    expect(out.startsWith('\x1b[?25l\x1b[2J\x1b[H')).toBe(true);
    expect(out.endsWith('\x1b[J\x1b[?25h\n')).toBe(true);
    expect(out.split('\x1b[H')).toHaveLength(4);
    expect(out).toContain('● blue');
    expect(out).toContain('Ctrl-C ends the watch.');
  });

  it('goes on with what was last known while control is away', async () => {
    const { run, answers } = await control();
    const { out } = await run('status --watch', {
      terminal: true,
      rows: 40,
      onSleep: (n, stop) => {
        if (n === 1) answers['GET /services'] = new Status(502, '');
        if (n === 4) stop();
      },
    });
    expect(out).toContain('Control has not answered for 2 s; this is what was last known.');
    expect(out.split('blue is active')).toHaveLength(5);
  });

  it('never draws more lines than the terminal has', () => {
    expect(frame(['1', '2', '3', '4'], 4)).toBe('\x1b[H1\x1b[K\n2\x1b[K\n…\x1b[K\n\x1b[J');
    expect(frame(['1', '2', '3'], 4)).toBe('\x1b[H1\x1b[K\n2\x1b[K\n3\x1b[K\n\x1b[J');
  });

  it('without a terminal prints a block when something changed, and JSON lines with --json', async () => {
    const { run, answers } = await control();
    const watched = (requests: number) =>
      service({ release: release(), health: { ...service().health, watches: [watch({ requests })] } });
    const onSleep = (n: number, stop: () => void) => {
      if (n <= 3) answers['GET /services'] = { services: [watched(n)] };
      if (n === 4) answers['GET /services'] = new Status(502, '');
      if (n === 5) answers['GET /services'] = { services: [service({ release: release({ state: 'held' }) })] };
      if (n === 7) stop();
    };
    const { out, err } = await run('status --watch', { onSleep });
    expect(out.match(/^2026-.*Z$/gm)).toEqual([
      '2026-03-01T12:00:00.000Z',
      '2026-03-01T12:00:01.000Z',
      '2026-03-01T12:00:05.000Z',
    ]);
    expect(out).not.toContain('\x1b');
    expect(err).toBe('Control does not answer. Trying again each second.\nControl answers again.\n');
    answers['GET /services'] = { services: [service()] };
    const lines = (await run('status --watch --json', { onSleep })).out.trimEnd().split('\n');
    expect(lines.map((text) => JSON.parse(text).release?.state)).toEqual([undefined, 'running', 'held']);
  });

  it('fails at once where control cannot be reached or refuses', async () => {
    expect(await sluice(['status', '--watch'], { url: 'http://127.0.0.1:9', terminal: true })).toMatchObject({
      code: 5,
      out: '',
    });
  });
});
