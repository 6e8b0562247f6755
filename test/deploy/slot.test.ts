import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TOKEN } from '../flow/stack.ts';
import { newWorld, type World } from './world.ts';

let world: World;
/** What green answers as its version. */
let served = '';

beforeAll(async () => {
  world = await newWorld({ setUp: true });
  const { platform, stack } = world;
  platform.have('sluice-control', { ADMIN_TOKEN: TOKEN });
  for (const worker of ['sluice-blue', 'sluice-green']) platform.have(worker);
  const answer = await fetch(stack.base, { headers: { 'x-slot': 'green', 'x-slot-token': await token() } });
  served = answer.headers.get('x-sluice-version') ?? '';
  return () => world.close();
});

afterEach(() => {
  world.platform.failing = undefined;
  world.platform.onUpload = () => {};
  world.platform.uploads.length = 0;
  world.platform.calls.length = 0;
  world.platform.nextVersion.clear();
});

const deploy = (...args: string[]) => world.clone.sluice({ ...world.env, SLUICE_TOKEN: TOKEN }, 'deploy', ...args);
const view = async () => (await world.stack.api('GET', '/services/app')).body;
const token = async () => (await world.stack.api('POST', '/services/app/preview', { slot: 'green' })).body.token as string;

describe('sluice deploy', () => {
  it('gives the lease back when the upload fails', async () => {
    world.platform.failing = /^POST .*\/versions$/;
    const ended = await deploy();
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(
      /✓ green is leased until [\d:]+ \(\d+\.\d s\)\n✗ Upload of sluice-green failed .*\n✓ The lease of green is given back/,
    );
    expect(ended.err).toContain('The stand-in was told to fail here. [code: 10013]');
    expect(ended.err).toContain('Next  npx sluice deploy --slot green');
    expect((await view()).slots.green).toMatchObject({ lease: null, version: { versionId: 'v-green' } });
  });

  it('says when the platform took the version though wrangler failed', async () => {
    world.platform.failing = /^GET .*\/subdomain$/;
    const ended = await deploy();
    expect(ended.code).toBe(1);
    const [now] = world.platform.script('sluice-green').deployed.slice(-1);
    expect(ended.err).toContain(`sluice-green serves version ${now} now, which is not on record.`);
    expect((await view()).slots.green.lease).toBeNull();
  });

  it('gives the lease back when it is interrupted', async () => {
    const { child, ended } = world.clone.start({ ...world.env, SLUICE_TOKEN: TOKEN }, 'scripts/cli/bin.ts', 'deploy');
    world.platform.onUpload = async () => {
      expect((await view()).slots.green.lease).not.toBeNull();
      child.kill('SIGINT');
      await ended;
    };
    expect(await ended).toMatchObject({ code: 1 });
    expect((await ended).err).toContain('Interrupted while sluice-green was uploaded.');
    expect((await view()).slots.green.lease).toBeNull();
  });

  it('says what is in the slot when it cannot be recorded, and the command that records it', async () => {
    // Somebody sets another admin token while the upload is under way.
    world.platform.onUpload = async () => void world.platform.have('sluice-control', { ADMIN_TOKEN: 'another-token' });
    const ended = await deploy('--message', "it's new");
    expect(ended.code).toBe(1);
    const [now] = world.platform.script('sluice-green').deployed.slice(-1);
    expect(ended.err).toContain(`Version ${now} is in green now, but it is not on record`);
    const [, curl = ''] = /(curl .*)/.exec(ended.err) ?? [];
    world.platform.have('sluice-control', { ADMIN_TOKEN: TOKEN });
    await promisify(execFile)('sh', ['-c', `${curl} --fail -s`], { env: { ...process.env, SLUICE_TOKEN: TOKEN } });
    expect((await view()).slots.green.version).toMatchObject({ versionId: now, message: "it's new" });
  });

  it('deploys into no slot that somebody else uploads into', async () => {
    const { body: lease } = await world.stack.api('POST', '/services/app/deployments/lease', { slot: 'green' });
    const named = await deploy('--slot', 'green');
    expect(named.code).toBe(1);
    expect(named.err).toMatch(/leased/);
    const idle = await deploy();
    expect(idle.code).toBe(1);
    const forced = await deploy('--slot', 'green', '--force');
    expect(forced.code).toBe(1);
    expect(forced.err).toMatch(/^green is leased by admin until [\d:]+, for an upload into it/);
    expect(world.platform.calls).toEqual([]);
    await world.stack.api('DELETE', `/services/app/deployments/lease/${lease.lease}`);
  });

  it('asks where the router is, rather than check another', async () => {
    const ended = await world.clone.sluice({ SLUICE_URL: 'https://control.example', SLUICE_TOKEN: TOKEN }, 'deploy');
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('SLUICE_ROUTER_URL');
  });

  it('deploys no Worker under the name of another', async () => {
    const config = join(world.clone.root, 'mine.toml');
    writeFileSync(config, 'name = "mine"\nmain = "slots/index.ts"\ncompatibility_date = "2026-07-01"\n');
    const ended = await deploy('--slot', 'green', '--config', config);
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('mine.toml is the config of mine, but the Worker behind green is sluice-green.');
    expect(world.platform.calls).toEqual([]);
  });

  it('starts no release of a version that does not answer', async () => {
    const ended = await deploy('--release', '--smoke-timeout', '1');
    expect(ended.code).toBe(1);
    const { slots, release } = await view();
    const { versionId } = slots.green.version;
    expect(ended.err).toContain(`green answered, but with version ${served} in place of ${versionId}`);
    expect(ended.err).toContain('No release was started.');
    expect(world.platform.script('sluice-green').deployed.at(-1)).toBe(versionId);
    expect(release).toBeNull();
  });

  it('starts no release of a version that answers 500', async () => {
    world.platform.nextVersion.set('sluice-green', served);
    const headers = { 'x-slot': 'green', 'x-slot-token': await token() };
    const knobs = (init: RequestInit) => fetch(`${world.stack.base}/__fault`, { headers, ...init });
    await knobs({ method: 'POST', body: '{"errorRate":1}' });
    const ended = await deploy('--release', '--smoke-timeout', '1', '--smoke-path', '/health');
    await knobs({ method: 'DELETE' });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('green answered /health with status 500.');
    expect((await view()).release).toBeNull();
  });

  it('puts a version under visitors only by force', async () => {
    const refused = await deploy('--slot', 'blue');
    expect(refused.code).toBe(1);
    expect(world.platform.calls).toEqual([]);
    const forced = await deploy('--slot', 'blue', '--force', '--no-smoke', '--json');
    expect(forced.code).toBe(0);
    const { deployment } = JSON.parse(forced.out);
    expect(deployment).toMatchObject({ slot: 'blue', versionId: world.platform.script('sluice-blue').deployed.at(-1) });
    expect((await view()).slots.blue.version).toEqual(deployment);
  });

  it('tells in a dry run what it would do, without account and control', async () => {
    const ended = await world.clone.sluice({ SLUICE_URL: 'http://127.0.0.1:9' }, 'deploy', '--dry-run', '--release', 'cautious');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(
      /Which slot is idle is unknown .* Taking blue, the first\.\n✓ sluice-blue builds from slots\/blue\/wrangler\.toml/,
    );
    expect(ended.out).toContain(
      '  lease blue\n  deploy sluice-blue with wrangler\n  record its version in blue, with\n    tag     v1.2.3\n',
    );
    expect(ended.out).toContain('  check http://127.0.0.1:8787/ with x-slot: blue\n  start a release under cautious');
  });

  it('leases, uploads, records, checks and releases', async () => {
    world.platform.nextVersion.set('sluice-green', served);
    await world.stack.api('PUT', '/plans/quick', {
      stages: [{ weight: 100, soakSeconds: 1, minRequests: 0 }],
      onInsufficient: 'promote',
    });
    const ended = await deploy('--release', 'quick', '--wait', '--author', 'Grace');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(world.platform.uploads).toEqual(['sluice-green']);
    expect(world.platform.script('sluice-green').versions.at(-1)?.annotations).toEqual({
      'workers/tag': 'v1.2.3',
      'workers/message': 'feat: sell more',
    });
    expect(ended.out).toContain('✓ green answers / with status 200 and that version');
    expect(ended.out).toContain('Release 1 is completed');
    const { active, slots } = await view();
    expect(active).toBe('green');
    expect(slots.green).toMatchObject({ lease: null, version: { versionId: served, tag: 'v1.2.3', author: 'Grace' } });
  });
});
