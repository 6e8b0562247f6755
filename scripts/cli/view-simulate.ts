// What the simulator found: a table of candidates, or what became of a trace. Pure.

import { duration, percent } from '../../control/words.ts';
import type { ForeseenBad, ForeseenWell } from '../simulate/forecast.ts';
import type { Replayed } from '../simulate/replay.ts';
import type { Format } from './cli.ts';
import { type Cell, type Look, table } from './layout.ts';
import { wrap } from './text.ts';

/** A forecast as the verb prints it. */
export interface Foreseen {
  readonly plan: string | null;
  readonly rate: number;
  readonly errors: number;
  readonly after: number;
  readonly rows: readonly (ForeseenBad & { readonly candidate: string })[];
  readonly healthy: ForeseenWell;
}

/** The forecast as lines: a sentence for one candidate, a table for several, and what healthy ones have to fear. */
export function forecastLines({ plan, rate, errors, after, rows, healthy }: Foreseen, look: Look): string[] {
  const by = plan === null ? 'these stages' : `plan ${plan}`;
  const late = after > 0 ? `, turning bad after ${duration(after)}` : '';
  const head = `With ${by}, ${rate} requests/s and ${percent(errors * 100)} errors as usual${late}`;
  const [first, ...others] = rows;
  const found =
    first !== undefined && others.length === 0
      ? wrap(`${head}, ${sentence(first)}`, look.width)
      : [...wrap(`${head}:`, look.width), '', ...candidatesTable(rows, look), ''];
  return [...found, ...wrap(healthySentence(healthy), look.width)];
}

/** What became of a trace, as lines. */
export function replayLines({ rolledBackAt, why, lines, heldAt, backward }: Replayed, candidate: string, look: Look): string[] {
  const head: readonly [Format, string] =
    rolledBackAt === null
      ? ['green', `${candidate} would not have been rolled back in ${lines} lines.`]
      : ['red', `${candidate} would have been rolled back at t = ${rolledBackAt}.`];
  const notes = [
    ...(heldAt === null ? [] : [`Its rollback was held back from t = ${heldAt} on, since the active slot was as bad.`]),
    ...(backward === 0
      ? []
      : [`${backward} of the lines go back in time. They count in the second before them: is that one trace?`]),
  ];
  return [look.style(head[0], head[1]), ...wrap(why, look.width), ...notes.flatMap((note) => wrap(note, look.width))];
}

function sentence({
  candidate,
  caught,
  runs,
  medianSeconds,
  ninetiethSeconds,
  medianBad,
  medianServed,
  rule,
  stage,
}: Row): string {
  if (medianSeconds === null || ninetiethSeconds === null)
    return `a candidate (${candidate}) was not caught in ${runs} releases.`;
  const cost = rule?.startsWith('errors') ? `${medianBad} bad requests` : `${medianServed} requests`;
  const where = stage === null ? 'in its bake' : `in stage ${stage}`;
  const missed = caught === runs ? '' : ` ${runs - caught} of ${runs} passed.`;
  return `a candidate (${candidate}) is caught after about ${duration(medianSeconds)} and ${cost}, mostly ${where}, by ${rule}; nine of ten within ${duration(ninetiethSeconds)}.${missed}`;
}

function healthySentence({ runs, falseRollbacks, medianCompletedSeconds }: ForeseenWell): string {
  const done =
    medianCompletedSeconds === null
      ? 'None was complete within six hours.'
      : `It takes ${duration(medianCompletedSeconds)} to complete.`;
  return `A healthy one was rolled back in ${falseRollbacks} of ${runs} releases. ${done}`;
}

type Row = Foreseen['rows'][number];

function candidatesTable(rows: readonly Row[], look: Look): string[] {
  const columns = [
    { title: 'Candidate', yields: true },
    ...['Caught', 'After', '9 of 10', 'Bad', 'Served'].map((title) => ({ title, align: 'right' as const })),
    { title: 'By', yields: true },
  ] as const;
  const cells = rows.map((row): Cell[] => [
    row.candidate,
    `${row.caught}/${row.runs}`,
    row.medianSeconds === null ? '–' : duration(row.medianSeconds),
    row.ninetiethSeconds === null ? '–' : duration(row.ninetiethSeconds),
    row.medianBad === null ? '–' : String(row.medianBad),
    row.medianServed === null ? '–' : String(row.medianServed),
    row.rule ?? '–',
  ]);
  return table(columns, cells, look);
}
