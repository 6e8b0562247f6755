// Who may call the API: whoever holds the admin token. Fails closed: without a fit secret nothing but /healthz answers.
import { createMiddleware } from 'hono/factory';
import { ApiProblem } from './errors.ts';

const MIN_TOKEN_LENGTH = 32;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Variables of a request, for the handlers behind it. */
interface Variables {
  readonly actor: string;
  readonly requestId: string;
}

/** Bindings and variables of every API route. */
export type ApiEnv = { Bindings: Cloudflare.Env; Variables: Variables };

/** Lets a request through that carries the admin token. */
export const auth = createMiddleware<ApiEnv>(async (c, next) => {
  const secret = fitSecret(c.env, new URL(c.req.url).hostname);
  if (secret === undefined)
    throw new ApiProblem(
      'no-admin-token',
      503,
      `Set the secret ADMIN_TOKEN of this Worker to at least ${MIN_TOKEN_LENGTH} characters.`,
    );
  const [scheme, token, ...rest] = (c.req.header('authorization') ?? '').split(' ');
  const right = scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0 && (await isSame(token, secret));
  if (!right) throw new ApiProblem('unauthorized', 401, 'Send the admin token as "Authorization: Bearer …".');
  c.set('actor', 'admin');
  await next();
});

// The short token of `npm run dev` is good on loopback alone, and only where the run says it is local.
function fitSecret({ ADMIN_TOKEN: secret, LOCAL_DEV }: Cloudflare.Env, host: string): string | undefined {
  if (secret === undefined || secret === '') return undefined;
  const local = LOCAL_DEV === '1' && LOOPBACK.includes(host);
  return secret.length >= MIN_TOKEN_LENGTH || local ? secret : undefined;
}

// Digests are of one length, so the comparison takes the same time whatever was sent.
async function isSame(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([digest(a), digest(b)]);
  return crypto.subtle.timingSafeEqual(one, other);
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}
