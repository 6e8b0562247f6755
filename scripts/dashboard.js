// Builds the dashboard to control/dist, which control serves as its static assets. Run by `npm install`, and by wrangler before it
// starts or deploys control. Plain JavaScript, since an older Node may run it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'control/dashboard');
const dist = join(root, 'control/dist');
const assets = join(dist, 'assets');

/** Bundles the page, and writes what has changed: another run may serve these files meanwhile. */
async function buildDashboard() {
  const { outputFiles } = await build({
    entryPoints: [join(source, 'main.tsx')],
    outdir: assets,
    // By the hash in its name a browser may keep a file for ever.
    entryNames: '[name]-[hash]',
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2023', 'chrome120', 'firefox121', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  const names = outputFiles.map(({ path }) => basename(path));
  const named = (html, type) =>
    html.replace(`/assets/main.${type}`, `/assets/${names.find((name) => name.endsWith(`.${type}`))}`);
  mkdirSync(assets, { recursive: true });
  for (const { path, contents } of outputFiles) put(path, Buffer.from(contents));
  for (const name of ['_headers', 'icon.svg']) put(join(dist, name), readFileSync(join(source, name)));
  put(join(dist, 'index.html'), Buffer.from(named(named(readFileSync(join(source, 'index.html'), 'utf8'), 'js'), 'css')));
  for (const name of readdirSync(assets)) if (!names.includes(name)) rmSync(join(assets, name), { force: true });
}

// In one step, so that nobody reads half of it.
function put(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  const half = join(dist, `.${basename(path)}.${process.pid}`);
  writeFileSync(half, contents);
  renameSync(half, path);
}

await buildDashboard();
