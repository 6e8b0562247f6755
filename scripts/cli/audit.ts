// `sluice audit`: who did what, when and why, newest first.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { type Look, line } from './layout.ts';
import { limit, reads } from './options.ts';
import { lookOf, show } from './target.ts';
import { pad, wrap } from './text.ts';
import type { AuditView } from './types.ts';
import { clock } from './words.ts';

const LEAD = 16;

/** Declares `audit`. */
export function addAudit(program: Command, shell: Shell): void {
  reads(program.command('audit'))
    .description('who did what, when and why')
    .option('--limit <n>', 'how many entries at most', limit, 20)
    .action(async ({ json, limit: most }: { json?: boolean; limit: number }) => {
      const service = shell.service();
      const query = new URLSearchParams({ limit: String(most), ...(service === undefined ? {} : { service }) });
      const answer = await shell.client().call<{ entries: AuditView[] }>('GET', `/audit?${query}`);
      show(shell, json, answer, ({ entries }) => auditLines(entries, lookOf(shell)));
    });
}

/** Entries, each with its reason below it. */
export function auditLines(entries: readonly AuditView[], look: Look): string[] {
  if (entries.length === 0) return ['Nothing has been done yet.'];
  const several = new Set(entries.map(({ service }) => service)).size > 1;
  return entries.flatMap(({ at, service, actor, action, what, reason }) => {
    const head = [
      ['dim', pad(clock(at), LEAD)],
      ['bold', actor],
      `  ${action}`,
      several && service !== null ? `  ${service}` : '',
    ] as const;
    const more = [...wrap(what, look.width - LEAD, 3), ...(reason === null ? [] : wrap(`“${reason}”`, look.width - LEAD, 4))];
    return [line(head, look), ...more.map((text) => ' '.repeat(LEAD) + text)];
  });
}
