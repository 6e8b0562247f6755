// `npm run dev` itself, as a user runs it, on free ports and with a state folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { isFree } from '../../scripts/stack.ts';

/** The clone's root. */
export const ROOT = join(import.meta.dirname, '../..');
const running: ChildProcess[] = [];

/** Below the range that the system hands out by itself, where a port that is free now may be taken a second later. */
const FIRST_PORT = 10_000;
const PORTS = 20_000;
let nextPort = process.pid * 100;

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + (nextPort++ % PORTS);
    if (await isFree(port)) return port;
  }
}

/** A local run. */
export interface Dev {
  readonly child: ChildProcess;
  readonly router: string;
  readonly control: string;
  readonly state: string;
  readonly output: () => string;
}

/** Starts a local run; it may still fail. */
export async function start(
  env: Record<string, string> = {},
  [command = '', ...args]: readonly string[] = ['npm', 'run', 'dev'],
): Promise<Dev> {
  const [router, control] = [await freePort(), await freePort()];
  const state = mkdtempSync(join(tmpdir(), 'sluice-dev-'));
  const ports = { SLUICE_ROUTER_PORT: String(router), SLUICE_CONTROL_PORT: String(control), SLUICE_STATE_DIR: state };
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...ports, ...env }, detached: true });
  running.push(child);
  let output = '';
  child.stdout?.on('data', (data) => (output += data));
  child.stderr?.on('data', (data) => (output += data));
  return { child, router: `http://127.0.0.1:${router}`, control: `http://127.0.0.1:${control}`, state, output: () => output };
}

/** Starts a local run and waits until it is ready. */
export async function started(...how: Parameters<typeof start>): Promise<Dev> {
  const dev = await start(...how);
  await vi.waitFor(() => expect(dev.output()).toContain('\nready\n'), { timeout: 40_000, interval: 50 });
  return dev;
}

/** The exit code of a process, once it has ended. */
export const exit = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)));

/** A process of this machine. */
export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** Processes whose command line names the stack's state folder. */
export function processesOf({ state }: Dev): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    const command = /^\d+$/.test(name) ? commandOf(name) : '';
    return command.includes(state) ? [{ pid: Number(name), command }] : [];
  });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** What calls of the local API carry. */
export const bearer = { authorization: 'Bearer sluice-dev' };

/** Visitors of a local run, until `work` is done. */
export async function underLoad<T>({ router }: Dev, perSecond: number, work: Promise<T>): Promise<T> {
  let busy = true;
  const visits: Promise<unknown>[] = [];
  const done = work.finally(() => {
    busy = false;
  });
  while (busy) {
    // Each on a connection of its own: `wrangler dev` ends where one that was idle for 5 s is used as it is dropped.
    visits.push(fetch(router, { headers: { connection: 'close' } }).then((response) => response.text()));
    await sleep(1000 / perSecond);
  }
  await Promise.all(visits);
  return done;
}

/** Has a slot of a local run fail as told; `null` mends it. */
export function fault({ router }: Dev, slot: string, knobs: object | null): Promise<Response> {
  return fetch(`${router}/__fault`, {
    method: knobs === null ? 'DELETE' : 'POST',
    headers: { 'x-slot': slot },
    body: knobs === null ? null : JSON.stringify(knobs),
  });
}

/** Ends every local run by force, with all it started. */
export function killAll(): void {
  for (const { pid } of running.splice(0)) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}
