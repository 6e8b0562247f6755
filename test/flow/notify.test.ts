// Who is told, and who is asked: channels and hooks of the local run, posted to receivers on this machine.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sluice as run } from '../scripts/cli-fake.ts';
import { type Got, type Inbox, startInboxes } from './inboxes.ts';
import { bearer, type Dev, fault, killAll, ROOT, started, underLoad } from './local.ts';

const APP = '/services/app';
const SOON = { timeout: 10_000, interval: 20 };
/** A stage that does not end by itself meanwhile. */
const HALF = [{ weight: 50, soakSeconds: 600 }];

interface Hook extends Inbox {
  readonly id: string;
  readonly whsec: string;
}

let dev: Dev;
let inboxes: Awaited<ReturnType<typeof startInboxes>>;
let all: Hook;
let flaky: Hook;
let hangs: Hook;
let gone: Hook;
let slack: Hook;
/** Every answer of the API and every word of the CLI, but for what says a secret once. */
const said: string[] = [];
/** What may stand in none of them. */
const secrets: string[] = [];

beforeAll(async () => {
  [dev, inboxes] = await Promise.all([started({}, [process.execPath, 'scripts/dev.ts']), startInboxes()]);
  all = await channel('all', 'webhook', inboxes.inbox(200));
  flaky = await channel('flaky', 'webhook', inboxes.inbox(500, 204), ['release_created']);
  hangs = await channel('hangs', 'webhook', inboxes.inbox('hang'));
  gone = await channel('gone', 'webhook', inboxes.inbox(410), ['split_set']);
  slack = await channel('slack', 'slack', inboxes.inbox(200));
});
afterAll(async () => {
  killAll();
  await inboxes.stop();
});

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${dev.control}/v1${path}`, { method, headers: bearer, body: body ? JSON.stringify(body) : null });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for
  return { status: response.status, text, body: JSON.parse(text) as any };
}

/** An answer that tells no secret. */
async function api(method: string, path: string, body?: object) {
  const answer = await call(method, path, body);
  said.push(answer.text);
  return answer;
}

async function channel(name: string, kind: string, inbox: Inbox, topics?: readonly string[]): Promise<Hook> {
  const { status, body } = await call('POST', '/channels', { name, kind, url: inbox.url, topics });
  expect([status, body.secret === null]).toEqual([201, kind !== 'webhook']);
  const whsec: string = body.secret ?? '';
  secrets.push(inbox.secret, ...(whsec === '' ? [] : [whsec.slice('whsec_'.length)]));
  return { ...inbox, id: body.id, whsec };
}

/** Runs `sluice …`; what it prints counts as said. */
async function sluice(...argv: string[]) {
  const { code, out, err } = await run(argv, { url: dev.control, now: Date.now() });
  said.push(out + err);
  return { code, out: out + err };
}

/** The same as a process of its own, with a text on its standard input. */
async function piped(input: string, ...argv: string[]) {
  const ended = await new Promise<{ code: number; out: string }>((resolve) => {
    const env = { ...process.env, SLUICE_URL: dev.control, SLUICE_TOKEN: 'sluice-dev' };
    const args = [join(ROOT, 'scripts/cli/bin.ts'), ...argv];
    const child = execFile(process.execPath, args, { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, out: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
  said.push(ended.out);
  return ended;
}

async function released(body: object): Promise<number> {
  const { status, body: release } = await api('POST', `${APP}/releases`, body);
  expect(status, JSON.stringify(release)).toBe(201);
  return release.id;
}

const service = async () => (await api('GET', APP)).body;
const weightOfGreen = async () => (await service()).split.weights.green;
const typesOf = (got: readonly Got[]) => got.map(({ body }) => JSON.parse(body).type);
const idsOf = (got: readonly Got[]) => got.map(({ headers }) => headers['webhook-id']);

/** What a letter says, if it is signed with this secret, and was just now. */
function verified({ body, headers }: Got, { whsec }: Hook) {
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for
  return new Webhook(whsec).verify(body, headers as Record<string, string>) as any;
}

describe('an event', () => {
  it('arrives once at each channel that wants it, in order and signed', async () => {
    const id = await released({ stages: HALF, name: 'checkout' });
    await api('POST', `${APP}/releases/${id}/start`);
    await api('POST', `${APP}/releases/${id}/abort`, { reason: 'by hand' });
    await api('PUT', `${APP}/split`, { weights: { green: 10 } });
    const types = ['release_created', 'release_started', 'aborted', 'split_set'];
    await vi.waitFor(() => expect(typesOf(all.got)).toEqual(types), SOON);
    const events = all.got.map((letter) => verified(letter, all));
    expect(events[2].data).toMatchObject({ service: 'app', actor: 'admin', why: 'by hand', release: { id, state: 'aborted' } });
    expect(events[3].data.weights).toEqual({ blue: 90, green: 10 });
    expect(() =>
      new Webhook(flaky.whsec).verify(all.got[0]?.body ?? '', all.got[0]?.headers as Record<string, string>),
    ).toThrow();

    await vi.waitFor(() => expect(slack.got).toHaveLength(types.length), SOON);
    const [first] = slack.got;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ text: expect.stringMatching(/^app: release created \(release \d+\)/) });
    expect(first?.headers['webhook-signature']).toBeUndefined();
    await vi.waitFor(() => expect(typesOf(gone.got)).toEqual(['split_set']), SOON);
    await api('PUT', `${APP}/split`, { weights: { green: 0 } });
  });
});

describe('a receiver that hangs', () => {
  it('delays no rollback, nor what others are told of it', async () => {
    await released({ stages: HALF, autoStart: true });
    const hanging = () => vi.waitFor(() => expect(hangs.got.filter(({ waits }) => waits)).toHaveLength(1), SOON);
    let began = 0;
    let moved = 0;
    const failing = async () => {
      const watched = async () => (await api('GET', `${APP}/health`)).body.watches[0]?.requests ?? 0;
      await vi.waitFor(async () => expect(await watched()).toBeGreaterThan(40), SOON);
      await hanging();
      await fault(dev, 'green', { errorRate: 1 });
      began = Date.now();
      await vi.waitFor(async () => expect(await weightOfGreen()).toBe(0), { ...SOON, timeout: 20_000 });
      moved = Date.now();
      await hanging();
    };
    await underLoad(dev, 60, failing());
    await vi.waitFor(() => expect(typesOf(all.got)).toContain('rolled_back'), SOON);
    const toldAfterMs = Date.now() - moved;
    console.log(
      `rolled back ${moved - began} ms after the failing began, told ${toldAfterMs} ms later, past a receiver that hangs`,
    );
    // Less than it hangs.
    expect(moved - began).toBeLessThan(8_000);
    expect(toldAfterMs).toBeLessThan(3_000);
    const letter = all.got.find((one) => typesOf([one])[0] === 'rolled_back');
    const { data } = verified(letter as Got, all);
    expect(data).toMatchObject({ actor: 'sluice', weights: { blue: 100, green: 0 }, release: { state: 'rolled_back' } });
    expect(data.why).toMatch(/requests on green failed/);
    expect(data.figures.green.errors).toBeGreaterThanOrEqual(5);
    await fault(dev, 'green', null);
  });
});

describe('a hook', () => {
  it('holds a release until it lets it pass, which status shows, and is asked again by itself', async () => {
    const gate = await channel('ci-gate', 'webhook', inboxes.inbox(503, 200), ['alert']);
    await api('POST', `${APP}/deployments`, { slot: 'green', versionId: 'v-2' });
    const set = await sluice('plans', 'set', 'gated', '--stages', '100:0:0', '--bake', '0', '--hook', 'before-promote=ci-gate');
    expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/Asks before completion +ci-gate\n/) });
    expect((await sluice('channels', 'remove', 'ci-gate')).out).toMatch(/^The plan gated asks ci-gate\./);
    const { out } = await sluice('release', 'start', '--plan', 'gated');
    const id = Number(/^Release (\d+)/.exec(out)?.[1]);
    await vi.waitFor(async () => expect((await api('GET', `${APP}/releases/${id}`)).body.state).toBe('held'), SOON);
    const status = (await sluice('status')).out;
    expect(status).toMatch(new RegExp(`Release ${id} is held`));
    expect(status).toMatch(/Hooks +asks ci-gate before completion, again in [1-5] s\n/);
    expect(status).toMatch(/Why +Hook ci-gate before completion answered 503\. Asked again at/);
    expect(await service()).toMatchObject({ active: 'blue' });
    const ended = async () => expect((await api('GET', `${APP}/releases/${id}`)).body.state).toBe('completed');
    await vi.waitFor(ended, { ...SOON, interval: 100 });
    expect(await service()).toMatchObject({ active: 'green', split: { weights: { green: 100 } } });
    const [first, second, ...more] = gate.got;
    expect([more, second?.body, second && idsOf([second])]).toEqual([[], first?.body, first && idsOf([first])]);
    for (const letter of gate.got)
      expect(verified(letter, gate)).toMatchObject({ type: 'hook.before-promote', data: { release: { id } } });
    await vi.waitFor(() => expect(typesOf(all.got).slice(-2)).toEqual(['held', 'completed']), SOON);
  });
});

describe('a receiver that failed', () => {
  it('gets the same again, signed anew', async () => {
    await vi.waitFor(() => expect(flaky.got.length).toBeGreaterThanOrEqual(2), { ...SOON, timeout: 15_000 });
    const again = flaky.got.filter(({ headers }) => headers['webhook-id'] === idsOf(flaky.got)[0]);
    const [first, second, ...more] = again;
    expect([more, second?.body]).toEqual([[], first?.body]);
    for (const letter of again) expect(verified(letter, flaky).type).toBe('release_created');
    const [begun, repeated] = again.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect((repeated ?? 0) - (begun ?? 0)).toBeGreaterThanOrEqual(4);
  });
});

describe('a test of a channel', () => {
  it('says that a redirect is not followed', async () => {
    const inside = inboxes.inbox(200);
    const redirects = inboxes.inbox({ redirect: inside.url });
    secrets.push(inside.secret, redirects.secret);
    const added = await piped(`${redirects.url}\n`, 'channels', 'add', 'moved', '--kind', 'discord', '--url', '-');
    expect(added).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Channel moved is made: discord to 127\.0\.0\.1:\d+\/…/),
    });
    expect(await sluice('channels', 'test', 'moved')).toMatchObject({
      code: 1,
      out: expect.stringContaining('did not take the message: answered with a redirect, which is not followed (302).'),
    });
    expect([redirects.got.length, inside.got.length]).toEqual([1, 0]);
    expect(await sluice('channels', 'test', 'slack')).toMatchObject({ code: 0 });
  });
});

describe('channels', () => {
  it('got each event once, whatever happened meanwhile', async () => {
    await vi.waitFor(async () => {
      const { deliveries } = (await api('GET', `/channels/all/deliveries?limit=200`)).body;
      expect(deliveries.map(({ state, attempts }: { state: string; attempts: number }) => [state, attempts])).toEqual(
        all.got.map(() => ['delivered', 1]),
      );
    }, SOON);
    expect(new Set(idsOf(all.got)).size).toBe(all.got.length);
    expect(all.got.length).toBeGreaterThan(8);
    for (const letter of all.got) verified(letter, all);
    const { out } = await sluice('channels');
    expect(out).toMatch(/gone +webhook .* 2 dead\n/);
    expect(out).toMatch(/hangs +webhook .* \d+ waiting\n/);
    expect((await sluice('channels', 'sent', 'gone', '--state', 'dead')).out).toMatch(
      /answered with 410; given up after 1 attempt\n/,
    );
  });

  it('tell no secret: not in an answer, the audit or a log', async () => {
    const { status } = await api('PUT', '/channels/all', {
      name: 'all',
      url: `https://10.0.0.1/${all.secret}`,
      secret: all.secret,
    });
    expect(status).toBe(422);
    await api('POST', '/channels', { name: 'x', kind: 'nothing', url: all.url, secret: all.whsec });
    await api('PUT', '/channels/slack', { name: 'chat', url: `${slack.url}?${all.secret}` });
    for (const one of ['', '/all', '/hangs/deliveries', '/gone/deliveries']) await api('GET', `/channels${one}`);
    for (const path of ['/plans/gated', `${APP}/releases`, '/audit?limit=1000']) await api('GET', path);
    await sluice('audit', '--limit', '200');
    const log = readFileSync(join(dev.state, 'control.log'), 'utf8');
    expect(log).toContain('a message to a channel was given up');
    const everything = [...said, log, readFileSync(join(dev.state, 'router.log'), 'utf8'), dev.output()];
    for (const text of ['Channel ci-gate made.', 'Channel chat changed: another URL.', new URL(slack.url).host])
      expect(everything.join('\n')).toContain(text);
    expect(secrets).toHaveLength(13);
    const leaks = everything.filter((text) => secrets.some((secret) => text.includes(secret)));
    expect(leaks.map((text) => text.slice(0, 500))).toEqual([]);
  });
});
