// `sluice plans`: list, show, set and delete plans, and choose the default of a service.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ChannelView, HookView, PlanView, ServiceView, StageView } from '../../control/api/types.ts';
import { STAGES_FORM } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { type Look, nextLines } from './layout.ts';
import { type ChangeOptions, changes, reads, whole } from './options.ts';
import { readPlan } from './plan-file.ts';
import { parseStages } from './stages.ts';
import { lookOf, oneService, show } from './target.ts';
import { planLines, plansTable } from './view-plans.ts';

interface SetOptions extends ChangeOptions {
  readonly file?: string;
  readonly stages?: readonly StageView[];
  readonly onFail?: string;
  readonly onInsufficient?: string;
  readonly bake?: number;
  readonly hook?: readonly HookView[];
}

const HOOK_POINTS = ['before-start', 'before-stage', 'before-promote'] as const;
const HOOK_FORM = `${HOOK_POINTS.join('|')}=<channel>`;

/** Declares `plans` and its verbs. */
export function addPlans(program: Command, shell: Shell): void {
  const plans = reads(program.command('plans').helpCommand(false))
    .description('the plans that releases go by')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await shell.client().call<{ plans: PlanView[] }>('GET', '/plans');
      if (json) return show(shell, json, answer, () => []);
      const { services } = await shell.client().call<{ services: ServiceView[] }>('GET', '/services');
      show(shell, json, { ...answer, services }, (tamed) => plansTable(tamed.plans, tamed.services, lookOf(shell)));
    });
  addShow(plans, shell);
  addSet(plans, shell);
  addDelete(plans, shell);
  addDefault(plans, shell);
}

function addShow(plans: Command, shell: Shell): void {
  reads(plans.command('show'))
    .description('a plan in full')
    .argument('<name>')
    // The option of `plans` before `show` means the same.
    .action(async (name: string, _: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const plan = await shell.client().call<PlanView>('GET', pathOf(name));
      await showPlan(shell, json, plan, []);
    });
}

function addSet(plans: Command, shell: Shell): void {
  changes(plans.command('set'), { asks: false })
    .description('make a plan, or change it; releases that run keep theirs')
    .argument('<name>')
    .option('--file <path>', 'JSON: {"stages": […], "onFail"?, "onInsufficient"?, "bakeSeconds"?, "hooks"?}')
    .addOption(new Option('--stages <list>', STAGES_FORM).argParser(parseStages).conflicts('file'))
    .addOption(new Option('--on-fail <what>', 'when the candidate fails').choices(['rollback', 'pause']))
    .addOption(
      new Option('--on-insufficient <what>', 'when requests are too few').choices(['hold', 'extend', 'promote', 'rollback']),
    )
    .option('--bake <seconds>', 'how long it is watched after it is complete', whole)
    .addOption(new Option('--hook <when=channel>', `ask a webhook first, ${HOOK_FORM}; once a hook`).argParser(withHook))
    .action(async (name: string, { file, stages, onFail, onInsufficient, bake, hook, reason }: SetOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const base = file === undefined ? { stages } : await readPlan(file);
      if (file === undefined && stages === undefined)
        throw new Failure(EXIT.usage, 'A plan needs stages.', `sluice plans set ${name} --stages 10:300,50:300:manual,100:60`);
      const given = { onFail, onInsufficient, bakeSeconds: bake, hooks: hook, reason };
      const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const plan = await shell.client().call<PlanView>('PUT', pathOf(name), { ...base, ...asked });
      await showPlan(shell, json, plan, [`sluice release start --plan ${name}`]);
    });
}

// Hooks by the names of their channels, where those can be had.
async function showPlan(shell: Shell, json: boolean | undefined, plan: PlanView, next: readonly string[]): Promise<void> {
  if (json) return show(shell, json, plan, () => []);
  const none: { channels: ChannelView[] } = { channels: [] };
  const asks = plan.hooks.length > 0;
  const { channels } = asks
    ? await shell
        .client()
        .call<typeof none>('GET', '/channels')
        .catch(() => none)
    : none;
  const look = lookOf(shell);
  show(shell, json, { plan, channels }, (tamed) => told(planLines(tamed.plan, tamed.channels, look), next, look));
}

function addDelete(plans: Command, shell: Shell): void {
  changes(plans.command('delete').alias('remove'), { asks: false })
    .description('delete a plan; releases that go by it keep theirs')
    .argument('<name>')
    .action(async (name: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const answer = await shell.client().call<object>('DELETE', pathOf(name), { reason });
      show(shell, json, answer, () => told([`Plan ${name} is deleted.`], ['sluice plans'], lookOf(shell)));
    });
}

function addDefault(plans: Command, shell: Shell): void {
  changes(plans.command('default'), { asks: false })
    .description('make a plan the default of a service')
    .argument('<name>')
    .action(async (name: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const { name: service, path, suffix } = await oneService(shell);
      const answer = await shell.client().call<{ defaultPlan: string }>('PUT', `${path}/settings`, { defaultPlan: name, reason });
      const lines = (plan: string) => [`Releases of ${service} go by plan ${plan}, unless they name another.`];
      show(shell, json, answer, ({ defaultPlan }) => told(lines(defaultPlan), ['sluice release start'], lookOf(shell, suffix)));
    });
}

// The API knows which channels there are. Their names may hold any sign.
function withHook(text: string, before: readonly HookView[] = []): readonly HookView[] {
  const [, on, channel] = /^([^=]*)=(.+)$/.exec(text) ?? [];
  const point = HOOK_POINTS.find((known) => known === on);
  if (point === undefined || channel === undefined) throw new InvalidArgumentError(`"${text}" is not of the form ${HOOK_FORM}.`);
  return [...before, { on: point, channel }];
}

function pathOf(name: string): string {
  return `/plans/${encodeURIComponent(name)}`;
}

function told(lines: readonly string[], next: readonly string[], look: Look): string[] {
  return [...lines, ...nextLines(next, look)];
}
