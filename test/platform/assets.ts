// Static assets as the platform's API takes them: a session says which files of a manifest it lacks, in buckets; they are
// uploaded bucket by bucket under the session's token; the last one, or a session that lacks none, gives the completion token
// that the script is then put with. https://developers.cloudflare.com/workers/static-assets/direct-upload/
import { Refusal } from './refusal.ts';

const BUCKET_FILES = 2;
const SESSION_SECONDS = 3600;

/** Path → what is there. */
export type Manifest = Readonly<Record<string, { readonly hash: string; readonly size: number }>>;

/** A file that was uploaded. */
export interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
}

/** What an upload's metadata says of assets. */
export interface AssetsMetadata {
  readonly jwt: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

interface Session {
  readonly worker: string;
  readonly manifest: Manifest;
  /** Hashes that are still to come. */
  readonly lacking: Set<string>;
}

/** The assets of an account's Workers. */
export class Assets {
  /** Every file that was uploaded, as `<worker> <path>`, in order. */
  readonly uploads: string[] = [];
  /** Worker → hash → file; a Worker may have some before it is there itself. */
  readonly #stored = new Map<string, Map<string, Asset>>();
  readonly #sessions = new Map<string, Session>();
  readonly #completed = new Map<string, Session>();

  /** Begins an upload of all that a manifest names. */
  open(worker: string, { manifest }: { readonly manifest: Manifest }): { jwt: string; buckets: string[][] } {
    for (const [path, { hash }] of Object.entries(manifest))
      if (!path.startsWith('/') || !/^[0-9a-f]{32}$/.test(hash))
        throw new Refusal(400, 10021, `${path} has no fit path or hash.`);
    const stored = this.#storedOf(worker);
    const lacking = new Set(Object.values(manifest).flatMap(({ hash }) => (stored.has(hash) ? [] : [hash])));
    const session = { worker, manifest, lacking };
    const hashes = [...lacking];
    const buckets = Array.from({ length: Math.ceil(hashes.length / BUCKET_FILES) }, (_, i) =>
      hashes.slice(i * BUCKET_FILES, (i + 1) * BUCKET_FILES),
    );
    const jwt = tokenFor(`session-${this.#sessions.size}`);
    this.#sessions.set(jwt, session);
    return { jwt: buckets.length === 0 ? this.#complete(session) : jwt, buckets };
  }

  /** Takes a bucket: a form of files in base64, each named by its hash. */
  async upload(form: FormData, authorization: string): Promise<{ jwt: string | null }> {
    const session = this.#sessions.get(authorization.replace(/^Bearer /, ''));
    if (session === undefined) throw new Refusal(401, 10000, 'Authentication error');
    const { worker, manifest, lacking } = session;
    for (const [hash, file] of form) {
      const [path, known] = Object.entries(manifest).find(([, entry]) => entry.hash === hash) ?? [];
      if (known === undefined || !(file instanceof File)) throw new Refusal(400, 10021, `${hash} is not in the manifest.`);
      const bytes = Buffer.from(await file.text(), 'base64');
      if (bytes.length !== known.size) throw new Refusal(400, 10021, `${path} has ${bytes.length} bytes, not ${known.size}.`);
      this.#storedOf(worker).set(hash, { type: file.type, bytes });
      this.uploads.push(`${worker} ${path}`);
      lacking.delete(hash);
    }
    return { jwt: lacking.size === 0 ? this.#complete(session) : null };
  }

  /** Path → file, of what a script is put with. */
  taken(worker: string, metadata: AssetsMetadata): ReadonlyMap<string, Asset> {
    const session = this.#completed.get(metadata.jwt);
    if (session?.worker !== worker) throw new Refusal(400, 10172, 'The completion token of the assets is not valid.');
    const stored = this.#storedOf(worker);
    const files = Object.entries(session.manifest).map(([path, { hash }]) => [path, stored.get(hash)] as const);
    return new Map(files.flatMap(([path, asset]) => (asset === undefined ? [] : [[path, asset]])));
  }

  #complete(session: Session): string {
    const jwt = tokenFor(`completion-${this.#completed.size}`);
    this.#completed.set(jwt, session);
    return jwt;
  }

  #storedOf(worker: string): Map<string, Asset> {
    const stored = this.#stored.get(worker) ?? new Map<string, Asset>();
    this.#stored.set(worker, stored);
    return stored;
  }
}

// Wrangler reads when a session ends.
function tokenFor(id: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ id, exp: Math.floor(Date.now() / 1000) + SESSION_SECONDS })}.`;
}
