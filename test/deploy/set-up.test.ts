import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Clone } from './clone.ts';
import { newWorld, type World } from './world.ts';

const FILES = ['wrangler.toml', 'control/wrangler.toml'];

const secretsOf = ({ platform }: World, worker: string) => Object.fromEntries(platform.script(worker).secrets);
/** Path → text, of what control has as assets. */
const pageOf = ({ platform }: World) => {
  const { files = new Map() } = platform.script('sluice-control').versions.at(-1)?.assets ?? {};
  return Object.fromEntries([...files].map(([path, { bytes }]) => [path, String(bytes)]));
};
const viewOf = async ({ stack }: World) => (await stack.api('GET', '/services/app')).body;

// Side by side, since each mostly waits for wrangler to start.
describe.concurrent('npm run deploy', () => {
  it('sets an empty account up, and changes nothing but code when it is run again', async ({ expect, onTestFinished }) => {
    const world = await newWorld({ deaf: 1 });
    onTestFinished(world.close);
    const { clone, platform, env } = world;
    const before = clone.text('control/wrangler.toml');
    const first = await clone.deploy(env, '--yes');
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(platform.uploads).toEqual(['sluice-blue', 'sluice-green', 'sluice-control', 'sluice-router']);
    for (const line of [
      '1  KV        sluice-router-splits will be made, its id written into wrangler.toml and control/wrangler.toml',
      'sluice-green will be made from slots/green/wrangler.toml',
      '3  control   sluice-control will be made, with a new secret ADMIN_TOKEN and OVERRIDE_SECRET',
    ])
      expect(first.out).toContain(line);

    // One namespace, named in both files; nothing else in them changed.
    const [[id, title] = []] = [...platform.namespaces];
    expect(title).toBe('sluice-router-splits');
    expect(clone.text('control/wrangler.toml')).toBe(before.replace('0'.repeat(32), String(id)));
    expect(clone.text('wrangler.toml')).toContain(`id = "${id}"`);

    // Secrets: good ones, the same where they must agree; only the admin token is told, once.
    const { ADMIN_TOKEN: token = '', OVERRIDE_SECRET: override = '' } = secretsOf(world, 'sluice-control');
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(override).toMatch(/^[0-9a-f]{64}$/);
    expect(secretsOf(world, 'sluice-router')).toEqual({ OVERRIDE_SECRET: override });
    expect(first.out.split(token)).toHaveLength(2);
    expect(first.out).not.toContain(override);

    // The dashboard went out with control, whole, as it was built from this clone; the others have no assets.
    const page = pageOf(world);
    const [css = '', js = ''] = [...(page['/index.html'] ?? '').matchAll(/"(\/assets\/main-[A-Z0-9]{8}\.\w+)"/g)].map(
      ([, path]) => path,
    );
    expect(Object.keys(page).sort()).toEqual([js, css, '/icon.svg', '/index.html'].sort());
    expect([page[css], page[js]]).toEqual([expect.stringContaining('.brand'), expect.stringContaining('To the content')]);
    expect(platform.assets.uploads.sort()).toEqual(
      Object.keys(page)
        .map((path) => `sluice-control ${path}`)
        .sort(),
    );
    const { assets, bindings } = platform.script('sluice-control').versions.at(-1) ?? {};
    expect(assets?.config).toMatchObject({ _headers: clone.text('control/dashboard/_headers') });
    expect(bindings).toContainEqual({ name: 'ASSETS', type: 'assets' });
    expect(first.out).toContain(`\nThe dashboard is at ${env.SLUICE_URL}/\n`);

    // Control has both versions on record, and has written the split.
    const app = await viewOf(world);
    expect(app).toMatchObject({ active: 'blue', split: { weights: { blue: 100, green: 0 } } });
    expect(app.slots.green.version).toMatchObject({
      versionId: platform.script('sluice-green').deployed[0],
      tag: 'v1.2.3-dirty',
      message: 'feat: sell more',
      author: 'Ada <ada@example.com>',
    });
    expect(app.slots.green.version.source).toMatch(/^git\.example\/shop@[0-9a-f]{40}-dirty$/);
    expect(await platform.keys()).toEqual(['split:app']);

    platform.uploads.length = 0;
    platform.assets.uploads.length = 0;
    const files = FILES.map((path) => clone.text(path));
    const second = await clone.deploy(env, '--yes');
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(second.out).toContain('sluice-blue is there, stays as it is');
    expect(platform.uploads).toEqual(['sluice-control', 'sluice-router']);
    expect(platform.assets.uploads).toEqual([]);
    expect(pageOf(world)).toEqual(page);
    expect(platform.namespaces.size).toBe(1);
    expect(FILES.map((path) => clone.text(path))).toEqual(files);
    expect(secretsOf(world, 'sluice-control')).toEqual({ ADMIN_TOKEN: token, OVERRIDE_SECRET: override });
    expect(secretsOf(world, 'sluice-router')).toEqual({ OVERRIDE_SECRET: override });
    expect(second.out).not.toContain(token);
    expect((await viewOf(world)).split.revision).toBe(app.split.revision);
  });

  it('goes on where it failed, part by part, and loses no secret', async ({ expect, onTestFinished }) => {
    const world = await newWorld();
    onTestFinished(world.close);
    const { clone, platform, env } = world;
    const failAt = async (matching: RegExp, more: Record<string, string> = {}) => {
      platform.failing = matching;
      const ended = await clone.deploy({ ...env, ...more }, '--yes', '--wait', '5');
      platform.failing = undefined;
      expect(ended.code).toBe(1);
      expect(ended.err).toContain('A request to the Cloudflare API');
      expect(ended.err).toContain('it goes on where it stopped');
      return ended;
    };
    await failAt(/^PUT .*\/sluice-green$/);
    expect(platform.uploads).toEqual(['sluice-blue']);

    const atControl = await failAt(/^PUT .*\/sluice-control$/);
    expect(atControl.out).not.toContain('SLUICE_TOKEN');

    // Its code and secrets are there, its schedule is not: wrangler fails, and the token would be lost if it were not told.
    const atCron = await failAt(/schedules$/);
    const { ADMIN_TOKEN: token = '' } = secretsOf(world, 'sluice-control');
    expect(atCron.out).toContain(`export SLUICE_TOKEN=${token}`);

    await failAt(/^PUT .*\/sluice-router$/, { SLUICE_TOKEN: token });
    expect((await viewOf(world)).active).toBe('blue');

    // What was built for the runs before is not what goes out.
    appendFileSync(join(clone.root, 'control/dashboard/style.css'), '.of-the-last-run { color: red; }');
    const last = await clone.deploy({ ...env, SLUICE_TOKEN: token }, '--yes');
    expect(last).toMatchObject({ code: 0, err: '' });
    const counts = Object.fromEntries([...platform.scripts].map(([name, { versions }]) => [name, versions.length]));
    expect(counts).toEqual({ 'sluice-blue': 1, 'sluice-green': 1, 'sluice-control': 3, 'sluice-router': 1 });
    expect(platform.namespaces.size).toBe(1);
    expect(Object.values(pageOf(world)).join('\n')).toContain('.of-the-last-run');
    expect(secretsOf(world, 'sluice-control').ADMIN_TOKEN).toBe(token);
    expect(secretsOf(world, 'sluice-router').OVERRIDE_SECRET).toBe(secretsOf(world, 'sluice-control').OVERRIDE_SECRET);
    const { deployments } = (await world.stack.api('GET', '/services/app/deployments?kind=version')).body;
    expect(deployments).toHaveLength(2);
  });
});

describe('npm run deploy, with nothing and nobody', () => {
  it('does nothing where nobody can say yes', async ({ onTestFinished }) => {
    const clone = new Clone();
    onTestFinished(() => clone.remove());
    const { ended: ending } = clone.start({}, 'scripts/deploy.ts');
    const ended = await ending;
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain('npm run deploy -- --yes');
  });

  it('builds everything in a dry run, also without an account', async ({ onTestFinished }) => {
    const clone = new Clone();
    onTestFinished(() => clone.remove());
    const ended = await clone.deploy({}, '--dry-run');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain('Log in with "npx wrangler login"');
    for (const worker of ['sluice-blue', 'sluice-green', 'sluice-control', 'sluice-router'])
      expect(ended.out).toContain(`✓ ${worker} builds`);
  });
});
