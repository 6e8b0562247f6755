import { afterEach, expect, it, vi } from 'vitest';
import { apiOf, Failure } from '../../control/dashboard/api.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What is said of a call, where `fetch` is so. */
async function said(fetched: typeof fetch, method: 'GET' | 'POST', body?: object): Promise<string> {
  vi.stubGlobal('fetch', fetched);
  const failed = await apiOf('slu_token', () => {})
    .call(method, '/services/app/rotate', body)
    .catch((error: unknown) => error);
  return failed instanceof Failure ? failed.message : 'no failure';
}

const unreachable: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));

it('says of an order that was not answered that it may have been done', async () => {
  expect(await said(unreachable, 'GET')).toBe('Control does not answer.');
  expect(await said(unreachable, 'POST', {})).toMatch(/^Control does not answer\. It may have done this all the same/);
});

it('waits for no answer for ever', async () => {
  const over = new AbortController();
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(over.signal);
  const hangs: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new TypeError('aborted'))));
  const waiting = said(hangs, 'POST', {});
  over.abort();
  expect(await waiting).toMatch(/may have done this all the same/);
  expect(timeout).toHaveBeenCalledWith(30_000);
});

it('tells the token in a header alone', async () => {
  const asked: Parameters<typeof fetch>[] = [];
  await said(
    async (...call) => {
      asked.push(call);
      return Response.json({});
    },
    'POST',
    { reason: null },
  );
  const [[path, init] = []] = asked;
  expect([path, init?.body]).toEqual(['/v1/services/app/rotate', '{"reason":null}']);
  expect(init?.headers).toMatchObject({ authorization: 'Bearer slu_token' });
});
