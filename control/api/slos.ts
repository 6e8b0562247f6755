// The API of objectives and guards of a service: what is set, and setting some of it.
import type { Service } from '../core/service.ts';
import { DEFAULT_SLO, type Slo } from '../core/slo.ts';
import { by, obey, object } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { slos, slosSetAnswer } from './health-answers.ts';
import { slosView } from './health-views.ts';
import { slosBody } from './schemas.ts';

const tag = 'SLOs';
const path = '/v1/services/:service/slos';

/** Puts the routes on the API. */
export function addSlos(api: Api): void {
  const get = { id: 'getSlos', summary: 'Objectives and guards.', answer: slos, role: 'viewer' } as const;
  endpoint(api, { method: 'get', path, tag, ...get }, async (c) => slosView((await object(c).read()).slo));
  const put = { id: 'setSlos', summary: 'Set some; null sets one back.', body: slosBody, answer: slosSetAnswer } as const;
  endpoint(api, { method: 'put', path, tag, role: 'admin', ...put }, async (c, { body: { reason, ...asked } }) => {
    const before = await object(c).read();
    const service = await obey(c, { type: 'set_slos', slo: resolved(asked), by: by(c, reason) });
    return { ...slosView(service.slo), watchedAfresh: watchedAfresh(before, service) };
  });
}

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
