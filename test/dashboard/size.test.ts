import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** All that a browser loads to show any page of the dashboard, gzipped: it must be there at once, also on a phone. */
const PAGE_BYTES = 120 * 1024;

it('the page is small', () => {
  // Built by test/build.ts just before.
  const dist = join(ROOT, 'control/dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((file) => file.isFile());
  expect(files.map(({ name }) => name.replace(/-[A-Z0-9]{8}\./, '.')).sort()).toEqual([
    '_headers',
    'icon.svg',
    'index.html',
    'main.css',
    'main.js',
  ]);
  const bytes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).byteLength);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(PAGE_BYTES);
});

it('nothing of the page is in the Worker that serves it', async () => {
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'control/index.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    outdir: 'out',
    external: ['cloudflare:*'],
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('control/api/page.ts');
  expect(inputs.filter((path) => /^control\/(dashboard|dist)\/|node_modules\/(preact|uplot)\//.test(path))).toEqual([]);
});
