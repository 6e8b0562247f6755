// From the inputs to a release: which service, the version on record, then the release itself. What control may have done
// although its answer was lost is looked up and never done twice.

import type { DeploymentView, ReleaseView, ServiceView } from '../../control/api/types.ts';
import { Refused } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { isPassing, type Job, messageOf, pathOf, patiently } from './job.ts';
import { authorOf, commitOf, runOf, sourceOf } from './origin.ts';
import { refuseRolledBack } from './rolled-back.ts';

/** The answer of `POST …/releases`, and what the release must be like to be the one asked for. */
interface Wanted {
  readonly slot: string | undefined;
  readonly plan: string | undefined;
  readonly name: string | undefined;
}

/**
 * Makes the release that the inputs ask for.
 * @throws Failure (Refused where control says no)
 */
export async function begin(job: Job): Promise<ReleaseView> {
  const { inputs, seen } = job;
  seen.service ||= await onlyService(job);
  const view = await patiently(job, job.opensUntil, () => service(job));
  const slot = inputs.versionId === undefined ? inputs.slot : await record(job, inputs.versionId);
  await refuseRolledBack(job, view, slot);
  return create(job, { slot, plan: inputs.plan, name: inputs.name }, view.release?.id ?? 0);
}

async function onlyService(job: Job): Promise<string> {
  const { services } = await patiently(job, job.opensUntil, () => job.call<{ services: ServiceView[] }>('GET', '/services'));
  const [only, ...others] = services;
  if (only !== undefined && others.length === 0) return only.service;
  if (only === undefined) throw new Failure(EXIT.failed, 'Control has no services.');
  const names = services.map(({ service: name }) => name).join(', ');
  throw new Failure(EXIT.usage, `There are ${services.length} services: ${names}. Name one in the input service.`);
}

function service(job: Job): Promise<ServiceView> {
  return job.call<ServiceView>('GET', pathOf(job.seen));
}

/** Sees to it that the version is on record. @returns its slot */
function record(job: Job, versionId: string): Promise<string> {
  const { env, runner, inputs } = job;
  // Looks each time: an answer that was lost may have been a record that was made.
  return patiently(job, job.opensUntil, async () => {
    const holder = holderOf(await service(job), versionId, inputs.slot);
    if (holder !== undefined) {
      runner.say(`Version ${versionId} is on record in ${holder}.`);
      return holder;
    }
    const { slot } = await job.call<DeploymentView>('POST', `${pathOf(job.seen)}/deployments`, {
      ...{ slot: inputs.slot, versionId, author: authorOf(env), message: commitOf(env), source: sourceOf(env) },
      reason: runOf(env),
    });
    runner.say(`Version ${versionId} is recorded in ${slot}.`);
    return slot;
  });
}

/** The slot that has the version, and may be its release's candidate. */
function holderOf({ active, slots }: ServiceView, versionId: string, asked: string | undefined): string | undefined {
  const holders = Object.keys(slots).filter((slot) => slots[slot]?.version?.versionId === versionId);
  if (asked !== undefined) return holders.find((slot) => slot === asked);
  const [idle, ...others] = holders.filter((slot) => slot !== active);
  // To record it in yet another slot, by guess, might release what is something else.
  if (idle === undefined && holders.length > 0)
    throw new Failure(
      EXIT.failed,
      `Version ${versionId} is in ${active} already, the active slot. If another slot has it too, name that in the input slot.`,
    );
  if (others.length > 0)
    throw new Failure(
      EXIT.failed,
      `Version ${versionId} is in ${[idle, ...others].join(' and ')}. Name one of them in the input slot.`,
    );
  return idle;
}

async function create(job: Job, wanted: Wanted, before: number): Promise<ReleaseView> {
  const path = `${pathOf(job.seen)}/releases`;
  let lost = false;
  const made = () => madeSince(job, wanted, before);
  try {
    return await patiently(job, job.opensUntil, async () => {
      const known = lost ? await made() : undefined;
      if (known !== undefined) return known;
      try {
        const body = { ...wanted, autoStart: job.inputs.autoStart, reason: runOf(job.env) };
        return await job.call<ReleaseView>('POST', path, body);
      } catch (error) {
        // The first call may have been carried out between the look and the second one, which is refused for it.
        const late = lost && error instanceof Refused && error.reason === 'release-running' ? await made() : undefined;
        if (late !== undefined) return late;
        lost ||= isPassing(error);
        throw error;
      }
    });
  } catch (error) {
    if (!lost || !(isPassing(error) || job.signal.aborted)) throw error;
    throw new Failure(EXIT.failed, `${messageOf(error)} Whether the release was made is not known: look at npx sluice status.`);
  }
}

/** The release that came to be since `before`, if any. @throws Failure where it is somebody else's */
async function madeSince(job: Job, { slot, plan, name }: Wanted, before: number): Promise<ReleaseView | undefined> {
  const { release } = await service(job);
  if (release === null || release.id <= before) return undefined;
  const { candidate } = release;
  const versionId = job.inputs.versionId ?? candidate.version?.versionId;
  const isOurs =
    candidate.slot === (slot ?? candidate.slot) &&
    candidate.version?.versionId === versionId &&
    release.plan.name === (plan ?? release.plan.name) &&
    release.name === (name ?? null);
  if (isOurs) return release;
  throw new Failure(
    EXIT.failed,
    `The answer to the call that makes the release was lost, and release ${release.id} is another one. None was made here.`,
  );
}
