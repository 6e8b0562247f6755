// Channels over the registry's own calls: what is taken, what is kept, and that no secret comes back out.
import { reset, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShownChannel } from '../../control/core/channel.ts';
import type { AskedChannel } from '../../control/notify/channel.ts';
import { mail } from '../../control/notify/mail.ts';
import { announced, asked, by, made, registry, registryStub } from './announce.ts';
import { call } from './api.ts';
import { inbox } from './inbox.ts';

const SLACK: AskedChannel = { ...asked('ops'), kind: 'slack', url: 'https://hooks.slack.com/services/s3cret' };

/** A channel as the audit notes it. */
const itemOf = ({ kind: of, createdAt: _, createdBy: __, ...rest }: ShownChannel) => ({ kind: 'channel', of, ...rest });

beforeEach(() => reset());
afterEach(() => vi.restoreAllMocks());

describe('a channel', () => {
  it('is made, and shown and noted without its secrets', async () => {
    const { channel, secret } = await made(SLACK);
    expect(channel).toMatchObject({ name: 'ops', kind: 'slack', url: 'hooks.slack.com/…', createdBy: 'ada', team: null });
    expect(secret).toBeNull();
    expect(await registry().channels()).toEqual([channel]);
    expect(await registry().channel({ id: channel.id })).toEqual(channel);
    const [entry] = await registry().audit({ limit: 1 });
    expect(entry).toMatchObject({ ...by, action: 'channel_set', what: 'Channel ops made.', service: null, before: null });
    expect(entry?.after).toEqual(itemOf(channel));
  });

  it('of a webhook gets a secret, which is shown once', async () => {
    const { channel, secret } = await made(asked('hook'));
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await made({ ...asked('hook'), id: channel.id, url: null });
    expect(again.secret).toBeNull();
    const own = `whsec_${btoa('k'.repeat(32))}`;
    expect((await made({ ...asked('hook'), id: channel.id, secret: own })).secret).toBe(own);
  });

  it('keeps its URL, its secret and its beginning when it is changed', async () => {
    const { name, got } = await inbox();
    const url = `https://hooks.example.com/${name}`;
    const first = await made({ ...asked('hook'), url });
    const { channel } = await made(
      { ...asked('hook 2'), id: first.channel.id, url: null, topics: ['alert'] },
      { ...by, actor: 'ben' },
    );
    expect(channel).toEqual({ ...first.channel, name: 'hook 2', topics: ['alert'] });
    const [entry] = await registry().audit({ limit: 1 });
    expect(entry).toMatchObject({
      what: 'Channel hook 2 changed.',
      actor: 'ben',
      before: itemOf(first.channel),
      after: itemOf(channel),
    });
    expect(await registry().test({ id: channel.id, by })).toEqual({ ok: true, status: 200, error: null });
    expect((await got()).map((request) => request.url)).toEqual([url]);
  });

  it.each<[Partial<AskedChannel>, string]>([
    [{ topics: ['alert'] }, 'Channel hook changed.'],
    [{ url: 'https://hooks.example.com/in' }, 'Channel hook changed.'],
    [{ url: 'https://hooks.example.com/out' }, 'Channel hook changed: another URL.'],
    [
      { url: 'https://hooks.example.com/out', secret: `whsec_${btoa('k'.repeat(32))}` },
      'Channel hook changed: another URL, another secret.',
    ],
  ])('has the audit say what of it nobody is shown is another (%#)', async (change, what) => {
    const { channel } = await made(asked('hook'));
    await made({ ...asked('hook'), id: channel.id, url: null, ...change });
    expect((await registry().audit({ limit: 1 }))[0]).toMatchObject({ action: 'channel_set', what });
  });

  it.each<[string, Partial<AskedChannel>, string]>([
    ['of a kind it was not', { kind: 'webhook', url: 'https://hooks.example.com/' }, 'kind'],
    ['with the name of another', { name: 'other' }, 'name'],
    ['with a private URL', { url: 'https://10.0.0.1/s3cret' }, 'url'],
    ['of a team that is not there', { team: 'ghosts' }, 'team'],
    ['of a service that is not there', { services: ['ghost'] }, 'services'],
  ])('is not changed into one %s', async (_, change, path) => {
    await made(asked('other'));
    const { channel } = await made(SLACK);
    const refused = await registry().putChannel({ channel: { ...SLACK, id: channel.id, ...change }, by });
    expect(refused).toMatchObject({ ok: false, reason: 'invalid-channel', mistakes: [{ path }] });
    expect(await registry().channel({ id: channel.id })).toEqual(channel);
    expect(await registry().audit({ limit: 9 })).toHaveLength(2);
  });

  it('stays with its team unless it is said otherwise', async () => {
    for (const team of ['web', 'ops']) await call('PUT', `/v1/teams/${team}`, { services: [] });
    const { id } = (await made({ ...asked('of-web'), team: 'web' })).channel;
    const put = async (more: object) => (await call('PUT', `/v1/channels/${id}`, { name: 'of-web', ...more })).body.team;
    expect([await put({}), await put({ team: 'ops' }), await put({}), await put({ team: null })]).toEqual([
      'web',
      'ops',
      'ops',
      null,
    ]);
  });

  it('that is not there cannot be changed', async () => {
    const refused = await registry().putChannel({ channel: { ...SLACK, id: 'nobody' }, by });
    expect(refused).toEqual({ ok: false, reason: 'unknown-channel' });
  });

  it('is one of 50 at most', async () => {
    for (let i = 0; i < 50; i++) await made(asked(`c${i}`));
    const refused = await registry().putChannel({ channel: asked('one more'), by });
    expect(refused).toMatchObject({ ok: false, mistakes: [{ path: 'name', message: expect.stringContaining('50') }] });
  });

  it('of e-mail needs the binding, and says so', async () => {
    const refused = await registry().putChannel({
      channel: { ...asked('mail'), kind: 'email', url: null, to: ['a@example.com'] },
      by,
    });
    expect(refused).toMatchObject({ ok: false, mistakes: [{ path: 'kind', message: expect.stringContaining('EMAIL') }] });
  });

  it('is deleted, once and again', async () => {
    const { channel } = await made(SLACK);
    expect(await registry().deleteChannel({ id: channel.id, by })).toEqual({ ok: true });
    expect(await registry().deleteChannel({ id: channel.id, by })).toEqual({ ok: true });
    expect(await registry().channel({ id: channel.id })).toBeNull();
    const entries = await registry().audit({ limit: 9 });
    expect(entries.map(({ action }) => action)).toEqual(['channel_deleted', 'channel_set']);
    expect(entries[0]).toMatchObject({ before: itemOf(channel), after: null });
  });
});

