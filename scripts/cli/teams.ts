// `sluice teams`: list, set and delete teams. A team owns services; whoever belongs to none is an owner, and reaches all.
import type { Command } from 'commander';
import type { TeamView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { nextLines } from './layout.ts';
import { type ChangeOptions, changes, list, reads } from './options.ts';
import { lookOf, show } from './target.ts';
import { wrap } from './text.ts';
import { teamsLines } from './view-access.ts';

interface SetOptions extends ChangeOptions {
  readonly services: readonly string[];
}

/** Declares `teams` and its verbs. */
export function addTeams(program: Command, shell: Shell): void {
  const teams = reads(program.command('teams').helpCommand(false))
    .description('the teams, and the services they own')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await shell.client().call<{ teams: TeamView[] }>('GET', '/teams');
      show(shell, json, answer, (tamed) => teamsLines(tamed.teams, lookOf(shell)));
    });
  addSet(teams, shell);
  addDelete(teams, shell);
}

function addSet(teams: Command, shell: Shell): void {
  changes(teams.command('set'), { asks: false })
    .description('make a team, or set what it owns')
    .argument('<name>')
    .requiredOption('--services <list>', 'all that it owns, such as app,shop; "" for nothing', (text) =>
      text === '' ? [] : list(text),
    )
    .action(async (name: string, { services, reason }: SetOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const team = await shell.client().call<TeamView>('PUT', pathOf(name), { services, reason });
      const look = lookOf(shell);
      const next = [`sluice tokens create <name> --role deployer --team ${name}`];
      show(shell, json, team, (tamed) => [
        ...wrap(`Team ${tamed.name} owns ${tamed.services.join(', ') || 'no service'}.`, look.width),
        ...nextLines(next, look),
      ]);
    });
}

function addDelete(teams: Command, shell: Shell): void {
  changes(teams.command('delete').alias('remove'), { asks: false })
    .description('delete a team that nothing belongs to')
    .argument('<name>')
    .action(async (name: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const team = await shell.client().call<TeamView>('DELETE', pathOf(name), { reason });
      const look = lookOf(shell);
      show(shell, json, team, (tamed) => [`Team ${tamed.name} is deleted.`, ...nextLines(['sluice teams'], look)]);
    });
}

function pathOf(name: string): string {
  return `/teams/${encodeURIComponent(name)}`;
}
