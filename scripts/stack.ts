// The local stack's processes: two of `wrangler dev`, which find each other through a registry in the state folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const HOST = '127.0.0.1';
const READY_WAIT_MS = 60_000;
const STOP_WAIT_MS = 5_000;
const ROOT = join(import.meta.dirname, '..');
const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js');

/** One `wrangler dev`. */
export interface Part {
  readonly name: string;
  readonly url: string;
  readonly log: string;
  readonly child: ChildProcess;
}

/** What to start. */
export interface PartPlan {
  readonly name: string;
  readonly port: number;
  readonly stateDir: string;
  readonly configs: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
}

/** Whether nobody listens on a port of this machine. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

/** Starts one `wrangler dev`; its output goes to `<stateDir>/<name>.log`. */
export function startPart({ name, port, stateDir, configs, vars }: PartPlan): Part {
  const log = join(stateDir, `${name}.log`);
  const args = [
    'dev',
    ...configs.flatMap((config) => ['-c', config]),
    '--port',
    String(port),
    '--ip',
    HOST,
    '--inspector-port',
    '0',
  ];
  args.push('--persist-to', stateDir, '--show-interactive-dev-session=false', '--log-level', 'warn');
  for (const [key, value] of Object.entries(vars)) args.push('--var', `${key}:${value}`);
  const child = spawn(process.execPath, ['--import', join(ROOT, 'scripts/leash.ts'), WRANGLER, ...args], {
    cwd: ROOT,
    // A group of its own, so that what it started can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...quiet(stateDir) },
  });
  const out = createWriteStream(log);
  child.stdout?.pipe(out);
  child.stderr?.pipe(out);
  return { name, url: `http://${HOST}:${port}`, log, child };
}

// A registry of our own lets two stacks run side by side. Tracing makes each call of an object many times slower.
function quiet(stateDir: string): Record<string, string> {
  return {
    WRANGLER_REGISTRY_PATH: registryOf(stateDir),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    X_LOCAL_OBSERVABILITY: 'false',
    FORCE_COLOR: '0',
  };
}

function registryOf(stateDir: string): string {
  return join(stateDir, 'registry');
}

/**
 * Has every part look at the registry again. An entry is not written at once: a part that looked in the midst of it saw
 * none, and goes without that part until something changes there.
 */
export function touchRegistry(stateDir: string): void {
  const now = new Date();
  for (const entry of readdirSync(registryOf(stateDir))) {
    try {
      utimesSync(join(registryOf(stateDir), entry), now, now);
    } catch {
      // Its part has just ended.
    }
  }
}

/** Waits until a part answers `path`, whatever it says. @throws when it cannot come up, with the end of its log */
export async function ready(part: Part, path: string, headers: Record<string, string> = {}): Promise<void> {
  const until = Date.now() + READY_WAIT_MS;
  while (
    Date.now() < until &&
    part.child.exitCode === null &&
    part.child.signalCode === null &&
    !logOf(part).includes('Build failed')
  ) {
    const answered = await fetch(part.url + path, { headers, redirect: 'manual' }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  throw new Error(`${part.name} did not come up. The end of ${part.log}:\n${tail(part)}`);
}

/** Ends parts, by force after 5 s. */
export async function stop(parts: readonly Part[]): Promise<void> {
  const running = parts.map(({ child }) => child).filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = Promise.all(running.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  for (const child of running) child.kill('SIGTERM');
  await Promise.race([ended, sleep(STOP_WAIT_MS, undefined, { ref: false })]);
  for (const part of parts) endGroup(part);
}

/** Ends what is left of a part and of all it started, by force. */
export function endGroup({ child: { pid } }: Part): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}

/** What a part has logged. */
export function logOf({ log }: Part): string {
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}

/** What the Workers of a part have logged: of each line its message, and that of the error it tells of. */
export function saidBy(part: Part): string[] {
  return (logOf(part).match(LOGGED) ?? []).map(inWords);
}

/** The last lines of a part's log. */
export function tail(part: Part): string {
  return logOf(part).replace(LOGGED, inWords).trimEnd().split('\n').slice(-15).join('\n');
}

/** A line of router/log.ts, within whatever `wrangler dev` puts around it. */
const LOGGED = /\{"level":.*\}/g;

function inWords(line: string): string {
  try {
    const { message, error } = JSON.parse(line);
    return error === undefined ? message : `${message}: ${error.message}`;
  } catch {
    return line;
  }
}

/** Makes a state folder this process's own until it ends. @throws when another run has it */
export function claim(stateDir: string): void {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'pid');
  const owner = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (owner > 0 && isAlive(owner))
    throw new Error(`${stateDir} is in use by process ${owner}. End it, or set SLUICE_STATE_DIR to another folder.`);
  writeFileSync(file, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

// A process that was killed stays in the table until its parent has looked, which in a container may take for ever.
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // No /proc here.
    return false;
  }
}
