// `sluice channels` against a control of fixed answers: what is asked of the API, what is shown, and that no secret is shown twice.
import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelSetView, ChannelView, DeliveryView } from '../../control/api/types.ts';
import { typed } from '../../scripts/cli/layout.ts';
import { widthOf } from '../../scripts/cli/text.ts';
import { past, problem, type Setting, Status, sluice, startControl } from './cli-fake.ts';

const open: { stop: () => Promise<void> }[] = [];
const ID = 'c0ffee00-0000-4000-8000-000000000000';
const URL_OF_OPS = 'https://hooks.slack.com/services/T0/B0/s3cret';
const SECRET = `whsec_${btoa('k'.repeat(32))}`;
const HOSTILE = 'x\x1b[2J\x9b\u202e';
const ALL: ChannelView['topics'] = [
  ...(['release_created', 'release_started', 'stage_advanced', 'awaiting_approval', 'held'] as const),
  ...(['rolled_back', 'completed', 'aborted', 'split_set', 'alert'] as const),
];

function channel(over: Partial<ChannelView> = {}): ChannelView {
  return {
    ...{ id: ID, name: 'ops', kind: 'slack', url: 'hooks.slack.com/…', to: null, topics: ['rolled_back', 'held'] },
    ...{ services: null, team: null, createdAt: past(600), createdBy: 'admin', waiting: 0, dead: 0 },
    ...over,
  };
}

/** As it is answered to who sets it. */
function setTo(over: Partial<ChannelSetView> = {}): ChannelSetView {
  const { waiting: _, dead: __, ...rest } = channel();
  return { ...rest, secret: null, ...over };
}

const gate = channel({ id: 'gate', name: 'ci gate', kind: 'webhook', url: 'ci.example.com/…', topics: ALL, waiting: 1 });
const mail = channel({ id: 'mail', name: 'mail', kind: 'email', url: null, to: ['a@example.com', 'b@example.com'], dead: 2 });

function delivery(number: number, over: Partial<DeliveryView> = {}): DeliveryView {
  return {
    ...{ id: `app-mwqoqym2-${number}_${ID}`, channel: ID, topic: 'rolled_back', service: 'app', state: 'delivered' },
    ...{ attempts: 1, dueAt: null, lastStatus: 200, lastError: null, createdAt: past(120), endedAt: past(119) },
    ...over,
  };
}

async function control(answers: Record<string, unknown> = {}) {
  const started = await startControl(answers);
  open.push(started);
  const run = (line: string | string[], setting: Setting = {}) =>
    sluice(typeof line === 'string' ? line.split(' ') : line, { url: started.url, ...setting });
  return { ...started, run };
}

const widest = (out: string) => Math.max(...out.split('\n').map(widthOf));
const lines = (out: string) => out.trimEnd().split('\n');

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ stop }) => stop()));
});

describe('channels', () => {
  it('are listed with what they are told of, and what has not arrived', async () => {
    const { run } = await control({
      'GET /channels': { channels: [channel(), gate, { ...mail, team: 'shop', services: ['app'], topics: ALL.slice(2) }] },
    });
    expect(lines((await run('channels')).out)).toEqual([
      'CHANNEL  KIND     TO                            UNSENT',
      'ops      slack    hooks.slack.com/…',
      '  told of rolled_back, held of all services',
      'ci gate  webhook  ci.example.com/…              1 waiting',
      '  told of all events of all services',
      'mail     email    a@example.com, b@example.com  2 dead',
      '  told of all events but release_created, release_started of team shop (app)',
      '',
      'Next  npx sluice channels sent mail --state dead',
    ]);
  });

  it('have no column for what has not arrived when all has', async () => {
    const { run } = await control({ 'GET /channels': { channels: [{ ...gate, waiting: 0 }] } });
    const { out } = await run('channels');
    expect(lines(out)[0]).toBe('CHANNEL  KIND     TO');
    expect(out).toMatch(/\nNext {2}npx sluice channels test 'ci gate'\n$/);
  });

  it('are readable with few columns', async () => {
    const { run } = await control({ 'GET /channels': { channels: [channel(), gate, mail] } });
    const { out } = await run('channels', { columns: 40 });
    expect(widest(out)).toBeLessThanOrEqual(40);
    expect(out).toContain(
      'mail\n  kind email, to a@example.com,\n  b@example.com, unsent 2 dead\n  told of rolled_back, held of all\n',
    );
  });

  it('that are not there are made next', async () => {
    const { run } = await control({ 'GET /channels': { channels: [] } });
    expect((await run('channels')).out).toBe('Nobody is told of events yet.\nNext  npx sluice channels add --help\n');
  });

  it('are printed as the API answers with --json', async () => {
    const answer = { channels: [channel({ name: HOSTILE })] };
    const { run } = await control({ 'GET /channels': answer });
    const { out } = await run('channels --json');
    expect(JSON.parse(out)).toEqual(answer);
    for (const shown of [out, (await run('channels')).out])
      for (const sign of ['\x1b', '\x9b', '\u202e']) expect(shown).not.toContain(sign);
  });
});

