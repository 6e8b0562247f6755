// `sluice status`: what a service is, once or as it changes.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { reads } from './options.ts';
import { answerOf, chosenServices, linesOf } from './target.ts';
import { jsonOf, tame } from './text.ts';
import { watchStatus } from './watch.ts';

/** Declares `status`. */
export function addStatus(program: Command, shell: Shell): void {
  reads(program.command('status'))
    .description('active slot, split, release, health')
    .option('-w, --watch', 'follow it until Ctrl-C')
    .action(async ({ watch, json }: { watch?: boolean; json?: boolean }) => {
      if (watch) return watchStatus(shell, json ?? false);
      const services = await chosenServices(shell);
      if (json) shell.print(jsonOf(answerOf(services)));
      else shell.print(linesOf(shell, tame(services)).join('\n'));
    });
}
