// The local stack's processes: two of `wrangler dev`, which find each other through a registry in the state folder.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
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
  mkdirSync(stateDir, { recursive: true });
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
    WRANGLER_REGISTRY_PATH: join(stateDir, 'registry'),
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    X_LOCAL_OBSERVABILITY: 'false',
    FORCE_COLOR: '0',
  };
}

/** Waits until `path` answers 2xx. @throws when the part ends or a minute has passed, with the end of its log */
export async function ready(part: Part, path: string, headers: Record<string, string> = {}): Promise<void> {
  const until = Date.now() + READY_WAIT_MS;
  while (Date.now() < until && part.child.exitCode === null) {
    const answered = await fetch(part.url + path, { headers }).then(
      (r) => r.ok,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  throw new Error(`${part.name} did not come up. The end of ${part.log}:\n${tail(part.log)}`);
}

/** Ends parts, by force after 5 s. */
export async function stop(parts: readonly Part[]): Promise<void> {
  const running = parts.map(({ child }) => child).filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = Promise.all(running.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  for (const child of running) child.kill('SIGTERM');
  await Promise.race([ended, sleep(STOP_WAIT_MS, undefined, { ref: false })]);
  for (const child of running) child.kill('SIGKILL');
}

/** The last lines of a log. */
export function tail(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  } catch {
    return '(no log)';
  }
}
