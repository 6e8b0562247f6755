// The GitHub Action: makes a release, and stays until it has ended. Bundled to dist/index.js, which action.yml names.
// It must never print the token, and never make a second release for an answer that was lost.

import type { DecisionView, ReleaseView } from '../../control/api/types.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { interruptible } from '../deploy/steps.ts';
import { begin } from './begin.ts';
import { follow } from './follow.ts';
import { given, inputsOf } from './inputs.ts';
import { type Job, jobOf, messageOf, pathOf, see, urlOf } from './job.ts';
import { type Runner, runnerOf } from './runner.ts';
import { commandOf, progress } from './sentences.ts';
import { failedSummary, summaryOf } from './summary.ts';

await main();

async function main(): Promise<void> {
  const { env } = process;
  const runner = runnerOf(env, given(env, 'token'), (text) => process.stdout.write(text));
  const interrupt = interruptible();
  let job: Job | undefined;
  let failure: string | undefined;
  try {
    job = jobOf(inputsOf(env), runner, env, interrupt.signal);
    await release(job);
  } catch (error) {
    const message = runner.clean(messageOf(error));
    runner.error(message);
    // An end that is no success is told by its reason.
    if (!(error instanceof Failure && error.code === EXIT.rolledBack)) failure = message;
    // Not process.exit: what is still to be written to a pipe would be lost.
    process.exitCode = 1;
  }
  interrupt.done();
  await tell(runner, job, failure);
}

async function release(job: Job): Promise<void> {
  const { runner, inputs } = job;
  const begun = await begin(job);
  see(job, begun);
  runner.say(progress(job, begun));
  if (inputs.wait && begun.state !== 'pending') await follow(job, begun);
}

// A page that cannot be written is no reason to fail a release that went well.
async function tell(runner: Runner, job: Job | undefined, failure: string | undefined): Promise<void> {
  try {
    const last = job?.seen.release;
    if (job === undefined || last === undefined) return runner.summary(failedSummary(failure ?? ''));
    runner.output('status', last.state);
    const decisions = await decisionsOf(job, last);
    const [url, command] = [urlOf(job, last), commandOf(job, last)];
    runner.summary(summaryOf({ release: last, stages: job.seen.stages, decisions, url, command, failure }));
  } catch (error) {
    runner.warn(`The job summary could not be written: ${messageOf(error)}`);
  }
}

async function decisionsOf(job: Job, { id }: ReleaseView): Promise<readonly DecisionView[]> {
  const path = `${pathOf(job.seen)}/releases/${id}/decisions`;
  // The summary says less without them.
  return job.call<{ decisions: DecisionView[] }>('GET', path).then(
    ({ decisions }) => decisions,
    () => [],
  );
}
