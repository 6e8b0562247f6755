// Gathers what the public route answers: to x-slot without a token, and to the same request twice.
import type { ServiceEntry } from '../project.ts';
import { hostOf, overlap } from './check-exposure.ts';
import { isLoopback } from './gather-control.ts';
import type { RouterSeen, Seen, VisitSeen } from './gathered.ts';

const WAIT_MS = 10_000;
const REMEDY = "Set SLUICE_ROUTER_URL to the deployed service's address.";

/** Visits the router at `url`, unless that is of this machine. Never rejects. */
export async function gatherRouter(url: string | undefined, services: readonly ServiceEntry[]): Promise<Seen<RouterSeen>> {
  if (url === undefined || url === '') return { looked: false, why: 'SLUICE_ROUTER_URL is not set.', remedy: REMEDY };
  if (!URL.canParse(url)) return { looked: false, why: `SLUICE_ROUTER_URL is no address: "${url}".`, remedy: REMEDY };
  if (isLoopback(url)) return { looked: false, why: `${url} is the local run, which is open.`, remedy: REMEDY };
  const service = serviceAt(new URL(url).hostname, services);
  if (service === undefined) return { looked: false, why: 'services.ts names no service.', remedy: REMEDY };
  const slot = Object.keys(service.slots).find((name) => name !== service.defaultSlot) ?? service.defaultSlot;
  try {
    const override = await visit(url, { 'x-slot': slot });
    // One after the other: a cache could not answer the second before it has the first.
    await visit(url);
    return { looked: true, url, service: service.name, override, again: await visit(url) };
  } catch {
    return { looked: false, why: `${url} does not answer.`, remedy: REMEDY };
  }
}

function serviceAt(host: string, services: readonly ServiceEntry[]): ServiceEntry | undefined {
  const exactFirst = services.toSorted((a, b) => longestHost(b, host) - longestHost(a, host));
  return exactFirst[0];
}

/** How well a service's routes fit a host: the length of the longest pattern that does, -1 for none. */
function longestHost({ routes }: ServiceEntry, host: string): number {
  return Math.max(-1, ...routes.map(hostOf).map((pattern) => (overlap(pattern, host) ? pattern.length : -1)));
}

async function visit(url: string, headers: Record<string, string> = {}): Promise<VisitSeen> {
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(WAIT_MS) });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const body = isProblem ? ((await response.json().catch(() => undefined)) as { type?: unknown } | undefined) : undefined;
  if (!isProblem) await response.body?.cancel();
  return {
    status: response.status,
    slot: response.headers.get('x-slot'),
    reason: response.headers.get('x-slot-reason'),
    problem: typeof body?.type === 'string' ? body.type.replace(/^.*\//, '') : null,
    cacheStatus: response.headers.get('cf-cache-status'),
    age: response.headers.get('age'),
  };
}
