// The API of objectives and guards of a service: what is set, and setting some of it.
import { Hono } from 'hono';
import type { Service } from '../core/service.ts';
import { DEFAULT_SLO, type Slo } from '../core/slo.ts';
import type { ApiEnv } from './auth.ts';
import { body, by, obey, object } from './call.ts';
import { slosView } from './health-views.ts';
import { slosBody } from './schemas.ts';

/** Routes under `/v1/services/{service}/slos`. */
export const slosApi = new Hono<ApiEnv>()
  .get('/', async (c) => c.json(slosView((await object(c).read()).slo)))
  .put('/', async (c) => {
    const { reason, ...asked } = await body(c, slosBody);
    const before = await object(c).read();
    const service = await obey(c, { type: 'set_slos', slo: resolved(asked), by: by(c, reason) });
    return c.json({ ...slosView(service.slo), watchedAfresh: watchedAfresh(before, service) });
  });

/** What is left out stays; `null` stands for what Sluice sets by itself. */
function resolved(asked: { readonly [K in keyof Slo]?: Slo[K] | null | undefined }): Partial<Slo> {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? DEFAULT_SLO[name as keyof Slo]]));
}

/** The slots whose evidence was forgotten: the tests are others now. */
function watchedAfresh(before: Service, { watches }: Service): string[] {
  const lost = watches.filter(({ slot, startedAt }) => before.watches.some((w) => w.slot === slot && w.startedAt < startedAt));
  return lost.map(({ slot }) => slot);
}
