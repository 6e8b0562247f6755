// Before a release is made: a version that was rolled back is not given to visitors again by a job that is run anew. That is
// for somebody to do who has looked. Which attempt of the job this is says nothing, so it is not asked.

import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import { reasonOf } from '../../control/words.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { type Job, pathOf, patiently, see } from './job.ts';
import { asTyped } from './sentences.ts';

/** How many releases back it looks. */
const LOOKED_AT = 20;

/**
 * Looks what became of the version in the candidate slot when it was released last.
 * @param view the service before the version of the inputs, if any, was recorded
 * @param asked without it, the slot that control would choose
 * @throws Failure when it was rolled back; the outputs and the summary then tell of that release
 */
export async function refuseRolledBack(job: Job, view: ServiceView, asked: string | undefined): Promise<void> {
  const slot = asked ?? nextWithVersion(view);
  if (slot === undefined) return;
  const versionId = job.inputs.versionId ?? view.slots[slot]?.version?.versionId;
  // An empty slot is for control to refuse.
  if (versionId === undefined) return;
  const last = await patiently(job, job.opensUntil, () => lastVerdictOn(job, versionId));
  if (last?.state !== 'rolled_back') return;
  see(job, last);
  const plan = job.inputs.plan === undefined ? '' : ` --plan ${job.inputs.plan}`;
  const start = asTyped(job, `sluice release start --slot ${slot}${plan}`);
  throw new Failure(
    EXIT.failed,
    `No release was made: version ${versionId} in ${slot} was rolled back by release ${last.id}. ${reasonOf(last) ?? ''} Deploy another version, or start it by hand all the same: ${start}`,
  );
}

/** The newest release of a version that ended by itself. One that somebody aborted says nothing about the version. */
async function lastVerdictOn(job: Job, versionId: string): Promise<ReleaseView | undefined> {
  const path = `${pathOf(job.seen)}/releases?limit=${LOOKED_AT}`;
  const { releases } = await job.call<{ releases: ReleaseView[] }>('GET', path);
  return releases.find(
    ({ state, candidate }) => candidate.version?.versionId === versionId && (state === 'rolled_back' || state === 'completed'),
  );
}

// As control chooses: behind the active one, one that nobody uploads into first.
function nextWithVersion({ active, slots }: ServiceView): string | undefined {
  const names = Object.keys(slots);
  const after = names.indexOf(active ?? '') + 1;
  const filled = [...names.slice(after), ...names.slice(0, after)].filter((name) => name !== active && slots[name]?.version);
  return filled.find((name) => slots[name]?.lease === null) ?? filled[0];
}
