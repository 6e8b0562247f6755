// Plans as a table, and one in full. Pure.

import type { ChannelView, PlanView, ServiceView, StageView } from '../../control/api/types.ts';
import { HOOK_ASKS, ON_FAIL, ON_INSUFFICIENT, stageHow } from '../../control/setting-words.ts';
import { duration, percent, soakText, stagesText } from '../../control/words.ts';
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
    [['dim', '  If it fails'], ON_FAIL[onFail]],
    [['dim', '  If requests are too few'], ON_INSUFFICIENT[onInsufficient]],
    [['dim', '  Bake'], bakeSeconds > 0 ? duration(bakeSeconds) : 'none'],
    ...hooks.map(({ on, channel }): Cell[] => [['dim', `  ${HOOK_ASKS[on]}`], nameOf(channel)]),
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

function stageLine(stage: StageView, number: number, look: Look): string {
  return line([`${pad(String(number), 4, 'right')}${pad(percent(stage.weight), 8, 'right')}  ${stageHow(stage)}`], look);
}

// Stages that soak alike say so once.
function shortStages(stages: readonly StageView[]): string {
  const [first] = stages;
  if (first === undefined || stages.length < 2) return stagesText(stages);
  const alike = stages.every((stage) => soakText(stage) === soakText(first));
  if (!alike || soakText(first) === '') return stagesText(stages);
  return `${stages.map(({ weight }) => Number(weight.toFixed(2))).join(', ')} %, ${soakText(first)} each`;
}
