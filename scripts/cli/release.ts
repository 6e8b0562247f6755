// `sluice release …`: the verbs that are one call on a release, and the table they come from. The others have files of their own.
import type { Command } from 'commander';
import type { ReleaseView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { warnOfDefaultSlot } from './default-slot.ts';
import { releasedLines } from './done.ts';
import { type ChangeOptions, changes, confirm, natural } from './options.ts';
import { addReleaseExplain } from './release-explain.ts';
import { addReleaseStart } from './release-start.ts';
import { addReleaseWait } from './release-wait.ts';
import { lookOf, oneService, releaseOf, show } from './target.ts';
import { isOver } from './view-release.ts';

interface Verb {
  readonly name: string;
  readonly description: string;
  /** Asked on a terminal. */
  readonly question?: (release: ReleaseView) => string;
  /** What --force does, where there is one. */
  readonly force?: string;
}

type Options = ChangeOptions & { readonly force?: boolean };

const VERBS: readonly Verb[] = [
  { name: 'approve', description: 'let it go on from a manual stage' },
  {
    name: 'deny',
    description: 'end it at a manual stage; visitors go back to the active slot',
    question: ({ id, service, from }) => `Deny release ${id}? It ends, and all visitors of ${service} go back to ${from.slot}.`,
  },
  { name: 'pause', description: 'keep the weight where it is and stop the soak' },
  { name: 'resume', description: 'let a paused release go on' },
  { name: 'skip', description: 'go to the next stage without the rest of the soak, past its hooks' },
  {
    name: 'promote',
    description: 'make the candidate active now, past the stages that are left',
    question: ({ id, service, candidate }) =>
      `Promote release ${id}? All visitors of ${service} go to ${candidate.slot} now, past the stages that are left.`,
  },
  {
    name: 'abort',
    description: 'end it; visitors go back to the active slot',
    question: ({ id, service, from, stage }) =>
      stage === null
        ? `Abort release ${id}? It has not begun; no visitor moves.`
        : `Abort release ${id}? It ends, and all visitors of ${service} go back to ${from.slot}.`,
  },
  {
    name: 'retry',
    description: 'start a release like one that was rolled back or aborted',
    force: 'also with a version that was rolled back; ends a bake',
  },
];

/** Declares `release` and its verbs. */
export function addRelease(program: Command, shell: Shell): void {
  const release = program.command('release').helpCommand(false).description('start, steer, follow and explain a release');
  addReleaseStart(release, shell);
  for (const verb of VERBS) addVerb(release, shell, verb);
  addReleaseWait(release, shell);
  addReleaseExplain(release, shell);
}

function addVerb(parent: Command, shell: Shell, { name, description, question, force }: Verb): void {
  const command = changes(parent.command(name), { asks: question !== undefined })
    .description(description)
    .argument('[id]', 'the newest release if left out', natural);
  if (force !== undefined) command.option('--force', force);
  command.action(async (given: number | undefined, { reason, yes, json, force: forced }: Options) => {
    const target = await oneService(shell);
    const id = given ?? (await releaseOf(shell, target, undefined)).id;
    if (question !== undefined)
      await confirm(shell, yes, async () => {
        const release = await releaseOf(shell, target, id);
        // Asked about what cannot be done, a person would be misled; the API says why it cannot.
        return isOver(release) ? undefined : question(release);
      });
    const path = `${target.path}/releases/${id}/${name}`;
    const release = await shell.client().call<ReleaseView>('POST', path, { reason, force: forced });
    show(shell, json, release, (tamed) => releasedLines(tamed, lookOf(shell, target.suffix)));
    if (name === 'promote') await warnOfDefaultSlot(shell, release.service, release.candidate.slot);
  });
}
