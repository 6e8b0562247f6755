// A release in the log: where it stands, what it needs, and the command that helps it on. Pure.

import type { ReleaseView } from '../../control/api/types.ts';
import { count, duration, reasonOf } from '../../control/words.ts';
import { releaseSentence } from '../cli/done.ts';
import { typed } from '../cli/layout.ts';
import { stepsOfRelease } from '../cli/steps.ts';
import { isOver } from '../cli/view-release.ts';
import type { Job } from './job.ts';

/** Where a release stands, in a sentence or two, without commands. */
export function standing(release: ReleaseView): string {
  const look = { now: 0, width: 80, style: (_: unknown, text: string) => text, suffix: '' };
  return `${releaseSentence({ ...release, bake: null }, look)}${bakeOf(release)}`;
}

/** What is news of a release: it changes when a line about it is due. */
export function newsOf({ state, stage }: ReleaseView): string {
  return `${state} ${stage?.number} ${stage?.extensions}`;
}

/** A line of the log. */
export function progress(job: Job, release: ReleaseView): string {
  const { state } = release;
  const lead = standing(release);
  if (state === 'running') return `${lead} ${wants(release)}`;
  if (state === 'awaiting_approval') return `${lead} It waits for approval: ${commandOf(job, release)}`;
  const why = reasonOf(release);
  const reason = why === null ? lead : `${lead} ${why}`;
  return isOver(release) ? reason : `${reason} Go on: ${commandOf(job, release)}`;
}

/** The command that makes most sense for a release now, as it is typed in a clone anywhere. */
export function commandOf(job: Job, release: ReleaseView): string {
  const [command = 'sluice status'] = stepsOfRelease(release, Date.now());
  return asTyped(job, command);
}

/** A command with what it takes to reach this control; the token is for the reader to bring. */
export function asTyped({ inputs, seen }: Job, command: string): string {
  return typed(`${command} --service ${seen.service} --url ${inputs.access.url}`);
}

/** A time as people read it, in whatever zone: `2026-03-01 12:10:00 UTC`. */
export function utc(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}

function wants({ stage }: ReleaseView): string {
  if (stage === null) return '';
  const left = Math.max(0, stage.soakNeededSeconds - stage.soakedSeconds);
  const again = stage.extensions > 0 ? `extended ${stage.extensions}×, ` : '';
  const good = stage.errors > 0 ? 'more good request' : 'more request';
  const needs = stage.needs > 0 ? `needs ${count(stage.needs, good)}` : 'has the requests it needs';
  return `Soak: ${again}${duration(left)} left; ${needs}.`;
}

function bakeOf({ bake, candidate, from }: ReleaseView): string {
  if (bake === null || bake.over) return '';
  return ` The bake runs until ${utc(bake.endsAt)}: should ${candidate.slot} fail until then, all visitors go back to ${from.slot}.`;
}
