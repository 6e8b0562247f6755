// Each minute: judge what no report has judged, put KV right, run what an outbox still holds, ask the slots how they are,
// forget what is past its time. The cron heals; nothing waits for it in a service with traffic.
import { services } from '../router/services.ts';
import type { Probe } from './core/service.ts';
import { objectOf } from './ingest.ts';
import { registryOf } from './registry.ts';

/** The cron of wrangler.toml. */
const EACH_MINUTE = '* * * * *';
const PROBE_WAIT_MS = 5_000;

/** @throws for a cron nobody knows, and when a service could not be seen to (the others were) */
export async function runCron(cron: string, env: Cloudflare.Env): Promise<void> {
  if (cron !== EACH_MINUTE) throw new Error(`unknown cron "${cron}": wrangler.toml and control/cron.ts must agree`);
  const work = services.flatMap(({ name, slots, healthPath: path }) => {
    const probes =
      path === undefined ? [] : Object.entries(slots).map(([slot, binding]) => probe(env, name, slot, binding, path));
    return [objectOf(env, name).heal(), ...probes];
  });
  work.push(registryOf(env).heal());
  const failed = (await Promise.allSettled(work)).filter((outcome) => outcome.status === 'rejected');
  if (failed.length > 0)
    throw new AggregateError(
      failed.map((f) => f.reason),
      `${failed.length} of ${work.length} parts of the cron failed`,
    );
}

async function probe(env: Cloudflare.Env, service: string, slot: string, binding: string, path: string): Promise<void> {
  const at = Date.now();
  const status = await statusOf((env as unknown as Record<string, Fetcher | undefined>)[binding], service, slot, path);
  const result: Probe = { at, ok: status !== null && status < 400, status, milliseconds: Date.now() - at };
  await objectOf(env, service).probed({ slot, probe: result });
}

/** The status a slot's health path answers with; `null` when it does not answer, or is not bound to control. */
async function statusOf(binding: Fetcher | undefined, service: string, slot: string, path: string): Promise<number | null> {
  try {
    if (binding === undefined) return null;
    const headers = { 'x-sluice-service': service, 'x-sluice-slot': slot, 'user-agent': 'sluice-probe' };
    const response = await binding.fetch(`https://${service}.sluice.internal${path}`, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE_WAIT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
