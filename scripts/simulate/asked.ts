// What a person asks of the simulator → plan, objectives and candidates of the engine.
import { InvalidArgumentError } from 'commander';
import type { PlanView, SlosView, StageView } from '../../control/api/types.ts';
import { BUILT_IN_PLANS, MIN_REQUESTS, PLAN_DEFAULTS, type Plan, stagesMistake } from '../../control/core/plan.ts';
import { DEFAULT_SLO, type Slo } from '../../control/core/slo.ts';
import type { Shell } from '../cli/cli.ts';
import { EXIT, Failure } from '../cli/failure.ts';
import { oneService } from '../cli/target.ts';
import type { Behaviour } from './traffic.ts';

/** How a candidate is bad. Shares are 0 to 1. */
export interface Asked {
  readonly fails?: number;
  readonly slower?: number;
  readonly stalls?: number;
}

const WELL: Behaviour = { errorRate: 0, slower: 1, stalls: 0 };

/** A plan as the API shows it, or with stages as a person writes them. */
type Given = Omit<PlanView, 'builtIn' | 'stages' | 'hooks'> & { readonly stages: readonly StageView[] };

/** The candidates asked for; unless one is, those that people fear. */
export function candidatesOf({ fails, slower, stalls }: Asked): { name: string; candidate: Behaviour }[] {
  const failing = (share: number) => ({ name: `fails ${percentOf(share)} %`, candidate: { ...WELL, errorRate: share } });
  const slow = (factor: number) => ({ name: `latency × ${factor}`, candidate: { ...WELL, slower: factor } });
  if (fails === undefined && slower === undefined && stalls === undefined)
    return [...[1, 0.1, 0.05, 0.02].map(failing), ...[2, 1.5].map(slow)];
  const name = [
    ...(fails === undefined ? [] : [failing(fails).name]),
    ...(slower === undefined ? [] : [slow(slower).name]),
    ...(stalls === undefined ? [] : [`${percentOf(stalls)} % take 1.1 s longer`]),
  ];
  return [{ name: name.join(', '), candidate: { errorRate: fails ?? 0, slower: slower ?? 1, stalls: stalls ?? 0 } }];
}

/** @throws InvalidArgumentError unless it is a percentage from 0 to 100 */
export function share(text: string): number {
  const number = /^\d{1,3}(\.\d+)?\s*%?$/.test(text.trim()) ? Number.parseFloat(text) : Number.NaN;
  if (!(number <= 100)) throw new InvalidArgumentError('It must be a percentage from 0 to 100.');
  return number / 100;
}

/** @throws InvalidArgumentError unless it is a number above 0 */
export function positive(text: string): number {
  const number = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (number <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

/** The plan asked for: stages, a built-in plan, or one that control knows. @throws Failure */
export async function planFor(shell: Shell, { plan, stages }: { plan?: string; stages?: readonly StageView[] }): Promise<Plan> {
  if (stages !== undefined) return planOf({ name: null, stages, ...PLAN_DEFAULTS });
  const builtIn = BUILT_IN_PLANS.find(({ name }) => name === plan);
  return builtIn ?? planOf(await shell.client().call<PlanView>('GET', `/plans/${encodeURIComponent(plan ?? '')}`));
}

/** The objectives to judge by: those of the service, or the defaults. @throws Failure */
export async function sloFor(shell: Shell, asked: boolean | undefined): Promise<Slo> {
  if (asked !== true) return DEFAULT_SLO;
  const { path } = await oneService(shell);
  const { latencyObjectives, ...slo } = await shell.client().call<SlosView>('GET', `${path}/slos`);
  return { ...slo, latencyObjectives: latencyObjectives.map(({ overMs, maxShare }) => ({ overMs, maxShare })) };
}

function planOf({ name, stages, onFail, onInsufficient, bakeSeconds }: Given): Plan {
  const inside = stages.map(({ weight, soakSeconds, minRequests = MIN_REQUESTS, advance = 'auto' }) => {
    return { weight: Math.round(weight * 100), soakSeconds, minRequests, advance };
  });
  const mistake = inside.some(({ weight }) => weight > 10_000) ? 'a weight is over 100 %' : stagesMistake(inside);
  if (mistake !== undefined) throw new Failure(EXIT.usage, `These stages are no plan: ${mistake}.`);
  // Nobody is there to approve, nor to be asked.
  return { name, stages: inside.map((stage) => ({ ...stage, advance: 'auto' })), onFail, onInsufficient, bakeSeconds, hooks: [] };
}

function percentOf(part: number): number {
  return Number((part * 100).toPrecision(4));
}
