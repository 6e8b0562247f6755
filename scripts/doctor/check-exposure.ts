// Checks of the files: what must not go out as it is. Settings of the local run, open overrides, who gets into control, a
// cache, routes. Pure.
import type { ServiceEntry } from '../project.ts';
import { filesOf } from './check-bindings.ts';
import { namesOf } from './check-parity.ts';
import { routesOf } from './check-slots.ts';
import { error, type Finding, findingsOf, type Wrong, warning } from './finding.ts';
import type { Gathered } from './gathered.ts';

/** https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-requestsignal-for-incoming-requests */
const REQUEST_SIGNAL = 'enable_request_signal';

const BAD_TOKENS = 'BAD_TOKENS';

/** Vars of control that only work together → where to find their values. */
const WHERE: Readonly<Record<string, string>> = {
  ACCESS_TEAM_DOMAIN: '<team>.cloudflareaccess.com',
  ACCESS_AUD: 'the audience tag of the Access application',
};
const ACCESS = Object.keys(WHERE);

/** Vars of the local run, and secrets that must be none of the vars. */
export const LOCAL_SETTINGS: Readonly<Record<string, string>> = {
  LOCAL_DEV: 'makes control take the short token of the local run',
  LOCAL_OVERRIDE: 'lets anyone choose a slot',
  IDLE_FLUSH_MS: 'has routers report each second for no need',
  ADMIN_TOKEN: 'is a secret, and everybody who reads the config can read it',
  OVERRIDE_SECRET: 'is a secret, and everybody who reads the config can read it',
  OVERRIDE_SECRET_PREVIOUS: 'is a secret, and everybody who reads the config can read it',
  FAULTS: 'lets every visitor make a slot fail',
};

/** No config brings settings of the local run, or secrets in the open. */
export function checkLocalSettings({ project }: Gathered): Finding[] {
  const wrong = filesOf(project).flatMap(({ path, config }) =>
    Object.keys(config.vars)
      .filter((name) => Object.hasOwn(LOCAL_SETTINGS, name))
      .map((name) =>
        error(
          `${path} sets the var ${name}, which ${LOCAL_SETTINGS[name]}.`,
          `Drop ${name} from [vars] of ${path}. ${remedyFor(name, path)}`,
        ),
      ),
  );
  return findingsOf('local-settings', 'No config has vars of the local run.', wrong);
}

function remedyFor(name: string, path: string): string {
  if (name.startsWith('LOCAL_') || name === 'IDLE_FLUSH_MS') return '"npm run dev" brings it by itself.';
  return name === 'FAULTS'
    ? 'For the local run it belongs into .dev.vars.'
    : `Then: npx wrangler secret put ${name} -c ${path}, with a new value.`;
}

/** Who may choose a slot by hand, by services.ts. */
export function checkOverride({ project: { services } }: Gathered): Finding[] {
  const wrong = services
    .filter(({ override }) => override === 'open')
    .map(({ name }) =>
      warning(
        `Anyone may choose a slot of ${name}: with x-slot, a visitor reaches a version at 0 %.`,
        `In router/services.ts: override: 'signed'. "sluice preview <slot>" makes a token.`,
      ),
    );
  const list = services.map(({ name, override = 'signed' }) => `${name} ${override}`).join(', ');
  return findingsOf('override', `${list}.`, wrong);
}

/** Control takes people by Cloudflare Access with both of its settings, or with none. */
export function checkAccess({ project: { control }, platform }: Gathered): Finding[] {
  const { path, config } = control;
  const deployed = platform.looked ? platform.workers.find(({ name }) => name === config.name) : undefined;
  const isSet = (name: string) => Boolean(config.vars[name]) || deployed?.secrets.includes(name) === true;
  const [set, unset] = [ACCESS.filter(isSet), ACCESS.filter((name) => !isSet(name))];
  const well = set.length === 0 ? 'Control takes tokens alone.' : 'Control takes tokens, and people by Cloudflare Access.';
  if (set.length === 0 || unset.length === 0) return findingsOf('access', well, []);
  const wrong = error(
    `${path} sets ${set[0]} without ${unset[0]}: nobody gets into control by Cloudflare Access.`,
    `Add ${unset[0]} to [vars] of ${path} (${WHERE[unset[0] ?? '']}), or drop ${set[0]}. Then deploy control.`,
  );
  return findingsOf('access', well, [wrong]);
}

