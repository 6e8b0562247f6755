// The API of tokens: made, listed, revoked. The text of one is in the answer that makes it, and nowhere else.
import type { z } from 'zod';
import type { Token } from '../access.ts';
import { registryOf } from '../registry.ts';
import { digest, newToken } from '../secret.ts';
import { newTokenAnswer, token as tokenAnswer, tokenBody, tokenParams, tokensAnswer } from './access-schemas.ts';
import { by } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { covered, givenReach } from './reach.ts';
import { reasonBody } from './schemas.ts';
import { iso, isoOrNull } from './units.ts';

const tag = 'Access';

/** Puts the routes on the API. */
export function addTokens(api: Api): void {
  const list = {
    id: 'listTokens',
    summary: 'Tokens that reach no more than you, those that are over too.',
    answer: tokensAnswer,
  } as const;
  endpoint(api, { method: 'get', path: '/v1/tokens', tag, role: 'viewer', ...list }, async (c) => {
    const tokens = covered(c, await registryOf(c.env).tokens());
    return { tokens: tokens.map((token) => tokenView(token, Date.now())) };
  });
  const make = { id: 'createToken', summary: 'Make a token. Its text is shown this once.', body: tokenBody } as const;
  const made = { answer: newTokenAnswer, statuses: [201], problems: [404, 409], role: 'admin', tag } as const;
  endpoint(api, { method: 'post', path: '/v1/tokens', ...make, ...made }, async (c, { body }) => {
    const { name, role, forSeconds, reason, ...asked } = body;
    const given = await givenReach(c, asked);
    const { id, text } = newToken();
    const now = Date.now();
    const ends = { expiresAt: forSeconds === null ? null : now + forSeconds * 1000, lastUsedAt: null, revokedAt: null };
    const token = { id, name, role, ...given, createdAt: now, createdBy: c.get('actor').name, ...ends };
    const { ok } = await registryOf(c.env).createToken({ token, hash: await digest(text), by: by(c, reason) });
    if (!ok) throw new ApiProblem('token-exists', 409, `A token ${name} is in force. Revoke it first, or use another name.`);
    return { ...tokenView(token, now), token: text };
  });
  const end = { id: 'revokeToken', summary: 'End a token at once.', params: tokenParams, body: reasonBody } as const;
  const ended = { method: 'delete', path: '/v1/tokens/:id', answer: tokenAnswer, role: 'admin', tag } as const;
  endpoint(api, { ...end, ...ended }, async (c, { params: { id }, body: { reason } }) => {
    const found = covered(c, await registryOf(c.env).tokens()).find((token) => token.id === id);
    if (found === undefined) throw new ApiProblem('unknown-token', 404, 'There is no token of that id.');
    const { token } = await registryOf(c.env).revokeToken({ id, by: by(c, reason) });
    return tokenView(token ?? found, Date.now());
  });
}

function tokenView(token: Token, now: number): z.infer<typeof tokenAnswer> {
  const { createdAt, expiresAt, lastUsedAt, revokedAt, ...rest } = token;
  const isOver = expiresAt !== null && expiresAt <= now;
  const state = revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'good';
  return {
    ...rest,
    createdAt: iso(createdAt),
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    revokedAt: isoOrNull(revokedAt),
    state,
  };
}
