// The router Worker: the whole data plane as one sentence. route, load, assign, forward, observe, flush.
// Imports nothing outside this folder and no npm package. What fails in here must not fail the visitor.
import { env } from 'cloudflare:workers';
import { assign, visitorOf } from './assign.ts';
import type { OverridePolicy, ServiceConfig, Sticky } from './config.ts';
import { flushLater, newFlusher, type Reporting } from './flush.ts';
import { forward } from './forward.ts';
import { keyCookie, mayCarryCookie, visitorKey } from './key.ts';
import { load, newMemory } from './load.ts';
import { log } from './log.ts';
import { depart, newTally, observe, observeAbandoned, type Passage } from './observe.ts';
import { newVerifier, type OverrideRules } from './override.ts';
import { askedByHand, type ByHand, openByHand } from './preview.ts';
import { problem } from './problem.ts';
import type { ControlBinding } from './report.ts';
import { compileRoutes, route } from './route.ts';
import { services } from './services.ts';
import type { CompiledSplit } from './split.ts';

/** A service as this isolate serves it: its bindings, the split it holds, what it has counted. */
interface Served extends Reporting {
  readonly config: ServiceConfig;
  readonly sticky: Sticky;
  readonly override: OverrideRules;
  readonly bindings: ReadonlyMap<string, Fetcher>;
}

/** Which slot a request goes to, why, and the key to keep in a cookie, if any. */
interface Choice {
  readonly slot: string;
  readonly reason: 'split' | 'sticky' | 'override' | 'default';
  /** Salted hash of the visitor's key; 0 where no split was asked. */
  readonly visitor: number;
  readonly newKey?: string;
}

const bound: Readonly<Record<string, unknown>> = { ...env };
const names = services.map(({ name }) => name);
const verifier = newVerifier(bound.OVERRIDE_SECRET, bound.OVERRIDE_SECRET_PREVIOUS);
const table = compileRoutes(services.map(serve).flatMap((served) => served.config.routes.map((r) => [r, served] as const)));

export default {
  async fetch(request, _env, ctx): Promise<Response> {
    const served = route(table, request.url);
    if (served === undefined) return problem('no-service', 404, { detail: 'No service owns this host and path.' });
    if (served.bindings.size === 0) return unbound(served);
    const defer = (work: Promise<unknown>) => ctx.waitUntil(work);
    const loading = load(served.source, served.memory, Date.now(), defer);
    const split = loading instanceof Promise ? await loading : loading;
    const choosing = choose(request, served, split);
    const choice = choosing instanceof Promise ? await choosing : choosing;
    if (choice instanceof Response) return choice;
    const binding = served.bindings.get(choice.slot);
    if (binding === undefined) return unbound(served);
    const passage = setOut(request, served, split, choice, defer);
    const marks = { service: served.config.name, slot: choice.slot, revision: split?.revision ?? 0 };
    const { response, failed } = await forward(request, binding, marks);
    try {
      const now = Date.now();
      if (request.signal.aborted) observeAbandoned(served.tally, passage, now);
      else observe(served.tally, passage, { failed, status: response.status }, now);
      flushLater(served, now, defer);
    } catch (error) {
      log('error', 'a request could not be observed', { service: served.config.name, error });
    }
    return answer(request, response, choice, served.sticky);
  },
} satisfies ExportedHandler;

// From here on the request counts, also if it never comes back: when its visitor leaves, or once it is overdue.
function setOut(
  request: Request,
  served: Served,
  split: CompiledSplit | undefined,
  { slot, reason, visitor }: Choice,
  defer: (work: Promise<unknown>) => void,
): Passage {
  const startedAt = Date.now();
  const passage = {
    request,
    split,
    slot,
    overridden: reason === 'override',
    visitor,
    startedAt,
    counted: false,
    abandoned: false,
  };
  try {
    depart(served.tally, passage);
    flushLater(served, startedAt, defer);
    request.signal.addEventListener('abort', () => leave(served, passage, defer));
  } catch (error) {
    log('error', 'a request could not be observed', { service: served.config.name, error });
  }
  return passage;
}

