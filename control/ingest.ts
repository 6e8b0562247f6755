// Stage `ingest`: a report → the object of its service. The only place that knows which object collects what.
import { log } from '../router/log.ts';
import { parseReport, type Reply } from '../router/report.ts';
import { services } from '../router/services.ts';
import type { SplitId } from '../router/split.ts';
import { type Remote, remote } from './durable.ts';
import type { ServiceObject } from './object.ts';

/** What a router hears whose report cannot be used: it drops it, and goes on at a gentle pace. */
const REFUSED_FLUSH_MS = 20_000;

/** The object of a service. */
export function objectOf(env: Cloudflare.Env, service: string): Remote<ServiceObject> {
  return remote<ServiceObject>(env.SERVICE_OBJECT, service);
}

/** Hands a report, not trusted yet, to its service's object. Refused whole when anything in it is off. */
export async function ingest(env: Cloudflare.Env, value: unknown): Promise<Reply> {
  const report = parseReport(value);
  if (typeof report === 'string') return refuse(env, value, report);
  if (!isKnown(report.service)) return { flushAfterMs: REFUSED_FLUSH_MS, refused: `there is no service ${report.service} here` };
  return objectOf(env, report.service).report(report);
}

// Counted with the service it says it is of, so that somebody sees it.
async function refuse(env: Cloudflare.Env, value: unknown, why: string): Promise<Reply> {
  const service = (value as { service?: unknown } | null)?.service;
  const known = typeof service === 'string' && isKnown(service) ? service : undefined;
  log('warn', 'a report was refused', { service: known, why });
  if (known !== undefined) await objectOf(env, known).refused();
  return { flushAfterMs: REFUSED_FLUSH_MS, refused: why };
}

/** The newest split of a service, for a router that holds an older one or none. */
export async function newestSplit(env: Cloudflare.Env, service: string, held: SplitId): Promise<Reply> {
  return isKnown(service) ? objectOf(env, service).split(held) : { flushAfterMs: REFUSED_FLUSH_MS };
}

/** Whether services.ts names a service. */
export function isKnown(name: string): boolean {
  return services.some((service) => service.name === name);
}
