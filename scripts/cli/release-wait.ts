// `sluice release wait`: stays until a release has ended, and says by its exit code how. For scripts and people alike.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { Refused } from './client.ts';
import { placeOf, reasonOf, releaseSentence } from './done.ts';
import { EXIT, Failure } from './failure.ts';
import { natural, reads, seconds } from './options.ts';
import { lookOf, oneService, releaseOf, type Target } from './target.ts';
import { clip, jsonOf, tame } from './text.ts';
import type { ReleaseView } from './types.ts';
import { isOver } from './view-release.ts';
import { stateName } from './view-slots.ts';
import { clock, count, duration } from './words.ts';

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
  const ends = shell.now() + (options.timeout ?? Number.POSITIVE_INFINITY) * 1000;
  const every = (options.interval ?? EVERY_SECONDS) * 1000;
  const teller = tellerOf(shell, options.json ?? false);
  let target = known;
  let wanted = id;
  let last: ReleaseView | undefined;
  let awaySince: number | undefined;
  for (;;) {
    try {
      target ??= await oneService(shell);
      last = await releaseOf(shell, target, wanted);
      wanted = last.id;
      if (awaySince !== undefined) shell.warn('Control answers again.');
      awaySince = undefined;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (awaySince === undefined) shell.warn(`${error.message} Trying on for ${duration(RIDE_MS / 1000)}.`);
      awaySince ??= shell.now();
      if (shell.now() - awaySince >= RIDE_MS) throw error;
    }
    if (last !== undefined) teller.tell(tame(last));
    if (last !== undefined && isOver(last)) return finish(shell, last, target, options);
    const left = ends - shell.now();
    if (left <= 0) throw timedOut(last, target, options);
    await shell.sleep(Math.min(every, left));
  }
}

// A control that restarts answers 5xx for a moment.
function isAway(error: unknown): error is Failure {
  return error instanceof Refused ? error.problem.status >= 500 : error instanceof Failure && error.code === EXIT.unreachable;
}

function finish(shell: Shell, last: ReleaseView, target: Target | undefined, { json }: WaitOptions): void {
  const suffix = target?.suffix ?? '';
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

interface Teller {
  tell(release: ReleaseView): void;
}

// On a terminal one line that is written over; elsewhere, a line whenever state or stage changed.
function tellerOf(shell: Shell, json: boolean): Teller {
  let told = '';
  return {
    tell(release) {
      const news = `${release.state} ${release.stage?.number}`;
      if (shell.live && !json) {
        // The sentence that ends the wait takes the line's place.
        const text = isOver(release) ? '' : clip(progressText(release), shell.columns() - 1);
        return shell.write(`\r${text}\x1b[K`);
      }
      if (news === told) return;
      told = news;
      const text = `${clock(new Date(shell.now()).toISOString())}  ${progressText(release)}`;
      if (json) shell.warn(text);
      else shell.print(text);
    },
  };
}

function progressText(release: ReleaseView): string {
  const { id, state, stage } = release;
  if (stage === null || isOver(release)) return `Release ${id} is ${stateName(state)}.`;
  const left = Math.max(0, stage.soakSeconds - stage.soakedSeconds);
  const sample = count(stage.requests, 'request');
  const hint =
    state === 'awaiting_approval' ? `; sluice release approve ${id}` : `; ${duration(left)} of the soak left, ${sample}`;
  return `Release ${id} is ${stateName(state)}${placeOf(release)}${hint}`;
}
