import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActionRun, runAction } from '../scripts/action-run.ts';
import { bearer, type Dev, fault, killAll, started, underLoad } from './local.ts';

// The GitHub Action as a workflow runs it: its bundle, a real control, visitors.
const TOKEN = 'sluice-dev';
const CI = {
  GITHUB_ACTOR: 'octocat',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'shop/app',
  GITHUB_RUN_ID: '42',
};

let dev: Dev;
beforeAll(async () => {
  dev = await started({}, [process.execPath, 'scripts/dev.ts']);
  const soaks = (seconds: number) => [20, 100].map((weight) => ({ weight, soakSeconds: seconds, minRequests: 5 }));
  for (const [plan, seconds] of [
    ['quick', 3],
    ['slow', 60],
  ] as const)
    await api('PUT', `/plans/${plan}`, { stages: soaks(seconds) });
});
afterAll(killAll);

async function api(method: string, path: string, body?: object) {
  const response = await fetch(`${dev.control}/v1${path}`, { method, headers: bearer, body: body ? JSON.stringify(body) : null });
  expect(response.ok).toBe(true);
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for
  return (await response.json()) as any;
}

async function action(inputs: Record<string, string>): Promise<ActionRun> {
  const run = await runAction({ 'control-url': dev.control, token: TOKEN, 'poll-interval': '0.2', ...inputs }, CI);
  // To be looked at as GitHub shows it.
  if (process.env.SLUICE_SUMMARIES) appendFileSync(process.env.SLUICE_SUMMARIES, `${run.lines.join('\n')}\n\n${run.summary}\n`);
  expect(run.lines[0]).toBe(`::add-mask::${TOKEN}`);
  expect([...run.lines.slice(1), run.summary, run.stderr].join('\n')).not.toContain(TOKEN);
  return run;
}

describe('the Action', () => {
  it('fails when its version is rolled back, and says why', async () => {
    await fault(dev, 'green', { errorRate: 1 });
    const { code, lines, outputs, summary } = await underLoad(dev, 60, action({ plan: 'slow', 'version-id': 'v-bad' }));
    await fault(dev, 'green', null);
    expect([code, outputs]).toEqual([
      1,
      { 'release-id': '1', 'release-url': `${dev.control}/services/app/releases/1`, status: 'rolled_back' },
    ]);
    expect(lines[1]).toBe('Version v-bad is recorded in green.');
    expect(lines.at(-1)).toMatch(
      /^::error title=Sluice::Release 1 was rolled back at stage 1 of 2 \(green 20 %25\); all visitors are on blue\. errors \w+: \d+ of \d+ requests on green failed/,
    );
    expect(summary).toMatch(/^## ✗ Release 1 rolled back: green v-bad\n/);
    expect(summary).toMatch(
      /\| 1 \| 20 % \| 1 min \| ✗ rolled back \| \d+ \| \*\*\d+\*\* \(\d+ %\) \|\n\| 2 \| 100 % \| 1 min \| ○ not reached \| – \| – \|/,
    );
  });

  it('does not release that version again when the job is run anew', async () => {
    const { code, lines, outputs } = await action({ plan: 'slow', 'version-id': 'v-bad' });
    expect([code, outputs['release-id'], outputs.status]).toEqual([1, '1', 'rolled_back']);
    expect(lines.at(-1)).toContain('No release was made: version v-bad in green was rolled back by release 1. errors ');
    expect((await api('GET', '/services/app/releases')).releases.length).toBe(1);
  });

  it('stays until its version is active, and records where it came from', async () => {
    const inputs = { plan: 'quick', 'version-id': 'v-good', slot: 'green', name: 'a <b> | c', service: 'app' };
    const { code, lines, outputs, summary } = await underLoad(dev, 60, action(inputs));
    expect([code, outputs.status]).toEqual([0, 'completed']);
    const told = lines.slice(1).map((line) => line.replace(/\..*/, ''));
    // A soak may be extended, where reports come late.
    expect([...new Set(told)]).toEqual([
      'Version v-good is recorded in green',
      'Release 2 is running at stage 1 of 2 (green 20 %)',
      'Release 2 is running at stage 2 of 2 (green 100 %)',
      'Release 2 is completed: green is active with 100 %',
    ]);
    expect(summary).toMatch(/The bake runs until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: should green fail/);
    expect(summary).toMatch(/\| 1 \| 20 % \| 3 s \| ✓ passed \| \d+ \| 0 \|\n\| 2 \| 100 % \| 3 s \| ✓ passed \| \d+ \| 0 \|/);
    expect(summary).toContain('“a &#60;b&#62; &#124; c”');
    const { active, slots } = await api('GET', '/services/app');
    const run = 'https://github.example/shop/app/actions/runs/42';
    expect([active, slots.green.version]).toEqual([
      'green',
      expect.objectContaining({ versionId: 'v-good', author: 'octocat', source: run }),
    ]);
    const { entries } = await api('GET', '/audit?limit=50');
    const made = entries.filter(({ action: did }: { action: string }) => did === 'release_created');
    expect(made[0].reason).toBe(`GitHub Actions, by octocat: ${run}`);
  });

  it('is told why not, while the bake runs', async () => {
    const { code, lines, outputs } = await action({});
    expect([code, outputs]).toEqual([1, {}]);
    expect(lines.at(-1)).toMatch(
      /^::error title=Sluice::Bake running: The bake of green runs until .* Run this job again after \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$/,
    );
  });
});
