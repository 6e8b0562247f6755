// Looks at a release until it has ended, and tells each change once. Control may be away meanwhile: the release goes on
// without this job.

import type { ReleaseView } from '../../control/api/types.ts';
import { duration } from '../../control/words.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { isOver } from '../cli/view-release.ts';
import { isPassing, type Job, messageOf, pathOf, patiently, pause, see } from './job.ts';
import { asTyped, newsOf, progress, standing } from './sentences.ts';

/**
 * Waits for the end of a release.
 * @throws Failure when it does not complete, when time is over, or when the job is cancelled
 */
export async function follow(job: Job, begun: ReleaseView): Promise<void> {
  let release = begun;
  let told = newsOf(begun);
  while (!isOver(release)) {
    release = await next(job, release);
    see(job, release);
    // An end that is no success is told as the error it is.
    const isNews = newsOf(release) !== told && release.state !== 'rolled_back' && release.state !== 'aborted';
    if (isNews) job.runner.say(progress(job, release));
    told = newsOf(release);
    if (!isOver(release) && Date.now() >= job.waitsUntil) throw timedOut(job, release);
  }
  if (release.state !== 'completed') throw new Failure(EXIT.rolledBack, progress(job, release));
}

async function next(job: Job, last: ReleaseView): Promise<ReleaseView> {
  try {
    await pause(job, job.waitsUntil);
    return await patiently(job, job.waitsUntil, () => job.call<ReleaseView>('GET', `${pathOf(job.seen)}/releases/${last.id}`));
  } catch (error) {
    if (isPassing(error)) throw timedOut(job, last, ` ${messageOf(error)}`);
    if (job.signal.aborted)
      throw new Failure(
        EXIT.failed,
        `${messageOf(error)} ${goesOn(last)} To end it: ${asTyped(job, `sluice release abort ${last.id}`)}`,
      );
    throw error;
  }
}

function timedOut(job: Job, release: ReleaseView, why = ''): Failure {
  const { timeoutSeconds } = job.inputs;
  return new Failure(
    EXIT.timedOut,
    `Gave up waiting after ${duration(timeoutSeconds)} (wait-timeout).${why} ${goesOn(release)} To wait on: ${asTyped(job, `sluice release wait ${release.id}`)}`,
  );
}

function goesOn(release: ReleaseView): string {
  return `The release goes on. When it was last seen: ${standing(release)}`;
}
