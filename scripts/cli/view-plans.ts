// Plans as a table, and one in full. Pure.

import type { ChannelView, PlanView, ServiceView, StageView } from '../../control/api/types.ts';
import { count, duration, percent, soakText, stagesText } from '../../control/words.ts';
import { type Cell, type Look, line, listing, nextLines, table } from './layout.ts';
import { pad } from './text.ts';

/** All plans; those that a service goes by as a default say so. */
export function plansTable(plans: readonly PlanView[], services: readonly ServiceView[], look: Look): string[] {
  const columns = [
    { title: 'PLAN' },
    { title: 'STAGES', yields: true } as const,
    { title: 'ON FAIL' },
    { title: 'BAKE' },
    { title: '' },
  ];
  const rows = plans.map(({ name, builtIn, stages, onFail, bakeSeconds }): Cell[] => {
    const users = services.filter(({ defaultPlan }) => defaultPlan === name).map(({ service }) => service);
    const note = users.length > 0 ? `default of ${users.join(', ')}` : builtIn ? 'built in' : '';
    return [['bold', name ?? ''], shortStages(stages), onFail, bakeSeconds > 0 ? duration(bakeSeconds) : 'none', ['dim', note]];
  });
  return [...table(columns, rows, look), '', ...nextLines([`sluice plans show ${plans[0]?.name ?? '<name>'}`], look)];
}

/** One plan, a line a stage. Of its hooks, those of these channels by name. */
export function planLines(
  { name, builtIn, stages, onFail, onInsufficient, bakeSeconds, hooks }: PlanView,
  channels: readonly Pick<ChannelView, 'id' | 'name'>[],
  look: Look,
): string[] {
  const nameOf = (channel: string) => channels.find(({ id }) => id === channel)?.name ?? channel;
  const rules: Cell[][] = [
    [['dim', '  If it fails'], onFail === 'pause' ? 'it pauses' : 'it rolls back'],
    [['dim', '  If requests are too few'], INSUFFICIENT[onInsufficient]],
    [['dim', '  Bake'], bakeSeconds > 0 ? duration(bakeSeconds) : 'none'],
    ...hooks.map(({ on, channel }): Cell[] => [['dim', `  ${ASKS[on]}`], nameOf(channel)]),
  ];
  return [
    line(
      [
        ['bold', `Plan ${name}`],
        ['dim', builtIn ? '  built in' : ''],
      ],
      look,
    ),
    ...stages.map((stage, i) => stageLine(stage, i + 1, look)),
    ...listing([{ title: '' }, { title: '' }], rules, look),
  ];
}

function stageLine({ weight, soakSeconds, minRequests = 0, advance }: StageView, number: number, look: Look): string {
  const how = [
    ...(soakSeconds > 0 ? [duration(soakSeconds)] : []),
    // Without weight there are no requests to wait for.
    ...(minRequests > 0 && weight > 0 ? [`at least ${count(minRequests, 'request')}`] : []),
    ...(advance === 'manual' ? ['then a person approves'] : []),
  ];
  return line([`${pad(String(number), 4, 'right')}${pad(percent(weight), 8, 'right')}  ${how.join(', ')}`], look);
}

const ASKS: Readonly<Record<PlanView['hooks'][number]['on'], string>> = {
  'before-start': 'Asks before the start',
  'before-stage': 'Asks before each stage',
  'before-promote': 'Asks before completion',
};

const INSUFFICIENT: Readonly<Record<PlanView['onInsufficient'], string>> = {
  hold: 'it holds until they came',
  extend: 'it extends the soak',
  promote: 'it goes on all the same',
  rollback: 'it rolls back',
};

// Stages that soak alike say so once.
function shortStages(stages: readonly StageView[]): string {
  const [first] = stages;
  if (first === undefined || stages.length < 2) return stagesText(stages);
  const alike = stages.every((stage) => soakText(stage) === soakText(first));
  if (!alike || soakText(first) === '') return stagesText(stages);
  return `${stages.map(({ weight }) => Number(weight.toFixed(2))).join(', ')} %, ${soakText(first)} each`;
}
