// A stand-in for the platform's API: as much of `/client/v4` as wrangler calls when it deploys Workers, with the state of one
// account in memory. It refuses what the platform refuses, can be told to fail, and keeps the order of what was called.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Asset, Assets, type AssetsMetadata, type Manifest } from './assets.ts';
import { Refusal } from './refusal.ts';

const ACCOUNT = 'a0000000000000000000000000000001';
const SUBDOMAIN = 'stand-in';

/** What was uploaded, once. */
export interface Version {
  readonly id: string;
  readonly createdAt: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly bindings: readonly Binding[];
  /** Its static assets, where it has any. */
  readonly assets?: { readonly files: ReadonlyMap<string, Asset>; readonly config: Readonly<Record<string, unknown>> };
}

/** A binding in an upload's metadata: only what the stand-in looks at. */
export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly text?: string;
  readonly service?: string;
  readonly namespace_id?: string;
}

/** A Worker of the account. */
export interface Script {
  readonly versions: Version[];
  /** Version ids as they were deployed, the newest last. */
  readonly deployed: string[];
  readonly secrets: Map<string, string>;
  crons: readonly string[];
  workersDev: boolean;
}

interface Metadata {
  readonly bindings: readonly Binding[];
  readonly annotations?: Record<string, string>;
  readonly assets?: AssetsMetadata;
}

interface Call {
  readonly method: string;
  /** Below the account, such as `/workers/scripts/sluice-blue`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly type: string;
  readonly authorization: string;
}

/** One account of the platform, served on loopback. */
export class Platform {
  readonly scripts = new Map<string, Script>();
  /** Id → title. */
  readonly namespaces = new Map<string, string>();
  readonly assets = new Assets();
  /** Every call as `<method> <path>`, in order. */
  readonly calls: string[] = [];
  /** Every upload that was taken, as the name of its Worker, in order. */
  readonly uploads: string[] = [];
  /** The keys of the account's KV: whoever tests knows what control has written. */
  keys: () => Promise<string[]> = async () => [];
  /** The id that the next uploads of a Worker get; a random one without. */
  readonly nextVersion = new Map<string, string>();
  /** Runs while an upload is under way, before it is taken. */
  onUpload: (worker: string) => Promise<void> | void = () => {};
  /** Calls that match, as `<method> <path>`, fail. */
  failing: RegExp | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  /** Starts to listen. Returns the environment that leads wrangler here. */
  async listen(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'a-token-for-the-stand-in',
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Has a Worker there, as from an earlier deploy. Returns its version. */
  have(name: string, secrets: Readonly<Record<string, string>> = {}): string {
    const id = randomUUID();
    const version = { id, createdAt: new Date().toISOString(), annotations: {}, bindings: [] };
    const script = {
      versions: [version],
      deployed: [id],
      secrets: new Map(Object.entries(secrets)),
      crons: [],
      workersDev: false,
    };
    this.scripts.set(name, script);
    return id;
  }

  /** A Worker that must be there. */
  script(name: string): Script {
    const script = this.scripts.get(name);
    if (script === undefined) throw new Refusal(404, 10007, 'This Worker does not exist on your account.');
    return script;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const url = new URL(request.url ?? '/', 'http://platform.example');
    const call: Call = {
      method: request.method ?? 'GET',
      path: url.pathname.replace('/client/v4', '').replace(`/accounts/${ACCOUNT}`, ''),
      query: url.searchParams,
      body: await buffer(request),
      type: request.headers['content-type'] ?? '',
      authorization: request.headers.authorization ?? '',
    };
    const line = `${call.method} ${call.path}`;
    this.calls.push(line);
    try {
      if (this.failing?.test(line)) throw new Refusal(400, 10013, 'The stand-in was told to fail here.');
      const result = await this.#result(call);
      const list = Array.isArray(result)
        ? { result_info: { count: result.length, page: 1, per_page: 1000, total_pages: 1 } }
        : {};
      return { status: 200, body: { success: true, errors: [], messages: [], result, ...list } };
    } catch (error) {
      const { status, code, message } = error instanceof Refusal ? error : new Refusal(500, 10000, String(error));
      return { status, body: { success: false, errors: [{ code, message }], messages: [], result: null } };
    }
  }

  #result(call: Call): unknown {
    const [, area, kind, name = '', rest = ''] = /^\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/.exec(call.path) ?? [];
    if (area === 'storage') return this.#storage(call, rest);
    if (kind === 'subdomain') return { subdomain: SUBDOMAIN };
    if (kind === 'services') return this.#service(name);
    if (kind === 'assets') return formIn(call).then((form) => this.assets.upload(form, call.authorization));
    if (kind === 'scripts' && name === '') return [...this.scripts.keys()].map((id) => ({ id, migration_tag: 'v1' }));
    if (kind === 'scripts' && rest === '' && call.method === 'PUT') return this.#put(call, name);
    // Also of a Worker that is not there yet.
    if (rest === 'assets-upload-session') return this.assets.open(name, jsonIn<{ manifest: Manifest }>(call));
    if (kind === 'scripts') return this.#script(call, name, rest);
    throw new Refusal(404, 7003, `The stand-in has no ${call.method} ${call.path}.`);
  }