/** Control slows whoever sends bad tokens. */
export function checkBadTokens({ project: { control } }: Gathered): Finding[] {
  const { path, config } = control;
  const bound = namesOf(config).get(BAD_TOKENS)?.startsWith('binding') === true;
  const wrong = warning(
    `${path} does not bind ${BAD_TOKENS}: whoever tries tokens at control is not slowed.`,
    `Add to ${path}: [[ratelimits]] name = "${BAD_TOKENS}" namespace_id = "<a number of its own>" simple = { limit = 10, period = 60 }`,
  );
  return findingsOf('bad-tokens', `${path} has bad tokens slowed, by address.`, bound ? [] : [wrong]);
}

/** The router's config turns no cache on. */
export function checkCache({ project: { router } }: Gathered): Finding[] {
  const { cache, exports = {} } = router.config;
  const cached = Object.entries(exports).filter(([, item]) => item.type === 'worker' && item.cache?.enabled);
  const on = [...(cache?.enabled ? ['[cache]'] : []), ...cached.map(([name]) => `[exports.${name}.cache]`)];
  const wrong = on.map((part) =>
    error(
      `${part} of ${router.path} turns Workers Caching on in front of the router: one slot's answers would be served for all, also after a rollback.`,
      `Set enabled = false there, and deploy the router. Cache in the slots instead.`,
    ),
  );
  return findingsOf('router-cache', `${router.path} turns no cache on.`, wrong);
}

/** The platform tells the router when a visitor leaves. */
export function checkRequestSignal({ project: { router } }: Gathered): Finding[] {
  const { path, config } = router;
  const told = config.compatibility_flags?.includes(REQUEST_SIGNAL) === true;
  const wrong = error(
    `${path} lacks the flag ${REQUEST_SIGNAL}: a visitor who leaves counts as a request of ten seconds, which tells against a slot.`,
    `Add to ${path}: compatibility_flags = ["${REQUEST_SIGNAL}"]. Then deploy the router.`,
  );
  return findingsOf('request-signal', `${path} has the router told when a visitor leaves.`, told ? [] : [wrong]);
}

/** The routes of the router's config lead to services, and every service has one. */
export function checkRoutes({ project: { router, services } }: Gathered): Finding[] {
  const { path, config } = router;
  const routes = routesOf(config).map(({ pattern }) => pattern);
  const wrong: Wrong[] = [];
  if (routes.length === 0 && config.workers_dev === false)
    wrong.push(
      warning(`${path} has neither routes nor workers_dev: no visitor reaches the router.`, `Add to ${path}: route = "…"`),
    );
  for (const { name, host } of hostsOf(services))
    if (host !== '*' && !routes.some((route) => overlap(hostOf(route), host)))
      wrong.push(
        warning(
          `${name} is to serve ${host}, which no route of ${path} covers: its visitors do not come by the router.`,
          `Add to ${path}: routes = [{ pattern = "${host}/*", zone_name = "<its zone>" }]`,
        ),
      );
  for (const route of routes)
    if (!hostsOf(services).some(({ host }) => overlap(host, hostOf(route))))
      wrong.push(
        warning(
          `The route ${route} of ${path} belongs to no service: its visitors get 404.`,
          `Add it to the routes of a service in router/services.ts, or drop it from ${path}.`,
        ),
      );
  return findingsOf('routes', routes.length === 0 ? 'None: the router is on workers.dev.' : `${routes.join(', ')}.`, wrong);
}

function hostsOf(services: readonly ServiceEntry[]): { name: string; host: string }[] {
  return services.flatMap(({ name, routes }) => routes.map((route) => ({ name, host: hostOf(route) })));
}

/** The host of a route pattern; a scheme before it and a path behind it are left out. */
export function hostOf(pattern: string): string {
  return pattern.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** Whether two hosts, each with `*` first or not, have a host in common. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [one.replace(/^\*/, ''), other.replace(/^\*/, '')];
  if (one.startsWith('*') && other.startsWith('*')) return a.endsWith(b) || b.endsWith(a);
  if (one.startsWith('*')) return b.endsWith(a);
  return other.startsWith('*') ? a.endsWith(b) : a === b;
}
