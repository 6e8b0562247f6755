// `npm run deploy`: Sluice itself into an account, in the order that bindings need: KV, slots, control, records, router. Every
// step looks at what is there first, so that a run after one that failed goes on where that stopped.
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { EXIT, Failure } from '../cli/failure.ts';
import type { Project } from '../project.ts';
import { type Account, accountOf, nameOf, secretsOf, splitsIn } from './account.ts';
import { dashboardStep } from './dashboard.ts';
import { originOf } from './git.ts';
import { writeId } from './ids.ts';
import { type Plan, planLines, planOf } from './plan.ts';
import { seed } from './seed.ts';
import type { Step } from './steps.ts';
import { failed, upload, type Wrangler } from './wrangler.ts';

/** A set-up, and who is told of it. */
export interface SetUp {
  readonly project: Project;
  readonly env: NodeJS.ProcessEnv;
  /** Ended by `signal`. */
  readonly wrangler: Wrangler;
  /** Runs on after an interrupt. */
  readonly steady: Wrangler;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly step: Step;
  /** How long a new address may take to answer. */
  readonly waitMs: number;
}

/** A set-up that was looked at, and can be carried out. */
export interface Prepared {
  readonly lines: readonly string[];
  /** @throws Failure at the first step that fails; what is done stays done */
  readonly carryOut: () => Promise<void>;
}

/** What the steps hand on to each other. */
interface Progress {
  readonly setUp: SetUp;
  readonly account: Account;
  readonly plan: Plan;
  readonly seeding: Seeding;
  readonly adminToken: string | undefined;
  readonly secrets: { readonly control: Record<string, string>; readonly router: Record<string, string> };
}

type Seeding = 'needed' | 'unneeded';

/**
 * Looks at the account and plans.
 * @throws Failure when the files do not fit, wrangler cannot look, or the admin token is needed and unknown
 */
export async function prepare(setUp: SetUp): Promise<Prepared> {
  const { project, wrangler, env } = setUp;
  const account = await accountOf(wrangler, project);
  const plan = planOf(project, account);
  const seeding = await seedingOf(setUp, plan);
  const adminToken = plan.newAdminToken ? secret() : env.SLUICE_TOKEN || undefined;
  const override: Record<string, string> = plan.newOverrideSecret ? { OVERRIDE_SECRET: secret() } : {};
  const control: Record<string, string> = { ...(plan.newAdminToken ? { ADMIN_TOKEN: adminToken ?? '' } : {}), ...override };
  const progress = { setUp, account, plan, seeding, adminToken, secrets: { control, router: override } };
  return { lines: planLines(plan, project, seedText(seeding, project)), carryOut: () => carryOut(progress) };
}

// Without the token, KV tells: control writes a split as soon as a service has an active slot.
async function seedingOf({ project, wrangler, env }: SetUp, plan: Plan): Promise<Seeding> {
  if (plan.newAdminToken || env.SLUICE_TOKEN) return 'needed';
  const { id } = plan.namespace;
  const seeded = id === undefined ? [] : await splitsIn(wrangler, id);
  const bare = project.services.map(({ name }) => name).filter((name) => !seeded.includes(name));
  if (bare.length === 0 && plan.newSlots.length === 0) return 'unneeded';
  const what = bare.length > 0 ? `${bare.join(', ')} must get an active slot` : 'new slots must go on record';
  const control = nameOf(project.control);
  throw new Failure(
    EXIT.failed,
    `Nothing was changed: ${what}, and the admin token of ${control} is unknown here.`,
    `export SLUICE_TOKEN=<the token>\nOr, when it is lost, make a new one:\nexport SLUICE_TOKEN=$(openssl rand -hex 32); printf %s "$SLUICE_TOKEN" | npx wrangler secret put ADMIN_TOKEN --name ${control}\nThen run this again.`,
  );
}

function seedText(seeding: Seeding, { services }: Project): string {
  if (seeding === 'unneeded') return 'KV has a split of every service: stays as it is';
  const each = services.map(({ name, defaultSlot }) => `${name}: ${defaultSlot}`).join(', ');
  return `what is in the slots goes on record, and a service without active slot gets one (${each})`;
}

async function carryOut(progress: Progress): Promise<void> {
  const { setUp, plan, account } = progress;
  // First, so that a page that cannot be built changes nothing.
  await dashboardStep(setUp.project.root, setUp.step);
  await makeNamespace(setUp, plan);
  const versions = await makeSlots(setUp, plan, account);
  const reached = await withToken(progress, async () => {
    const control = await updateControl(progress);
    await recordAll(progress, versions, control);
    const router = await updateRouter(progress);
    return { control, router };
  });
  sayEnd(progress, reached);
}

async function makeNamespace(
  { project, wrangler, step }: SetUp,
  { namespace: { title, id: known, write } }: Plan,
): Promise<void> {
  const make = async () => {
    const run = await wrangler(['kv', 'namespace', 'create', title, '--update-config=false']);
    // It prints a snippet of TOML or JSON, by what the config is.
    const made = /\bid"?\s*[:=]\s*"([0-9a-f]{32})"/.exec(run.stdout)?.[1];
    if (!run.ok || made === undefined) throw failed(run, `wrangler could not make the KV namespace ${title}`);
    return made;
  };
  const id = known ?? (await step(`Making ${title}`, make, (made) => `KV namespace ${title} made: ${made}`));
  for (const { path, from } of write) {
    await step(
      `Writing the id into ${path}`,
      async () => writeId(project.root, path, from, id),
      () => `Its id is written into ${path}`,
    );
  }
}

