import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cli } from '../../scripts/cli/cli.ts';
import { Client } from '../../scripts/cli/client.ts';
import { addDoctor } from '../../scripts/cli/doctor.ts';
import { EXIT, Failure } from '../../scripts/cli/failure.ts';
import type { Finding } from '../../scripts/doctor/finding.ts';
import { gatherControl, gatherDevToken, gatherPage } from '../../scripts/doctor/gather-control.ts';
import { gatherPlatform, type Ran } from '../../scripts/doctor/gather-platform.ts';
import { gatherRouter } from '../../scripts/doctor/gather-router.ts';
import type { ServiceEntry } from '../../scripts/project.ts';
import { cloneConfigs, KV_ID } from '../scripts/clone.ts';
import { readGood } from '../scripts/doctor-project.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) server.close();
});

/** Answers each path as told, 404 else. @returns its address, and the calls it got */
async function serve(answers: (path: string) => unknown): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const answer = answers(request.url ?? '');
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json', 'x-sluice': 'control' });
    const missing = {
      success: false,
      errors: [{ code: 10_007, message: 'This Worker does not exist on your account.' }],
      result: null,
    };
    response.end(JSON.stringify(answer ?? missing));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, calls };
}

const SERVICE = { service: 'app', active: 'green', slots: { blue: {}, green: {} }, defaultPlan: 'standard' };

function control(path: string): unknown {
  if (path === '/v1/services') return { services: [SERVICE] };
  return path === '/v1/plans' ? { plans: [{ name: 'standard' }] } : undefined;
}

/** Runs the verb as `sluice` does. */
async function doctor(args: readonly string[], root: string, env: NodeJS.ProcessEnv = {}) {
  const printed: string[] = [];
  const access = { url: env.SLUICE_URL ?? 'http://127.0.0.1:1', token: 'token' };
  const cli: Cli = {
    client: () => new Client(access),
    root,
    env,
    print: (text) => printed.push(text),
    warn: () => {},
    style: (_, text) => text,
  };
  const program = new Command().option('--url <url>').exitOverride();
  addDoctor(program, cli);
  const end = await program.parseAsync(['doctor', ...args], { from: 'user' }).then(
    () => EXIT.done,
    (error: unknown) => (error instanceof Failure ? error.code : error),
  );
  return { end, text: printed.join('\n') };
}

const levels = (text: string) =>
  (JSON.parse(text) as { findings: Finding[] }).findings.map(({ check, level }) => `${check} ${level}`);

