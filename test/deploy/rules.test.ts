import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { originOf } from '../../scripts/deploy/git.ts';
import { prepare } from '../../scripts/deploy/setup.ts';
import { smoke } from '../../scripts/deploy/smoke.ts';
import { stepsTo } from '../../scripts/deploy/steps.ts';
import type { OutputEntry, Wrangler } from '../../scripts/deploy/wrangler.ts';
import { readProject } from '../../scripts/project.ts';
import { Clone } from './clone.ts';

const NAMESPACE = 'a'.repeat(32);

/** What an account has, for a wrangler that only answers. `undefined`: no such Worker. */
interface Has {
  readonly control?: readonly string[];
  readonly router?: readonly string[];
  readonly slots?: boolean;
  readonly keys?: readonly string[];
  readonly namespaces?: readonly string[];
}

function fakeWrangler(has: Has, calls: string[]): Wrangler {
  const told = (value: unknown) => ({ ok: true, stdout: JSON.stringify(value), output: '', entries: [] });
  const missing = (entry: OutputEntry = { type: 'command-failed', code: 10007 }) => ({
    ok: false,
    stdout: '',
    output: 'not there',
    entries: [entry],
  });
  return async (args) => {
    const line = args.join(' ');
    if (!/ (list|status) /.test(`${line} `)) calls.push(line.replace(/--secrets-file .*/, 'with secrets'));
    if (line.startsWith('kv namespace list'))
      return told((has.namespaces ?? [NAMESPACE]).map((id) => ({ id, title: 'sluice-router-splits' })));
    if (line.startsWith('kv key list')) return told((has.keys ?? []).map((name) => ({ name })));
    if (line.startsWith('secret list')) {
      const names = line.includes('sluice-control') ? has.control : has.router;
      return names === undefined ? missing() : told(names.map((name) => ({ name })));
    }
    if (line.startsWith('deployments status'))
      return has.slots === false ? missing() : told({ versions: [{ version_id: 'v1', percentage: 100 }] });
    if (line.startsWith('deploy ')) return { ...told(''), entries: [{ type: 'deploy', version_id: 'v2', targets: [] }] };
    return told('');
  };
}

async function prepared(has: Has, env: Record<string, string> = {}, edit: (clone: Clone) => void = () => {}) {
  const clone = new Clone();
  onTestFinished(() => clone.remove());
  edit(clone);
  const calls: string[] = [];
  const wrangler = fakeWrangler(has, calls);
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const project = await readProject(clone.root);
  const { signal } = new AbortController();
  const look = { project, env, wrangler, steady: wrangler, signal };
  return { clone, calls, said, ...(await prepare({ ...look, say, step: stepsTo(say), waitMs: 0 })) };
}

describe('the plan of a set-up', () => {
  const done = { control: ['ADMIN_TOKEN', 'OVERRIDE_SECRET'], router: ['OVERRIDE_SECRET'], keys: ['split:app'] };

  it('stops before anything when the token is needed and unknown', async () => {
    await expect(prepared({ ...done, keys: [] })).rejects.toMatchObject({
      message: expect.stringContaining('app must get an active slot'),
      next: expect.stringContaining('wrangler secret put ADMIN_TOKEN --name sluice-control'),
    });
    await expect(prepared({ ...done, slots: false })).rejects.toThrow('new slots must go on record');
  });

  it('needs no token when KV has a split of every service', async () => {
    const { carryOut, calls, lines } = await prepared(done);
    expect(lines[4]).toBe('4  traffic   KV has a split of every service: stays as it is');
    await carryOut();
    expect(calls).toEqual(['deploy -c control/wrangler.toml', 'deploy -c wrangler.toml']);
  });

  it('changes nothing when the dashboard cannot be built', async () => {
    const edit = (clone: Clone) => writeFileSync(join(clone.root, 'control/dashboard/main.tsx'), 'const = 1;');
    const { carryOut, calls, clone } = await prepared({ slots: false, namespaces: [] }, {}, edit);
    const before = clone.text('wrangler.toml');
    await expect(carryOut()).rejects.toThrow(
      /^The dashboard could not be built\. [\s\S]*control\/dashboard\/main\.tsx:1:6: ERROR/,
    );
    expect([calls, clone.text('wrangler.toml')]).toEqual([[], before]);
  });

  it('gives the router a new secret before control, when only the router has one', async () => {
    const { carryOut, calls } = await prepared({ ...done, control: ['ADMIN_TOKEN'] });
    await carryOut();
    expect(calls).toEqual([
      'secret bulk --name sluice-router',
      'deploy -c control/wrangler.toml with secrets',
      'deploy -c wrangler.toml with secrets',
    ]);
  });

  it('makes a new secret for both, when only control has one', async () => {
    const { carryOut, calls } = await prepared({ ...done, router: [] });
    await carryOut();
    expect(calls).toEqual(['deploy -c control/wrangler.toml with secrets', 'deploy -c wrangler.toml with secrets']);
  });

  it('keeps a real id, and writes it into the file that lacks it', async () => {
    const edit = (clone: Clone) =>
      writeFileSync(join(clone.root, 'wrangler.toml'), clone.text('wrangler.toml').replace('0'.repeat(32), NAMESPACE));
    const { carryOut, calls, clone } = await prepared(done, {}, edit);
    await carryOut();
    expect(calls.filter((call) => call.startsWith('kv'))).toEqual([]);
    expect(clone.text('control/wrangler.toml')).toContain(`id = "${NAMESPACE}"`);
    await expect(prepared({ ...done, namespaces: [] }, {}, edit)).rejects.toThrow(`no KV namespace with the id ${NAMESPACE}`);
  });
});