/** Deploys the slots that are not there. Returns what each Worker serves. */
async function makeSlots(setUp: SetUp, { newSlots }: Plan, { slots }: Account): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const [worker, version] of slots) if (version !== undefined) versions.set(worker, version);
  for (const { worker, path } of newSlots) {
    const { tag, message } = await origin(setUp, path);
    const { versionId } = await setUp.step(
      `Upload of ${worker}`,
      () => upload(setUp.wrangler, { worker, config: path, tag, message }),
      (uploaded) => `${worker} deployed: version ${uploaded.versionId}`,
    );
    versions.set(worker, versionId);
  }
  return versions;
}

// A token that was set is told once, whatever comes after: nobody can read it back.
async function withToken<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
  const { setUp, plan, adminToken } = progress;
  if (!plan.newAdminToken) return work();
  try {
    return await work();
  } catch (error) {
    const control = nameOf(setUp.project.control);
    const names = await secretsOf(setUp.steady, control).catch(() => ['ADMIN_TOKEN']);
    if (names?.includes('ADMIN_TOKEN')) {
      setUp.say(`\n${control} has got its admin token, which is shown only here. For the next run, and for the CLI:`);
      setUp.say(`  export SLUICE_TOKEN=${adminToken}`);
    }
    throw error;
  }
}

async function updateControl({ setUp, plan, account, secrets }: Progress): Promise<string | undefined> {
  const { project, wrangler, step } = setUp;
  const worker = nameOf(project.control);
  // The Worker without the secret gets it last: so as long as only one is done, one still lacks it.
  if (plan.newOverrideSecret && account.router?.includes('OVERRIDE_SECRET')) await renewRouterSecret(setUp, secrets.router);
  const { targets } = await step(
    `Upload of ${worker}`,
    () => upload(wrangler, { worker, config: project.control.path, secrets: secrets.control }),
    ({ versionId }) => `${worker} deployed${withSecrets(secrets.control)}: version ${versionId}`,
  );
  return addressIn(targets);
}

async function renewRouterSecret({ project, wrangler, step }: SetUp, secrets: Record<string, string>): Promise<void> {
  const worker = nameOf(project.router);
  const put = async () => {
    const run = await wrangler(['secret', 'bulk', '--name', worker], JSON.stringify(secrets));
    if (!run.ok) throw failed(run, `wrangler could not set the secrets of ${worker}`);
  };
  await step(`Setting OVERRIDE_SECRET of ${worker}`, put, () => `New OVERRIDE_SECRET set on ${worker}`);
}

async function recordAll(progress: Progress, versions: ReadonlyMap<string, string>, address: string | undefined): Promise<void> {
  const { setUp, plan, seeding, adminToken } = progress;
  const { project, env, step, signal, waitMs } = setUp;
  if (seeding === 'unneeded') return;
  const url = env.SLUICE_URL || address;
  if (url === undefined)
    throw new Failure(
      EXIT.failed,
      `${nameOf(project.control)} has no address of its own: it has routes, or workers_dev is off.`,
      'Set SLUICE_URL to where it answers, and run this again.',
    );
  await step(
    'Recording',
    () =>
      seed({
        project,
        access: { url, token: adminToken ?? '' },
        versions,
        fresh: plan.newSlots.map(({ worker }) => worker),
        originOf: (worker) => origin(setUp, project.slots.find((slot) => slot.worker === worker)?.file?.path ?? ''),
        waitMs,
        newToken: plan.newAdminToken,
        signal,
      }),
    (done) =>
      done.length === 0 ? 'Every slot is on record and every service has an active slot' : `On record: ${done.join(', ')}`,
  );
}

async function updateRouter({ setUp, secrets }: Progress): Promise<string | undefined> {
  const { project, wrangler, step } = setUp;
  const worker = nameOf(project.router);
  const { targets } = await step(
    `Upload of ${worker}`,
    () => upload(wrangler, { worker, config: project.router.path, secrets: secrets.router }),
    ({ versionId }) => `${worker} deployed${withSecrets(secrets.router)}: version ${versionId}`,
  );
  return addressIn(targets);
}

function sayEnd({ setUp, plan, adminToken }: Progress, { control, router }: { control?: string; router?: string }): void {
  const { env, say } = setUp;
  const url = env.SLUICE_URL || control;
  say('\nDone. For the CLI:');
  say(`  export SLUICE_URL=${url ?? '<where control answers>'}`);
  say(`  export SLUICE_ROUTER_URL=${env.SLUICE_ROUTER_URL || (router ?? '<the public route>')}`);
  if (plan.newAdminToken) {
    say(`  export SLUICE_TOKEN=${adminToken}`);
    say('The token is shown only here. Keep it where you keep secrets.');
  }
  if (url !== undefined) say(`The dashboard is at ${url.replace(/\/+$/, '')}/`);
  if (plan.namespace.write.length > 0)
    say(`Commit ${plan.namespace.write.map(({ path }) => path).join(' and ')}: the id is no secret.`);
}

function origin({ project: { root }, env }: SetUp, path: string) {
  return originOf(join(root, dirname(path)), env, {});
}

function withSecrets(secrets: Readonly<Record<string, string>>): string {
  const names = Object.keys(secrets);
  return names.length === 0 ? '' : ` with a new ${names.join(' and ')}`;
}

/** The first of a Worker's targets that can be asked over HTTP. */
function addressIn(targets: readonly string[]): string | undefined {
  const custom = targets.find((target) => target.endsWith('(custom domain)'))?.split(' ')[0];
  return targets.find((target) => target.startsWith('https://')) ?? (custom === undefined ? undefined : `https://${custom}`);
}

/** 256 bits, as hex. */
function secret(): string {
  return randomBytes(32).toString('hex');
}