describe('a test', () => {
  it('sends one message now, under an id of its own', async () => {
    const { name, got } = await inbox({ status: 500 }, { status: 204 });
    const { channel } = await made({ ...asked('hook'), url: `https://hooks.example.com/${name}` });
    expect(await registry().test({ id: channel.id, by })).toEqual({ ok: false, status: 500, error: 'answered with 500' });
    expect(await registry().test({ id: channel.id, by })).toEqual({ ok: true, status: 204, error: null });
    const ids = (await got()).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(2);
    expect(JSON.parse((await got())[1]?.body ?? '')).toMatchObject({ type: 'test', data: { actor: 'ada' } });
    expect(await registry().deliveries({ channel: channel.id, limit: 9 })).toEqual([]);
    expect((await registry().audit({ limit: 1 }))[0]).toMatchObject({
      ...by,
      action: 'channel_tested',
      what: 'Channel hook tested.',
    });
  });

  it('of a channel that is not there is refused', async () => {
    expect(await registry().test({ id: 'nobody', by })).toEqual({ ok: false, reason: 'unknown-channel' });
  });
});

describe('e-mail', () => {
  const body = JSON.stringify({ subject: '[sluice] Test', text: 'It arrives.\n' });
  const letter = { to: ['a@example.com', 'b@example.com'], body };
  const from = 'sluice@example.com';
  const sender = (send: (mail: unknown) => Promise<unknown>) => ({ EMAIL: { send } as unknown as SendEmail, EMAIL_FROM: from });

  it('is taken by the binding', async () => {
    const sent: unknown[] = [];
    const EMAIL = sender(async (mail) => sent.push(mail));
    expect(await mail(EMAIL, letter)).toEqual({ ok: true, status: null });
    expect(sent).toEqual([
      { from: { name: 'Sluice', email: from }, to: letter.to, subject: '[sluice] Test', text: 'It arrives.\n' },
    ]);
  });

  it.each([
    [
      'a code of the platform',
      Object.assign(new Error('a@example.com'), { code: 'E_SENDER_NOT_VERIFIED' }),
      'the e-mail was refused: E_SENDER_NOT_VERIFIED',
    ],
    ['anything else', new Error('a@example.com'), 'the e-mail was refused'],
  ])('that fails with %s says no more than that', async (_, thrown, error) => {
    const failed = await mail(
      sender(() => Promise.reject(thrown)),
      letter,
    );
    expect(failed).toEqual({ ok: false, status: null, error, retryAfterSeconds: null });
  });

  it('is waited for so long and no longer', async () => {
    const failed = await mail(
      sender(() => new Promise(() => {})),
      letter,
      50,
    );
    expect(failed).toMatchObject({ ok: false, error: 'gave no answer within 0.05 s' });
  });

  it('without a binding says what to bind', async () => {
    expect(await mail({}, letter)).toMatchObject({ ok: false, error: expect.stringContaining('bind send_email as EMAIL') });
  });
});

