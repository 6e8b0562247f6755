// `npm run dev`: router, control and the sample slots on this machine, in the real workerd, without account or network.
// Control comes first and is set up before the router takes visitors, so that none meets a service without a split.
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { watchDashboard } from './dashboard.js';
import {
  claim,
  endGroup,
  isFree,
  type Part,
  type PartPlan,
  ready,
  saidBy,
  startPart,
  stop,
  tail,
  touchRegistry,
} from './stack.ts';

const TOKEN = 'sluice-dev';
const IDLE_FLUSH_MS = '1000';

/** A part that answers has written its entry of the registry by then. */
const REGISTRY_WRITTEN_MS = 1_000;
/** In all, so that a part that cannot live does not come back for ever. */
let restartsLeft = 20;

const parts = new Set<Part>();
let stopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));
run().catch(giveUp);

async function run(): Promise<void> {
  const stateDir = resolve(process.env.SLUICE_STATE_DIR || '.sluice');
  const routerPort = await port('SLUICE_ROUTER_PORT', 8787);
  const controlPort = await port('SLUICE_CONTROL_PORT', 8788);
  if (routerPort === controlPort) throw new Error(`SLUICE_ROUTER_PORT and SLUICE_CONTROL_PORT are both ${routerPort}.`);
  claim(stateDir);
  await watchDashboard(join(import.meta.dirname, '..'));

  // Of this run alone. Control signs with it, so that `sluice preview` works here too.
  const OVERRIDE_SECRET = randomBytes(32).toString('hex');
  const vars = { ADMIN_TOKEN: TOKEN, LOCAL_DEV: '1', IDLE_FLUSH_MS, OVERRIDE_SECRET };
  const control = await start(
    { name: 'control', port: controlPort, stateDir, configs: ['control/wrangler.toml'], vars },
    '/healthz',
  );
  const { service, slots } = await setUp(control);
  const configs = ['wrangler.toml', 'slots/blue/wrangler.toml', 'slots/green/wrangler.toml'];
  const plan = { name: 'router', port: routerPort, stateDir, configs, vars: { LOCAL_OVERRIDE: 'open', OVERRIDE_SECRET } };
  // By x-slot, so that it counts as no visit.
  const router = await start(plan, '/', { 'x-slot': slots[0] ?? '' });
  eachMinute(() => fireCron(control));
  console.log(welcome(router, control, stateDir, `${control.url}/v1/services/${service}`, slots.at(-1) ?? ''));
  // An unbound slot puts its service out; the router says so in its log as it starts.
  for (const line of saidBy(router)) if (line.includes(' is out: ')) console.error(line);
}

async function port(name: string, fallback: number): Promise<number> {
  const asked = process.env[name];
  const number = asked === undefined ? fallback : Number(asked);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new Error(`${name} must be a port from 1 to 65535, not "${asked}".`);
  if (!(await isFree(number)))
    throw new Error(
      `Port ${number} is taken. End what listens there, or set ${name} to another port (and SLUICE_STATE_DIR to another folder for a second run).`,
    );
  return number;
}

/** Starts a part and waits until it answers; from then on it is started again should it end. */
async function start(plan: PartPlan, path: string, headers: Record<string, string> = {}): Promise<Part> {
  const part = startPart(plan);
  parts.add(part);
  await ready(part, path, headers);
  setTimeout(() => touchRegistry(plan.stateDir), REGISTRY_WRITTEN_MS).unref();
  const ended = () => !stopping && void startAgain(plan, part, path, headers).catch(giveUp);
  // A signal to all of us may end the child before our own handler runs.
  part.child.once('exit', () => setTimeout(ended, 300));
  return part;
}

// `wrangler dev` ends when a visitor breaks an upload off. Meanwhile the router does without control, as in production.
async function startAgain(plan: PartPlan, part: Part, path: string, headers: Record<string, string>): Promise<void> {
  endGroup(part);
  parts.delete(part);
  const why = `${part.name} ended by itself. The end of its log:\n${tail(part)}`;
  if (restartsLeft-- === 0) throw new Error(`${why}\nThat was once too often.`);
  console.error(`\n${why}\nStarting it again.`);
  await start(plan, path, headers);
  console.error(`${part.name} is back.`);
}

async function giveUp(error: unknown): Promise<void> {
  if (!stopping) console.error(error instanceof Error ? error.message : error);
  await end(1);
}

/** What of a service's view the set-up looks at. */
interface Known {
  readonly service: string;
  readonly active: string | null;
  readonly slots: Readonly<Record<string, { readonly version: object | null }>>;
}

/** Records the sample versions and makes the first slot of each service active, unless an earlier run has. Returns the first service. */
async function setUp({ url }: Part): Promise<{ service: string; slots: string[] }> {
  const { services } = await call<{ services: Known[] }>(url, '');
  for (const { service, active, slots } of services) {
    for (const [slot, { version }] of Object.entries(slots)) {
      if (version !== null) continue;
      const sample = {
        slot,
        versionId: `sample-${slot}`,
        message: 'The sample service',
        author: 'npm run dev',
        source: 'slots/',
      };
      await call(url, `/${service}/deployments`, { ...sample, force: slot === active });
    }
    if (active === null) await call(url, `/${service}/rotate`, { reason: 'first set-up of the local run' });
  }
  const [first] = services;
  return { service: first?.service ?? '', slots: Object.keys(first?.slots ?? {}) };
}

async function call<T>(url: string, path: string, body?: object): Promise<T> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}/v1/services${path}`, init);
  if (!response.ok) throw new Error(`The set-up failed: ${response.status} ${await response.text()}`);
  return response.json() as Promise<T>;
}

function eachMinute(work: () => Promise<unknown>): void {
  const next = () => {
    work().catch((error: unknown) => console.error(`The cron could not be fired: ${error}`));
    eachMinute(work);
  };
  setTimeout(next, 60_000 - (Date.now() % 60_000));
}

// Locally nothing fires crons by itself.
async function fireCron({ url }: Part): Promise<void> {
  if (stopping) return;
  const { ok, status } = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
  if (!ok) throw new Error(`the handler answered ${status}`);
}

function welcome(router: Part, control: Part, stateDir: string, api: string, idle: string): string {
  const auth = `-H 'authorization: Bearer ${TOKEN}'`;
  return `
ready
  router     ${router.url}
  control    ${control.url}   admin token: ${TOKEN}
  dashboard  ${control.url}/
  state and logs in ${stateDir}

Try:
  curl -i ${router.url}/
  curl -i -H 'x-slot: ${idle}' ${router.url}/
  curl -X PUT ${api}/split ${auth} -d '{"weights":{"${idle}":10}}'
`;
}

async function end(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stop([...parts]);
  process.exit(code);
}
