// `sluice audit`: who did what, when and why, newest first; and all of it as JSON lines.
import { type Command, Option } from 'commander';
import type { AuditPage } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import type { Client } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { nextLines } from './layout.ts';
import { natural, reads } from './options.ts';
import { lookOf, show } from './target.ts';
import { jsonOf, plain } from './text.ts';
import { instant } from './times.ts';
import { auditLines } from './view-audit.ts';
import { quoted } from './view-channels.ts';

/** The most entries that one call answers. */
const PAGE = 1000;

/** Which entries, as the API calls it. */
interface Filter {
  readonly actor?: string;
  readonly action?: string;
  readonly since?: string;
  readonly until?: string;
}

interface Options extends Filter {
  readonly json?: boolean;
  readonly limit: number;
  readonly export?: boolean;
}

/** Declares `audit`. */
export function addAudit(program: Command, shell: Shell): void {
  const time = (end: boolean) => (text: string) => instant(text, shell.now(), { end });
  reads(program.command('audit'))
    .description('who did what, when and why; of all services unless one is named')
    .option('--actor <name>', 'only what they did: admin, token:<name>, an e-mail address, sluice')
    .option('--action <name>', 'only this, such as split_set', (text) => text.replaceAll('-', '_'))
    .addOption(new Option('--since <time>', 'from 2h ago, a day or an ISO time on').argParser(time(false)))
    .addOption(new Option('--until <time>', 'up to then').argParser(time(true)))
    .option('--limit <n>', 'how many entries at most', natural, 20)
    .addOption(new Option('--export', 'all of them, as JSON lines').conflicts(['json', 'limit']))
    .action(async ({ json, limit, export: exported, actor, action, since, until }: Options) => {
      const service = shell.service();
      const asked = Object.entries({ service, actor, action, since, until }).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(asked as [string, string][]);
      if (exported) return print(shell, query);
      const page = await pagesOf(shell.client(), query, limit);
      const look = lookOf(shell);
      const next = page.entries.length === 0 ? tokenSteps(actor) : [];
      show(shell, json, page, (tamed) => [...auditLines(tamed, asked.length > 0, limit, look), ...nextLines(next, look)]);
    });
}

// The bare name of a token is nobody's.
function tokenSteps(actor: string | undefined): string[] {
  if (actor === undefined || /[:@]/.test(actor) || actor === 'admin' || actor === 'sluice') return [];
  return [`sluice audit --actor ${quoted(plain(`token:${actor}`))}`];
}

/** So many entries, however many calls that takes. */
async function pagesOf(client: Client, filter: URLSearchParams, limit: number): Promise<AuditPage> {
  const entries: AuditPage['entries'] = [];
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, limit - entries.length)) });
    for (const [name, value] of [...filter, ...(cursor === null ? [] : [['cursor', cursor] as const])]) query.set(name, value);
    const page: AuditPage = await client.call('GET', `/audit?${query}`);
    entries.push(...page.entries);
    // An older control has no pages, and names none.
    cursor = page.nextCursor ?? null;
    if (cursor === null || entries.length >= limit) return { entries, nextCursor: cursor };
  }
}

// Each as it comes: there may be more than memory holds.
async function print(shell: Shell, query: URLSearchParams): Promise<void> {
  for await (const text of shell.client().lines(`/audit/export${query.size === 0 ? '' : `?${query}`}`)) {
    let entry: unknown;
    try {
      entry = JSON.parse(text);
    } catch {
      throw new Failure(EXIT.failed, 'What control answered is no audit: a line of it is no JSON.', 'Deploy control again.');
    }
    shell.print(jsonOf(entry, 0));
  }
}
