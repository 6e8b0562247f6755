// What `services.ts` may say, and the check of it. Runs once, when a Worker or a script starts:
// a mistake stops the deploy (the platform starts the Worker before it takes it), never a request.

/** Who may choose a slot by `x-slot`: anyone, holders of a signed token, nobody. */
export type OverridePolicy = 'open' | 'signed' | 'off';

/** What a visitor is remembered by; the first one present wins. */
export interface Sticky {
  /** A request header that names the visitor, such as `x-user-id`. */
  readonly header?: string;
  /** A cookie of the service's own that names the visitor. */
  readonly cookie?: string;
  /** Life of the cookie `sluice_key`, in seconds (default one year); `'off'` sets none. */
  readonly maxAgeSeconds?: number | 'off';
}

/** One public route with one split. */
export interface ServiceConfig {
  readonly name: string;
  /** Patterns of host and path, as Cloudflare's: `*` alone or as `*.` first in the host, and last in the path. */
  readonly routes: readonly string[];
  /** Slot → name of the service binding. The order is the order of `rotate`. */
  readonly slots: Readonly<Record<string, string>>;
  /** The slot that serves when no split can be had. */
  readonly defaultSlot: string;
  readonly sticky?: Sticky;
  /** Default `signed`. */
  readonly override?: OverridePolicy;
  /** Path that control fetches from each slot every minute. None: no probes. */
  readonly healthPath?: string;
}

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const BINDING = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const ROUTE = /^(\*|\*\.[a-z0-9.-]+|[a-z0-9.-]+)\/[^\s*?#]*\*?$/;
const MAX_SLOTS = 16;
const KEYS = ['name', 'routes', 'slots', 'defaultSlot', 'sticky', 'override', 'healthPath'];

/**
 * Checks what `services.ts` lists and returns it unchanged.
 * @throws Error that names every entry to mend, one a line.
 */
export function defineServices(list: readonly ServiceConfig[]): readonly ServiceConfig[] {
  const wrong = findMistakes(list);
  if (wrong.length > 0)
    throw new Error(
      `router/services.ts has ${wrong.length === 1 ? 'an entry' : `${wrong.length} entries`} to mend:\n  ${wrong.join('\n  ')}`,
    );
  return list;
}

/** The mistakes in a list of services, each as `services[i].field: what is wrong`; empty when there are none. */
export function findMistakes(list: readonly ServiceConfig[]): string[] {
  if (list.length === 0) return ['services: name at least one service'];
  const wrong: string[] = [];
  const names = new Set<string>();
  const routes = new Map<string, string>();
  list.forEach((service, i) => {
    const say = (field: string, what: string) => wrong.push(`services[${i}].${field}: ${what}`);
    if (names.has(service.name)) say('name', `"${service.name}" is taken by another service`);
    names.add(service.name);
    checkNames(service, say);
    checkSlots(service, say);
    checkSticky(service.sticky ?? {}, say);
    for (const [k, route] of (service.routes ?? []).entries()) {
      const owner = routes.get(route);
      if (owner !== undefined) say(`routes[${k}]`, `"${route}" belongs to ${owner} already`);
      routes.set(route, `services[${i}]`);
    }
  });
  return wrong;
}

type Say = (field: string, what: string) => void;

function checkNames(service: ServiceConfig, say: Say): void {
  for (const key of Object.keys(service)) if (!KEYS.includes(key)) say(key, `unknown field; known are ${KEYS.join(', ')}`);
  if (!NAME.test(service.name)) say('name', `"${service.name}" must be 1 to 32 of a-z, 0-9, -, and begin with a letter`);
  if (!Array.isArray(service.routes) || service.routes.length === 0) say('routes', 'name at least one, such as "*/*"');
  else
    service.routes.forEach((route, k) => {
      if (!ROUTE.test(route))
        say(`routes[${k}]`, `"${route}" must be a host and a path, such as "*/*", "example.com/api/*" or "*.example.com/*"`);
    });
  if (!['open', 'signed', 'off', undefined].includes(service.override))
    say('override', `"${service.override}" must be "open", "signed" or "off"`);
  if (service.healthPath !== undefined && !service.healthPath.startsWith('/'))
    say('healthPath', `"${service.healthPath}" must begin with /`);
}

function checkSlots(service: ServiceConfig, say: Say): void {
  const slots = Object.entries(service.slots ?? {});
  if (slots.length < 2 || slots.length > MAX_SLOTS) say('slots', `name 2 to ${MAX_SLOTS} slots, there are ${slots.length}`);
  const bound = new Map<string, string>();
  for (const [slot, binding] of slots) {
    if (!NAME.test(slot)) say(`slots.${slot}`, 'a slot name must be 1 to 32 of a-z, 0-9, -, and begin with a letter');
    else if (slot in {}) say(`slots.${slot}`, 'a slot must not be called what every object has already');
    if (!BINDING.test(binding)) say(`slots.${slot}`, `"${binding}" is no binding name`);
    const other = bound.get(binding);
    if (other !== undefined) say(`slots.${slot}`, `"${binding}" is bound to slot ${other} already`);
    bound.set(binding, slot);
  }
  if (!Object.hasOwn(service.slots ?? {}, service.defaultSlot))
    say('defaultSlot', `"${service.defaultSlot}" is none of its slots (${slots.map(([s]) => s).join(', ')})`);
}

function checkSticky(sticky: Sticky, say: Say): void {
  for (const field of ['header', 'cookie'] as const) {
    const name = sticky[field];
    if (name !== undefined && !TOKEN.test(name)) say(`sticky.${field}`, `"${name}" is no ${field} name`);
  }
  const age = sticky.maxAgeSeconds;
  if (age !== undefined && age !== 'off' && !(Number.isInteger(age) && age > 0))
    say('sticky.maxAgeSeconds', `${age} must be a whole number of seconds above 0, or "off"`);
}
