// What the clone says of itself: the services of router/services.ts, and the wrangler configs of router, control and slots.
// Read by `deploy` and `doctor`. Run-time reads of files, never imports: scripts know the router only as a file a user edits.
import { existsSync, globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Unstable_Config as WranglerConfig } from 'wrangler';

/** A service as router/services.ts lists it. */
export interface ServiceEntry {
  readonly name: string;
  readonly routes: readonly string[];
  /** Slot → name of the service binding. */
  readonly slots: Readonly<Record<string, string>>;
  readonly defaultSlot: string;
  readonly override?: 'open' | 'signed' | 'off';
  readonly healthPath?: string;
}

/** A wrangler config, and where it lies (relative to the clone's root). */
export interface ConfigFile {
  readonly path: string;
  readonly config: WranglerConfig;
}

/** A slot and the Worker behind it. */
export interface SlotWorker {
  readonly service: string;
  readonly slot: string;
  readonly binding: string;
  /** The Worker that the router binds by that name; `undefined` when it binds none. */
  readonly worker: string | undefined;
  /** The config whose `name` is that Worker; `undefined` when the clone has none. */
  readonly file: ConfigFile | undefined;
}

/** All that can be known of a Sluice without asking anybody. */
export interface Project {
  readonly root: string;
  readonly services: readonly ServiceEntry[];
  readonly router: ConfigFile;
  readonly control: ConfigFile;
  readonly slots: readonly SlotWorker[];
}

const CONFIG_NAMES = '{wrangler.toml,wrangler.json,wrangler.jsonc}';

/**
 * Reads the project below `root`.
 * @throws Error that names the file to mend
 */
export async function readProject(root: string): Promise<Project> {
  // Wrangler takes a second to load, which no other verb should wait for.
  const { unstable_readConfig: readConfig } = await import('wrangler');
  const read = (path: string): ConfigFile => {
    try {
      return { path, config: readConfig({ config: join(root, path) }, { hideWarnings: true }) };
    } catch (error) {
      throw new Error(`${path} cannot be read: ${reasonOf(error)}`);
    }
  };
  const need = (pattern: string): ConfigFile => {
    const [path] = globSync(pattern, { cwd: root });
    if (path === undefined) throw new Error(`There is no ${pattern} in ${root}. Run this in a clone of Sluice.`);
    return read(path);
  };
  const router = need(CONFIG_NAMES);
  const control = need(`control/${CONFIG_NAMES}`);
  const files = globSync(`slots/*/${CONFIG_NAMES}`, { cwd: root }).sort().map(read);
  const services = await readServices(root);
  const slots = services.flatMap((service) =>
    Object.entries(service.slots).map(([slot, binding]): SlotWorker => {
      const worker = router.config.services?.find((bound) => bound.binding === binding)?.service;
      const file = worker === undefined ? undefined : files.find(({ config }) => config.name === worker);
      return { service: service.name, slot, binding, worker, file };
    }),
  );
  return { root, services, router, control, slots };
}

/**
 * The services of router/services.ts below `root`.
 * @throws Error when there is none
 */
export async function readServices(root: string): Promise<readonly ServiceEntry[]> {
  const path = join(root, 'router/services.ts');
  if (!existsSync(path)) throw new Error(`There is no ${relative(root, path)} in ${root}. Run this in a clone of Sluice.`);
  try {
    return ((await import(pathToFileURL(path).href)) as { services: readonly ServiceEntry[] }).services;
  } catch (error) {
    throw new Error(`router/services.ts cannot be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