// The visitor left. Maybe no other request comes to see to the flush.
function leave(served: Served, passage: Passage, defer: (work: Promise<unknown>) => void): void {
  try {
    const now = Date.now();
    observeAbandoned(served.tally, passage, now);
    flushLater(served, now, defer);
  } catch (error) {
    log('error', 'a request could not be observed', { service: served.config.name, error });
  }
}

function serve(config: ServiceConfig): Served {
  const slots = Object.keys(config.slots);
  const bindings = new Map<string, Fetcher>();
  for (const [slot, name] of Object.entries(config.slots)) {
    if (isBound(name)) bindings.set(slot, bound[name] as Fetcher);
    else
      log(
        'error',
        `service ${config.name} is out: slot ${slot} needs the service binding ${name}, which is not in wrangler.toml`,
        { service: config.name, slot },
      );
  }
  // One missing slot puts the service out, loudly and at once, not on the day its traffic moves there.
  if (bindings.size < slots.length) bindings.clear();
  const kv = isBound('SPLITS', 'get') ? (bound.SPLITS as KVNamespace) : undefined;
  const control = isBound('CONTROL') ? (bound.CONTROL as ControlBinding) : undefined;
  const analytics = isBound('ANALYTICS', 'writeDataPoint') ? (bound.ANALYTICS as AnalyticsEngineDataset) : undefined;
  const source = { service: config.name, slots, defaultSlot: config.defaultSlot, kv, control };
  const override = { service: config.name, policy: policyOf(config), slots, services: names, verifier };
  const rules = { config, sticky: config.sticky ?? {}, override };
  return { ...rules, bindings, source, memory: newMemory(), tally: newTally(), flusher: newFlusher(), analytics };
}

function isBound(name: string, method = 'fetch'): boolean {
  return typeof (bound[name] as Record<string, unknown> | undefined)?.[method] === 'function';
}

function unbound({ config }: Served): Response {
  return problem('slot-unbound', 503, { detail: `A slot of ${config.name} has no service binding. See the router's log.` });
}

function choose(
  request: Request,
  { config, override, sticky }: Served,
  split: CompiledSplit | undefined,
): Choice | Response | Promise<Choice | Response> {
  const asked = askedByHand(request, override);
  if (asked !== undefined) return chooseByHand(request, override, asked);
  const { key, brought } = visitorKey(request.headers, sticky);
  const newKey = brought || sticky.maxAgeSeconds === 'off' ? undefined : key;
  if (split === undefined) return { slot: config.defaultSlot, reason: 'default', visitor: 0, newKey };
  const visitor = visitorOf(split, key);
  return { slot: assign(split, visitor), reason: brought ? 'sticky' : 'split', visitor, newKey };
}

// Only here may choosing take time, to check a signature.
async function chooseByHand(request: Request, rules: OverrideRules, asked: ByHand): Promise<Choice | Response> {
  const chosen = await openByHand(request, rules, asked, Date.now());
  return chosen instanceof Response ? chosen : { slot: chosen, reason: 'override', visitor: 0 };
}

// Only `npm run dev` sets the variable: a local run has nobody to keep out.
function policyOf({ override: policy = 'signed' }: ServiceConfig): OverridePolicy {
  return policy === 'signed' && bound.LOCAL_OVERRIDE === 'open' ? 'open' : policy;
}

function answer(request: Request, response: Response, { slot, reason, newKey }: Choice, sticky: Sticky): Response {
  if (response.status === 101) return response;
  const tagged = new Response(response.body, response);
  tagged.headers.set('x-slot', slot);
  tagged.headers.set('x-slot-reason', reason);
  if (newKey !== undefined && mayCarryCookie(request.method, response.headers))
    tagged.headers.append('set-cookie', keyCookie(newKey, sticky, request.url.startsWith('https:')));
  return tagged;
}
