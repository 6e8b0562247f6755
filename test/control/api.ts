// A caller of the API, inside workerd, and a service set up as the local run does it.
import { createExecutionContext, env, reset, runInDurableObject } from 'cloudflare:test';
import { expect, vi } from 'vitest';
import worker from '../../control/index.ts';
import { objectOf } from '../../control/ingest.ts';
import type { ServiceObject } from '../../control/object.ts';
import { Follower } from '../follower.ts';
import { misfits } from './contract.ts';

export const TOKEN = 'a-test-token-of-more-than-32-characters';

/** An answer, its body parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for
  readonly body: any;
}

/** What a call has beside the usual: headers, and variables of the Worker. */
export interface More {
  readonly headers?: Record<string, string>;
  readonly vars?: Partial<Cloudflare.Env>;
}

/** Calls the API, and holds the answer against the document; `body` goes as JSON unless it is text already. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  token: string | null = TOKEN,
  { headers = {}, vars = {} }: More = {},
): Promise<Answer> {
  const all: Record<string, string> = { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers };
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`https://control.example${path}`, { method, headers: all, body: text ?? null });
  // Not over SELF, each call of which takes longer than the one before it: from 10 ms to 100 ms within 400 calls.
  const response = await worker.fetch(request, { ...env, ...vars }, createExecutionContext());
  const wrong = await misfits(method, request.url, response);
  if (wrong.length > 0)
    throw new Error(`${method} ${path} answers otherwise than the document says:\n${wrong.slice(0, 5).join('\n')}`);
  // As bytes: workerd warns of a text whose type it does not know.
  const answer = new TextDecoder().decode(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  const isJson = /[/+]json\b/.test(type);
  return { status: response.status, type, headers: response.headers, body: isJson ? JSON.parse(answer) : answer };
}

/** Follows the events of the service `app`. */
export async function follow(token = TOKEN, path = '/v1/services/app/events'): Promise<Follower> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const request = new Request(`https://control.example${path}`, { headers });
  const response = await worker.fetch(request, env, createExecutionContext());
  const wrong = await misfits('GET', request.url, response);
  if (wrong.length > 0 || response.body === null) throw new Error(`${path} cannot be followed: ${wrong.join('\n')}`);
  return new Follower(response.body);
}

/** The object of the service `app`, as the platform knows it. */
export const stub = () =>
  env.SERVICE_OBJECT.get(env.SERVICE_OBJECT.idFromName('app')) as DurableObjectStub<ServiceObject & Rpc.DurableObjectBranded>;

/** The object of the service `app`, to be called. */
export const app = () => objectOf(env, 'app');

/** An empty stack, then both slots with a version, blue active. */
export async function freshApp(): Promise<void> {
  await reset();
  for (const slot of ['blue', 'green']) await call('POST', '/v1/services/app/deployments', { slot, versionId: `v-${slot}` });
  await call('POST', '/v1/services/app/activate', { slot: 'blue' });
}

/** Kills the object; what it had only in memory is gone. */
export const crash = () => runInDurableObject(stub(), (_, state) => state.abort('crash')).catch(() => {});

/** Waits until the object of the service has nothing left to carry out. */
export const settled = () =>
  vi.waitFor(
    async () => {
      const orders = await runInDurableObject(stub(), (_, { storage }) => storage.sql.exec('SELECT key FROM outbox').toArray());
      expect(orders).toEqual([]);
    },
    { timeout: 5_000, interval: 20 },
  );
