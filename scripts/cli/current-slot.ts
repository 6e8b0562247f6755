// `sluice current-slot`: the active slot's name and nothing else, for scripts.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { table } from './layout.ts';
import { reads } from './options.ts';
import { chosenServices, lookOf, show } from './target.ts';
import { jsonOf } from './text.ts';

/** Declares `current-slot`. */
export function addCurrentSlot(program: Command, shell: Shell): void {
  reads(program.command('current-slot'))
    .description('the name of the active slot')
    .action(async ({ json }: { json?: boolean }) => {
      const services = await chosenServices(shell);
      const [first, ...others] = services;
      if (first === undefined || others.length > 0) {
        const all = { services: services.map(({ service, active }) => ({ service, active })) };
        const columns = [{ title: '' }, { title: '' }];
        const rows = all.services.map(({ service, active }) => [service, active ?? '–']);
        return show(shell, json, all, () => table(columns, rows, lookOf(shell)));
      }
      if (json) return shell.print(jsonOf({ active: first.active }));
      if (first.active === null) throw new Failure(EXIT.failed, `${first.service} has no active slot.`, 'sluice activate <slot>');
      shell.print(first.active);
    });
}
