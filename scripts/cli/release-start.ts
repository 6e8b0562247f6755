// `sluice release start`: starts the release that is pending, or makes one that starts by itself.

import { type Command, Option } from 'commander';
import type { ReleaseView, ServiceView, StageView } from '../../control/api/types.ts';
import { STAGES_FORM } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { releasedLines } from './done.ts';
import { EXIT, Failure } from './failure.ts';
import { type ChangeOptions, changes, natural } from './options.ts';
import { waitFor } from './release-wait.ts';
import { parseStages } from './stages.ts';
import { lookOf, oneService, show, type Target } from './target.ts';

interface Plan {
  readonly plan?: string;
  readonly stages?: readonly StageView[];
  readonly slot?: string;
  readonly name?: string;
}
type Options = ChangeOptions & Plan & { readonly force?: boolean; readonly wait?: boolean };

/** Declares `release start`. */
export function addReleaseStart(release: Command, shell: Shell): void {
  changes(release.command('start'), { asks: false })
    .description('start the pending release, or a new one')
    .argument('[id]', 'the pending release', natural)
    .option('--plan <name>', 'by this plan; the default plan if left out')
    .addOption(new Option('--stages <list>', `by stages of its own: ${STAGES_FORM}`).argParser(parseStages).conflicts('plan'))
    .option('--slot <slot>', 'the candidate; the next slot with a version if left out')
    .option('--name <text>', 'a name for people')
    .option('--force', 'end a bake that still runs')
    .option('--wait', 'stay until it has ended, as `release wait` does')
    .action(async (id: number | undefined, { plan, stages, slot, name, reason, force, wait, json }: Options) => {
      const target = await oneService(shell);
      const view = await begin(shell, target, { id, wanted: { plan, stages, slot, name }, reason, force });
      const look = lookOf(shell, wait ? '' : target.suffix);
      if (!wait || !json) show(shell, json, view, (tamed) => [...releasedLines(tamed, look), pageLine(shell, target, view)]);
      if (wait) await waitFor(shell, target, view.id, { json });
    });
}

// In the dashboard a page has the path that the API has below /v1. Whole, to be clicked or copied.
function pageLine(shell: Shell, { path }: Target, { id }: ReleaseView): string {
  return shell.style('dim', `Page  ${shell.client().access.url}${path}/releases/${id}`);
}

async function begin(
  shell: Shell,
  target: Target,
  { id, wanted, reason, force }: { id: number | undefined; wanted: Plan; reason?: string; force?: boolean },
): Promise<ReleaseView> {
  const path = `${target.path}/releases`;
  const pending = id ?? (await pendingId(shell, target));
  if (pending === undefined) return shell.client().call<ReleaseView>('POST', path, { ...wanted, force, reason, autoStart: true });
  const other = Object.entries(wanted).find(([, value]) => value !== undefined);
  if (other !== undefined)
    throw new Failure(
      EXIT.usage,
      `Release ${pending} was made already: --${other[0]} cannot change it.`,
      `sluice release start ${pending}${target.suffix}, or sluice release abort ${pending}${target.suffix}`,
    );
  return shell.client().call<ReleaseView>('POST', `${path}/${pending}/start`, { reason, force });
}

async function pendingId(shell: Shell, { path }: Target): Promise<number | undefined> {
  const { release } = await shell.client().call<ServiceView>('GET', path);
  return release?.state === 'pending' ? release.id : undefined;
}
