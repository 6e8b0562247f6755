// `sluice people`: who has a role by e-mail address or group. They come by Cloudflare Access; machines take tokens.
import type { Command } from 'commander';
import type { PersonView } from '../../control/api/types.ts';
import { reachText } from '../../control/setting-words.ts';
import type { Shell } from './cli.ts';
import { nextLines } from './layout.ts';
import { type ChangeOptions, changes, reads } from './options.ts';
import { type ReachOptions, reaching } from './reach.ts';
import { lookOf, show } from './target.ts';
import { wrap } from './text.ts';
import { peopleLines } from './view-access.ts';

/** Declares `people` and its verbs. */
export function addPeople(program: Command, shell: Shell): void {
  const people = reads(program.command('people').helpCommand(false))
    .description('who has a role by e-mail address or group')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await shell.client().call<{ people: PersonView[] }>('GET', '/people');
      show(shell, json, answer, (tamed) => peopleLines(tamed.people, lookOf(shell)));
    });
  addSet(people, shell);
  addRemove(people, shell);
}

function addSet(people: Command, shell: Shell): void {
  const set = reaching(people.command('set').argument('<who>', 'an e-mail address, or group:<name>'));
  changes(set.option('--no-team', 'belongs to no team: an owner'), { asks: false })
    .description('give somebody a role, or another one; with --role alone they reach what they did')
    .action(async (who: string, options: ReachOptions & ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const { role, reason } = options;
      const reach = await reachOf(shell, who, options);
      const person = await shell.client().call<PersonView>('PUT', pathOf(who), { role, ...reach, reason });
      const look = lookOf(shell);
      show(shell, json, person, (tamed) => [
        ...wrap(`${tamed.who} is ${tamed.role} of ${reachText(tamed)}.`, look.width),
        ...nextLines(['sluice people'], look),
      ]);
    });
}

// Without its team a role would be that of an owner: nobody is made one by what was not typed.
async function reachOf(
  shell: Shell,
  who: string,
  { team, services }: ReachOptions,
): Promise<Partial<Pick<PersonView, 'team' | 'services'>>> {
  if (team !== undefined) return { team: team === false ? null : team, services };
  const { people } = await shell.client().call<{ people: PersonView[] }>('GET', '/people');
  const known = people.find((one) => one.who === who || one.who === who.toLowerCase());
  return { team: known?.team, services: services ?? known?.services };
}

function addRemove(people: Command, shell: Shell): void {
  changes(people.command('remove').alias('delete'), { asks: false })
    .description("take somebody's role away")
    .argument('<who>', 'an e-mail address, or group:<name>')
    .action(async (who: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const person = await shell.client().call<PersonView>('DELETE', pathOf(who), { reason });
      const look = lookOf(shell);
      show(shell, json, person, (tamed) => [
        ...wrap(`${tamed.who} has no role any more.`, look.width),
        ...nextLines(['sluice people'], look),
      ]);
    });
}

function pathOf(who: string): string {
  return `/people/${encodeURIComponent(who)}`;
}
