import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bearer, type Dev, fault, killAll, processesOf, ROOT, started, underLoad } from './local.ts';

// Releases as people run them: the local run, visitors, and the CLI.
let dev: Dev;
beforeAll(async () => {
  dev = await started({}, [process.execPath, 'scripts/dev.ts']);
});
afterAll(killAll);

interface Ended {
  readonly code: number;
  readonly out: string;
}

/** Runs `sluice` as it is bundled on install. */
function sluice(...args: string[]): Promise<Ended> {
  const env = { ...process.env, SLUICE_URL: dev.control, SLUICE_TOKEN: 'sluice-dev', SLUICE_ROUTER_URL: dev.router };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(ROOT, 'scripts/dist/sluice.js'), ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, out: stdout + stderr }),
    );
  });
}

async function release(id: number) {
  const response = await fetch(`${dev.control}/v1/services/app/releases/${id}`, { headers: bearer });
  return (await response.json()) as { state: string; stage: { soakedSeconds: number } };
}

describe('a release over the CLI', () => {
  it('runs through its stages under load, and wait ends with 0', async () => {
    const { code, out } = await underLoad(dev, 80, sluice('release', 'start', '--stages', '10:3:10,50:3:10,100:3:10', '--wait'));
    expect([code, out]).toEqual([0, expect.stringMatching(/completed/i)]);
    expect((await sluice('current-slot')).out.trim()).toContain('green');
    const { out: why } = await sluice('release', 'explain');
    expect(why).toMatch(/green served \d+\s+requests,\s+0\s+of\s+them\s+failed/);
  });

  it('is refused while the bake runs, with the way out', async () => {
    const { code, out } = await sluice('release', 'start');
    expect(code).toBe(1);
    expect(out).toContain('The bake of green runs');
    expect(out).toContain('--force');
  });

  it('is rolled back when the candidate fails: wait ends with 3, and explain says why', async () => {
    await fault(dev, 'blue', { errorRate: 1 });
    const { code, out } = await underLoad(dev, 50, sluice('release', 'start', '--stages', '20:60,100:60', '--force', '--wait'));
    expect([code, out]).toEqual([3, expect.stringMatching(/rolled back/i)]);
    const explained = await sluice('release', 'explain', '2');
    expect(explained.out).toMatch(/requests\s+on\s+blue\s+failed/);
    await fault(dev, 'blue', null);
  });

  it('waits for approval over a kill of everything, and keeps its soak while paused', async () => {
    const begun = await underLoad(
      dev,
      60,
      sluice('release', 'start', '--slot', 'blue', '--stages', '10:1:5:manual,100:60').then(async (ended) => {
        await vi.waitFor(async () => expect((await release(3)).state).toBe('awaiting_approval'), { timeout: 10_000 });
        return ended;
      }),
    );
    expect(begun.code).toBe(0);
    dev.child.kill('SIGKILL');
    await vi.waitFor(() => expect(processesOf(dev)).toEqual([]), { timeout: 10_000 });
    dev = await started({ SLUICE_STATE_DIR: dev.state }, [process.execPath, 'scripts/dev.ts']);
    expect((await release(3)).state).toBe('awaiting_approval');
    expect((await sluice('release', 'approve', '3')).code).toBe(0);
    await sleep(1500);
    expect((await sluice('release', 'pause')).code).toBe(0);
    const { state, stage } = await release(3);
    await sleep(1500);
    expect([state, (await release(3)).stage.soakedSeconds]).toEqual(['paused', stage.soakedSeconds]);
    expect((await sluice('release', 'abort', '--yes')).code).toBe(0);
    expect((await sluice('release', 'wait', '3')).code).toBe(3);
  });

  it('waits no longer than it is told', async () => {
    expect((await sluice('release', 'retry', '3')).out).toContain('was rolled back');
    expect((await sluice('release', 'retry', '3', '--force')).code).toBe(0);
    expect((await sluice('release', 'wait', '--timeout', '1')).code).toBe(4);
    expect((await sluice('status', '--url', 'http://127.0.0.1:9')).code).toBe(5);
    expect((await sluice('release', 'frobnicate')).code).toBe(2);
  });
});
