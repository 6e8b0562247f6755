// `sluice me`: who the holder of this token is to control, and what they reach.
import type { Command } from 'commander';
import type { MeView } from '../../control/api/types.ts';
import { DUTIES } from '../../control/setting-words.ts';
import type { Shell } from './cli.ts';
import { type Look, labelled, line } from './layout.ts';
import { reads } from './options.ts';
import { lookOf, show } from './target.ts';

/** Declares `me`. */
export function addMe(program: Command, shell: Shell): void {
  reads(program.command('me'))
    .description('who you are here, and what you reach')
    .action(async ({ json }: { json?: boolean }) => {
      const client = shell.client();
      const me = await client.call<MeView>('GET', '/me');
      show(shell, json, me, (tamed) => meLines(tamed, client.access.url, lookOf(shell)));
    });
}

function meLines({ name, role, team, services }: MeView, url: string, look: Look): string[] {
  return [
    line([['bold', name]], look),
    ...labelled('Role', `${role}: ${DUTIES[role]}`, look),
    ...labelled('Team', team ?? 'none', look),
    ...labelled('Services', services.join(', ') || 'none', look),
    ...labelled('Control', url, look),
  ];
}
