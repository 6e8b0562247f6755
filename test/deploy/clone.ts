// A clone of its own for each story, since `npm run deploy` writes into it; and ways to run things there.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Output, processIo } from '../../scripts/cli/io.ts';
import { run as runCli } from '../../scripts/cli/main.ts';

const ROOT = join(import.meta.dirname, '../..');
const COPIED = ['router', 'control', 'slots', 'scripts', 'wrangler.toml', 'package.json'];

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A copy of what a clone has, under git, with one commit. */
export class Clone {
  readonly root = mkdtempSync(join(tmpdir(), 'sluice-clone-'));

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.root, name), { recursive: true });
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

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** `npm run deploy`, without npm. */
  deploy(env: Record<string, string>, ...args: string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['scripts/deploy.ts', ...args], {
        cwd: this.root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...bareEnv(), ...env },
      });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        out += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        err += chunk;
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
    });
  }

  /** `sluice …`, in this process. */
  async sluice(env: Record<string, string>, ...args: string[]): Promise<Ended> {
    let out = '';
    let err = '';
    const output = (write: (text: string) => void): Output => ({
      write: (text) => write(stripVTControlCharacters(text)),
      isTerminal: false,
      colours: false,
      columns: () => 80,
      rows: () => 24,
    });
    const stdout = output((text) => {
      out += text;
    });
    const stderr = output((text) => {
      err += text;
    });
    const io = { ...processIo(), root: this.root, env: { ...bareEnv(), ...env }, ask: undefined, stdout, stderr };
    const code = await runCli(args, io);
    return { code, out, err };
  }
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
