// The API of deployments: which versions came into which slots, which splits were published, and leases for uploads.
import { Hono } from 'hono';
import type { ApiEnv } from './auth.ts';
import { parse } from './body.ts';
import { body, by, obey, object } from './call.ts';
import { deploymentView, splitView } from './deployment-views.ts';
import { deploymentBody, deploymentsQuery, leaseBody } from './schemas.ts';
import { iso } from './units.ts';

/** Routes under `/v1/services/{service}/deployments`. */
export const deploymentsApi = new Hono<ApiEnv>()
  .get('/', async (c) => {
    const { limit, kind } = parse(deploymentsQuery, c.req.query());
    const service = object(c);
    const versions = kind === 'split' ? [] : (await service.deployments({ limit })).map(deploymentView);
    const splits = kind === 'version' ? [] : (await service.splits({ limit })).map(splitView);
    const newest = [...versions, ...splits].sort((a, b) => b.id - a.id).slice(0, limit);
    return c.json({ deployments: newest });
  })
  .post('/', async (c) => {
    const { slot, force, lease, reason, ...version } = await body(c, deploymentBody);
    const command = { type: 'record_deployment', slot, force, lease, version, by: by(c, reason) } as const;
    const { versions } = await obey(c, command);
    const [newest] = Object.values(versions).sort((a, b) => b.id - a.id);
    if (newest === undefined) throw new Error('a recorded deployment must be in a slot');
    return c.json(deploymentView(newest), 201);
  })
  .post('/lease', async (c) => {
    const { slot: asked, reason } = await body(c, leaseBody);
    const lease = crypto.randomUUID();
    const { leases } = await obey(c, { type: 'lease_slot', slot: asked, lease, by: by(c, reason) });
    const [slot, { until } = { until: 0 }] = Object.entries(leases).find(([, { id }]) => id === lease) ?? [];
    if (slot === undefined) throw new Error('a lease that was given must be held');
    return c.json({ lease, slot, until: iso(until) }, 201);
  })
  .delete('/lease/:lease', async (c) => {
    await obey(c, { type: 'return_lease', lease: c.req.param('lease'), by: by(c, null) });
    return c.json({ released: true });
  });
