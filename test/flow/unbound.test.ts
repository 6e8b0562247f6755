import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { build, type Plugin } from 'esbuild';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The router with services of its own: one sound, one with a binding that wrangler.toml lacks, one that lets nobody override.
const ROOT = join(import.meta.dirname, '../..');
const SERVICES = `
import { defineServices } from './config.ts';
export const services = defineServices([
  { name: 'app', routes: ['*/*'], slots: { blue: 'BLUE', green: 'GREEN' }, defaultSlot: 'blue' },
  { name: 'api', routes: ['*/api/*'], slots: { one: 'BLUE', two: 'MISSING' }, defaultSlot: 'one' },
  { name: 'shut', routes: ['*/shut/*'], slots: { a: 'BLUE', b: 'GREEN', c: 'RED' }, defaultSlot: 'c', override: 'off', sticky: { maxAgeSeconds: 'off' } },
]);`;

const otherServices: Plugin = {
  name: 'other-services',
  setup: ({ onLoad }) =>
    onLoad({ filter: /router\/services\.ts$/ }, () => ({ contents: SERVICES, loader: 'ts', resolveDir: join(ROOT, 'router') })),
};

let miniflare: Miniflare;
let log = '';

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'router/index.ts')],
    plugins: [otherServices],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['cloudflare:*'],
  });
  const slot = (name: string) => ({
    name,
    modules: true,
    script: `export default { fetch: () => new Response('${name}') }`,
    compatibilityDate: '2026-07-01',
  });
  miniflare = new Miniflare({
    handleRuntimeStdio: (...streams: Readable[]) => {
      for (const stream of streams) stream.on('data', (data) => (log += data));
    },
    workers: [
      {
        name: 'router',
        modules: true,
        script: outputFiles?.[0]?.text ?? '',
        compatibilityDate: '2026-07-01',
        serviceBindings: { BLUE: 'blue', GREEN: 'green', RED: 'red' },
        kvNamespaces: ['SPLITS'],
      },
      slot('blue'),
      slot('green'),
      slot('red'),
    ],
  });
  await miniflare.ready;
});
afterAll(() => miniflare.dispose());

async function visit(path: string, headers: Record<string, string> = {}) {
  const response = await miniflare.dispatchFetch(`http://example.com${path}`, { headers, redirect: 'manual' });
  const { status } = response;
  return {
    status,
    slot: response.headers.get('x-slot'),
    location: response.headers.get('location'),
    set: response.headers.getSetCookie(),
    cookies: response.headers.getSetCookie().length,
    text: await response.text(),
  };
}

describe('several services', () => {
  it('names an unbound slot when the Worker starts, and answers 503 for its service alone', async () => {
    expect(log).toContain('service api is out: slot two needs the service binding MISSING');
    const answer = await visit('/api/users');
    expect([answer.status, JSON.parse(answer.text).type]).toEqual([503, '/problems/slot-unbound']);
    expect((await visit('/api/users', { 'x-slot': 'one' })).status).toBe(503);
    expect(await visit('/')).toMatchObject({ status: 200, text: 'blue' });
  });

  it('take any number of slots, and serve the default one when no split can be had', async () => {
    expect(await visit('/shut/x')).toMatchObject({ status: 200, slot: 'c', text: 'red', cookies: 0 });
  });

  it('let nobody override where the policy is signed or off', async () => {
    for (const [path, type] of [
      ['/', 'override-refused'],
      ['/shut/', 'override-off'],
    ]) {
      const answer = await visit(path ?? '', { 'x-slot': 'blue' });
      expect([answer.status, JSON.parse(answer.text).type]).toEqual([403, `/problems/${type}`]);
    }
  });

  it('take neither link nor cookie where the policy is off, and let both go', async () => {
    const gone = ['sluice_slot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'];
    expect(await visit('/shut/?__slot=a')).toMatchObject({ status: 403, slot: null, cookies: 0 });
    const refused = await visit('/shut/', { cookie: 'sluice_slot=shut.a' });
    expect(refused).toMatchObject({ status: 403, set: gone, text: expect.stringContaining('override-off') });
    expect(await visit('/shut/x?__slot=&b', { cookie: 'sluice_slot=shut.a' })).toMatchObject({
      status: 302,
      location: 'http://example.com/shut/x?b',
      set: gone,
    });
  });

  it('leave the cookie of another service on the host alone', async () => {
    expect(await visit('/shut/', { cookie: 'sluice_slot=app.blue' })).toMatchObject({ status: 200, slot: 'c', cookies: 0 });
  });
});
