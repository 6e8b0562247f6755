// A release: its stages with the soak of the current one, the verdict, and the evidence on its way to a rollback. Pure.

import type { ReleaseState, ReleaseView, StageView, WatchView } from '../../control/api/types.ts';
import {
  ago,
  count,
  duration,
  figure,
  gateText,
  percent,
  reasonOf,
  sampleText,
  secondsUntil,
  soakText,
  stateName,
  towardsRollback,
  verdictText,
} from '../../control/words.ts';
import type { Format } from './cli.ts';
import { bar, type Cell, LABEL, type Look, labelled, line } from './layout.ts';
import { clip, pad, wrap } from './text.ts';

const BAR = 20;
const MOST_STAGES = 12;
const GAP = 2;
/** Columns of `0.012 of 100`. */
const FIGURES = 12;

const STATE_FORMAT: Record<ReleaseState, Format> = {
  pending: 'dim',
  running: 'cyan',
  paused: 'yellow',
  awaiting_approval: 'yellow',
  held: 'yellow',
  completed: 'green',
  rolled_back: 'red',
  aborted: 'red',
};

/** A state in its colour. */
export function stateCell(state: ReleaseState): Cell {
  return [STATE_FORMAT[state], stateName(state)];
}

/** Whether the release has come to its end. */
export function isOver({ state }: Pick<ReleaseView, 'state'>): boolean {
  return state === 'completed' || state === 'rolled_back' || state === 'aborted';
}

/** The release in full: what and where to, a line a stage, then verdict and reason. */
export function releaseLines(release: ReleaseView, look: Look): string[] {
  const { id, name, candidate, from, plan, state, stage, gate } = release;
  const reason = reasonOf(release);
  const head: Cell[] = [['bold', `Release ${id}`], ' is ', stateCell(state), `  ${from.slot} → ${candidate.slot}`];
  const told = plan.name === null ? 'own stages' : `plan ${plan.name}`;
  const when = endText(release, look.now);
  const judged = stage !== null && !isOver(release) ? labelled('  Verdict', verdictText(stage), look) : [];
  return [
    line([...head, ['dim', `  ${told}${when === '' ? '' : `, ${when}`}`]], look),
    ...(name === null ? [] : [line(['  ', name], look)]),
    ...stageLines(release, look),
    ...judged,
    ...(gate === null ? [] : labelled('  Hooks', gateText(gate, look.now), look)),
    // The other states speak for themselves.
    ...(reason === null || state === 'awaiting_approval' ? [] : labelled('  Why', reason, look, 5)),
  ];
}

/** A watch: its evidence as a bar towards the rollback, and how a bake stands in time. */
export function watchLines(watch: WatchView, of: { readonly inRelease: boolean }, look: Look): string[] {
  const { slot, kind, returnTo, endsAt, heldSince } = watch;
  const left = endsAt === null ? '' : `, ${duration(secondsUntil(endsAt, look.now))} left`;
  const what = kind === 'bake' ? `Bake of ${slot}${left}` : `Watch of ${slot}`;
  const title = line(
    [
      ['bold', what],
      ['dim', `  a rollback returns to ${returnTo}`],
    ],
    look,
  );
  const held = heldSince === null ? [] : labelled('  Held', `for ${duration((look.now - Date.parse(heldSince)) / 1000)}`, look);
  return [
    ...(of.inRelease ? [] : [title, ...labelled('  Verdict', verdictText(watch), look), ...held]),
    ...evidenceLines(watch, look),
  ];
}

/** The bar of a watch's evidence, and the test that speaks loudest. */
function evidenceLines({ evidence, threshold, cause }: WatchView, look: Look): string[] {
  const share = towardsRollback(evidence, threshold);
  const format = share >= 1 ? 'red' : share >= 0.5 ? 'yellow' : 'green';
  const why = share === 0 ? '' : ` (${cause})`;
  const lead: Cell[] = [
    ['dim', pad('  Evidence', LABEL)],
    [format, bar(share, BAR)],
  ];
  const beside = LABEL + BAR + GAP;
  const told = wrap(`${figure(evidence)} of ${figure(threshold)} for a rollback${why}`, Math.max(look.width - beside, FIGURES));
  return told.map((text, i) => line(i === 0 ? [...lead, ' '.repeat(GAP), text] : [' '.repeat(beside), text], look));
}

function stageLines(release: ReleaseView, look: Look): string[] {
  const { stages } = release.plan;
  const current = release.stage?.number ?? 0;
  // Long plans show what is around the current stage.
  const first = Math.max(0, Math.min(current - MOST_STAGES / 2, stages.length - MOST_STAGES));
  const last = Math.min(stages.length, first + MOST_STAGES);
  const more = (number: number, where: string) => (number === 0 ? [] : [`    … ${count(number, 'stage')} ${where}`]);
  const shown = stages.slice(first, last).map((stage, i) => stageLine(release, stage, first + i + 1, look));
  return [...more(first, 'before'), ...shown, ...more(stages.length - last, 'after')];
}

function stageLine(release: ReleaseView, stage: StageView, number: number, look: Look): string {
  const current = release.stage?.number ?? 0;
  const { state } = release;
  const weight = pad(percent(stage.weight), 7, 'right');
  const lead = `${pad(String(number), 3, 'right')}${weight}  `;
  if (number < current || state === 'completed') return line([['green', '  ✓'], lead, soakText(stage)], look);
  if (number > current || release.stage === null) return line([['dim', `  ○${lead}${soakText(stage)}`]], look);
  if (isOver(release)) return line([['red', '  ✗'], lead, ...reached(release.stage)], look);
  return line([[STATE_FORMAT[state], '  ●'], ['bold', lead], ...soaking(release, stage, look)], look);
}

function soaking({ stage, state }: ReleaseView, planned: StageView, look: Look): Cell[] {
  if (stage === null) return [];
  const { soakNeededSeconds: needed, soakedSeconds, requests, minRequests, extensions } = stage;
  const left = Math.max(0, needed - soakedSeconds);
  const share = needed > 0 ? soakedSeconds / needed : 1;
  const time = left > 0 ? `${duration(left)} left` : state === 'awaiting_approval' ? 'soaked' : 'soaked, waits';
  const sample = requests < minRequests ? `${requests} of ${count(minRequests, 'request')}` : count(requests, 'request');
  const manual = planned.advance === 'manual' ? ', manual' : '';
  const again = extensions > 0 ? `, extended ${extensions}×` : '';
  const text = `  ${time}, ${sample}${manual}${again}`;
  return [[STATE_FORMAT[state], bar(share, BAR)], clip(text, look.width - 35)];
}

function reached({ requests, errors, soakedSeconds }: NonNullable<ReleaseView['stage']>): Cell[] {
  return [`after ${duration(soakedSeconds)}: ${sampleText(requests, errors)}`];
}

function endText({ endedAt, startedAt }: ReleaseView, now: number): string {
  if (endedAt !== null) return `ended ${ago(endedAt, now)}`;
  return startedAt === null ? '' : `began ${ago(startedAt, now)}`;
}
