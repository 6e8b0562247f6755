// `sluice release wait`: stays until a release has ended, and says by its exit code how. For scripts and people alike.
import type { Command } from 'commander';
import type { ReleaseView } from '../../control/api/types.ts';
import { duration, placeOf, reasonOf, stateName } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { Refused } from './client.ts';
import { releaseSentence } from './done.ts';
import { EXIT, Failure } from './failure.ts';
import { natural, reads, seconds } from './options.ts';
import { lookOf, oneService, releaseOf, type Target } from './target.ts';
import { jsonOf, tame } from './text.ts';
import { isOver } from './view-release.ts';
import { type Teller, tellerOf } from './wait-line.ts';

/** How long control may be away. */
const RIDE_MS = 60_000;
const EVERY_SECONDS = 1;

interface WaitOptions {
  readonly timeout?: number;
  readonly interval?: number;
  readonly json?: boolean;
}

/** Declares `release wait`. */
export function addReleaseWait(release: Command, shell: Shell): void {
  reads(release.command('wait'))
    .description('stay until it has ended: exit 0 completed, 3 rolled back or aborted, 4 timed out')
    .argument('[id]', 'the newest release if left out', natural)
    .option('--timeout <seconds>', 'give up after this long; no limit if left out', seconds)
    .option('--interval <seconds>', 'how often to look', seconds, EVERY_SECONDS)
    .action(async (id: number | undefined, options: WaitOptions) => waitFor(shell, undefined, id, options));
}

/**
 * Waits for the end of a release: the newest one where no `id` is given.
 * @throws Failure 3 when it was rolled back or aborted, 4 when the time is over, 5 when control was away for a minute
 */
export async function waitFor(
  shell: Shell,
  known: Target | undefined,
  id: number | undefined,
  options: WaitOptions,
): Promise<void> {
  const teller = tellerOf(shell, options.json ?? false);
  try {
    const { last, target } = await follow(shell, { target: known, id, options, teller });
    finish(shell, last, target, options);
  } finally {
    teller.clear();
  }
}

interface Wait {
  readonly target: Target | undefined;
  readonly id: number | undefined;
  readonly options: WaitOptions;
  readonly teller: Teller;
}

// Looks until it is over; then the last look.
async function follow(shell: Shell, { options, teller, ...start }: Wait): Promise<{ last: ReleaseView; target: Target }> {
  const ends = shell.now() + (options.timeout ?? Number.POSITIVE_INFINITY) * 1000;
  const every = (options.interval ?? EVERY_SECONDS) * 1000;
  let { target, id } = start;
  let last: ReleaseView | undefined;
  let awaySince: number | undefined;
  for (;;) {
    try {
      target ??= await oneService(shell);
      last = await releaseOf(shell, target, id);
      id = last.id;
      if (awaySince !== undefined) teller.warn('Control answers again.');
      awaySince = undefined;
      teller.tell(tame(last));
      if (isOver(last)) return { last, target };
    } catch (error) {
      if (!isAway(error)) throw error;
      if (awaySince === undefined) teller.warn(`${error.message} Trying on for ${duration(RIDE_MS / 1000)}.`);
      awaySince ??= shell.now();
      if (shell.now() - awaySince >= RIDE_MS) throw error;
    }
    const left = ends - shell.now();
    if (left <= 0) throw timedOut(last, target, options);
    await shell.sleep(Math.min(every, left));
  }
}

// A control that restarts answers 5xx for a moment.
function isAway(error: unknown): error is Failure {
  return error instanceof Refused ? error.problem.status >= 500 : error instanceof Failure && error.code === EXIT.unreachable;
}

function finish(shell: Shell, last: ReleaseView, { suffix }: Target, { json }: WaitOptions): void {
  const sentence = releaseSentence(tame(last), lookOf(shell, suffix));
  if (json) shell.print(jsonOf(last));
  if (last.state !== 'completed')
    throw new Failure(
      EXIT.rolledBack,
      [sentence, reasonOf(last)].filter((part) => part !== null).join(' '),
      `sluice release explain ${last.id}${suffix}`,
    );
  if (!json) shell.print(sentence);
}

function timedOut(last: ReleaseView | undefined, target: Target | undefined, { timeout }: WaitOptions): Failure {
  const where =
    last === undefined ? 'Control did not answer' : `Release ${last.id} is still ${stateName(last.state)}${placeOf(last)}`;
  return new Failure(EXIT.timedOut, `${where} after ${duration(timeout ?? 0)}.`, `sluice status${target?.suffix ?? ''}`);
}
