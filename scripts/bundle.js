// `npm install` runs this: bundles the CLI to scripts/dist/sluice.js, and lets `npx sluice` find it in this clone.
// Plain JavaScript, since an older Node may run it.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = join(root, 'scripts/dist');
const bundle = join(outdir, 'sluice.js');
const bin = join(root, 'node_modules/.bin/sluice');

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: { sluice: join(root, 'scripts/cli/bin.ts') },
  outdir,
  bundle: true,
  // The entry must load without what it checks for, so that the rest is in files of its own.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  external: ['wrangler'],
  banner: { js: '#!/usr/bin/env node' },
  logLevel: 'warning',
});
chmodSync(bundle, 0o755);
mkdirSync(dirname(bin), { recursive: true });
rmSync(bin, { force: true });
symlinkSync(relative(dirname(bin), bundle), bin);
