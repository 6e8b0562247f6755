// The one request to a receiver, in the real runtime: what counts as delivered, and what is said of what does not.
import { describe, expect, it } from 'vitest';
import { post } from '../../control/notify/post.ts';
import { inbox } from './inbox.ts';
import type { Step } from './receiver.ts';

const PUBLIC = { local: false };
const SECRET = 's3cret-path';

/** An inbox, and a URL that leads to it. */
async function hook(...steps: Step[]) {
  const { name, got } = await inbox(...steps);
  return { name, got, url: `https://hooks.example.com/${name}/${SECRET}?key=${SECRET}` };
}

const letter = { headers: { 'content-type': 'application/json', 'x-of': 'ours' }, body: '{"what":"🚀"}' };

describe('a post', () => {
  it('brings headers and body as they are', async () => {
    const { url, got } = await hook({ status: 202, body: 'thanks' });
    expect(await post(url, letter, PUBLIC)).toEqual({ ok: true, status: 202 });
    const received = await got();
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ url, method: 'POST', body: letter.body, headers: letter.headers });
  });

  it.each([400, 404, 410, 500, 503])('that is answered with %i has failed', async (status) => {
    const { url } = await hook({ status, body: `the URL is ${SECRET}` });
    expect(await post(url, letter, PUBLIC)).toEqual({
      ...{ ok: false, status, error: `answered with ${status}`, retryAfterSeconds: null },
    });
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i), be it to this machine', async (status) => {
    const inside = await hook({});
    const { url, got } = await hook({ status, headers: { location: `http://127.0.0.1/${inside.name}` } });
    const error = 'answered with a redirect, which is not followed';
    expect(await post(url, letter, PUBLIC)).toEqual({ ok: false, status, error, retryAfterSeconds: null });
    expect(await got()).toHaveLength(1);
    expect(await inside.got()).toEqual([]);
  });

  it('waits for so long and no longer', async () => {
    const { url } = await hook({ delayMs: 5_000 });
    const before = Date.now();
    const error = 'gave no answer within 0.2 s';
    expect(await post(url, letter, { local: false, waitMs: 200 })).toEqual({
      ok: false,
      status: null,
      error,
      retryAfterSeconds: null,
    });
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it('needs no more of a long answer than its beginning', async () => {
    const { url } = await hook({ body: 'x'.repeat(5_000_000) });
    expect(await post(url, letter, PUBLIC)).toEqual({ ok: true, status: 200 });
  });

  it.each([
    ['http://hooks.example.com', /https/],
    ['https://127.0.0.1', /on the internet/],
    ['https://169.254.169.254', /on the internet/],
  ])('does not leave for %s', async (host, why) => {
    const { name, got } = await hook({});
    const posted = await post(`${host}/${name}/${SECRET}`, letter, PUBLIC);
    expect(posted).toMatchObject({ ok: false, status: null, error: expect.stringMatching(why) });
    expect(JSON.stringify(posted)).not.toContain(SECRET);
    expect(await got()).toEqual([]);
  });

  it('may go to this machine in a local run', async () => {
    const { name, got } = await hook({});
    expect(await post(`http://127.0.0.1:9000/${name}`, letter, { local: true })).toEqual({ ok: true, status: 200 });
    expect(await got()).toHaveLength(1);
  });
});

describe('when to come back', () => {
  it.each([
    ['120', 120],
    ['0.4', 1],
    ['0', 0],
    ['-5', null],
    ['soon', null],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ])('is read of Retry-After: %s', async (header, retryAfterSeconds) => {
    const { url } = await hook({ status: 429, headers: { 'retry-after': header } });
    expect(await post(url, letter, PUBLIC)).toEqual({ ok: false, status: 429, error: 'answered with 429', retryAfterSeconds });
  });

  it('is read of a date', async () => {
    const { url } = await hook({ status: 503, headers: { 'retry-after': new Date(Date.now() + 90_000).toUTCString() } });
    const posted = await post(url, letter, PUBLIC);
    expect(posted.ok ? null : posted.retryAfterSeconds).toBeGreaterThanOrEqual(88);
    expect(posted.ok ? null : posted.retryAfterSeconds).toBeLessThanOrEqual(90);
  });
});
