// `sluice deployments`: the versions put into slots, and the changes of the split, newest first.
import { type Command, Option } from 'commander';
import type { DeploymentView, SplitRecordView } from '../../control/api/types.ts';
import { ago, splitText, versionName } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { type Cell, type Look, nextLines, table } from './layout.ts';
import { limit, reads } from './options.ts';
import { lookOf, oneService, show } from './target.ts';

type Entry = DeploymentView | SplitRecordView;

/** Declares `deployments`. */
export function addDeployments(program: Command, shell: Shell): void {
  reads(program.command('deployments'))
    .description('versions put into slots, and changes of the split')
    .option('--limit <n>', 'how many at most', limit, 20)
    .addOption(new Option('--kind <kind>', 'only these').choices(['version', 'split']))
    .action(async ({ json, limit: most, kind }: { json?: boolean; limit: number; kind?: string }) => {
      const { path, suffix } = await oneService(shell);
      const query = new URLSearchParams({ limit: String(most), ...(kind === undefined ? {} : { kind }) });
      const answer = await shell.client().call<{ deployments: Entry[] }>('GET', `${path}/deployments?${query}`);
      show(shell, json, answer, ({ deployments }) => deploymentsLines(deployments, lookOf(shell, suffix)));
    });
}

/** A table of deployments and changes of the split. */
export function deploymentsLines(entries: readonly Entry[], look: Look): string[] {
  if (entries.length === 0) return ['Nothing was deployed yet.', ...nextLines(['sluice deploy'], look)];
  const columns = [
    { title: 'WHEN' },
    { title: 'WHAT' },
    { title: '' },
    { title: 'BY' },
    { title: 'MESSAGE', yields: true } as const,
  ];
  const rows = entries.map((entry): Cell[] => [
    ago(entry.at, look.now),
    entry.kind === 'version' ? ['cyan', entry.slot] : `split ${entry.revision}`,
    entry.kind === 'version' ? versionName(entry) : splitText(entry.weights),
    entry.author ?? '',
    entry.message ?? '',
  ]);
  return table(columns, rows, look);
}
