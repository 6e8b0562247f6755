// A Chromium for the tests: the one that is named, the machine's own, or the one that comes as a package, which needs neither
// network nor root.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { ROOT } from '../flow/local.ts';

const OF_THE_MACHINE = '/usr/bin/chromium';
const PACKAGE = join(ROOT, 'node_modules/@sparticuz/chromium');
const CACHE = join(ROOT, 'node_modules/.cache/chromium');

/** A Chromium, and what it needs around it. */
export interface Chromium {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Finds a Chromium; the packaged one is unpacked first, unless an earlier run has. */
export async function findChromium(): Promise<Chromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) return { path: named, env: {} };
  if (existsSync(OF_THE_MACHINE)) return { path: OF_THE_MACHINE, env: {} };
  const folder = await unpacked();
  // Libraries that a bare machine has not.
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_PATH: join(folder, 'fonts') },
  };
}

/** Starts a Chromium. @throws saying what to do when it does not start */
export async function launch({ path, env }: Chromium): Promise<Browser> {
  try {
    return await chromium.launch({ executablePath: path, env: { ...process.env, ...env } });
  } catch (error) {
    // Playwright tells its whole command line, thrice; what the browser itself said is what helps.
    const said = [...stripVTControlCharacters(String(error)).matchAll(/\[err\] (.*)/g)].map(([, line]) => `\n${line}`);
    const help = 'Install Chromium (apt-get install chromium), or set CHROMIUM_PATH to one that does.';
    throw new Error(`${path} does not start. ${help}${[...new Set(said)].join('')}`);
  }
}

async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const folder = join(CACHE, version);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const half = mkdtempSync(join(CACHE, 'half-'));
  try {
    await unpackInto(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

// The package unpacks into the folder for temporary files, and changes the environment: both only of a process of its own.
async function unpackInto(folder: string): Promise<void> {
  const code = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const env = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' };
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT, env });
  // Its own names folders of another machine. Fonts of this one, where there are any, have the signs that its one font lacks.
  writeFileSync(
    join(folder, 'fonts/fonts.conf'),
    '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n' +
      `<fontconfig><dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir><cachedir>${CACHE}/fonts</cachedir></fontconfig>\n`,
  );
}
