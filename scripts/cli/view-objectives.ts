// Objectives and guards in words, and where each objective of a watch stands. Pure.

import type { SlosView, WatchView } from '../../control/api/types.ts';
import { duration, exactShare, figure, shareText } from '../../control/words.ts';
import { type Cell, type Look, line, listing } from './layout.ts';
import { pad, wrap } from './text.ts';
import { watchLines } from './view-release.ts';

const LEAD = 20;

/** What slots of a service are held to. */
export function slosLines(service: string, slo: SlosView, look: Look): string[] {
  const { errorObjective, errorRatio, latencyObjectives, latencyRatio, perNetworkCap } = slo;
  return [
    look.style('bold', `Objectives of ${service}`),
    ...row('Errors', `at most ${exactShare(errorObjective)} of the requests`, look),
    ...row('', `at most ${errorRatio} times the share of the active slot`, look),
    ...latencyObjectives.flatMap(({ percentile, overMs }) => row(`Latency p${percentile}`, `at most ${overMs} ms`, look)),
    ...row(
      'Latency',
      latencyRatio === 'off' ? 'not compared with the active slot' : `at most ${latencyRatio} times that of the active slot`,
      look,
    ),
    look.style('bold', 'Guards'),
    ...row('False rollbacks', `at most ${exactShare(slo.falseRollbackChance)} of the watches of healthy slots`, look),
    ...row('Bad requests', `at least ${slo.minBad} for a rollback`, look),
    ...row('Of one visitor', `at most ${slo.perVisitorCap} of them count`, look),
    ...row('Of one network', perNetworkCap === 'off' ? 'all of them count' : `at most ${perNetworkCap} of them count`, look),
    ...row('Difference', `at least ${Number((slo.minEffect * 100).toPrecision(8))} percentage points`, look),
    ...row('Latency grace', `${duration(slo.latencyGraceSeconds)} from the first request of a slot on`, look),
    ...row('Hold', `${duration(slo.holdSeconds)} at most, while the active slot is as bad`, look),
    ...row('Requests', `at least ${slo.minRequests} for a pass`, look),
    ...row('Bake', slo.bakeSeconds === 0 ? 'none' : `${duration(slo.bakeSeconds)} after activate and rotate`, look),
  ];
}

/** Where each watch stands, objective by objective. */
export function standingLines(watches: readonly WatchView[], slo: SlosView, look: Look): string[] {
  if (watches.length === 0) return ['Nothing is watched now.'];
  return watches.flatMap((watch, i) => [
    ...(i === 0 ? [] : ['']),
    ...watchLines(watch, { inRelease: false }, look),
    ...objectivesTable(watch, slo, look),
  ]);
}

function objectivesTable({ slos }: WatchView, { latencyObjectives }: SlosView, look: Look): string[] {
  const columns = [
    { title: 'OBJECTIVE' },
    { title: 'OBSERVED', align: 'right' } as const,
    { title: 'AT MOST', align: 'right' } as const,
    { title: 'EVIDENCE' },
    { title: 'VERDICT', yields: true } as const,
  ];
  const rows = slos.map(({ overMs, observed, objective, evidence, needed, verdict, needs }): Cell[] => {
    const percentile = latencyObjectives.find((of) => of.overMs === overMs)?.percentile;
    return [
      overMs === null ? 'errors' : `p${percentile} over ${overMs} ms`,
      shareText(observed),
      exactShare(objective),
      `${figure(evidence)} of ${figure(needed)}`,
      [FORMAT[verdict], needs > 0 && verdict === 'insufficient' ? `insufficient, needs ${needs}` : verdict],
    ];
  });
  return ['', ...listing(columns, rows, look)];
}

const FORMAT = { pass: 'green', fail: 'red', hold: 'yellow', insufficient: 'dim' } as const;

function row(label: string, text: string, look: Look): string[] {
  const lead = pad(`  ${label}`, LEAD);
  return wrap(text, look.width - LEAD).map((part, i) => line([i === 0 ? ['dim', lead] : ' '.repeat(LEAD), part], look));
}