  #storage(call: Call, rest: string): unknown {
    const { method, query } = call;
    if (rest.endsWith('/keys')) return this.keys().then((keys) => keys.map((key) => ({ name: key })));
    const all = () => [...this.namespaces].map(([known, title]) => ({ id: known, title, supports_url_encoding: true }));
    if (method === 'GET') return (query.get('page') ?? '1') === '1' ? all() : [];
    const { title } = jsonIn<{ title: string }>(call);
    if ([...this.namespaces.values()].includes(title))
      throw new Refusal(400, 10014, 'a namespace with this account ID and title already exists');
    const made = randomUUID().replaceAll('-', '');
    this.namespaces.set(made, title);
    return { id: made, title, supports_url_encoding: true };
  }

  #service(name: string): unknown {
    if (!this.scripts.has(name)) throw new Refusal(404, 10090, 'This service does not exist.');
    const script = { tag: name, tags: [], last_deployed_from: 'wrangler' };
    return { id: name, default_environment: { environment: 'production', script } };
  }

  async #put(call: Call, name: string): Promise<unknown> {
    const { version, secrets } = await this.#upload(call, name);
    const none: Script = { versions: [], deployed: [], secrets: new Map(), crons: [], workersDev: false };
    const script = this.scripts.get(name) ?? none;
    this.scripts.set(name, script);
    this.#take(script, name, version, secrets);
    script.deployed.push(version.id);
    return { id: name, etag: version.id, deployment_id: version.id.replaceAll('-', ''), startup_time_ms: 1 };
  }

  async #upload(call: Call, name: string): Promise<{ version: Version; secrets: readonly Binding[] }> {
    const form = await formIn(call);
    const metadata = JSON.parse(String(form.get('metadata'))) as Metadata;
    const { assets } = metadata;
    const files = assets === undefined ? undefined : this.assets.taken(name, assets);
    for (const { type: kind, name: binding, service = '', namespace_id: id = '' } of metadata.bindings) {
      if (kind === 'service' && !this.scripts.has(service))
        throw new Refusal(
          400,
          10143,
          `Could not resolve service binding '${binding}'. Target script '${service}' not found. Please verify the target script and try again.`,
        );
      if (kind === 'kv_namespace' && !this.namespaces.has(id)) throw new Refusal(400, 10041, `KV namespace '${id}' not found.`);
    }
    const secrets = metadata.bindings.filter((binding) => binding.type === 'secret_text');
    const bindings = metadata.bindings.filter((binding) => binding.type !== 'secret_text');
    await this.onUpload(name);
    const id = this.nextVersion.get(name) ?? randomUUID();
    const createdAt = new Date().toISOString();
    const version = { id, createdAt, annotations: metadata.annotations ?? {}, bindings };
    return { version: files === undefined ? version : { ...version, assets: { files, config: assets?.config ?? {} } }, secrets };
  }

  #take(script: Script, name: string, version: Version, secrets: readonly Binding[]): void {
    script.versions.push(version);
    for (const secret of secrets) script.secrets.set(secret.name, secret.text ?? '');
    this.uploads.push(name);
  }

  #setSecrets(script: Script, call: Call): unknown {
    const { secrets } = jsonIn<{ secrets: Record<string, { text: string }> }>(call);
    for (const [name, { text }] of Object.entries(secrets)) script.secrets.set(name, text);
    return {};
  }

  #script(call: Call, name: string, rest: string): unknown {
    const script = this.script(name);
    switch (`${call.method} ${rest}`) {
      case 'GET secrets':
        return [...script.secrets.keys()].map((secret) => ({ name: secret, type: 'secret_text' }));
      case 'GET settings':
        return { bindings: script.versions.at(-1)?.bindings ?? [], migration_tag: 'v1' };
      case 'PATCH script-settings':
        return {};
      case 'POST versions':
        return this.#upload(call, name).then(({ version, secrets }) => {
          this.#take(script, name, version, secrets);
          return { id: version.id, resources: { script: { etag: version.id } }, startup_time_ms: 1 };
        });
      case 'POST deployments': {
        const { versions } = jsonIn<{ versions: { version_id: string }[] }>(call);
        script.deployed.push(...versions.map((version) => version.version_id));
        return { id: randomUUID() };
      }
      case 'GET deployments':
        return { deployments: script.deployed.toReversed().map(deploymentOf) };
      case 'GET subdomain':
        return { enabled: script.workersDev, previews_enabled: script.workersDev };
      case 'POST subdomain':
        script.workersDev = jsonIn<{ enabled: boolean }>(call).enabled;
        return { enabled: script.workersDev, previews_enabled: script.workersDev };
      case 'PUT schedules':
        script.crons = jsonIn<{ cron: string }[]>(call).map(({ cron }) => cron);
        return { schedules: script.crons };
      case 'PATCH secrets-bulk':
        return this.#setSecrets(script, call);
    }
    throw new Refusal(404, 7003, `The stand-in has no ${call.method} ${call.path}.`);
  }
}

function jsonIn<T>({ body }: Call): T {
  return JSON.parse(body.toString()) as T;
}

function formIn({ body, type }: Call): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}

function deploymentOf(version: string) {
  return {
    id: version,
    source: 'wrangler',
    strategy: 'percentage',
    author_email: 'someone@example.com',
    created_on: '2026-07-01T00:00:00.000Z',
    annotations: {},
    versions: [{ version_id: version, percentage: 100 }],
  };
}
