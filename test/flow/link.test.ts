import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERRIDE_SECRET, OVERRIDE_SECRET_PREVIOUS, type Stack, startStack } from './stack.ts';

// A link of `sluice preview` as a browser follows it, at the real router, under the policy that what is deployed has.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ signed: true });
});
afterAll(() => stack.close());

const GONE = 'sluice_slot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax';

async function queryFor(slot: string, forSeconds = 60): Promise<string> {
  const { status, body } = await stack.api('POST', '/services/app/preview', { slot, forSeconds });
  expect([status, body.link]).toEqual([200, null]);
  return body.query;
}

/** What the API would have signed. */
function keptFor(expires: number, secret = OVERRIDE_SECRET, service = 'app', slot = 'green'): string {
  const mac = createHmac('sha256', secret).update(`sluice-override\n${service}\n${slot}\n${expires}`);
  return `${service}.${slot}.${expires}.${mac.digest('base64url')}`;
}

/** A browser without a wish to follow redirects: what it got, and what its jar holds of our cookie. */
async function load(path: string, cookie = '', init: RequestInit = {}) {
  const headers: HeadersInit = cookie === '' ? {} : { cookie };
  const response = await fetch(stack.base + path, { redirect: 'manual', headers, ...init });
  const body = await response.text();
  const set = response.headers.getSetCookie();
  return {
    status: response.status,
    location: response.headers.get('location'),
    caching: response.headers.get('cache-control'),
    slot: response.headers.get('x-slot'),
    reason: response.headers.get('x-slot-reason'),
    set,
    jar: set.find((one) => one.startsWith('sluice_slot='))?.split(';')[0] ?? '',
    text: body,
    body: body.startsWith('{') ? JSON.parse(body) : undefined,
  };
}

/** One request as its bytes stand here: `fetch` would write the URL anew. */
async function send(target: Buffer | string, headers: readonly string[] = []): Promise<string> {
  const { hostname, port, host } = new URL(stack.base);
  const lines = [` HTTP/1.1`, `Host: ${host}`, ...headers, 'Connection: close', '', ''];
  const socket = connect(Number(port), hostname);
  socket.end(Buffer.concat([Buffer.from('GET '), Buffer.from(target), Buffer.from(lines.join('\r\n'))]));
  return text(socket);
}

describe('a link', () => {
  it('leads to the clean URL, from where on the cookie keeps the browser on the slot, at 0 %', async () => {
    const query = await queryFor('green');
    const first = await load(`/shop?a=1&${query}&b=%zz`);
    expect(first).toMatchObject({ status: 302, location: `${stack.base}/shop?a=1&b=%zz`, caching: 'no-store', slot: null });
    expect(first.set).toEqual([
      expect.stringMatching(/^sluice_slot=app\.green\.\S+; Path=\/; Max-Age=(59|60); HttpOnly; SameSite=Lax$/),
    ]);

    const page = await load('/shop?a=1&b=%zz', `theirs=1; ${first.jar}; sluice_key=12345678`);
    expect(page).toMatchObject({ status: 200, slot: 'green', reason: 'override', set: [] });
    expect(page.body.url).toBe(`${stack.base}/shop?a=1&b=%zz`);
    expect(page.body.headers).toMatchObject({ cookie: 'theirs=1; sluice_key=12345678', 'x-sluice-slot': 'green' });
    for (const asset of ['/app.js', '/img/logo.svg?v=2']) {
      const answer = await load(asset, first.jar);
      expect(answer).toMatchObject({ status: 200, slot: 'green', reason: 'override', set: [] });
      expect(answer.body.headers).not.toHaveProperty('cookie');
    }

    const posted = await load('/echo', first.jar, { method: 'POST', body: 'kept', headers: { cookie: first.jar } });
    expect(posted).toMatchObject({ status: 200, slot: 'green', text: 'kept' });
    expect(await load('/shop')).toMatchObject({ status: 200, slot: 'blue', reason: 'split' });

    const left = await load('/shop?__slot=', first.jar);
    expect(left).toMatchObject({ status: 302, location: `${stack.base}/shop`, set: [GONE] });
    expect(await load('/shop', left.jar)).toMatchObject({ status: 200, slot: 'blue' });
  });

  it('asks for the method and the body again where it is no GET', async () => {
    const query = await queryFor('green');
    expect(await load(`/echo?${query}`, '', { method: 'HEAD' })).toMatchObject({ status: 302, location: `${stack.base}/echo` });
    const answer = await load(`/echo?${query}`, '', { method: 'POST', body: 'kept' });
    expect(answer).toMatchObject({ status: 307, location: `${stack.base}/echo` });
    expect(answer.jar).toMatch(/^sluice_slot=app\.green\./);
  });

  it('never leads to another host, nor to another URL', async () => {
    const query = await queryFor('green');
    for (const [target, location] of [
      [`//evil.example/?${query}`, '//evil.example/'],
      [`/\\evil.example?${query}`, '//evil.example'],
      [`/%2f%2fevil.example/%0d%0ax?n=%0d%0a&${query}`, '/%2f%2fevil.example/%0d%0ax?n=%0d%0a'],
      [`/ü?ü=ü&${query}`, '/%C3%BC?%C3%BC=%C3%BC'],
      [Buffer.from(`/?a=\xff&${query}`, 'latin1'), '/?a=%EF%BF%BD'],
    ] as const) {
      const answer = await send(target);
      expect(answer).toMatch(/^HTTP\/1\.1 302 /);
      expect(answer).toContain(`\r\nLocation: ${stack.base}${location}\r\n`);
    }
  });

  it('that is bad is refused, and sets no cookie', async () => {
    const [slot, token] = (await queryFor('green')).split('&');
    const expires = Math.floor(Date.now() / 1000) + 60;
    const signature = (value: string) => value.split('.').slice(2).join('.');
    for (const query of [
      slot,
      token,
      `__slot=blue&${token}`,
      `__slot=purple&${token}`,
      `${slot}&${token}x`,
      `${slot}&${token}&${token}`,
      `${slot}&${slot}&${token}`,
      `${slot}&__slot_token=%`,
      `${slot}&__slot_token=${'%F0%9F%9A%80'.repeat(300)}`,
      `${slot}&__slot_token=${signature(keptFor(expires - 120))}`,
      `${slot}&__slot_token=${signature(keptFor(expires, OVERRIDE_SECRET, 'shop'))}`,
      `${slot}&__slot_token=${signature(keptFor(expires, 'a-secret-that-nobody-has-set-anywhere'))}`,
    ]) {
      const answer = await load(`/?${query}`);
      expect([query, answer.status, answer.body?.type, answer.set]).toEqual([query, 403, '/problems/override-refused', []]);
    }
    expect((await load(`/?${slot}&__slot_token=${signature(keptFor(expires, OVERRIDE_SECRET_PREVIOUS))}`)).status).toBe(302);
  });
});

