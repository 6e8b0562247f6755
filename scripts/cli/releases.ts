// `sluice releases`: the latest releases, a line each.
import type { Command } from 'commander';
import type { ReleaseView } from '../../control/api/types.ts';
import { ago, versionName } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { type Cell, type Look, nextLines, table } from './layout.ts';
import { limit, reads } from './options.ts';
import { lookOf, oneService, show } from './target.ts';
import { stateCell } from './view-release.ts';

/** Declares `releases`. */
export function addReleases(program: Command, shell: Shell): void {
  reads(program.command('releases'))
    .description('the latest releases')
    .option('--limit <n>', 'how many at most', limit, 20)
    .action(async ({ json, limit: most }: { json?: boolean; limit: number }) => {
      const { path, suffix } = await oneService(shell);
      const answer = await shell.client().call<{ releases: ReleaseView[] }>('GET', `${path}/releases?limit=${most}`);
      show(shell, json, answer, ({ releases }) => releasesLines(releases, lookOf(shell, suffix)));
    });
}

/** A table of releases. */
export function releasesLines(releases: readonly ReleaseView[], look: Look): string[] {
  const [newest] = releases;
  if (newest === undefined) return ['There has been no release yet.', ...nextLines(['sluice release start'], look)];
  const columns = [
    { title: 'ID', align: 'right' } as const,
    { title: 'STATE' },
    { title: 'STAGE' },
    { title: 'SLOTS' },
    { title: 'CREATED' },
    { title: 'PLAN' },
    { title: 'VERSION', yields: true } as const,
    { title: 'NAME', yields: true } as const,
  ];
  const rows = releases.map((release): Cell[] => {
    const { id, stage, plan, candidate, from, createdAt, name } = release;
    return [
      String(id),
      stateCell(release.state),
      `${stage?.number ?? 0}/${plan.stages.length}`,
      `${from.slot} → ${candidate.slot}`,
      ago(createdAt, look.now),
      plan.name ?? 'own',
      versionName(candidate.version),
      name ?? '',
    ];
  });
  return [...table(columns, rows, look), '', ...nextLines([`sluice release explain ${newest.id}`], look)];
}
