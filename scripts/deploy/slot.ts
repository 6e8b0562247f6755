// `sluice deploy`: lease, upload, record, smoke check, release. Whatever fails or is interrupted says what is in the slot now,
// and what to do next; a lease is given back unless its deployment was recorded.

import type { DeploymentView, ReleaseView, ServiceView } from '../../control/api/types.ts';
import { type Client, Refused } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { type Origin, originOf } from './git.ts';
import { type SmokeResult, smoke } from './smoke.ts';
import { interruptible, type Step } from './steps.ts';
import { configOf, projectOf, type SlotConfig } from './worker.ts';
import { upload, versionServed, type Wrangler, wranglerIn } from './wrangler.ts';

/** What to deploy, and how. */
export interface Order {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly client: Client;
  readonly service: ServiceView;
  /** ` --service shop` where one was named, for the commands suggested. */
  readonly suffix: string;
  /** Without it, the idle one. */
  readonly slot: string | undefined;
  readonly config: string | undefined;
  readonly said: Origin;
  /** Into a slot in use, without a lease. */
  readonly force: boolean;
  /** `undefined`: none. */
  readonly smoke: { readonly router: string; readonly path: string; readonly timeoutMs: number } | undefined;
  /** `undefined`: none. A plan of `undefined` is the service's default. */
  readonly release: { readonly plan: string | undefined } | undefined;
  readonly step: Step;
  /** Hears wrangler's output. */
  readonly hear: ((text: string) => void) | undefined;
}

/** What came of it. */
export interface Outcome {
  readonly deployment: DeploymentView;
  readonly smoke: SmokeResult | null;
  readonly release: ReleaseView | null;
}

interface Lease {
  readonly lease: string;
  readonly slot: string;
  readonly until: string;
}

/**
 * Deploys into a slot and, where asked, starts its release.
 * @throws Failure (Refused where control says no)
 */
export async function deployToSlot(order: Order): Promise<Outcome> {
  if (order.force) refuseLeased(order);
  const interrupt = interruptible();
  const deployment = await putIntoSlot(order, interrupt.signal).finally(interrupt.done);
  const { slot, versionId } = deployment;
  if (interrupt.signal.aborted) throw new Failure(EXIT.failed, `Interrupted: ${slot} has version ${versionId}, on record.`);
  const checked = order.smoke === undefined ? null : await check(order, order.smoke, slot, versionId);
  const release = order.release === undefined ? null : await startRelease(order, order.release.plan, slot);
  return { deployment, smoke: checked, release };
}

async function putIntoSlot(order: Order, signal: AbortSignal): Promise<DeploymentView> {
  const project = await projectOf(order.root);
  // What can be known to fail is known before anything is leased.
  if (order.slot !== undefined) await configOf(project, order.service.service, order.slot, order.config);
  const wrangler = wranglerIn({ root: order.root, env: order.env, signal, hear: order.hear });
  const lease = order.force ? undefined : await takeLease(order);
  const slot = lease?.slot ?? order.slot ?? '';
  try {
    if (signal.aborted) throw new Failure(EXIT.failed, 'Interrupted before anything was uploaded.');
    const config = await configOf(project, order.service.service, slot, order.config);
    const origin = await originOf(config.folder, order.env, order.said);
    const versionId = await send(order, wrangler, slot, config, origin, signal);
    return await record(order, slot, versionId, origin, lease);
  } catch (error) {
    // A lease whose upload reached the slot stays for the command that records it.
    if (lease !== undefined && !(error instanceof Unrecorded)) await giveBack(order, lease);
    throw error;
  }
}

// Force is for a slot in use. Control would refuse the record of an upload into a leased one: too late for who uploads there.
function refuseLeased({ service, slot = '' }: Order): void {
  const lease = service.slots[slot]?.lease ?? null;
  if (lease === null) return;
  const until = new Date(lease.until).toLocaleTimeString('en-GB');
  throw new Failure(EXIT.failed, `${slot} is leased by ${lease.by} until ${until}, for an upload into it.`, 'sluice status');
}

function takeLease({ client, service, slot, step }: Order): Promise<Lease> {
  return step(
    `Lease of ${slot ?? 'the idle slot'}`,
    () => client.call<Lease>('POST', `${pathOf(service)}/deployments/lease`, slot === undefined ? {} : { slot }),
    (lease) => `${lease.slot} is leased until ${new Date(lease.until).toLocaleTimeString('en-GB')}`,
  );
}

async function giveBack({ client, service, step }: Order, { lease, slot }: Lease): Promise<void> {
  try {
    await step(
      'Giving the lease back',
      () => client.call('DELETE', `${pathOf(service)}/deployments/lease/${lease}`),
      () => `The lease of ${slot} is given back`,
    );
  } catch {
    // It is lost already, or ends by itself. The failure before this one is the one to tell.
  }
}

