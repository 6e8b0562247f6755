// The API of deployments: which versions came into which slots, which splits were published, and leases for uploads.
import { deploymentsAnswer, leaseAnswer, leaseReturnedAnswer } from './answers.ts';
import { by, obey, object } from './call.ts';
import { deploymentView, splitView } from './deployment-views.ts';
import { type Api, endpoint } from './endpoint.ts';
import { version } from './parts.ts';
import { deploymentBody, deploymentsQuery, leaseBody, leaseParams } from './schemas.ts';
import { iso } from './units.ts';

const tag = 'Deployments';
const ALL = '/v1/services/:service/deployments';

/** Puts the routes on the API. */
export function addDeployments(api: Api): void {
  const list = { id: 'listDeployments', summary: 'Versions that came into slots, and changes of the split.' };
  const listed = { query: deploymentsQuery, answer: deploymentsAnswer, role: 'viewer', tag } as const;
  endpoint(api, { method: 'get', path: ALL, ...list, ...listed }, async (c, { query: { limit, kind } }) => {
    const service = object(c);
    const versions = kind === 'split' ? [] : (await service.deployments({ limit })).map(deploymentView);
    const splits = kind === 'version' ? [] : (await service.splits({ limit })).map(splitView);
    return { deployments: [...versions, ...splits].sort((a, b) => b.id - a.id).slice(0, limit) };
  });
  const record = { id: 'recordDeployment', summary: 'Record that a version was put into a slot.', body: deploymentBody };
  const recorded = { answer: version, statuses: [201], problems: [409], role: 'deployer', tag } as const;
  endpoint(api, { method: 'post', path: ALL, ...record, ...recorded }, async (c, { body }) => {
    const { slot, force, lease, reason, ...what } = body;
    const { versions } = await obey(c, { type: 'record_deployment', slot, force, lease, version: what, by: by(c, reason) });
    const [newest] = Object.values(versions).sort((a, b) => b.id - a.id);
    if (newest === undefined) throw new Error('a recorded deployment must be in a slot');
    return deploymentView(newest);
  });
  addLeases(api);
}

function addLeases(api: Api): void {
  const lease = { id: 'leaseSlot', summary: 'Reserve a slot for an upload into it.', body: leaseBody };
  const leased = { answer: leaseAnswer, statuses: [201], problems: [409], role: 'deployer', tag } as const;
  endpoint(api, { method: 'post', path: `${ALL}/lease`, ...lease, ...leased }, async (c, { body }) => {
    const id = crypto.randomUUID();
    const { leases } = await obey(c, { type: 'lease_slot', slot: body.slot, lease: id, by: by(c, body.reason) });
    const [slot, { until } = { until: 0 }] = Object.entries(leases).find(([, held]) => held.id === id) ?? [];
    if (slot === undefined) throw new Error('a lease that was given must be held');
    return { lease: id, slot, until: iso(until) };
  });
  const give = { id: 'returnLease', summary: 'Give a lease back, of an upload that came to nothing.', params: leaseParams };
  const given = { answer: leaseReturnedAnswer, problems: [409], role: 'deployer', tag } as const;
  endpoint(api, { method: 'delete', path: `${ALL}/lease/:lease`, ...give, ...given }, async (c, { params }) => {
    await obey(c, { type: 'return_lease', lease: params.lease, by: by(c, null) });
    return { released: true } as const;
  });
}