describe('channels add', () => {
  it('sends what was said to control, wherever the channel posts to', async () => {
    const { run, calls } = await control({ 'POST /channels': new Status(201, setTo()) });
    const { code, out } = await run(
      `channels add ops --kind slack --url ${URL_OF_OPS} --events rolled-back,held --services app,shop --team shop -m why`,
    );
    expect([code, calls]).toEqual([
      0,
      [
        {
          call: 'POST /channels',
          body: {
            ...{ name: 'ops', kind: 'slack', url: URL_OF_OPS, topics: ['rolled_back', 'held'] },
            ...{ services: ['app', 'shop'], team: 'shop', reason: 'why' },
          },
        },
      ],
    ]);
    expect(out).toBe(
      'Channel ops is made: slack to hooks.slack.com/…; told of rolled_back, held of\nall services.\nNext  npx sluice channels test ops\n',
    );
  });

  it.each<[string, Setting]>([
    ['--url-env OPS_URL', { env: { OPS_URL: `${URL_OF_OPS}\n` } }],
    ['--url -', { input: `${URL_OF_OPS}\n` }],
    ['--url -', { input: `  ${URL_OF_OPS} \r\nmore\n` }],
    ['--url -', { answer: URL_OF_OPS, input: 'what is piped' }],
  ])('takes the URL by %s, so that no shell remembers it (%#)', async (how, setting) => {
    const { run, calls, url } = await control({ 'POST /channels': new Status(201, setTo()) });
    const { code, asked, out, err } = await run(`channels add ops --kind slack ${how}`, {
      ...setting,
      env: { SLUICE_URL: url, ...setting.env },
    });
    expect([code, calls[0]?.body]).toEqual([0, { name: 'ops', kind: 'slack', url: URL_OF_OPS }]);
    expect(asked).toEqual(setting.answer === undefined ? [] : ['URL: ']);
    expect(out + err).not.toContain('s3cret');
  });

  it('takes addresses of e-mail, and "all" for what is not narrowed', async () => {
    const { run, calls } = await control({ 'POST /channels': new Status(201, setTo(mail)) });
    await run('channels add mail --kind email --to a@example.com,b@example.com --services all --events all');
    expect(calls[0]?.body).toEqual({ name: 'mail', kind: 'email', to: ['a@example.com', 'b@example.com'], topics: ALL });
  });

  it('prints the secret of a new webhook whole, once, and not one that was given', async () => {
    const made = setTo({ ...gate, secret: SECRET });
    const { run, calls, url } = await control({ 'POST /channels': new Status(201, made) });
    const { out } = await run(['channels', 'add', 'ci gate', '--kind', 'webhook', '--url', 'https://ci.example.com/x'], {
      columns: 40,
    });
    expect(out.split(SECRET)).toHaveLength(2);
    expect(lines(out)).toContain(SECRET);
    expect(out).toContain('shown only\nnow');
    const env = { SLUICE_URL: url, OWN: SECRET };
    const own = await run('channels add ci --kind webhook --url https://ci.example.com/x --secret-env OWN', { env });
    expect(own.out).not.toContain(SECRET);
    expect(calls[1]?.body).toMatchObject({ secret: SECRET });
    const json = await run('channels add ci --kind webhook --url https://ci.example.com/x --json');
    expect(JSON.parse(json.out)).toEqual(made);
  });

  it.each([
    ['ops --kind slack', 'A channel of slack needs the URL to post to.'],
    ['ops --kind email', 'A channel of e-mail needs addresses.'],
    ['ops --kind teams --url https://x.example', 'Allowed choices are slack, discord, google_chat, webhook, email'],
    ['ops --url https://x.example', "required option '--kind <kind>' not specified"],
    ['ops --kind slack --url-env NOWHERE', 'The variable NOWHERE is not set, or is empty.'],
    ['ops --kind slack --url -', 'No URL came on standard input.'],
    [
      'ops --kind slack --url https://x.example --url-env X',
      "option '--url <url>' cannot be used with option '--url-env <name>'",
    ],
    ['ops --kind email --to a@b.c --url https://x.example', "option '--url <url>' cannot be used with option '--to <list>'"],
    ['ops --kind slack --url https://x.example --events nope', 'There is no event nope. Events: release_created, '],
    ['ops --kind slack --url https://x.example --events held,held', 'It must name each once.'],
    ['--kind slack --url https://x.example', "missing required argument 'name'"],
  ])('"%s" exits 2, says why and changes nothing', async (line, text) => {
    const { run, calls } = await control();
    const { code, err } = await run(`channels add ${line}`);
    expect(err).toContain(text);
    expect([code, calls]).toEqual([2, []]);
  });
});

