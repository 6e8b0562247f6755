import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { addressOf, preview } from '../../control/api/preview.ts';
import { signOverride } from '../../control/sign.ts';
import type { OverridePolicy } from '../../router/config.ts';
import { services } from '../../router/services.ts';
import vectors from '../vectors/override.json' with { type: 'json' };
import { call, TOKEN } from './api.ts';

const SECRET = vectors.cases[0]?.secret;
const NEXT = '"npx wrangler secret put OVERRIDE_SECRET" for the router, and again with "-c control/wrangler.toml" for control.';

function post(body: object, secret: string | null | undefined = SECRET, service = 'app', token = TOKEN) {
  const vars = { OVERRIDE_SECRET: secret ?? undefined };
  return call('POST', `/v1/services/${service}/preview`, body, token, { vars });
}

it.each(vectors.cases)(
  'signs as an independent HMAC does: $service $slot $expires',
  async ({ secret, token, service, slot, expires }) => {
    expect(await signOverride(secret, { service, slot, expires })).toBe(token);
  },
);

describe('POST …/preview', () => {
  it.each([
    [{}, 3600],
    [{ forSeconds: 60 }, 60],
    [{ forSeconds: 2_592_000 }, 2_592_000],
  ])('makes a token for the life asked for: %j', async (life, seconds) => {
    const before = Math.floor(Date.now() / 1000);
    const { status, body } = await post({ slot: 'green', ...life });
    expect(status).toBe(200);
    const expires = Number(body.token.split('.')[0]);
    expect(expires - seconds - before).toBeGreaterThanOrEqual(0);
    expect(expires - seconds - before).toBeLessThanOrEqual(2);
    const token = await signOverride(SECRET ?? '', { service: 'app', slot: 'green', expires });
    const expiresAt = new Date(expires * 1000).toISOString();
    const query = `__slot=green&__slot_token=${token}`;
    expect(body).toEqual({ slot: 'green', header: 'x-slot-token', token, query, link: null, expiresAt });
  });

  it.each(vectors.cases.filter(({ service }) => service === 'app').slice(0, 2))(
    'makes the query of a link: $query',
    async (vector) => {
      const { secret, slot, expires, query } = vector;
      const asked = { slot, forSeconds: 3600 };
      const answer = await preview({ ...env, OVERRIDE_SECRET: secret }, 'app', asked, (expires - 3600) * 1000);
      expect(answer).toMatchObject({ query, link: null });
    },
  );

  it.each([
    [['*/*'], undefined],
    [['*.shop.example/*', '*/cart/*'], undefined],
    [['shop.example/*'], 'https://shop.example/'],
    [['*.shop.example/*', 'shop.example/cart/*', 'other.example/*'], 'https://shop.example/cart/'],
    [['shop.example/cart*'], 'https://shop.example/cart'],
    [['shop.example/only'], 'https://shop.example/only'],
  ])('knows the address of the routes %j', (routes, address) => expect(addressOf(routes)).toBe(address));

  it('is refused where nobody may choose a slot', async () => {
    const app = services[0] as { override?: OverridePolicy } | undefined;
    if (app === undefined) throw new Error('there must be a service');
    const { override } = app;
    app.override = 'off';
    const { status, body } = await post({ slot: 'green' }).finally(() => {
      app.override = override;
    });
    expect([status, body.type, body.token]).toEqual([409, '/problems/override-off', undefined]);
    expect((await post({ slot: 'green' })).status).toBe(200);
  });

  it.each<[number, string, object, string | null | undefined, string]>([
    [404, 'unknown-slot', { slot: 'purple' }, SECRET, 'Slots: blue, green.'],
    [404, 'unknown-slot', { slot: 'constructor' }, SECRET, 'Slots: blue, green.'],
    [422, 'out-of-range', { slot: 'green', forSeconds: 59 }, SECRET, 'forSeconds'],
    [422, 'out-of-range', { slot: 'green', forSeconds: 2_592_001 }, SECRET, 'forSeconds'],
    [400, 'malformed', { slot: 'green', forSeconds: 90.5 }, SECRET, 'forSeconds'],
    [400, 'malformed', { slot: 'green', forHours: 1 }, SECRET, 'forHours'],
    [400, 'malformed', {}, SECRET, 'slot'],
    [503, 'no-override-secret', { slot: 'green' }, null, NEXT],
    [503, 'no-override-secret', { slot: 'green' }, '', NEXT],
    [503, 'no-override-secret', { slot: 'green' }, SECRET?.slice(1), NEXT],
  ])('answers %i %s to %j', async (status, type, asked, secret, detail) => {
    const answer = await post(asked, secret);
    expect(answer).toMatchObject({ status, body: { type: `/problems/${type}`, detail: expect.stringContaining(detail) } });
  });

  it('is for known services and the admin alone', async () => {
    expect((await post({ slot: 'green' }, SECRET, 'shop')).body).toMatchObject({
      status: 404,
      type: '/problems/unknown-service',
    });
    expect((await post({ slot: 'green' }, SECRET, 'app', 'x'.repeat(40))).status).toBe(401);
  });
});
