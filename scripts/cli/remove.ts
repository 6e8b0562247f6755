// `sluice remove <slot>`: empties an idle slot, so that nobody can be sent to it.
import type { Command } from 'commander';
import type { ServiceView } from '../../control/api/types.ts';
import { versionName } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { nextLines } from './layout.ts';
import { type ChangeOptions, changes, confirm } from './options.ts';
import { lookOf, oneService, show } from './target.ts';

/** Declares `remove`. */
export function addRemove(program: Command, shell: Shell): void {
  changes(program.command('remove'), { asks: true })
    .description('empty an idle slot; no visitor can be sent to it then')
    .argument('<slot>')
    .action(async (slot: string, { reason, yes, json }: ChangeOptions) => {
      const { path, suffix } = await oneService(shell);
      await confirm(shell, yes, async () => question(await shell.client().call<ServiceView>('GET', path), slot));
      const view = await shell.client().call<ServiceView>('DELETE', `${path}/slots/${encodeURIComponent(slot)}`, { reason });
      show(shell, json, view, ({ active }) => [
        `${slot} is empty; no visitor can be sent to it.${active === null ? '' : ` ${active} is active.`}`,
        ...nextLines([`sluice deploy --slot ${slot}`], lookOf(shell, suffix)),
      ]);
    });
}

function question({ service, slots, split }: ServiceView, slot: string): string {
  const held = slots[slot]?.version ?? null;
  return `Empty slot ${slot} of ${service}, which holds ${held === null ? 'no version' : versionName(held)} and has ${split.weights[slot] ?? 0} % of the visitors?`;
}