it('the API lists channels with how much has not arrived', async () => {
  const { name } = await inbox({ status: 410 });
  await made({ ...asked('gone'), url: `https://hooks.example.com/${name}` });
  await made(SLACK);
  await registry().announce({ announcement: announced('app.1.1') });
  await vi.waitFor(async () => expect((await registry().unsent())[0]?.dead).toBe(1));
  const { channels } = (await call('GET', '/v1/channels')).body;
  expect(channels).toMatchObject([
    { name: 'gone', waiting: 0, dead: 1 },
    { name: 'ops', waiting: 0 },
  ]);
  expect((await call('GET', '/v1/channels/gone')).body).toEqual(channels[0]);
  expect((await call('GET', '/v1/channels/nobody')).body.type).toBe('/problems/unknown-channel');
});

it('shows, notes and logs no secret, whatever happens', async () => {
  const logged = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}));
  const { name } = await inbox({ status: 410, body: 's3cret' });
  const { channel, secret } = await made({ ...asked('hook'), url: `https://hooks.example.com/${name}/s3cret` });
  const said: unknown[] = [channel];
  said.push(await registry().test({ id: channel.id, by }));
  await registry().announce({ announcement: announced('app.1.1') });
  await vi.waitFor(async () => expect((await registry().deliveries({ channel: null, limit: 9 }))[0]?.state).toBe('dead'), {
    timeout: 8_000,
  });
  said.push(
    await registry().putChannel({
      channel: { ...asked('hook'), id: channel.id, url: 'https://10.0.0.1/s3cret', secret: 's3cret' },
      by,
    }),
  );
  said.push(
    await registry().redeliver({ id: `app.1.1_${channel.id}`, by }),
    await registry().deliveries({ channel: null, limit: 9 }),
  );
  await registry().deleteChannel({ id: channel.id, by });
  said.push(await registry().channels(), await registry().audit({ limit: 99 }), ...logged.flatMap((spy) => spy.mock.calls));
  expect(said.flat().length).toBeGreaterThan(8);
  expect(JSON.stringify(said)).toContain('was given up');
  expect(JSON.stringify(said)).not.toContain('s3cret');
  expect(JSON.stringify(said)).not.toContain(secret?.slice('whsec_'.length) ?? 'none');
  const bodies = await runInDurableObject(registryStub(), (_, { storage }) =>
    storage.sql.exec('SELECT entry FROM audit').toArray(),
  );
  expect(JSON.stringify(bodies)).not.toContain('s3cret');
});
