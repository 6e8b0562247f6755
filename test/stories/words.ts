// The words of a story: plans, weights, objectives and answers as its lines spell them.
import type { HookAnswer } from '../../control/core/gate.ts';
import { type Hook, PLAN_DEFAULTS, type Plan, type Stage } from '../../control/core/plan.ts';
import type { Slo } from '../../control/core/slo.ts';

/** `green=20`: percent by slot. */
export function weightsIn(args: readonly string[]): Record<string, number> {
  return Object.fromEntries(args.map((arg) => arg.split('=')).map(([slot = '', percent]) => [slot, Number(percent) * 100]));
}

/** `minBad=9`, `perNetworkCap=off`, `latency=500:0.01,100:0.1`: over so many ms, at most that share. */
export function sloIn(args: readonly string[]): Partial<Slo> {
  const named = args.map((arg) => arg.split('=') as [string, string]);
  const news = named.map(([name, value]) => {
    const objectives = value.split(',').map((one) => one.split(':').map(Number));
    if (name === 'latency') return ['latencyObjectives', objectives.map(([overMs, maxShare]) => ({ overMs, maxShare }))];
    return [name, value === 'off' ? value : Number(value)];
  });
  return Object.fromEntries(news);
}

/** `10:5,100:5:manual`, with the options of a release. */
export function planIn(stages: string, option: (name: string) => string | undefined): Plan {
  const plan = { name: null, stages: stages.split(',').map(stageIn), ...PLAN_DEFAULTS };
  const onFail = option('onFail') as Plan['onFail'] | undefined;
  const onInsufficient = option('onInsufficient') as Plan['onInsufficient'] | undefined;
  const bake = option('bake');
  const hooks = option('hooks');
  return {
    ...plan,
    ...(onFail && { onFail }),
    ...(onInsufficient && { onInsufficient }),
    ...(bake && { bakeSeconds: Number(bake) }),
    ...(hooks && { hooks: hooks.split(',').map(hookIn) }),
  };
}

/** `start:ci`, `stage:ci`, `promote:ci`. */
function hookIn(text: string): Hook {
  const [on, channel = ''] = text.split(':');
  return { on: `before-${on}` as Hook['on'], channel };
}

/** `ci=200`, `ci=none`. */
export function answersIn(args: readonly string[]): HookAnswer[] {
  const pairs = args.filter((arg) => arg.includes('=')).map((arg) => arg.split('='));
  return pairs.map(([channel = '', status]): HookAnswer => {
    const name = `the-${channel}`;
    return status === 'none'
      ? { channel, name, status: null, error: 'gave no answer within 10 s' }
      : { channel, name, status: Number(status), error: null };
  });
}

function stageIn(text: string): Stage {
  const [weight, soak, ...rest] = text.split(':');
  const minRequests = Number(rest.find((part) => /^\d+$/.test(part)) ?? 20);
  return {
    weight: Number(weight) * 100,
    soakSeconds: Number(soak),
    minRequests,
    advance: rest.includes('manual') ? 'manual' : 'auto',
  };
}
