// The job summary: a verdict, the two slots, every stage with what it served, why, and where to read on. Pure.

import type { DecisionView, ReleaseState, ReleaseView } from '../../control/api/types.ts';
import { percent, reasonOf, shareText, soakText, stateName, versionName } from '../../control/words.ts';
import { isOver } from '../cli/view-release.ts';
import type { SeenStage } from './job.ts';
import { code, shown, table } from './markdown.ts';
import { standing } from './sentences.ts';

/** What there is to tell of a release. */
export interface Told {
  readonly release: ReleaseView;
  /** Stages as they were seen while it ran, by number. */
  readonly stages: ReadonlyMap<number, SeenStage>;
  /** None where they could not be had. */
  readonly decisions: readonly DecisionView[];
  readonly url: string;
  /** What to try next. */
  readonly command: string;
  /** Why the job failed; `undefined` where it did not, or where the end of the release says so. */
  readonly failure: string | undefined;
}

interface Figures {
  readonly requests: number;
  readonly errors: number;
}

/** A sign, and the state in words. */
const VERDICT: Readonly<Record<ReleaseState, readonly [sign: string, words: string]>> = {
  pending: ['○', 'waits to be started'],
  running: ['●', 'under way'],
  paused: ['●', 'paused'],
  awaiting_approval: ['●', 'waits for approval'],
  held: ['●', 'held'],
  completed: ['✓', 'completed'],
  rolled_back: ['✗', 'rolled back'],
  aborted: ['✗', 'aborted'],
};

/** Markdown of a release. */
export function summaryOf(told: Told): string {
  const { release, failure, url, command } = told;
  const { id, state, plan, candidate, from, name, service } = release;
  const why = reasonOf(release);
  const [sign, words] = VERDICT[state];
  const failed = failure !== undefined ? [`**The job failed:** ${shown(failure)}`] : [];
  const title = name === null ? '' : ` “${shown(name)}”`;
  return [
    `## ${sign} Release ${id} ${words}: ${shown(candidate.slot)} ${shown(versionName(candidate.version))}`,
    shown(standing(release)),
    ...failed,
    ...(why === null ? [] : [`**Why:** ${shown(why)}`]),
    table(
      ['', 'Slot', 'Version'],
      [
        ['Candidate', shown(candidate.slot), shown(versionName(candidate.version))],
        ['From', shown(from.slot), shown(versionName(from.version))],
      ],
    ),
    table(['Stage', 'Weight', 'Soak', 'State', 'Requests', 'Errors'], stageRows(told), [0, 1, 4, 5]),
    `[Release ${id}](<${url}>)${title} of ${shown(service)}, ${plan.name === null ? 'stages of its own' : `plan ${shown(plan.name)}`}. Next: ${code(command)}`,
  ].join('\n\n');
}

/** Markdown of a run that came to no release. */
export function failedSummary(failure: string): string {
  return `## ✗ No release\n\n${shown(failure)}`;
}

function stageRows(told: Told): string[][] {
  return told.release.plan.stages.map((stage, i) => {
    const figures = figuresOf(told, i + 1);
    const requests = figures === undefined ? '–' : String(figures.requests);
    return [String(i + 1), percent(stage.weight), soakText(stage) || '–', stateOf(told, i + 1), requests, errorsText(figures)];
  });
}

function errorsText(figures: Figures | undefined): string {
  if (figures === undefined) return '–';
  const { requests, errors } = figures;
  return errors === 0 ? '0' : `**${errors}** (${shown(shareText(errors / requests))})`;
}

function stateOf({ release, decisions }: Told, number: number): string {
  const current = release.stage?.number ?? 0;
  const { state } = release;
  const done = state === 'completed';
  if (number > current) return done ? '○ skipped' : '○ not reached';
  // Without decisions nobody can tell whether it passed or somebody skipped it.
  const passed = decisions.length === 0 || decisions.some((decision) => endsStage(decision, number));
  if (number < current || done) return passed ? '✓ passed' : '○ skipped';
  return isOver(release) ? `✗ ${stateName(state)}` : `● current, ${stateName(state)}`;
}

/** What the candidate served in a stage: as seen last, or, where that is more, by the verdicts that ended this and the one before. */
function figuresOf({ release, stages, decisions }: Told, number: number): Figures | undefined {
  if (release.stage?.number === number) return release.stage;
  const seen = stages.get(number);
  const [before, after] = [number - 1, number].map((n) => decisions.findLast((decision) => endsStage(decision, n))?.candidate);
  if (after === undefined || (before === undefined && number > 1)) return seen;
  const told = { requests: after.requests - (before?.requests ?? 0), errors: after.errors - (before?.errors ?? 0) };
  return seen !== undefined && seen.requests >= told.requests ? seen : told;
}

function endsStage({ stage, did }: DecisionView, number: number): boolean {
  return stage === number && /^(advanced|completed|asked for approval)/.test(did);
}