describe('where a version comes from', () => {
  it('is what the caller and CI say, where there is no git', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bare-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(await originOf(folder, {}, {})).toEqual({});
    expect(await originOf(folder, { GITHUB_ACTOR: 'ada' }, { tag: 'v2', message: '🦥'.repeat(600) })).toEqual({
      tag: 'v2',
      message: '🦥'.repeat(500),
      author: 'ada',
    });
  });

  it.each([
    ['https://ada:secret@git.example/shop.git', 'git.example/shop'],
    ['git@git.example:shop/web.git', 'git.example/shop/web'],
    ['ssh://git@git.example:2222/shop', 'git.example:2222/shop'],
    [`https://git.example/${'x'.repeat(200)}`, 'x'.repeat(87)],
    ['/home/ada/shop', 'sluice-clone-'],
  ])('names the remote %s without what is nobody else’s business', async (remote, name) => {
    const clone = new Clone();
    onTestFinished(() => clone.remove());
    execFileSync('git', ['remote', 'set-url', 'origin', remote], { cwd: clone.root });
    const { source } = await originOf(clone.root, {}, {});
    expect(source).toMatch(/@[0-9a-f]{40}$/);
    expect(source?.slice(0, -41).replace(/(?<=clone-)\w+$/, '')).toBe(name);
  });
});

describe('the smoke check', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;

  async function check(answers: readonly Answer[], timeoutMs = 5_000) {
    let asked = 0;
    const server = createServer((request, response) => {
      answers[Math.min(asked++, answers.length - 1)]?.(request, response);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const router = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const token = async () => 'a-token';
    const result = await smoke({ router, path: '/', slot: 'green', versionId: 'v2', timeoutMs, token }).catch(
      (error: Error) => error.message,
    );
    return { result, asked };
  }
  const from =
    (slot: string, status = 200, version?: string): Answer =>
    (_, response) =>
      response.writeHead(status, { 'x-slot': slot, ...(version === undefined ? {} : { 'x-sluice-version': version }) });
  const problem =
    (type: string): Answer =>
    (_, response) =>
      response
        .writeHead(403, { 'content-type': 'application/problem+json' })
        .write(JSON.stringify({ type: `/problems/${type}` }));

  it('tries again until the version has propagated', async () => {
    const { result } = await check([from('green', 200, 'v1'), from('green', 200, 'v2')]);
    expect(result).toEqual({ attempts: 2, status: 200, version: 'v2' });
  });

  it('asks for a token where the policy wants one, and only then', async () => {
    const signed: Answer = (request, response) =>
      (request.headers['x-slot-token'] === 'a-token' ? from('green', 302) : problem('override-refused'))(request, response);
    expect(await check([signed])).toEqual({ result: { attempts: 1, status: 302, version: undefined }, asked: 2 });
    expect((await check([from('green')])).asked).toBe(1);
  });

  it.each<[string, Answer, RegExp]>([
    ['another slot', from('blue'), /blue answered in place of green/],
    ['an error', from('green', 500), /green answered \/ with status 500/],
    ['another version', from('green', 200, 'v1'), /version v1 in place of v2/],
    ['somebody else', (_, response) => response.writeHead(200), /is there a Sluice router/],
  ])('fails by %s', async (_, answer, words) => {
    expect((await check([answer], 0)).result).toMatch(words);
  });

  it('does not wait for what will not change', async () => {
    const { result, asked } = await check([problem('override-off')]);
    expect(result).toContain('--no-smoke');
    expect(asked).toBe(1);
  });
});
