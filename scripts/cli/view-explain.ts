// Why a release is where it is: a sentence, the reason with its numbers, and what was decided before. Pure.

import type { DecisionView, ReleaseView } from '../../control/api/types.ts';
import { count, duration, placeOf, reasonOf, sampleText, stateName } from '../../control/words.ts';
import { releaseSentence } from './done.ts';
import { type Look, nextLines } from './layout.ts';
import { stepsOfRelease } from './steps.ts';
import { pad, wrap } from './text.ts';
import { groundsLines } from './view-decision.ts';
import { isOver } from './view-release.ts';

const MOST_DECISIONS = 10;
const INDENT = 13;
/** Columns of a decision that are shown. */
const REASON = 200;

/** The release and its `decisions` (oldest first) as lines. */
export function explainLines(release: ReleaseView, decisions: readonly DecisionView[], look: Look): string[] {
  const acts = decisions.filter(({ routine }) => !routine);
  const last = acts.at(-1);
  const steps = stepsOfRelease(release, look.now).filter((step) => !step.startsWith('sluice release explain'));
  const why = reasonOf(release) ?? (isOver(release) && release.state !== 'completed' ? (last?.reason ?? null) : null);
  // The reason that it is where it is for was said; it need not be said again.
  const cause = last !== undefined && why?.includes(last.reason) ? last : undefined;
  const before = cause === undefined ? acts : acts.slice(0, -1);
  return [
    ...wrap(headline(release, look), look.width).map((text) => look.style('bold', text)),
    ...(why === null ? [] : wrap(why, look.width)),
    ...figures(release, look),
    ...(cause === undefined ? [] : groundsLines(cause, look)),
    ...listLines(release, before, decisions.length - acts.length, look),
    '',
    ...nextLines(steps, look),
  ];
}

function headline(release: ReleaseView, look: Look): string {
  const { id, state, startedAt, endedAt } = release;
  if (state !== 'rolled_back' && state !== 'aborted') return releaseSentence(release, look);
  if (startedAt === null || endedAt === null) return `Release ${id} was ${stateName(state)} before it began.`;
  const lasted = duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
  return `Release ${id} was ${stateName(state)}${placeOf(release)}, ${lasted} after it began.`;
}

// The reason of a rollback has its numbers already.
function figures({ state, stage, candidate }: ReleaseView, look: Look): string[] {
  if (state === 'completed' || state === 'rolled_back' || stage === null) return [];
  return wrap(`In this stage ${candidate.slot} had ${sampleText(stage.requests, stage.errors)}.`, look.width);
}

function listLines({ startedAt }: ReleaseView, decisions: readonly DecisionView[], looks: number, look: Look): string[] {
  const shown = decisions.slice(-MOST_DECISIONS);
  const left = decisions.length - shown.length;
  const besides = [
    ...(left === 0 ? [] : [`${count(left, 'decision')} before`]),
    ...(looks === 0 ? [] : [`${count(looks, 'look')} that changed nothing`]),
  ];
  if (shown.length + besides.length === 0) return [];
  const more = besides.length === 0 ? [] : wrap(`${besides.join(', ')}; --json lists all.`, look.width - INDENT);
  return [
    '',
    look.style('dim', 'Decided before:'),
    ...more.map((text) => ' '.repeat(INDENT) + text),
    ...shown.flatMap((decision) => decisionLines(decision, startedAt, look)),
  ];
}

function decisionLines({ at, stage, did, verdict, reason }: DecisionView, startedAt: string | null, look: Look): string[] {
  const since = startedAt === null ? at : `+${duration((Date.parse(at) - Date.parse(startedAt)) / 1000)}`;
  const lines = wrap(
    `Stage ${stage}, ${verdict}: ${did}. ${reason}`,
    look.width - INDENT,
    Math.ceil(REASON / (look.width - INDENT)),
  );
  return lines.map((text, i) => (i === 0 ? look.style('dim', pad(since, INDENT)) : ' '.repeat(INDENT)) + text);
}
