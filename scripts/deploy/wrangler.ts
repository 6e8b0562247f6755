// Runs wrangler, and reads what it leaves behind: its exit, its words, and its output file of one JSON object a line.
// Never asks, never sends metrics. Secrets travel in a file that only this user can read, and are gone afterwards.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { EXIT, Failure } from '../cli/failure.ts';

/** An entry of wrangler's output file: only what is looked at here. */
export interface OutputEntry {
  readonly type: string;
  /** Of `deploy`. `null` where wrangler let it be. */
  readonly version_id?: string | null;
  /** Of `deploy`: addresses, routes and schedules. */
  readonly targets?: readonly string[];
  /** Of `command-failed`: the platform's code, where the platform refused. */
  readonly code?: number;
}

/** How a run of wrangler went. */
export interface Run {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, as they came, without colours. */
  readonly output: string;
  readonly entries: readonly OutputEntry[];
}

/** Runs wrangler with these arguments; `input` goes to its stdin. */
export type Wrangler = (args: readonly string[], input?: string) => Promise<Run>;

/** Where to run wrangler, and who listens. */
export interface WranglerPlace {
  /** The clone's root: its wrangler is run, there. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the run. */
  readonly signal?: AbortSignal;
  /** Hears both streams as they come. */
  readonly hear?: (text: string) => void;
}

/** A Worker to deploy. */
export interface Upload {
  readonly worker: string;
  /** Path of its wrangler config, from the root or absolute. */
  readonly config: string;
  readonly tag?: string;
  readonly message?: string;
  /** Set together with the code; those that are not named stay as they are. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** What the platform took. */
export interface Uploaded {
  readonly versionId: string;
  readonly targets: readonly string[];
}

/** The platform refuses longer tags. */
const MAX_TAG_BYTES = 100;
const SHOWN_LINES = 15;
/** The platform's codes for a Worker that is not there. */
const NO_SUCH_WORKER = [10007, 10090];

/** The wrangler of the clone. */
export function wranglerIn({ root, env, signal, hear }: WranglerPlace): Wrangler {
  return async (args, input) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
    const outputFile = join(folder, 'output.ndjson');
    try {
      const { code, stdout, output } = await new Promise<{ code: number | null; stdout: string; output: string }>(
        (resolve, reject) => {
          const child = spawn(process.execPath, [join(root, 'node_modules/wrangler/wrangler-dist/cli.js'), ...args], {
            cwd: root,
            stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
            env: { ...env, ...quiet(outputFile) },
          });
          const end = () => child.kill('SIGTERM');
          let stdout = '';
          let output = '';
          const take = (chunk: string) => {
            output += chunk;
            hear?.(chunk);
          };
          child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
            stdout += chunk;
            take(chunk);
          });
          child.stderr?.setEncoding('utf8').on('data', take);
          // Wrangler may end before it has read its input.
          child.stdin?.on('error', () => {}).end(input);
          signal?.addEventListener('abort', end);
          if (signal?.aborted) end();
          child.once('error', reject);
          child.once('close', (code) => {
            signal?.removeEventListener('abort', end);
            resolve({ code, stdout, output });
          });
        },
      );
      return { ok: code === 0, stdout, output: stripVTControlCharacters(output), entries: entriesOf(outputFile) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

function quiet(outputFile: string): Record<string, string> {
  return {
    WRANGLER_OUTPUT_FILE_PATH: outputFile,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    FORCE_COLOR: '0',
    CI: '1',
  };
}

function entriesOf(file: string): OutputEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as OutputEntry);
}

/**
 * Builds and deploys a Worker.
 * @throws Failure with the end of wrangler's output
 */
export async function upload(wrangler: Wrangler, { worker, config, tag, message, secrets }: Upload): Promise<Uploaded> {
  const args = ['deploy', '-c', config];
  if (tag !== undefined) args.push(`--tag=${clipped(tag)}`);
  if (message !== undefined) args.push(`--message=${message}`);
  const run = await withSecrets(secrets, (file) => wrangler(file === undefined ? args : [...args, '--secrets-file', file]));
  const done = run.entries.find(({ type }) => type === 'deploy');
  if (!run.ok || typeof done?.version_id !== 'string') throw failed(run, `wrangler could not deploy ${worker}`);
  return { versionId: done.version_id, targets: done.targets ?? [] };
}

async function withSecrets<T>(
  secrets: Readonly<Record<string, string>> | undefined,
  work: (file: string | undefined) => Promise<T>,
): Promise<T> {
  if (secrets === undefined || Object.keys(secrets).length === 0) return work(undefined);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  try {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function clipped(tag: string): string {
  let kept = tag;
  while (Buffer.byteLength(kept) > MAX_TAG_BYTES) kept = [...kept].slice(0, -1).join('');
  return kept;
}

/**
 * The version that a Worker serves now; `undefined` when there is no such Worker.
 * @throws Failure when wrangler cannot tell
 */
export async function versionServed(wrangler: Wrangler, worker: string): Promise<string | undefined> {
  const run = await wrangler(['deployments', 'status', '--name', worker, '--json']);
  if (run.ok) {
    const { versions } = jsonIn<{ versions: { version_id: string; percentage: number }[] }>(run, 'deployments');
    return versions.toSorted((a, b) => b.percentage - a.percentage)[0]?.version_id;
  }
  if (isMissing(run)) return undefined;
  throw failed(run, `wrangler could not tell what ${worker} serves`);
}

/** Whether a run failed because the account has no such Worker. */
export function isMissing({ entries }: Run): boolean {
  return entries.some(({ type, code }) => type === 'command-failed' && code !== undefined && NO_SUCH_WORKER.includes(code));
}

/**
 * What a run printed as JSON.
 * @throws Failure when that was something else
 */
export function jsonIn<T>(run: Run, what: string): T {
  try {
    return JSON.parse(run.stdout) as T;
  } catch {
    throw failed(run, `wrangler's list of ${what} could not be read`);
  }
}

/** The failure that a run of wrangler is, with the end of what it said. */
export function failed(run: Run, what: string): Failure {
  const anonymous = /CLOUDFLARE_API_TOKEN|wrangler login|not logged in/i.test(run.output);
  const next = anonymous ? 'Log in with "npx wrangler login", or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.' : undefined;
  return new Failure(EXIT.failed, `${what}. The end of what it said:\n${endOf(run.output)}`, next);
}

function endOf(output: string): string {
  const lines = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/If you think this is a bug|Logs were written/.test(line));
  return lines
    .slice(-SHOWN_LINES)
    .map((line) => `  | ${line.trimEnd()}`)
    .join('\n');
}
