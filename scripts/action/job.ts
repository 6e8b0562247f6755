// What the steps of the Action share: the inputs, control, the runner, and what was seen of the release so far.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReleaseView } from '../../control/api/types.ts';
import { Client, Refused, Unreachable } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import type { Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';
import { utc } from './sentences.ts';

/** How long control may be away before there is a release to wait for. */
const OPENING_SECONDS = 30;

/** A stage as it was seen last. */
export type SeenStage = NonNullable<ReleaseView['stage']>;

/** One run of the Action. */
export interface Job {
  readonly inputs: Inputs;
  readonly runner: Runner;
  readonly env: NodeJS.ProcessEnv;
  /** Calls control; every text of the answer is clean. */
  readonly call: Client['call'];
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal;
  /** When there must be a release, and when to give up waiting for its end, ms. */
  readonly opensUntil: number;
  readonly waitsUntil: number;
  readonly seen: Seen;
}

/** What was seen of the release. */
export interface Seen {
  service: string;
  release: ReleaseView | undefined;
  /** By number. */
  readonly stages: Map<number, SeenStage>;
}

/** A run that begins now. */
export function jobOf(inputs: Inputs, runner: Runner, env: NodeJS.ProcessEnv, signal: AbortSignal): Job {
  const client = new Client(inputs.access);
  const clean = (_: string, value: unknown) => (typeof value === 'string' ? runner.clean(value) : value);
  const now = Date.now();
  return {
    ...{ inputs, runner, env, signal },
    call: async (...args) => JSON.parse(JSON.stringify(await client.call(...args)), clean),
    opensUntil: now + Math.min(OPENING_SECONDS, inputs.timeoutSeconds) * 1000,
    waitsUntil: now + inputs.timeoutSeconds * 1000,
    seen: { service: inputs.service ?? '', release: undefined, stages: new Map() },
  };
}

/**
 * Does a piece of work, again after each failure that may pass, until a time (ms).
 * @throws what the work threw last
 */
export async function patiently<T>(job: Job, until: number, work: () => Promise<T>): Promise<T> {
  let away = false;
  for (;;) {
    try {
      const result = await work();
      if (away) job.runner.say('Control answers again.');
      return result;
    } catch (error) {
      if (!isPassing(error) || Date.now() >= until) throw error;
      if (!away) job.runner.warn(`${messageOf(error)} Trying on.`);
      away = true;
      await pause(job, until);
    }
  }
}

/** Waits until it is time to look again, or until `until` (ms). @throws Failure when the job is cancelled */
export async function pause({ inputs, signal }: Job, until: number): Promise<void> {
  const ms = Math.min(inputs.intervalSeconds * 1000, Math.max(0, until - Date.now()));
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new Failure(EXIT.failed, 'The job was cancelled.');
  }
}

/** Whether the same call may work a moment later: no answer, or one of a control that restarts or has too much to do. */
export function isPassing(error: unknown): error is Error {
  if (error instanceof Refused) return isPassingStatus(error.problem.status) && error.reason !== 'no-admin-token';
  return error instanceof Unreachable && (error.status === undefined || isPassingStatus(error.status));
}

/** What went wrong, for people. */
export function messageOf(error: unknown): string {
  if (error instanceof Refused) {
    const { title } = error.problem;
    return `${typeof title === 'string' ? `${title}: ` : ''}${error.message}${nextOf(error)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** A service's place in the API. */
export function pathOf({ service }: Seen): string {
  return `/services/${encodeURIComponent(service)}`;
}

/** The address of a release in the dashboard, where its page has the path that the API has below /v1. */
export function urlOf({ inputs, seen }: Job, { id }: ReleaseView): string {
  return `${inputs.access.url}${pathOf(seen)}/releases/${id}`;
}

/** Keeps what is seen of a release, for the summary, and names it in the outputs the first time. */
export function see(job: Job, release: ReleaseView): void {
  const { runner, seen } = job;
  if (seen.release === undefined) {
    runner.output('release-id', String(release.id));
    runner.output('release-url', urlOf(job, release));
  }
  seen.release = release;
  if (release.stage !== null) seen.stages.set(release.stage.number, release.stage);
}

// What a job can do about a refusal, as it can neither force nor wait.
function nextOf({ reason, problem: { status, until } }: Refused): string {
  if (status === 401 || status === 403) return ' Check the input token.';
  if (reason !== 'bake-running') return '';
  return ` Run this job again ${typeof until === 'string' ? `after ${utc(until)}` : 'when it is over'}.`;
}

function isPassingStatus(status: number): boolean {
  return status >= 500 || status === 429;
}