describe('channels set', () => {
  const before = channel({ team: 'shop', services: ['app'] });
  const answers = { 'GET /channels/ops': before, [`PUT /channels/${ID}`]: setTo() };
  const whole = { name: 'ops', topics: ['rolled_back', 'held'], services: ['app'], team: 'shop' };

  it.each([
    ['--events alert -m why', { topics: ['alert'], reason: 'why' }],
    ['--events all', { topics: ALL }],
    ['--name ops2', { name: 'ops2' }],
    ['--services all', { services: null }],
    ['--services shop', { services: ['shop'] }],
    ['--team other', { team: 'other' }],
    ['--no-team', { team: null }],
    [`--url ${URL_OF_OPS}`, { url: URL_OF_OPS }],
    ['--to a@example.com', { to: ['a@example.com'] }],
  ])('%s changes that, and nothing else', async (line, changed) => {
    const { run, changes } = await control(answers);
    const { code, out } = await run(`channels set ops ${line}`);
    expect(changes()).toEqual([{ call: `PUT /channels/${ID}`, body: { ...whole, ...changed } }]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Channel ops is changed: slack to hooks\.slack\.com\/…; told of/)]);
  });

  it.each(['', '--token t', '--json', '-m why'])('with "%s" exits 2: nothing is said to change', async (line) => {
    const { run, calls } = await control(answers);
    const { code, err } = await run(`channels set ops ${line}`.trim());
    expect([code, calls]).toEqual([2, []]);
    expect(err).toBe('Say what to change.\nNext  npx sluice channels set ops --events rolled_back,held\n');
  });
});

describe('channels remove', () => {
  const answers = { 'GET /channels/ci%20gate': gate, 'DELETE /channels/ci%20gate': setTo(gate) };

  it('asks first, and says what is lost', async () => {
    const { run, changes } = await control(answers);
    const no = await run(['channels', 'remove', 'ci gate'], { answer: 'n' });
    expect([no.code, no.asked, changes()]).toEqual([
      1,
      ['Remove channel ci gate (webhook to ci.example.com/…)? 1 message that waits will not be sent. [y/N] '],
      [],
    ]);
    const yes = await run(['channels', 'remove', 'ci gate', '-m', 'why'], { answer: 'y' });
    expect(yes.out).toBe('Channel ci gate is removed, with what was still to be sent to it.\nNext  npx sluice channels\n');
    expect(changes()).toEqual([{ call: 'DELETE /channels/ci%20gate', body: { reason: 'why' } }]);
    expect((await run(['channels', 'remove', 'ci gate', '--yes'], { answer: 'n' })).asked).toEqual([]);
  });
});