async function send(
  order: Order,
  wrangler: Wrangler,
  slot: string,
  { worker, path }: SlotConfig,
  { tag, message }: Origin,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { versionId } = await order.step(
      `Upload of ${worker}`,
      () => upload(wrangler, { worker, config: path, tag, message }),
      (uploaded) => `${worker} is deployed from ${path} into ${slot}: version ${uploaded.versionId}`,
    );
    return versionId;
  } catch (error) {
    // A second look without the signal: an interrupt must not end it too.
    const now = await servedNow(wranglerIn(order), worker, order.service.slots[slot]?.version?.versionId);
    const why = signal.aborted ? `Interrupted while ${worker} was uploaded.` : messageOf(error);
    const next =
      error instanceof Failure && error.next !== undefined ? error.next : `sluice deploy --slot ${slot}${order.suffix}`;
    throw new Failure(EXIT.failed, `${why}\n${now}`.trimEnd(), next);
  }
}

// Wrangler may fail after the platform took the version: on a route, a schedule, a broken connection.
async function servedNow(wrangler: Wrangler, worker: string, recorded: string | undefined): Promise<string> {
  try {
    const served = await versionServed(wrangler, worker);
    if (served === undefined) return `There is no Worker ${worker} yet.`;
    if (served === recorded) return `${worker} still serves version ${served}, the one on record.`;
    return `${worker} serves version ${served} now, which is not on record.`;
  } catch {
    return '';
  }
}

class Unrecorded extends Failure {}

async function record(
  order: Order,
  slot: string,
  versionId: string,
  origin: Origin,
  lease: Lease | undefined,
): Promise<DeploymentView> {
  const { client, service, step } = order;
  const path = `${pathOf(service)}/deployments`;
  const body = { slot, versionId, ...origin, ...(lease === undefined ? { force: true } : { lease: lease.lease }) };
  try {
    return await step(
      'Recording',
      () => client.call<DeploymentView>('POST', path, body),
      (deployment) => `Recorded as deployment ${deployment.id} of ${slot}${deployment.tag === null ? '' : `, ${deployment.tag}`}`,
    );
  } catch (error) {
    // Somebody else's record closed the lease: without it, control looks at the slot as it is now.
    const again = error instanceof Refused && error.reason === 'lease-lost' ? { ...body, lease: undefined } : body;
    const data = JSON.stringify(again).replaceAll("'", "'\\''");
    throw new Unrecorded(
      error instanceof Failure ? error.code : EXIT.failed,
      `Version ${versionId} is in ${slot} now, but it is not on record: ${messageOf(error)}`,
      `curl -X POST '${client.access.url}/v1${path}' -H "authorization: Bearer $SLUICE_TOKEN" -d '${data}'`,
    );
  }
}

async function check(
  order: Order,
  { router, path, timeoutMs }: NonNullable<Order['smoke']>,
  slot: string,
  versionId: string,
): Promise<SmokeResult> {
  const { client, service, step } = order;
  const token = async () => {
    const answer = await client.call<{ token: string }>('POST', `${pathOf(service)}/preview`, { slot, forSeconds: 600 });
    return answer.token;
  };
  try {
    return await step(
      'Smoke check',
      () => smoke({ router, path, slot, versionId, timeoutMs, token }),
      ({ status, attempts, version }) =>
        `${slot} answers ${path} with status ${status}${version === undefined ? ' (it does not say its version)' : ' and that version'}${attempts === 1 ? '' : `, at try ${attempts}`}`,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const left = order.release === undefined ? '' : ' No release was started.';
    const plan = order.release?.plan === undefined ? '' : ` --plan ${order.release.plan}`;
    throw new Failure(
      EXIT.failed,
      `${error.message}\nVersion ${versionId} is in ${slot}, on record, without visitors of its own.${left}`,
      error.next ?? `curl -i -H 'x-slot: ${slot}' '${router}${path}'\nsluice release start --slot ${slot}${plan}${order.suffix}`,
    );
  }
}

function startRelease({ client, service, step }: Order, plan: string | undefined, slot: string): Promise<ReleaseView> {
  const body = { slot, autoStart: true, ...(plan === undefined ? {} : { plan }) };
  return step(
    'Start of the release',
    () => client.call<ReleaseView>('POST', `${pathOf(service)}/releases`, body),
    (release) => `Release ${release.id} has started under plan ${release.plan.name ?? 'of its own'}`,
  );
}

/** A service's place in the API. */
export function pathOf({ service }: { readonly service: string }): string {
  return `/services/${encodeURIComponent(service)}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
