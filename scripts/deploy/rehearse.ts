// `sluice deploy --dry-run`: builds the slot's Worker, and tells what each later step would do. Needs neither account nor control.

import type { ServiceView } from '../../control/api/types.ts';
import type { Client } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import type { Project } from '../project.ts';
import { type Origin, originOf } from './git.ts';
import type { Step } from './steps.ts';
import { configOf, projectOf } from './worker.ts';
import { failed, wranglerIn } from './wrangler.ts';

/** What to rehearse. */
export interface Rehearsal {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly client: () => Client;
  readonly service: string | undefined;
  readonly slot: string | undefined;
  readonly config: string | undefined;
  readonly said: Origin;
  readonly force: boolean;
  readonly smoke: string | undefined;
  readonly release: { readonly plan: string | undefined } | undefined;
  readonly step: Step;
  readonly say: (line: string) => void;
  readonly hear: ((text: string) => void) | undefined;
}

/** What would be deployed. */
export interface Rehearsed {
  readonly dryRun: true;
  readonly service: string;
  readonly slot: string;
  readonly worker: string;
  readonly config: string;
}

/**
 * Builds, and says what a deploy would do.
 * @throws Failure when the build fails, or the slot's config is not there
 */
export async function rehearse(rehearsal: Rehearsal): Promise<Rehearsed> {
  const project = await projectOf(rehearsal.root);
  const service = serviceIn(project, rehearsal.service);
  const slot = rehearsal.slot ?? (await idleSlot(rehearsal, project, service));
  const { worker, path, folder } = await configOf(project, service, slot, rehearsal.config);
  const origin = await originOf(folder, rehearsal.env, rehearsal.said);
  const wrangler = wranglerIn(rehearsal);
  await rehearsal.step(
    `Build of ${worker}`,
    async () => {
      const run = await wrangler(['deploy', '--dry-run', '-c', path]);
      if (!run.ok) throw failed(run, `wrangler could not build ${worker}`);
      return /Total Upload: .*/.exec(run.output)?.[0] ?? '';
    },
    (size) => `${worker} builds from ${path}. ${size}`.trimEnd(),
  );
  for (const line of later(rehearsal, slot, worker, origin)) rehearsal.say(line);
  return { dryRun: true, service, slot, worker, config: path };
}

function serviceIn({ services }: Project, named: string | undefined): string {
  const names = services.map(({ name }) => name);
  const [only] = names;
  if (named !== undefined && names.includes(named)) return named;
  if (named === undefined && names.length === 1 && only !== undefined) return only;
  throw new Failure(
    EXIT.usage,
    named === undefined
      ? `There are ${names.length} services: ${names.join(', ')}. This needs one.`
      : `There is no service ${named}.`,
    `Add --service ${only}`,
  );
}

async function idleSlot({ client, say }: Rehearsal, project: Project, service: string): Promise<string> {
  const [first = ''] = project.slots.filter((slot) => slot.service === service).map(({ slot }) => slot);
  let view: ServiceView;
  try {
    view = await client().call<ServiceView>('GET', `/services/${encodeURIComponent(service)}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`Which slot is idle is unknown (${error.message}) Taking ${first}, the first.`);
    return first;
  }
  const idle = idleIn(view);
  if (idle === undefined) say(`No slot is idle now, so a deploy would be refused. Taking ${first}, the first.`);
  return idle ?? first;
}

/** The slot that a lease would take: the next behind the active one that is free; `undefined` when none is. */
function idleIn({ slots, active, split, health }: ServiceView): string | undefined {
  const names = Object.keys(slots);
  const behind = [...names.slice(names.indexOf(active ?? '') + 1), ...names];
  return behind.find(
    (slot) =>
      slot !== active &&
      split.weights[slot] === 0 &&
      (slots[slot]?.lease ?? null) === null &&
      health.watches.every(({ returnTo }) => returnTo !== slot),
  );
}

function later({ force, smoke, release }: Rehearsal, slot: string, worker: string, origin: Origin): string[] {
  const marks = Object.entries(origin).flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(8)}${value}`]));
  return [
    'Without --dry-run, this would',
    force ? `  take ${slot} as it is, without a lease` : `  lease ${slot}`,
    `  deploy ${worker} with wrangler`,
    `  record its version in ${slot}${marks.length === 0 ? '' : ', with'}`,
    ...marks.map((mark) => `  ${mark}`),
    smoke === undefined ? '  not check it (--no-smoke)' : `  check ${smoke} with x-slot: ${slot}`,
    release === undefined ? '  start no release (no --release)' : `  start a release under ${release.plan ?? 'the default plan'}`,
  ];
}
