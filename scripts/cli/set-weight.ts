// `sluice set-weight green=10`: the split by hand.
import { type Command, InvalidArgumentError } from 'commander';
import type { BySlot, ServiceView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { movedLines } from './done.ts';
import { type ChangeOptions, changes, natural } from './options.ts';
import { lookOf, oneService, show } from './target.ts';

type Options = ChangeOptions & { readonly ifRevision?: number };

/** Declares `set-weight`. */
export function addSetWeight(program: Command, shell: Shell): void {
  changes(program.command('set-weight'), { asks: false })
    .description('share of the visitors by slot; one left out gets the rest')
    .argument('<slot=percent...>', 'such as green=10', collectWeight)
    .option('--if-revision <n>', 'only if the split is still at this revision', natural)
    .action(async (weights: BySlot<number>, { reason, ifRevision, json }: Options) => {
      const { path, suffix } = await oneService(shell);
      const view = await shell.client().call<ServiceView>('PUT', `${path}/split`, { weights, reason, ifRevision });
      show(shell, json, view, (tamed) => movedLines(tamed, lookOf(shell, suffix)));
    });
}

function collectWeight(text: string, before: BySlot<number> | undefined): BySlot<number> {
  const [, slot = '', weight = ''] = /^([^=]+)=(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(text) ?? [];
  if (slot === '' || Number(weight) > 100)
    throw new InvalidArgumentError('Write slot=percent, such as green=10 or green=2.5, from 0 to 100.');
  if (before !== undefined && slot in before) throw new InvalidArgumentError(`${slot} is named twice.`);
  return { ...before, [slot]: Number(weight) };
}
