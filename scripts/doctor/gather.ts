// Gathers all that the checks look at: the files, and unless it is offline what control, router and platform say.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Client } from '../cli/client.ts';
import { readProject } from '../project.ts';
import { filesOf } from './check-bindings.ts';
import type { Unseen } from './finding.ts';
import { gatherControl, gatherDevToken, gatherPage } from './gather-control.ts';
import { gatherPlatform, type RunWrangler } from './gather-platform.ts';
import { gatherRouter } from './gather-router.ts';
import type { Gathered } from './gathered.ts';

const WRANGLER = 'node_modules/wrangler/wrangler-dist/cli.js';
const BUILT = 'control/dist/index.html';
const WRANGLER_WAIT_MS = 60_000;

/** Where to look. */
export interface Sources {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Look at the files only. */
  readonly offline: boolean;
  /** Where control is. */
  readonly url: string;
  /** @throws Failure where there is no token for it */
  readonly client: () => Client;
}

const OFFLINE: Unseen = { looked: false, why: 'doctor runs offline.', remedy: null };

/**
 * Looks at everything.
 * @throws Error that names the file to mend, where the project cannot be read
 */
export async function gather({ root, env, offline, url, client }: Sources): Promise<Gathered> {
  const project = await readProject(root);
  if (offline) return { project, control: OFFLINE, devToken: OFFLINE, page: OFFLINE, router: OFFLINE, platform: OFFLINE };
  const [control, devToken, page, router, platform] = await Promise.all([
    gatherControl(client),
    gatherDevToken(url),
    gatherPage(url, join(root, BUILT)),
    gatherRouter(env.SLUICE_ROUTER_URL, project.services),
    gatherPlatform(filesOf(project), env, wrangler(root, env)),
  ]);
  return { project, control, devToken, page, router, platform };
}

function wrangler(root: string, env: NodeJS.ProcessEnv): RunWrangler {
  const quiet = { WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', FORCE_COLOR: '0' };
  const options = { cwd: root, env: { ...env, ...quiet }, timeout: WRANGLER_WAIT_MS };
  return (args) =>
    new Promise((resolve) => {
      execFile(process.execPath, [join(root, WRANGLER), ...args], options, (error, stdout, stderr) =>
        resolve({ ok: error === null, stdout, stderr }),
      );
    });
}
