// `POST …/preview`: a token that opens a slot to its holder alone, at any weight. Nothing is kept of it but a note in the audit.
import type { z } from 'zod';
import { services } from '../../router/services.ts';
import { registryOf } from '../registry.ts';
import { MIN_SECRET_LENGTH, signOverride } from '../sign.ts';
import { previewAnswer } from './answers.ts';
import { by } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem, rejected } from './errors.ts';
import { previewBody } from './schemas.ts';

/** Puts the route on the API. */
export function addPreview(api: Api): void {
  const sign = { id: 'signPreview', summary: 'Open a slot to whoever holds what is answered.', body: previewBody } as const;
  const path = '/v1/services/:service/preview';
  const more = { answer: previewAnswer, problems: [409], role: 'deployer', tag: 'Deployments' } as const;
  endpoint(api, { method: 'post', path, ...sign, ...more }, async (c, { body }) => {
    const service = c.req.param('service') ?? '';
    const signed = await preview(c.env, service, body, Date.now());
    const { slot, expiresAt } = signed;
    await registryOf(c.env).notePreview({ service, slot, expiresAt, by: by(c, body.reason) });
    return signed;
  });
}

/**
 * @param service one that services.ts names
 * @param now ms
 * @returns the answer of the call: the header to send and its value, the query of a link, the link itself where the routes name a
 * host, and when all of it stops to work
 * @throws ApiProblem 404 for an unknown slot, 409 where nobody may choose one, 503 where there is no fit secret
 */
export async function preview(
  env: Cloudflare.Env,
  service: string,
  asked: Pick<z.output<typeof previewBody>, 'slot' | 'forSeconds'>,
  now: number,
) {
  const { slot, forSeconds } = asked;
  const config = services.find(({ name }) => name === service);
  const slots = Object.keys(config?.slots ?? {});
  if (!slots.includes(slot)) throw rejected({ reason: 'unknown-slot', slot, slots });
  if (config?.override === 'off')
    throw new ApiProblem(
      'override-off',
      409,
      `${service} lets nobody choose a slot: no token would open one. See "override" in router/services.ts.`,
    );
  const secret = env.OVERRIDE_SECRET;
  if (secret === undefined || secret.length < MIN_SECRET_LENGTH)
    throw new ApiProblem(
      'no-override-secret',
      503,
      `Set the secret OVERRIDE_SECRET, at least ${MIN_SECRET_LENGTH} characters, to the same text on both Workers: "npx wrangler secret put OVERRIDE_SECRET" for the router, and again with "-c control/wrangler.toml" for control.`,
    );
  const expires = Math.floor(now / 1000) + forSeconds;
  const token = await signOverride(secret, { service, slot, expires });
  const query = new URLSearchParams({ __slot: slot, __slot_token: token }).toString();
  const address = addressOf(config?.routes ?? []);
  const link = address === undefined ? null : `${address}?${query}`;
  return { slot, header: 'x-slot-token', token, query, link, expiresAt: new Date(expires * 1000).toISOString() };
}

/**
 * @param routes as services.ts names them
 * @returns the first address among them, such as `https://shop.example/cart/`; `undefined` where every host is a wildcard
 */
export function addressOf(routes: readonly string[]): string | undefined {
  const route = routes.find((pattern) => !pattern.startsWith('*'));
  return route === undefined ? undefined : `https://${route.replace(/\*$/, '')}`;
}
