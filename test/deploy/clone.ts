// A clone of its own for each story, since `npm run deploy` writes into it; and ways to run things there.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type Output, processIo } from '../../scripts/cli/io.ts';
import { run } from '../../scripts/cli/main.ts';
import { deploy } from '../../scripts/deploy/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['router', 'control', 'slots', 'scripts', 'wrangler.toml', 'package.json', 'tsconfig.json'];
const BUILT = ['control/dist', 'scripts/dist'];

const IO = processIo();

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A copy of what a clone has, under git, with one commit. */
export class Clone {
  readonly #running = new Set<ChildProcess>();
  readonly root = mkdtempSync(join(tmpdir(), 'sluice-clone-'));

  constructor() {
    // Without what was built: a deploy must need none of it. Nor what a wrangler keeps beside a config while it runs.
    const filter = (path: string) => !BUILT.includes(relative(ROOT, path)) && basename(path) !== '.wrangler';
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.root, name), { recursive: true, filter });
    symlinkSync(join(ROOT, 'node_modules'), join(this.root, 'node_modules'));
    const git = (...args: string[]) => execFileSync('git', args, { cwd: this.root, stdio: 'ignore', env: gitEnv() });
    git('init', '-b', 'main');
    git('remote', 'add', 'origin', 'https://someone:a-password@git.example/shop.git');
    git('add', 'wrangler.toml');
    git('commit', '-m', 'feat: sell more');
    git('tag', 'v1.2.3');
  }

  text(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Ends what still runs in it, which would hang without its folder, and deletes it. */
  remove(): void {
    for (const { pid } of this.#running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }

  /** `npm run deploy`, in this process. */
  deploy(env: Record<string, string>, ...args: string[]): Promise<Ended> {
    return heard((out, err) => {
      const around = { root: this.root, env: { ...bareEnv(), ...env }, ask: undefined };
      return deploy(args, { ...around, say: (line) => out(`${line}\n`), warn: err });
    });
  }

  /** `sluice …`, in this process. */
  sluice(env: Record<string, string>, ...args: string[]): Promise<Ended> {
    const output = (write: (text: string) => void): Output => ({
      write,
      isTerminal: false,
      colours: false,
      columns: () => 80,
      rows: () => 24,
    });
    return heard((out, err) => {
      const around = { root: this.root, env: { ...bareEnv(), ...env }, ask: undefined };
      return run(args, { ...IO, ...around, stdout: output(out), stderr: output(err) });
    });
  }

  /** Runs a script in the clone. */
  start(env: Record<string, string>, ...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'];
    const child = spawn(process.execPath, args, { cwd: this.root, stdio, detached: true, env: { ...bareEnv(), ...env } });
    this.#running.add(child);
    const heard = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      heard.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      heard.err += chunk;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#running.delete(child);
        resolve({ code: code ?? -1, ...heard });
      });
    });
    return { child, ended };
  }
}

async function heard(work: (out: (text: string) => void, err: (text: string) => void) => Promise<number>): Promise<Ended> {
  const texts = { out: '', err: '' };
  const code = await work(
    (text) => {
      texts.out += text;
    },
    (text) => {
      texts.err += text;
    },
  );
  return { code, ...texts };
}

// Neither this machine's login nor its CI nor its own Sluice.
function bareEnv(): Record<string, string> {
  const { PATH = '', TMPDIR } = process.env;
  const home = join(tmpdir(), 'sluice-nobody');
  // Wrangler is large: compiled once, it starts a fifth sooner.
  const cache = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') };
  return { PATH, HOME: home, XDG_CONFIG_HOME: home, ...cache, ...(TMPDIR === undefined ? {} : { TMPDIR }) };
}

function gitEnv(): Record<string, string> {
  const who = { NAME: 'Ada', EMAIL: 'ada@example.com', DATE: '2026-07-01T12:00:00Z' };
  const env = Object.entries(who).flatMap(([name, value]) =>
    [`GIT_AUTHOR_${name}`, `GIT_COMMITTER_${name}`].map((key) => [key, value]),
  );
  return { ...bareEnv(), ...Object.fromEntries(env) };
}