describe('channels test', () => {
  it.each([
    [{ ok: true, status: 204, error: null }, 'Channel ops took the message, and answered 204.'],
    [{ ok: true, status: null, error: null }, 'Channel ops took the message.'],
  ])('says that it was taken (%#)', async (answer, text) => {
    const { run, changes } = await control({ 'POST /channels/ops/test': answer });
    expect(await run('channels test ops -m why')).toMatchObject({
      code: 0,
      out: `${text}\nNext  npx sluice channels\n`,
      err: '',
    });
    expect(changes()[0]?.body).toEqual({ reason: 'why' });
  });

  it.each([
    [302, 'answered with a redirect, which is not followed', 'answered with a redirect, which is not followed (302).'],
    [500, 'answered with 500', 'answered with 500.'],
    [null, 'gave no answer within 10 s', 'gave no answer within 10 s.'],
    [null, 'The URL must start with https://.', 'The URL must start with https://.'],
  ])('exits 1 and says what came instead: %s %s', async (status, error, text) => {
    const answer = { ok: false, status, error };
    const { run } = await control({ 'POST /channels/ops/test': answer });
    const { code, out, err } = await run('channels test ops');
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(`Channel ops did not take the message: ${text}\nNext  npx sluice channels set ops --help\n`);
    const json = await run('channels test ops --json');
    expect([json.code, JSON.parse(json.out)]).toEqual([1, answer]);
  });
});

describe('channels sent', () => {
  const sent = [
    delivery(19, { topic: 'held', state: 'waiting', attempts: 0, dueAt: past(0), lastStatus: null, createdAt: past(1) }),
    delivery(18, { state: 'waiting', attempts: 2, dueAt: past(-25), lastStatus: null, lastError: 'could not be reached' }),
    delivery(17, { state: 'dead', attempts: 8, lastStatus: 500, lastError: 'answered with 500', createdAt: past(86_400) }),
    delivery(16, { topic: 'awaiting_approval', attempts: 3, createdAt: past(90_000) }),
    delivery(15, { createdAt: past(90_001) }),
  ];
  const answers = { 'GET /channels/ops/deliveries': { deliveries: sent } };

  it('shows each message, what it was answered and what comes next', async () => {
    const { run, calls } = await control(answers);
    expect(lines((await run('channels sent ops')).out)).toEqual([
      'WHEN       EVENT              SERVICE  STATE      MESSAGE',
      'just now   held               app      waiting    app-mwqoqym2-19',
      '2 min ago  rolled_back        app      waiting    app-mwqoqym2-18',
      '  could not be reached; tried again in 25 s',
      '1 d ago    rolled_back        app      dead       app-mwqoqym2-17',
      '  answered with 500; given up after 8 attempts',
      '1 d ago    awaiting_approval  app      delivered  app-mwqoqym2-16',
      '  after 3 attempts',
      '1 d ago    rolled_back        app      delivered  app-mwqoqym2-15',
      '',
      'Next  npx sluice channels resend ops app-mwqoqym2-17',
    ]);
    await run('channels sent ops --state dead --limit 7');
    expect(calls.map(({ call }) => call)).toEqual([
      'GET /channels/ops/deliveries?limit=20',
      'GET /channels/ops/deliveries?limit=7&state=dead',
    ]);
    expect(JSON.parse((await run('channels sent ops --json')).out)).toEqual({ deliveries: sent });
  });

  it('is readable with few columns', async () => {
    const { run } = await control(answers);
    const { out } = await run('channels sent ops', { columns: 40 });
    expect(widest(out)).toBeLessThanOrEqual(40);
    expect(out).toContain(
      '  event rolled_back, service app, state\n  dead, message app-mwqoqym2-17\n  answered with 500; given up after 8\n',
    );
  });

  it('never cuts a message, which is there to be copied', async () => {
    const service = 'a-service-of-a-very-long-name';
    const long = delivery(17, { id: `${service}-mwqoqym2-17_${ID}`, service });
    const { run } = await control({ 'GET /channels/ops/deliveries': { deliveries: [long] } });
    const { out } = await run('channels sent ops');
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect(out).toContain(`${service}-mwqoqym2-17`);
  });

  it.each([
    ['ops', 'Nothing was sent to ops yet.'],
    ['ops --state dead', 'No message to ops is dead.'],
  ])('says when there is none (%s)', async (line, text) => {
    const { run } = await control({ 'GET /channels/ops/deliveries': { deliveries: [] } });
    expect((await run(`channels sent ${line}`)).out).toBe(`${text}\nNext  npx sluice channels test ops\n`);
  });
});

