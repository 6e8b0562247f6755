// The API of a service: what it is, and the commands that move its traffic.
import type { z } from 'zod';
import type { Command } from '../core/service.ts';
import { objectOf } from '../ingest.ts';
import { activeSlotAnswer, service, servicesAnswer, settingsAnswer } from './answers.ts';
import { by, type Ctx, obey, object, servicesFor } from './call.ts';
import { type Api, endpoint } from './endpoint.ts';
import { health } from './health-answers.ts';
import { healthView } from './health-views.ts';
import { namedPlan } from './plans.ts';
import { activateBody, moveBody, reasonBody, settingsBody, slotParams, splitBody } from './schemas.ts';
import { serviceView } from './views.ts';

const tag = 'Services';
const ONE = '/v1/services/:service';

/** Puts the routes on the API. */
export function addServices(api: Api): void {
  addReads(api);
  addMoves(api);
  const settings = { body: settingsBody, answer: settingsAnswer, role: 'admin', tag } as const;
  const about = { id: 'setSettings', summary: 'Set the plan of releases that name none.' };
  endpoint(api, { method: 'put', path: `${ONE}/settings`, ...settings, ...about }, async (c, { body }) => {
    const { defaultPlan: plan, reason } = body;
    await namedPlan(c.env, plan);
    const { defaultPlan } = await obey(c, { type: 'set_default_plan', plan, by: by(c, reason) });
    return { defaultPlan };
  });
}

function addReads(api: Api): void {
  const read = { method: 'get', role: 'viewer', tag } as const;
  const all = { id: 'listServices', summary: 'All services.', answer: servicesAnswer };
  endpoint(api, { ...read, path: '/v1/services', ...all }, async (c) => {
    const found = await Promise.all(servicesFor(c.get('actor')).map((name) => objectOf(c.env, name).read()));
    return { services: found.map((one) => serviceView(one, Date.now())) };
  });
  const one = { id: 'getService', summary: 'A service: its split, slots, newest release, health.', answer: service };
  endpoint(api, { ...read, path: ONE, ...one }, async (c) => serviceView(await object(c).read(), Date.now()));
  const active = { id: 'getActiveSlot', summary: 'The active slot alone.', answer: activeSlotAnswer };
  endpoint(api, { ...read, path: `${ONE}/active-slot`, ...active }, async (c) => ({ active: (await object(c).read()).active }));
  const how = { id: 'getHealth', summary: 'Counts, latencies, objectives, and the evidence of each watch.', answer: health };
  endpoint(api, { ...read, path: `${ONE}/health`, ...how }, async (c) => healthView(await object(c).read(), Date.now()));
}

function addMoves(api: Api): void {
  const move = { role: 'deployer', tag, answer: service, problems: [409] } as const;
  const split = { id: 'setSplit', summary: 'Set weights by hand.', body: splitBody } as const;
  endpoint(api, { ...move, ...split, method: 'put', path: `${ONE}/split` }, (c, { body: { reason, ...weights } }) =>
    answer(c, { type: 'set_split', ...weights, by: by(c, reason) }),
  );
  const activate = { id: 'activateSlot', summary: 'Make a slot active at once, with all weight.', body: activateBody } as const;
  endpoint(api, { ...move, ...activate, method: 'post', path: `${ONE}/activate` }, (c, { body: { reason, ...asked } }) =>
    answer(c, { type: 'activate', ...asked, by: by(c, reason) }),
  );
  for (const [type, summary] of [
    ['rotate', 'Make the next idle slot active at once.'],
    ['rollback', 'Send all weight back to the active slot, or to the one before it.'],
  ] as const)
    endpoint(api, { ...move, id: type, summary, body: moveBody, method: 'post', path: `${ONE}/${type}` }, (c, { body }) =>
      answer(c, { type, ifRevision: body.ifRevision, by: by(c, body.reason) }),
    );
  const remove = { id: 'removeVersion', summary: 'Empty an idle slot.', body: reasonBody, params: slotParams } as const;
  endpoint(api, { ...move, ...remove, method: 'delete', path: `${ONE}/slots/:slot` }, (c, { params: { slot }, body }) =>
    answer(c, { type: 'remove_version', slot, by: by(c, body.reason) }),
  );
}

async function answer(c: Ctx, command: Command): Promise<z.infer<typeof service>> {
  return serviceView(await obey(c, command), Date.now());
}
