// `npm run bundle:action`: the Action as one file, committed, since a runner fetches the repository and installs nothing.
// The same sources must give the same bytes anywhere: a test holds the committed file to them.
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** Where action.yml looks for it. */
export const ACTION_BUNDLE = join(ROOT, 'scripts/action/dist/index.js');

/** Bundles the Action into a file. */
export async function bundleAction(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'scripts/action/index.ts')],
    outfile,
    // Names of sources stand in comments, from here on.
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    charset: 'utf8',
    banner: { js: '// Made by `npm run bundle:action` of the sources in scripts/: mend those.' },
    logLevel: 'warning',
  });
}

if (import.meta.main) await bundleAction(ACTION_BUNDLE);
