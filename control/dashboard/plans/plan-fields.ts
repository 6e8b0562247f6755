// A plan as a form has it: text as it was typed. From a plan, and to what the API takes. Pure.
import { planBody, planParams, slug } from '../../api/schemas.ts';
import type { HookView, NamedPlanView } from '../../api/types.ts';
import { PLAN_DEFAULTS } from '../../core/plan.ts';
import { numberOf, secondsOf, secondsText } from '../figures.ts';

/** A stage; `key` tells it from the others while it is moved about. */
export interface StageFields {
  readonly key: number;
  readonly weight: string;
  readonly soak: string;
  readonly minRequests: string;
  readonly advance: 'auto' | 'manual';
}

/** A plan. */
export interface PlanFields {
  readonly name: string;
  readonly stages: readonly StageFields[];
  readonly onFail: NamedPlanView['onFail'];
  readonly onInsufficient: NamedPlanView['onInsufficient'];
  readonly bake: string;
  readonly hooks: readonly HookView[];
  readonly reason: string;
}

const FIRST_STAGE: StageFields = { key: 0, weight: '10', soak: '5 min', minRequests: '50', advance: 'auto' };
const LAST_STAGE: StageFields = { ...FIRST_STAGE, key: 1, weight: '100' };

/** What a new plan begins with. */
export const NEW_PLAN: PlanFields = {
  name: '',
  stages: [FIRST_STAGE, LAST_STAGE],
  onFail: PLAN_DEFAULTS.onFail,
  onInsufficient: PLAN_DEFAULTS.onInsufficient,
  bake: secondsText(PLAN_DEFAULTS.bakeSeconds),
  hooks: [],
  reason: '',
};

/** A plan, to be changed. */
export function fieldsOf({ name, stages, onFail, onInsufficient, bakeSeconds, hooks }: NamedPlanView): PlanFields {
  return {
    name: name ?? '',
    stages: stages.map(({ weight, soakSeconds, minRequests, advance }, key) => ({
      key,
      weight: String(weight),
      soak: secondsText(soakSeconds),
      minRequests: String(minRequests),
      advance,
    })),
    ...{ onFail, onInsufficient, bake: secondsText(bakeSeconds), hooks, reason: '' },
  };
}

/** What a form comes to, its name included; checked by nothing yet. */
export function bodyOf({ name, stages, onFail, onInsufficient, bake, hooks, reason }: PlanFields) {
  return {
    name: name.trim(),
    stages: stages.map(({ weight, soak, minRequests, advance }) => ({
      weight: numberOf(weight.replace(/ *% *$/, '')),
      soakSeconds: secondsOf(soak),
      minRequests: numberOf(minRequests),
      advance,
    })),
    ...{ onFail, onInsufficient, bakeSeconds: secondsOf(bake), hooks, reason: reason.trim() || null },
  };
}

/** What checks that. A new plan takes the place of no other: `taken` are the names of those. */
export function planSchema(taken: readonly string[]) {
  return planBody.extend({
    ...planParams.shape,
    name: slug.refine((name) => !taken.includes(name), 'There is a plan of that name. Use another, or change that one.'),
  });
}

/** Stages with one more: like the last one, but twice its weight. */
export function withStage(stages: readonly StageFields[]): StageFields[] {
  const last = stages.at(-1);
  const key = Math.max(-1, ...stages.map((stage) => stage.key)) + 1;
  if (last === undefined) return [{ ...LAST_STAGE, key }];
  const weight = numberOf(last.weight);
  return [...stages, { ...last, key, weight: typeof weight === 'number' ? String(Math.min(100, weight * 2 || 10)) : '100' }];
}

/** Stages with one of them moved by so many places; none moves over an end. */
export function withMoved(stages: readonly StageFields[], from: number, by: -1 | 1): readonly StageFields[] {
  const [one, other] = [stages[from], stages[from + by]];
  if (one === undefined || other === undefined) return stages;
  return stages.map((stage, i) => (i === from ? other : i === from + by ? one : stage));
}
