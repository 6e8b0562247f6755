// Builds the dashboard to control/dist, which control serves as its static assets. Run by `npm install`, and before control is
// started, tested or deployed. Plain JavaScript, since an older Node may run it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

/** What is served as it stands. */
const AS_IT_IS = ['_headers', 'icon.svg'];

/** Builds the dashboard of the clone at `root`. @throws with what the bundler said */
export async function buildDashboard(root) {
  await build(optionsOf(root, 'silent'));
}

/**
 * Builds it, and again after each change of what it is made of, as long as this process lives. Says on stderr what is wrong
 * with a change. @throws when the first build fails
 */
export async function watchDashboard(root) {
  await buildDashboard(root);
  const watched = await context(optionsOf(root, 'warning'));
  await watched.watch();
}

function optionsOf(root, logLevel) {
  const source = join(root, 'control/dashboard');
  return {
    entryPoints: [join(source, 'main.tsx')],
    outdir: join(root, 'control/dist/assets'),
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
    logLevel,
    plugins: [
      { name: 'files', setup: (run) => addFiles(run, source, join(root, 'control/dist')) },
      { name: 'no JSON Schema', setup: leaveOutJsonSchema },
    ],
  };
}

// A tenth of zod writes JSON Schema, of which no page has any use, and no bundler can know that: each schema has it as a method.
function leaveOutJsonSchema(run) {
  run.onResolve({ filter: /json-schema/ }, ({ path, importer }) => {
    const isOfSchemas = /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/.test(importer);
    return isOfSchemas ? { path, namespace: 'left-out', sideEffects: false } : undefined;
  });
  run.onLoad({ filter: /./, namespace: 'left-out' }, () => ({
    contents: 'export const createToJSONSchemaMethod = () => {}, createStandardJSONSchemaMethod = () => {};',
  }));
}

function addFiles(run, source, dist) {
  // What no module imports: a change of it asks for another build, too.
  const watchFiles = ['index.html', ...AS_IT_IS].map((name) => join(source, name));
  run.onLoad({ filter: /[\\/]dashboard[\\/]main\.tsx$/ }, ({ path }) => ({
    contents: readFileSync(path),
    loader: 'tsx',
    watchFiles,
  }));
  run.onEnd(({ errors, outputFiles }) => {
    if (errors.length === 0) write(outputFiles, source, dist);
  });
}

// Only what has changed: another run may serve these files meanwhile, or build them, too.
function write(files, source, dist) {
  const assets = join(dist, 'assets');
  const names = files.map(({ path }) => basename(path));
  const named = (html, type) =>
    html.replace(`/assets/main.${type}`, `/assets/${names.find((name) => name.endsWith(`.${type}`))}`);
  const page = named(named(readFileSync(join(source, 'index.html'), 'utf8'), 'js'), 'css');
  mkdirSync(assets, { recursive: true });
  for (const { path, contents } of files) put(path, Buffer.from(contents), dist);
  for (const name of AS_IT_IS) put(join(dist, name), readFileSync(join(source, name)), dist);
  put(join(dist, 'index.html'), Buffer.from(page), dist);
  for (const name of readdirSync(assets)) if (!names.includes(name)) rmSync(join(assets, name), { force: true });
}

// In one step, so that nobody reads half of it; and from outside, so that nobody serves the half.
function put(path, contents, dist) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  const half = `${dist}.${process.pid}.half`;
  writeFileSync(half, contents);
  renameSync(half, path);
}

// Not when it is imported.
if (basename(process.argv[1] ?? '') === basename(import.meta.url))
  await buildDashboard(dirname(dirname(fileURLToPath(import.meta.url)))).catch(({ message }) => {
    console.error(message);
    process.exitCode = 1;
  });
