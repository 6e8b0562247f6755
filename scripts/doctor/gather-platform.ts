// Gathers what is deployed: secrets by wrangler (which knows its own login), vars and bindings by the platform's API.
// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/settings/
import type { ConfigFile } from '../project.ts';
import type { DeployedBinding, PlatformSeen, Seen, WorkerSeen } from './gathered.ts';

const API = 'https://api.cloudflare.com/client/v4';
const WAIT_MS = 15_000;
const LOGIN = 'Set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID, or run: npx wrangler login';

/** What a command of wrangler ended with. */
export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs wrangler with some arguments. Never rejects. */
export type RunWrangler = (args: readonly string[]) => Promise<Ran>;

/** Asks the platform for the Worker of each config. Never rejects. */
export async function gatherPlatform(
  files: readonly ConfigFile[],
  env: NodeJS.ProcessEnv,
  run: RunWrangler,
): Promise<Seen<PlatformSeen>> {
  const named = files.filter(({ config }) => config.name !== undefined);
  const [first, ...others] = named;
  if (first === undefined) return { looked: false, why: 'no config has a name.', remedy: 'Give each Worker a name.' };
  // One alone before the others: where nobody is logged in, that is known after one.
  const seen = [await secretsOf(first, run)];
  if (typeof seen[0] !== 'string') seen.push(...(await Promise.all(others.map((file) => secretsOf(file, run)))));
  const why = seen.find((one) => typeof one === 'string');
  if (why !== undefined) return { looked: false, why, remedy: LOGIN };
  const secrets = seen.filter((one) => typeof one !== 'string');
  const bindings = await Promise.all(named.map((file, i) => (secrets[i] === undefined ? undefined : bindingsOf(file, env))));
  const failed = bindings.find((one) => typeof one === 'string');
  const workers = named.map(
    ({ config }, i): WorkerSeen => ({
      name: config.name ?? '',
      deployed: secrets[i] !== undefined,
      secrets: secrets[i] ?? [],
      bindings: typeof bindings[i] === 'string' ? undefined : bindings[i],
    }),
  );
  return {
    looked: true,
    workers,
    bindings: failed === undefined ? { looked: true } : { looked: false, why: failed, remedy: NEEDS },
  };
}

const NEEDS = 'Set CLOUDFLARE_API_TOKEN (Workers Scripts: Read) and CLOUDFLARE_ACCOUNT_ID.';

/** The names of a Worker's secrets, `undefined` where it is not deployed, or why that is not known. */
async function secretsOf({ path, config }: ConfigFile, run: RunWrangler): Promise<readonly string[] | undefined | string> {
  const { ok, stdout, stderr } = await run(['secret', 'list', '-c', path, '--name', config.name ?? '', '--format', 'json']);
  if (ok) return namesIn(stdout) ?? `wrangler listed the secrets of ${config.name} in a way that is not understood.`;
  const said = `${stdout}\n${stderr}`;
  if (/\b(10007|not found|does not exist)\b/i.test(said)) return undefined;
  if (/CLOUDFLARE_API_TOKEN|not authenticated|log ?in/i.test(said)) return 'no Cloudflare login is at hand.';
  return `wrangler could not list the secrets of ${config.name}: ${firstError(said)}`;
}

function namesIn(json: string): string[] | undefined {
  try {
    const list = JSON.parse(json.slice(json.indexOf('['))) as readonly { readonly name: string }[];
    return list.map(({ name }) => name);
  } catch {
    return undefined;
  }
}

function firstError(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours that wrangler puts around a word
  const plain = text.replace(/\u001b\[[\d;]*m/g, '');
  const lines = plain.split('\n').map((line) => line.trim());
  const at = Math.max(
    0,
    lines.findIndex((line) => line.includes('ERROR')),
  );
  // The line with the mark says what was asked, the next one why it was refused.
  const said = lines
    .slice(at)
    .filter((line) => line !== '')
    .slice(0, 2)
    .join(' ');
  return said.replace(/^.*?\[ERROR\]\s*/, '');
}

/** The vars and bindings of a deployed Worker, or why they are not known. */
async function bindingsOf({ config }: ConfigFile, env: NodeJS.ProcessEnv): Promise<readonly DeployedBinding[] | string> {
  const account = env.CLOUDFLARE_ACCOUNT_ID || config.account_id;
  if (!env.CLOUDFLARE_API_TOKEN || !account) return 'vars and bindings are listed only to an API token, with an account id.';
  const base = (env.CLOUDFLARE_API_BASE_URL || API).replace(/\/+$/, '');
  const url = `${base}/accounts/${encodeURIComponent(account)}/workers/scripts/${encodeURIComponent(config.name ?? '')}/settings`;
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}` },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const body = (await response.json()) as { result?: { bindings?: readonly DeployedBinding[] } | null };
    return body.result?.bindings ?? `the platform answered ${response.status} for ${config.name}.`;
  } catch {
    return `the platform does not answer at ${base}.`;
  }
}
