// `sluice rollback`: all visitors back to the active slot, or to the one before.
import type { Command } from 'commander';
import type { ServiceView } from '../../control/api/types.ts';
import { splitText } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { movedLines } from './done.ts';
import { type ChangeOptions, changes, confirm } from './options.ts';
import { lookOf, oneService, show } from './target.ts';

/** Declares `rollback`. */
export function addRollback(program: Command, shell: Shell): void {
  changes(program.command('rollback'), { asks: true })
    .description('all visitors back to the active slot, or else to the one before')
    .action(async ({ reason, yes, json }: ChangeOptions) => {
      const { path, suffix } = await oneService(shell);
      await confirm(shell, yes, async () => question(await shell.client().call<ServiceView>('GET', path)));
      const view = await shell.client().call<ServiceView>('POST', `${path}/rollback`, { reason });
      show(shell, json, view, (tamed) => movedLines(tamed, lookOf(shell, suffix)));
    });
}

function question({ service, active, previous, split, release }: ServiceView): string {
  const atRest = active !== null && split.weights[active] === 100;
  const to = (atRest ? previous : active) ?? 'the slot before';
  const ends = release !== null && release.endedAt === null && release.startedAt !== null ? ` Release ${release.id} ends.` : '';
  return `Send all visitors of ${service} back to ${to} (now ${splitText(split.weights)})?${ends}`;
}
