// The fourth step of `npm run deploy`: what is in the slots goes on record, and each service gets an active slot. Control
// writes the first split into KV by that; nobody else writes one.

import type { ServiceView } from '../../control/api/types.ts';
import { Client, Refused } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import type { Project } from '../project.ts';
import type { Origin } from './git.ts';

const PAUSE_MS = 500;

/** What to set up. */
export interface Seed {
  readonly project: Project;
  readonly access: { readonly url: string; readonly token: string };
  /** Worker behind a slot → the version it serves. */
  readonly versions: ReadonlyMap<string, string>;
  /** Workers that were deployed just now. */
  readonly fresh: readonly string[];
  readonly originOf: (worker: string) => Promise<Origin>;
  /** How long a new address may take to answer. */
  readonly waitMs: number;
  /** Whether the token was made just now, so that it may be refused for a moment. */
  readonly newToken: boolean;
  readonly signal: AbortSignal;
}

/**
 * Records and activates what is not yet. Returns what it did, a phrase each.
 * @throws Failure when control refuses, or does not answer in time
 */
export async function seed(order: Seed): Promise<string[]> {
  const client = new Client(order.access);
  const services = await servicesOf(client, order);
  const did: string[] = [];
  for (const { name, defaultSlot } of order.project.services) {
    const view = services.find(({ service }) => service === name);
    if (view === undefined)
      throw new Failure(EXIT.failed, `Control does not know the service ${name}.`, 'Is SLUICE_URL the control of this clone?');
    did.push(...(await recordSlots(client, order, view)));
    if (view.active !== null) continue;
    await client.call('POST', `/services/${encodeURIComponent(name)}/activate`, { slot: defaultSlot, reason: 'first set-up' });
    did.push(`${defaultSlot} of ${name} made active`);
  }
  return did;
}

async function recordSlots(client: Client, { project, versions, fresh, originOf }: Seed, view: ServiceView): Promise<string[]> {
  const did: string[] = [];
  for (const { service, slot, worker = '' } of project.slots) {
    const versionId = versions.get(worker);
    const recorded = view.slots[slot]?.version;
    if (service !== view.service || versionId === undefined) continue;
    if (recorded != null && (!fresh.includes(worker) || recorded.versionId === versionId)) continue;
    const body = { slot, versionId, ...(await originOf(worker)), force: slot === view.active, reason: 'first set-up' };
    await client.call('POST', `/services/${encodeURIComponent(service)}/deployments`, body);
    did.push(`${slot} of ${service} recorded`);
  }
  return did;
}

async function servicesOf(client: Client, order: Seed): Promise<readonly ServiceView[]> {
  const until = performance.now() + order.waitMs;
  for (;;) {
    try {
      return (await client.call<{ services: ServiceView[] }>('GET', '/services')).services;
    } catch (error) {
      if (order.signal.aborted) throw new Failure(EXIT.failed, 'Interrupted while control came up.');
      if (!mayPass(error, order.newToken) || performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

// A new address is unknown at first, or answers with somebody else's page; new secrets arrive after the code.
function mayPass(error: unknown, newToken: boolean): boolean {
  if (error instanceof Refused) return error.reason === 'no-admin-token' || (newToken && error.problem.status === 401);
  return error instanceof Failure && error.code === EXIT.unreachable;
}