describe('channels resend', () => {
  it.each(['app-mwqoqym2-17', `app-mwqoqym2-17_${ID}`])('sends %s again', async (message) => {
    const again = delivery(17, { state: 'waiting', attempts: 0, dueAt: past(0) });
    const { run, changes } = await control({
      'GET /channels/ops': channel(),
      [`POST /channels/${ID}/deliveries/app-mwqoqym2-17_${ID}/redeliver`]: again,
    });
    expect((await run(`channels resend ops ${message} -m why`)).out).toBe(
      'Message app-mwqoqym2-17 (rolled_back of app) is sent again.\nNext  npx sluice channels sent ops\n',
    );
    expect(changes().map(({ body }) => body)).toEqual([{ reason: 'why' }]);
    expect(JSON.parse((await run(`channels resend ops ${message} --json`)).out)).toEqual(again);
  });

  it('names a message that there is not as it was typed', async () => {
    const path = `POST /channels/${ID}/deliveries/nosuch_${ID}/redeliver`;
    const { run } = await control({ 'GET /channels/ops': channel(), [path]: problem(404, 'unknown-delivery') });
    expect(await run('channels resend ops nosuch')).toMatchObject({
      code: 1,
      err: 'There is no message "nosuch" to ops.\nNext  npx sluice channels sent ops\n',
    });
  });
});

describe('refusals', () => {
  it.each<[string, string, object, string[]]>([
    ['GET /channels/ops', 'unknown-channel', {}, ['sluice channels']],
    ['GET /channels/ops', 'channel-off', {}, ['sluice channels', 'sluice channels add --help']],
    [
      'GET /channels/ops',
      'channel-in-use',
      { plan: 'mine' },
      ['sluice plans show mine', 'Set it without that hook: "sluice plans set".'],
    ],
    ['GET /channels/ops', 'unknown-delivery', {}, ['sluice channels sent <name>']],
    ['GET /channels/ops', 'not-dead', {}, ['sluice channels sent <name> --state dead']],
    ['GET /channels/ops', 'hook-off', {}, ['sluice channels', 'sluice channels add <name> --kind webhook --url https://…']],
  ])('%s: %s come with what to try', async (call, reason, more, steps) => {
    const { run } = await control({ [call]: problem(409, reason, more) });
    // A service has no part in it.
    const { code, err } = await run('channels resend ops app-1 --service app');
    const told = steps.map((step, i) => `${i === 0 ? 'Next  ' : '      '}${typed(step)}\n`).join('');
    expect([code, err]).toEqual([1, `Refused: ${reason}.\n${told}`]);
  });
});

describe('options of all verbs', () => {
  it.each([
    ['--url CONTROL channels add ops --kind slack --url https://x.example/y'],
    ['channels --url CONTROL add ops --kind slack --url https://x.example/y'],
    ['channels --url=CONTROL --token t add ops --url https://x.example/y --kind slack'],
  ])('go before a verb that has one of that name: %s', async (line) => {
    const { run, calls, url } = await control({ 'POST /channels': new Status(201, setTo()) });
    const env = { SLUICE_URL: 'http://127.0.0.1:9' };
    expect((await run(line.replace('CONTROL', url), { env })).code).toBe(0);
    expect(calls[0]?.body).toMatchObject({ url: 'https://x.example/y' });
  });

  it.each(['channels sent ops --url CONTROL', 'channels --url CONTROL sent ops', '--url CONTROL channels sent ops'])(
    'go anywhere else: %s',
    async (line) => {
      const { run, calls, url } = await control({ 'GET /channels/ops/deliveries': { deliveries: [] } });
      expect((await run(line.replace('CONTROL', url), { env: { SLUICE_URL: 'http://127.0.0.1:9' } })).code).toBe(0);
      expect(calls).toHaveLength(1);
    },
  );

  it.each([
    ['channels add --help', false],
    ['channels sent --help', true],
  ])('are in the help unless the verb has its own: %s', async (line, has) => {
    const { out } = await sluice(line.split(' '));
    expect(out.slice(out.indexOf('Global Options:')).includes('--url <url>')).toBe(has);
    expect(out.match(/--json/g)).toHaveLength(1);
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect((await sluice([...line.split(' ').slice(0, -1), '--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
