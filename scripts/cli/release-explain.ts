// `sluice release explain`: why a release is where it is, in sentences with their numbers.
import type { Command } from 'commander';
import type { DecisionView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { natural, reads } from './options.ts';
import { lookOf, oneService, releaseOf } from './target.ts';
import { jsonOf, tame } from './text.ts';
import { explainLines } from './view-explain.ts';

/** Declares `release explain`. */
export function addReleaseExplain(release: Command, shell: Shell): void {
  reads(release.command('explain'))
    .description('why it is where it is: the verdicts with their numbers')
    .argument('[id]', 'the newest release if left out', natural)
    .action(async (id: number | undefined, { json }: { json?: boolean }) => {
      const target = await oneService(shell);
      const view = await releaseOf(shell, target, id);
      const path = `${target.path}/releases/${view.id}/decisions`;
      const answer = await shell.client().call<{ decisions: DecisionView[] }>('GET', path);
      if (json) return shell.print(jsonOf(answer));
      shell.print(explainLines(tame(view), tame(answer.decisions), lookOf(shell, target.suffix)).join('\n'));
    });
}