describe('the cookie of a link', () => {
  it('holds with either secret until it expires, and is then refused and taken away', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const secret of [OVERRIDE_SECRET, OVERRIDE_SECRET_PREVIOUS])
      expect(await load('/', `sluice_slot=${keptFor(now + 60, secret)}`)).toMatchObject({ status: 200, slot: 'green' });
    for (const value of [
      keptFor(now - 1),
      keptFor(now + 60, 'a-secret-that-nobody-has-set-anywhere'),
      keptFor(now + 60, OVERRIDE_SECRET, 'shop'),
      keptFor(now + 60).replace('green', 'blue'),
      keptFor(now + 60).replace(`${now + 60}`, `${now + 600}`),
      'garbage',
      `app.green.${'x'.repeat(4000)}`,
    ]) {
      const answer = await load('/', `sluice_slot=${value}; a=1`);
      expect(answer).toMatchObject({ status: 403, slot: null, set: [GONE], body: { type: '/problems/override-refused' } });
      expect(await load('/', answer.jar)).toMatchObject({ status: 200, slot: 'blue' });
    }
    const unknown = await load('/', `sluice_slot=${keptFor(now + 60, OVERRIDE_SECRET, 'app', 'purple')}`);
    expect(unknown).toMatchObject({ status: 400, set: [GONE], body: { type: '/problems/unknown-slot' } });
  });

  it('goes behind x-slot, and reaches the slot neither way', async () => {
    const cookie = `sluice_slot=${keptFor(Math.floor(Date.now() / 1000) + 60)}`;
    expect(await load('/', '', { headers: { cookie, 'x-slot': 'green' } })).toMatchObject({ status: 403, set: [] });
    const { body } = await stack.api('POST', '/services/app/preview', { slot: 'blue' });
    const headers = { cookie, 'x-slot': 'blue', 'x-slot-token': body.token };
    const answer = await load('/echo-me', '', { headers });
    expect(answer).toMatchObject({ status: 200, slot: 'blue', reason: 'override' });
    for (const name of ['cookie', 'x-slot', 'x-slot-token']) expect(answer.body.headers).not.toHaveProperty(name);
  });

  it('keeps the other cookies as their bytes are', async () => {
    const cookie = `sluice_slot=${keptFor(Math.floor(Date.now() / 1000) + 60)}`;
    for (const [sent, kept] of [
      [`a="x, y";${cookie};  b=%zz==; ü=1`, 'a="x, y";  b=%zz==; ü=1'],
      [`${cookie}; a=1`, 'a=1'],
    ])
      expect(await send('/echo-me', [`Cookie: ${sent}`])).toContain(`"cookie":${JSON.stringify(kept)}`);
  });

  it('is counted apart, and moves no figure of health', async () => {
    await sleep(1500);
    const before = (await stack.api('GET', '/services/app')).body.slots.green.overridden.requests;
    const health = (await stack.api('GET', '/services/app/health')).body.slots.green;
    const cookie = `sluice_slot=${keptFor(Math.floor(Date.now() / 1000) + 60)}`;
    for (let i = 0; i < 20; i++) expect((await load('/', cookie)).slot).toBe('green');
    await expect
      .poll(async () => (await stack.api('GET', '/services/app')).body.slots.green.overridden.requests, { timeout: 10_000 })
      .toBe(before + 20);
    expect((await stack.api('GET', '/services/app/health')).body.slots.green).toEqual(health);
  });
});
