// Who comes by Cloudflare Access, where it is set up in front of control: the platform signs who they are.
// https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/

import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { log } from '../../router/log.ts';
import type { Actor } from '../core/access.ts';
import { registryOf } from '../registry.ts';
import type { Ctx } from './call.ts';
import { ApiProblem } from './errors.ts';

const MAX_LENGTH = 16 * 1024;
/** Somebody by a group is named in the audit by it: so it must be no other name there, such as `admin` or `token:…`. */
const ADDRESS = /^[^\s\p{C}:@]{1,64}@[^\s\p{C}:@]{1,255}$/u;
/** Groups of one person that are looked at. */
const MAX_GROUPS = 100;

/** Key sets by the address they come from; jose fetches one when a key is new, and at most every 30 s. */
const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/** The assertion of a request; `undefined` where there is none, or where this Worker is not behind Access. */
export function assertion(c: Ctx): string | undefined {
  const { ACCESS_TEAM_DOMAIN, ACCESS_AUD } = c.env;
  if (!ACCESS_TEAM_DOMAIN || !ACCESS_AUD) return undefined;
  return c.req.header('cf-access-jwt-assertion');
}

/** Who an assertion is about. @throws ApiProblem 401 where it is not sound, 403 for somebody without a role */
export async function visitor(c: Ctx, jwt: string): Promise<Actor> {
  const claims = await verified(c, jwt);
  const email = typeof claims.email === 'string' ? claims.email : '';
  if (!ADDRESS.test(email)) throw new ApiProblem('unauthorized', 401, 'Cloudflare Access names no e-mail address.');
  notCrossSite(c);
  const { actor } = await registryOf(c.env).identify({ email, groups: groupsOf(claims) });
  if (actor === null)
    throw new ApiProblem(
      'no-role',
      403,
      `${email} has no role here. An admin gives one: "sluice people set ${email} --role viewer".`,
    );
  return actor;
}

async function verified({ env }: Ctx, jwt: string): Promise<JWTPayload> {
  const issuer = `https://${(env.ACCESS_TEAM_DOMAIN ?? '').replace(/^https:\/\//, '').replace(/\/+$/, '')}`;
  try {
    if (jwt.length > MAX_LENGTH) throw new errors.JWTInvalid('too long');
    const options = { issuer, audience: env.ACCESS_AUD ?? '', algorithms: ['RS256'], requiredClaims: ['exp', 'iat'] };
    return (await jwtVerify(jwt, keysOf(issuer), options)).payload;
  } catch (error) {
    // Its text may quote the assertion.
    const code = error instanceof errors.JOSEError ? error.code : 'unreachable';
    log('warn', 'an assertion of Cloudflare Access was refused', { code });
    throw new ApiProblem('unauthorized', 401, 'The assertion of Cloudflare Access is not valid here. Sign in again.');
  }
}

function keysOf(issuer: string) {
  const known = keySets.get(issuer) ?? createRemoteJWKSet(new URL(`${issuer}/cdn-cgi/access/certs`));
  keySets.set(issuer, known);
  return known;
}

// The groups of the identity provider, where Access is told to pass them on.
function groupsOf({ groups, custom }: JWTPayload): string[] {
  const named = groups ?? (custom as { groups?: unknown } | null | undefined)?.groups;
  return Array.isArray(named) ? named.filter((group) => typeof group === 'string').slice(0, MAX_GROUPS) : [];
}

// The assertion comes with a cookie, which a browser sends along also when another site has it call.
function notCrossSite({ req }: Ctx): void {
  const origin = req.header('origin');
  const isForeign = origin !== undefined && origin !== new URL(req.url).origin;
  const site = req.header('sec-fetch-site') ?? 'none';
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isForeign || !(isRead || site === 'same-origin' || site === 'none'))
    throw new ApiProblem('cross-site', 403, 'Another site asked for this. Use the pages of this control, or a token.');
}