describe('sluice doctor', () => {
  it('ends with 0 when there is no error, and reads nothing but files when offline', async () => {
    const fetching = vi.fn(() => Promise.reject(new Error('offline')));
    vi.stubGlobal('fetch', fetching);
    const { end, text } = await doctor(['--offline'], cloneConfigs());
    expect(end).toBe(EXIT.done);
    expect(text).toContain('platform: not looked at: doctor runs offline.');
    expect(text).toContain('0 errors, 0 warnings, 25 ok.');
    expect(fetching).not.toHaveBeenCalled();
  });

  it('ends with 1 on an error, with the remedy beside it', async () => {
    const root = cloneConfigs({
      'wrangler.toml': (text) => `[vars]\nLOCAL_OVERRIDE = "open"\n${text}`.replace(/^(\[vars\]\n.*\n)([\s\S]*)$/, '$2$1'),
    });
    const { end, text } = await doctor(['--offline'], root);
    expect(end).toBe(EXIT.failed);
    expect(text).toMatch(/error {3}local-settings: wrangler.toml sets the var LOCAL_OVERRIDE[\s\S]*→ Drop LOCAL_OVERRIDE/);
  });

  it.each([
    ['control/wrangler.toml', 'name = '],
    ['slots/blue/wrangler.toml', 'name = 7'],
    ['router/services.ts', 'export const services = ['],
  ])('says that %s cannot be read', async (file, broken) => {
    const root = cloneConfigs();
    writeFileSync(join(root, file), broken);
    const { end, text } = await doctor(['--offline', '--json'], root);
    expect([end, levels(text)]).toEqual([EXIT.failed, ['project error']]);
    expect(text).toContain(`${file} cannot be read`);
  });

  it('asks control, and the platform by wrangler and its API', async () => {
    const root = cloneConfigs();
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
    const kv = { name: 'SPLITS', type: 'kv_namespace', namespace_id: KV_ID };
    const platform = await serve((path) => {
      const [, worker, what] = /accounts\/acc\/workers\/scripts\/(sluice-[a-z]+)\/(secrets|settings)$/.exec(path) ?? [];
      if (worker === undefined || worker === 'sluice-green') return undefined;
      const secrets = worker === 'sluice-router' ? [{ name: 'OVERRIDE_SECRET', type: 'secret_text' }] : [];
      const bindings = [kv, { name: 'LOCAL_DEV', type: 'plain_text', text: '1' }];
      return { success: true, errors: [], messages: [], result: what === 'secrets' ? secrets : { bindings } };
    });
    const { url } = await serve(control);
    const { end, text } = await doctor(['--json'], root, {
      HOME: root,
      XDG_CONFIG_HOME: root,
      SLUICE_URL: url,
      CLOUDFLARE_API_BASE_URL: `${platform.url}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'cf-token',
      CLOUDFLARE_ACCOUNT_ID: 'acc',
    });
    expect(end).toBe(EXIT.failed);
    expect(platform.calls.every((call) => call.endsWith('Bearer cf-token'))).toBe(true);
    expect(levels(text)).toEqual(
      expect.arrayContaining(['control ok', 'default-slot error', 'default-plan ok', 'dev-token warning']),
    );
    const { findings } = JSON.parse(text) as { findings: Finding[] };
    const said = findings.filter(({ level }) => level !== 'ok').map(({ what }) => what);
    for (const part of [
      'sluice-green is not deployed.',
      'sluice-control has no secret ADMIN_TOKEN',
      'sluice-control has no secret OVERRIDE_SECRET',
      'sluice-router is deployed with the var LOCAL_DEV',
      'what is deployed of sluice-router does not have it',
    ])
      expect(said.join('\n')).toContain(part);
    expect(said.join('\n')).not.toContain('sluice-router has no secret');
  }, 30_000);
});

describe('the platform', () => {
  const answers = (by: Readonly<Record<string, Partial<Ran>>>) => async (args: readonly string[]) => {
    const name = args[args.indexOf('--name') + 1] ?? '';
    return { ok: true, stdout: '[]', stderr: '', ...(by[name] ?? by['*']) };
  };
  const gatherWith = async (by: Readonly<Record<string, Partial<Ran>>>, env: NodeJS.ProcessEnv = {}) => {
    const { router, control } = (await readGood()).project;
    const run = vi.fn(answers(by));
    return { seen: await gatherPlatform([router, control], env, run), run };
  };

  it('is not looked at without a login, which one call tells', async () => {
    const stderr = "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable";
    const { seen, run } = await gatherWith({ '*': { ok: false, stderr } });
    expect(seen).toEqual({
      looked: false,
      why: 'no Cloudflare login is at hand.',
      remedy: expect.stringContaining('wrangler login'),
    });
    expect(run).toHaveBeenCalledTimes(1);
    expect(run).toHaveBeenCalledWith(['secret', 'list', '-c', 'wrangler.toml', '--name', 'sluice-router', '--format', 'json']);
  });

  it('says what wrangler said, without its colours', async () => {
    const stderr = '\u001b[31m✘ [ERROR]\u001b[0m A request to the API failed.\n\n  Authentication error [code: 10000]\n\nmore';
    const { seen } = await gatherWith({ 'sluice-control': { ok: false, stderr } });
    expect(seen).toMatchObject({
      why: expect.stringContaining('A request to the API failed. Authentication error [code: 10000]'),
    });
    expect(seen).toMatchObject({ looked: false, why: expect.not.stringContaining('\u001b') });
  });

  it('tells a Worker that is not there from one without secrets, and bindings that it may not list', async () => {
    const { seen } = await gatherWith({
      'sluice-router': { stdout: 'a banner\n[{"name":"OVERRIDE_SECRET","type":"secret_text"}]\n' },
      'sluice-control': { ok: false, stderr: '✘ [ERROR] Worker "sluice-control" not found.' },
    });
    expect(seen).toMatchObject({
      looked: true,
      bindings: { looked: false, remedy: expect.stringContaining('CLOUDFLARE_ACCOUNT_ID') },
      workers: [
        { name: 'sluice-router', deployed: true, secrets: ['OVERRIDE_SECRET'], bindings: undefined },
        { name: 'sluice-control', deployed: false, secrets: [] },
      ],
    });
  });

  it('does not take what it cannot read for an empty list', async () => {
    const { seen } = await gatherWith({ '*': { stdout: 'no secrets' } });
    expect(seen).toMatchObject({ looked: false, why: expect.stringContaining('not understood') });
  });
});

describe('the public route', () => {
  const services: ServiceEntry[] = [
    { name: 'all', routes: ['*/*'], slots: { a: 'A', b: 'B' }, defaultSlot: 'a' },
    { name: 'shop', routes: ['*.example.com/*'], slots: { blue: 'BLUE', green: 'GREEN' }, defaultSlot: 'green' },
  ];

  it('is asked for an idle slot without a token, then twice for the same', async () => {
    const refusal = { type: '/problems/override-refused' };
    const fetching = vi
      .fn()
      .mockResolvedValueOnce(
        new Response(JSON.stringify(refusal), { status: 403, headers: { 'content-type': 'application/problem+json' } }),
      )
      .mockResolvedValueOnce(new Response('1', { headers: { 'cf-cache-status': 'MISS' } }))
      .mockResolvedValueOnce(new Response('2', { headers: { 'cf-cache-status': 'HIT', age: '3', 'x-slot': 'blue' } }));
    vi.stubGlobal('fetch', fetching);
    const seen = await gatherRouter('https://shop.example.com/', services);
    expect(fetching.mock.calls.map(([, { headers }]) => headers)).toEqual([{ 'x-slot': 'blue' }, {}, {}]);
    expect(seen).toMatchObject({
      looked: true,
      service: 'shop',
      override: { status: 403, problem: 'override-refused' },
      again: { cacheStatus: 'HIT', age: '3', slot: 'blue', problem: null },
    });
  });

  it.each([
    [undefined, 'is not set'],
    ['nowhere', 'is no address'],
    ['http://127.0.0.1:8787', 'is the local run'],
    ['http://localhost:8787', 'is the local run'],
    ['https://other.example', 'does not answer'],
  ])('%s is not looked at: %s', async (url, why) => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('refused')));
    expect(await gatherRouter(url, services)).toMatchObject({ looked: false, why: expect.stringContaining(why) });
  });
});

describe('control', () => {
  it('is tried with the token of the local run only where it is not local', async () => {
    const fetching = vi.fn(async () => new Response('', { status: 401 }));
    vi.stubGlobal('fetch', fetching);
    expect(await gatherDevToken('http://127.0.0.1:8788')).toMatchObject({ looked: false });
    expect(fetching).not.toHaveBeenCalled();
    expect(await gatherDevToken('https://control.example/')).toEqual({
      looked: true,
      url: 'https://control.example/',
      status: 401,
    });
    const headers = { authorization: 'Bearer sluice-dev' };
    expect(fetching).toHaveBeenCalledWith('https://control.example/v1/services', expect.objectContaining({ headers }));
  });

  it('is opened as by a browser, for what the platform serves and what the Worker does', async () => {
    const built = join(mkdtempSync(join(tmpdir(), 'sluice-built-')), 'index.html');
    writeFileSync(built, '<page>');
    const fetching = vi.fn(async (_: string, init: RequestInit) => {
      expect(init).toMatchObject({ headers: { accept: 'text/html' }, redirect: 'manual' });
      return new Response('<page>', {
        headers: { 'content-type': 'text/html', 'content-security-policy': "default-src 'none'" },
      });
    });
    vi.stubGlobal('fetch', fetching);
    const seen = { status: 200, type: 'text/html', policy: "default-src 'none'", html: '<page>' };
    expect(await gatherPage('https://control.example/', built)).toEqual({
      looked: true,
      url: 'https://control.example/',
      answers: [
        { path: '/', ...seen },
        { path: '/services', ...seen },
      ],
      built: '<page>',
    });
    expect(fetching.mock.calls.map(([url]) => url)).toEqual(['https://control.example/', 'https://control.example/services']);
    expect(await gatherPage('https://control.example', `${built}.none`)).toMatchObject({ looked: true, built: undefined });
  });

  it('whose dashboard cannot be opened without a person is not looked at', async () => {
    vi.stubGlobal('fetch', async () => new Response(null, { status: 302, headers: { location: 'https://login.example' } }));
    expect(await gatherPage('https://control.example', '')).toMatchObject({ looked: false, remedy: null });
    vi.stubGlobal('fetch', () => Promise.reject(new Error('refused')));
    expect(await gatherPage('https://control.example', '')).toMatchObject({ why: 'https://control.example does not answer.' });
  });

  it('that has no token, does not answer or refuses is not looked at', async () => {
    const noToken = () => {
      throw new Failure(EXIT.usage, 'No token for https://control.example.', 'Set SLUICE_TOKEN.');
    };
    expect(await gatherControl(noToken)).toEqual({
      looked: false,
      why: 'No token for https://control.example.',
      remedy: 'Set SLUICE_TOKEN.',
    });
    const down = new Client({ url: 'http://127.0.0.1:1', token: 'x' });
    expect(await gatherControl(() => down)).toMatchObject({ looked: false, why: expect.stringContaining('does not answer') });
  });
});
