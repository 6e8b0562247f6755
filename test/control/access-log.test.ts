import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { call, freshApp, TOKEN } from './api.ts';
import { tokenFor } from './writes.ts';

const APP = '/v1/services/app';
let lines: string[] = [];
const accesses = () => lines.map((line) => JSON.parse(line)).filter(({ message }) => message === 'access');

beforeEach(async () => {
  await freshApp();
  lines = [];
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...told) => void lines.push(told.join('|')));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('access log', () => {
  it('is one line a call: who asked for what, how it went, how long it took', async () => {
    await call('GET', APP);
    expect(accesses()).toEqual([
      {
        ...{ level: 'info', message: 'access', method: 'GET', path: APP, status: 200, actor: 'admin' },
        milliseconds: expect.any(Number),
        requestId: expect.stringMatching(/^[\w-]{10,}$/),
      },
    ]);
  });

  it('tells no token that somebody put into a path', async () => {
    const token = await tokenFor('viewer');
    lines = [];
    const { body } = await call('DELETE', `/v1/tokens/${token}`);
    expect(body.detail).toBe('There is no token of that id.');
    expect(accesses()).toMatchObject([{ path: `/v1/tokens/${token.slice(0, 17)}…`, status: 404 }]);
    expect(lines.join()).not.toContain(token.slice(17));
  });

  it.each<[number, string, string, string | null]>([
    [401, 'GET', APP, null],
    [404, 'GET', '/v1/services/nope', TOKEN],
    [404, 'DELETE', '/v1/nothing', TOKEN],
    [400, 'PUT', `${APP}/split`, TOKEN],
    [200, 'GET', '/metrics', TOKEN],
  ])('tells a %i of %s %s', async (status, method, path, token) => {
    const answer = await call(method, path, undefined, token);
    expect(accesses()).toMatchObject([{ method, path, status }]);
    expect(answer.status).toBe(status);
    expect(Object.hasOwn(accesses()[0], 'actor')).toBe(token !== null);
    if (status >= 400) expect(accesses()[0].requestId).toBe(answer.body.requestId);
  });

  it('tells no query, token or body', async () => {
    await call('PUT', `${APP}/split?s3cret=s3cret`, { weights: { green: 1 }, reason: 's3cret' });
    expect(accesses()).toMatchObject([{ path: `${APP}/split`, status: 400 }]);
    await call('PUT', `${APP}/split`, { weights: { green: 1 }, reason: 's3cret' });
    expect(accesses()).toMatchObject([{ status: 400 }, { path: `${APP}/split`, status: 200 }]);
    expect(lines.join('\n')).not.toMatch(new RegExp(`s3cret|${TOKEN}`));
  });

  it('is silent about /healthz', async () => {
    await call('GET', '/healthz', undefined, null);
    expect(lines).toEqual([]);
  });

  it('stands beside the line of what failed inside, under one request id', async () => {
    vi.spyOn(Date, 'now').mockImplementation(() => {
      throw new Error('no clock; token=s3cret');
    });
    const { status, body } = await call('GET', '/v1/audit');
    vi.mocked(Date.now).mockRestore();
    expect(status).toBe(500);
    // A split may be on its way to KV meanwhile, and fail for the same clock.
    const said = lines.map((line) => JSON.parse(line)).filter(({ requestId }) => requestId !== undefined);
    expect(said).toMatchObject([{ level: 'error', message: 'a call of the API failed', requestId: body.requestId }]);
    expect(lines.join('\n')).not.toContain('s3cret');
  });
});
