import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERRIDE_SECRET, OVERRIDE_SECRET_PREVIOUS, type Stack, startStack } from './stack.ts';

// A token from the API, at the real router, under the policy that what is deployed has.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ signed: true });
});
afterAll(() => stack.close());

async function tokenFor(slot: string): Promise<string> {
  const { status, body } = await stack.api('POST', '/services/app/preview', { slot, forSeconds: 60 });
  expect([status, body.header]).toEqual([200, 'x-slot-token']);
  return body.token;
}

/** A token for green. */
function signed(secret: string, expires: number): string {
  const mac = createHmac('sha256', secret).update(`sluice-override\napp\ngreen\n${expires}`);
  return `${expires}.${mac.digest('base64url')}`;
}

async function visit(slot: string, token?: string) {
  const { text, ...answer } = await stack.visit('/echo-me', { 'x-slot': slot, ...(token && { 'x-slot-token': token }) });
  return { ...answer, body: JSON.parse(text) };
}

describe('under policy signed', () => {
  it('a token opens its slot, at 0 %, any number of times, and does not reach the slot', async () => {
    const token = await tokenFor('green');
    for (let i = 0; i < 3; i++) {
      const { status, slot, reason, body } = await visit('green', token);
      expect([status, slot, reason]).toEqual([200, 'green', 'override']);
      expect(body.headers['x-sluice-slot']).toBe('green');
      expect(body.headers).not.toHaveProperty('x-slot-token');
      expect(body.headers).not.toHaveProperty('x-slot');
    }
  });

  it('refuses none, a tampered one, and one for another slot, without a fall-through', async () => {
    const token = await tokenFor('green');
    const [expires = '', signature] = token.split('.');
    const later = `${Number(expires) + 1}.${signature}`;
    for (const [slot, sent, why] of [
      ['green', undefined, 'it is missing'],
      ['green', later, 'not valid'],
      ['green', token.slice(0, -1), 'not valid'],
      ['blue', token, 'not valid'],
      ['purple', token, 'not valid'],
    ] as const) {
      const answer = await visit(slot, sent);
      expect(answer).toMatchObject({ status: 403, slot: null, body: { type: '/problems/override-refused' } });
      expect(answer.body.detail).toContain(why);
    }
  });

  it('refuses one from the moment it expires', async () => {
    const past = Math.floor(Date.now() / 1000) - 1;
    // What the API would have made a minute ago: no call makes a token shorter than that.
    const sign = (expires: number) => signed(OVERRIDE_SECRET, expires);
    expect(await visit('green', sign(past))).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('has expired') },
    });
    const ahead = past + 31 * 86_400;
    expect((await visit('green', sign(ahead))).body.detail).toContain('more than 30 days ahead');
    expect((await visit('green', sign(past + 120))).status).toBe(200);
  });
});

it('takes the tokens of two secrets, and of no third', async () => {
  const expires = Math.floor(Date.now() / 1000) + 120;
  expect(await visit('green', signed(OVERRIDE_SECRET_PREVIOUS, expires))).toMatchObject({ status: 200, slot: 'green' });
  expect(await visit('green', await tokenFor('green'))).toMatchObject({ status: 200, slot: 'green' });
  expect((await visit('green', signed('a-secret-that-nobody-has-set-anywhere', expires))).status).toBe(403);
});

it('each sample slot names its version: of its variable, else of the platform', async () => {
  const versionOf = async (slot: string) => {
    const headers = { 'x-slot': slot, 'x-slot-token': await tokenFor(slot) };
    return (await fetch(stack.base, { headers })).headers.get('x-sluice-version');
  };
  expect(await versionOf('blue')).toBe('sample-blue');
  expect(await versionOf('green')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});
