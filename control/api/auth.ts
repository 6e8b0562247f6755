// Who calls: the holder of the admin secret, of a token, or somebody whom Cloudflare Access vouches for.
// Fails closed: without a fit secret nothing but /healthz answers.
import { createMiddleware } from 'hono/factory';
import { type Actor, SECRET_HOLDER } from '../core/access.ts';
import { registryOf } from '../registry.ts';
import { digest, idOf, isSame } from '../secret.ts';
import type { ApiEnv, Ctx } from './call.ts';
import { assertion, visitor } from './cloudflare-access.ts';
import { ApiProblem } from './errors.ts';

const MIN_TOKEN_LENGTH = 32;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const HOW = 'Send a token as "Authorization: Bearer …".';

/** Lets nothing through while this Worker has no fit admin secret. */
export const sealed = createMiddleware<ApiEnv>(async (c, next) => {
  if (fitSecret(c) === undefined)
    throw new ApiProblem(
      'no-admin-token',
      503,
      `Set the secret ADMIN_TOKEN of this Worker to at least ${MIN_TOKEN_LENGTH} characters.`,
    );
  await next();
});

/** Lets a request through that says who it is from. */
export const auth = createMiddleware<ApiEnv>(async (c, next) => {
  c.set('actor', await actorOf(c));
  await next();
});

async function actorOf(c: Ctx): Promise<Actor> {
  const header = c.req.header('authorization');
  const jwt = header === undefined ? assertion(c) : undefined;
  if (jwt !== undefined) return visitor(c, jwt);
  if (header === undefined) throw new ApiProblem('unauthorized', 401, `Nobody is known without a token. ${HOW}`);
  const [scheme, token, ...rest] = header.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0)
    return refuse(c, 'unauthorized', `The authorization is no bearer token. ${HOW}`);
  const secret = fitSecret(c);
  const hash = await digest(token);
  if (secret !== undefined && isSame(hash, await digest(secret))) return SECRET_HOLDER;
  const id = idOf(token);
  if (id === undefined) return refuse(c, 'unauthorized', `That token is not known here. ${HOW}`);
  const known = await registryOf(c.env).authenticate({ id, hash });
  if (known.ok) return known.actor;
  return known.why === 'unknown'
    ? refuse(c, 'unauthorized', `That token is not known here. ${HOW}`)
    : refuse(
        c,
        `token-${known.why}`,
        `That token ${known.why === 'expired' ? 'has expired' : 'was revoked'}. Ask for another one.`,
      );
}

// Whoever guesses, or has a job with an old token, is slowed by address; good tokens never are.
async function refuse(c: Ctx, type: string, detail: string): Promise<never> {
  const address = c.req.header('cf-connecting-ip') ?? 'unknown';
  const { success } = (await c.env.BAD_TOKENS?.limit({ key: address })) ?? { success: true };
  if (success) throw new ApiProblem(type, 401, detail);
  throw new ApiProblem(
    'too-many-bad-tokens',
    429,
    'Too many bad tokens came from this address. Wait a minute.',
    {},
    { 'retry-after': '60' },
  );
}

// The short token of `npm run dev` is good on loopback alone, and only where the run says it is local.
function fitSecret({ env: { ADMIN_TOKEN: secret, LOCAL_DEV }, req }: Ctx): string | undefined {
  if (secret === undefined || secret === '') return undefined;
  const local = LOCAL_DEV === '1' && LOOPBACK.includes(new URL(req.url).hostname);
  return secret.length >= MIN_TOKEN_LENGTH || local ? secret : undefined;
}
