// What of a Sluice is in the account already, as far as `npm run deploy` must know. Only reads, all through wrangler.
import type { ConfigFile, Project } from '../project.ts';
import { failed, isMissing, jsonIn, versionServed, type Wrangler } from './wrangler.ts';

/** A KV namespace. */
export interface Namespace {
  readonly id: string;
  readonly title: string;
}

/** What is there. */
export interface Account {
  readonly namespaces: readonly Namespace[];
  /** Worker behind a slot → the version it serves; `undefined` when there is no such Worker. */
  readonly slots: ReadonlyMap<string, string | undefined>;
  /** Names of the secrets; `undefined` when the Worker is not there. */
  readonly control: readonly string[] | undefined;
  readonly router: readonly string[] | undefined;
}

/**
 * Looks at the account.
 * @throws Failure when wrangler cannot, with how to log in where that is why
 */
export async function accountOf(wrangler: Wrangler, { slots, control, router }: Project): Promise<Account> {
  const workers = [...new Set(slots.flatMap(({ worker }) => (worker === undefined ? [] : [worker])))];
  // Alone, so that who is not logged in is told once.
  const namespaces = await namespacesOf(wrangler);
  const [controlSecrets, routerSecrets, ...versions] = await Promise.all([
    secretsOf(wrangler, nameOf(control)),
    secretsOf(wrangler, nameOf(router)),
    ...workers.map((worker) => versionServed(wrangler, worker)),
  ]);
  return {
    namespaces,
    slots: new Map(workers.map((worker, i) => [worker, versions[i]])),
    control: controlSecrets,
    router: routerSecrets,
  };
}

/** The account's KV namespaces. @throws Failure when wrangler cannot list them */
export async function namespacesOf(wrangler: Wrangler): Promise<Namespace[]> {
  const run = await wrangler(['kv', 'namespace', 'list']);
  if (!run.ok) throw failed(run, 'wrangler could not list the KV namespaces');
  return jsonIn<Namespace[]>(run, 'KV namespaces');
}

/** The names of a Worker's secrets; `undefined` when it is not there. @throws Failure when wrangler cannot list them */
export async function secretsOf(wrangler: Wrangler, worker: string): Promise<string[] | undefined> {
  const run = await wrangler(['secret', 'list', '--name', worker, '--format', 'json']);
  if (run.ok) return jsonIn<{ name: string }[]>(run, 'secrets').map(({ name }) => name);
  // This command words the platform's code away.
  if (isMissing(run) || run.output.includes(`Worker "${worker}" not found`)) return undefined;
  throw failed(run, `wrangler could not list the secrets of ${worker}`);
}

/** The services that KV has a split of. @throws Failure when wrangler cannot list the keys */
export async function splitsIn(wrangler: Wrangler, namespace: string): Promise<string[]> {
  const run = await wrangler(['kv', 'key', 'list', '--namespace-id', namespace, '--prefix', 'split:', '--remote']);
  if (!run.ok) throw failed(run, 'wrangler could not list the keys in KV');
  return jsonIn<{ name: string }[]>(run, 'keys').map(({ name }) => name.replace('split:', ''));
}

/** The name of the Worker that a config deploys. */
export function nameOf({ config }: ConfigFile): string {
  return config.name ?? '';
}
