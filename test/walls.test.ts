import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
/** Minified, the router must stay small enough to start at once. */
const ROUTER_BYTES = 30 * 1024;

interface Import {
  readonly from: string;
  /** A path from the root, or the name of a package. */
  readonly to: string;
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => /\.tsx?$/.test(file));
}

function importsOf(file: string): Import[] {
  const code = readFileSync(join(ROOT, file), 'utf8');
  // Not behind a quote: there it is the text 'from'.
  const found = code.matchAll(/(?<!')(?:from|import)\s*\(?\s*'([^'\n]+)'/g);
  return [...found].map(([, to = '']) => ({ from: file, to: to.startsWith('.') ? normalize(join(dirname(file), to)) : to }));
}

const imports = ['router', 'control', 'slots', 'scripts'].flatMap(filesOf).flatMap(importsOf);
const within = (folder: string) => imports.filter(({ from }) => from.startsWith(`${folder}/`));
const names = (list: readonly Import[]) => list.map(({ from, to }) => `${from} → ${to}`);
const contracts = /^router\/(services|split|report|histogram|problem|log)\.ts$/;

describe('walls', () => {
  it('finds the imports it is about', () => {
    expect(imports.length).toBeGreaterThan(80);
    expect(names(imports)).toContain('router/index.ts → router/assign.ts');
  });

  it.each<[string, (i: Import) => boolean]>([
    ['slots import nothing outside their folder', ({ from, to }) => from.startsWith('slots/') && !to.startsWith('slots/')],
    [
      'the router imports nothing outside its folder but the runtime',
      ({ from, to }) => from.startsWith('router/') && !to.startsWith('router/') && to !== 'cloudflare:workers',
    ],
    [
      'control/core imports itself and the contracts',
      ({ from, to }) =>
        from.startsWith('control/core/') && !to.startsWith('control/core/') && !/^router\/(split|report|histogram)\.ts$/.test(to),
    ],
    [
      'control imports of the router only its contracts',
      ({ from, to }) => from.startsWith('control/') && to.startsWith('router/') && !contracts.test(to),
    ],
    [
      'control imports nothing of slots or scripts',
      ({ from, to }) => from.startsWith('control/') && /^(slots|scripts)\//.test(to),
    ],
    [
      'scripts import nothing of router or slots, but that the simulator builds reports',
      ({ from, to }) =>
        from.startsWith('scripts/') &&
        /^(router|slots)\//.test(to) &&
        !(from.startsWith('scripts/simulate/') && /^router\/(report|histogram)\.ts$/.test(to)),
    ],
    [
      'the simulator imports of control only its core, which is pure, and types',
      ({ from, to }) =>
        from.startsWith('scripts/simulate/') && to.startsWith('control/') && !/^control\/(core\/|api\/types\.ts)/.test(to),
    ],
    [
      'the dashboard, which runs in browsers, imports of control only what is pure: schemas, types, words, core',
      ({ from, to }) =>
        from.startsWith('control/dashboard/') &&
        !/^control\/(dashboard\/|core\/|(setting-)?words\.ts|api\/(types|parts|\w+-answers|answers|schemas|\w+-schemas)\.ts)/.test(
          to,
        ) &&
        !/^(preact|uplot|zod)(\/|$)/.test(to),
    ],
    [
      'nothing else imports the dashboard',
      ({ from, to }) => to.startsWith('control/dashboard/') && !from.startsWith('control/dashboard/'),
    ],
    ['only durable.ts imports itty-durable', ({ from, to }) => to.startsWith('itty-') && from !== 'control/durable.ts'],
    [
      'only transition.ts carries out commands',
      ({ from, to }) => to === 'control/core/commands.ts' && from !== 'control/core/transition.ts',
    ],
    [
      'only transition.ts decides with object state',
      ({ from, to }) =>
        /^control\/core\/(change|collect)\.ts$/.test(to) && !/^control\/(core\/|api\/views|object|store)/.test(from),
    ],
  ])('%s', (_, breaks) => expect(names(imports.filter(breaks))).toEqual([]));

  // The simulator runs the very engine that control runs; figures are told in the same words everywhere.
  const typed = filesOf('scripts').filter((file) => !file.startsWith('scripts/simulate/'));
  it.each(typed.filter((file) => importsOf(file).some(({ to }) => to.startsWith('control/'))))(
    '%s imports only types and words of control',
    (file) => {
      const code = readFileSync(join(ROOT, file), 'utf8');
      expect(code.match(/^import (?!type )[^;]*control\/(?!(?:setting-)?words\.ts)[^;]*;/gm) ?? []).toEqual([]);
    },
  );

  it.each(filesOf('control/core'))('%s is pure', (file) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).not.toMatch(/Date\.now|new Date|Math\.random|crypto\.|fetch\(|console\./);
  });

  it('only log.ts writes to the console, of router and control', () => {
    const talking = ['router', 'control']
      .flatMap(filesOf)
      .filter((file) => /\bconsole\b/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(talking).toEqual(['router/log.ts']);
  });

  it('only publish.ts writes to KV', () => {
    const writers = within('control')
      .concat(within('router'))
      .map(({ from }) => from);
    const writing = [...new Set(writers)].filter((file) =>
      /\.put\(splitKey|SPLITS\.put|kv\.put/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(writing).toEqual(['control/publish.ts']);
  });

  it('only the router reads KV on the way of a request, and only in load.ts', () => {
    const readers = filesOf('router').filter((file) => /kv\?*\.get\(/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(readers).toEqual(['router/load.ts']);
  });

  it('keeps files under 300 lines', () => {
    const long = ['router', 'control', 'slots', 'scripts']
      .flatMap(filesOf)
      .filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 300);
    expect(long.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it('keeps the router small', async () => {
    const { outputFiles } = await build({
      entryPoints: [join(ROOT, 'router/index.ts')],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      external: ['cloudflare:*'],
    });
    expect(outputFiles[0]?.contents.byteLength).toBeLessThan(ROUTER_BYTES);
  });
});
