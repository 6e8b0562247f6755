// What a release goes by: ordered stages, and what to do when one fails or has too little to go on. Pure.

/** One stage of a plan. */
export interface Stage {
  /** Buckets of the candidate, 0 to `WEIGHT_TOTAL`. */
  readonly weight: number;
  /** How long the candidate serves that weight at least. */
  readonly soakSeconds: number;
  /** How many requests the candidate must have served in the stage. A stage of weight 0 needs none. */
  readonly minRequests: number;
  /** `manual`: once the stage has passed, somebody must approve. */
  readonly advance: 'auto' | 'manual';
}

/** A question to somebody outside, who must let a release pass before it takes a step. */
export interface Hook {
  /** Before the first stage; before every later one; before the candidate is made active. */
  readonly on: 'before-start' | 'before-stage' | 'before-promote';
  /** The id of the channel that knows where to ask. */
  readonly channel: string;
}

/** Hooks a plan may have. */
export const MAX_HOOKS = 6;

/** How a release moves. Copied into the release, so that a later change of the plan does not touch it. */
export interface Plan {
  /** `null` for stages given with the release itself. */
  readonly name: string | null;
  readonly stages: readonly Stage[];
  /** What evidence against the candidate does: all weight home, or only stop and ask. */
  readonly onFail: 'rollback' | 'pause';
  /** What happens when a soak is over without enough requests, or over the objective without evidence enough. */
  readonly onInsufficient: 'hold' | 'extend' | 'promote' | 'rollback';
  /** How long the candidate is watched after it was made active; 0 for no bake. */
  readonly bakeSeconds: number;
  /** At most `MAX_HOOKS`, each once. */
  readonly hooks: readonly Hook[];
}

/** Requests a stage needs unless it says otherwise. */
export const MIN_REQUESTS = 50;
const SOAK_SECONDS = 300;
/** What a plan says unless it says otherwise. */
export const PLAN_DEFAULTS = { onFail: 'rollback', onInsufficient: 'extend', bakeSeconds: 600, hooks: [] } as const;
/** The plan of a service that named none. */
export const DEFAULT_PLAN = 'standard';

/** The plans that are always there. */
export const BUILT_IN_PLANS: readonly Plan[] = [
  builtIn('cautious', [1, 5, 25, 50, 100]),
  builtIn('standard', [10, 50, 100]),
  builtIn('instant', [100]),
];

function builtIn(name: string, percents: readonly number[]): Plan {
  const stages = percents.map((percent): Stage => {
    return { weight: percent * 100, soakSeconds: SOAK_SECONDS, minRequests: MIN_REQUESTS, advance: 'auto' };
  });
  return { name, stages, ...PLAN_DEFAULTS };
}

/** What is wrong with the order of some stages, in a few words, or `undefined`. */
export function stagesMistake(stages: readonly Stage[]): string | undefined {
  const at = stages.findIndex((stage, i) => i > 0 && stage.weight < (stages[i - 1]?.weight ?? 0));
  if (at > 0) return `stage ${at + 1} has less weight than the one before it; weights must not fall`;
  const zero = stages.findLastIndex((stage) => stage.weight === 0);
  if (zero > 0) return 'only the first stage may have a weight of 0';
  return stages.at(-1)?.weight === 0 ? 'the last stage must have a weight' : undefined;
}

/** What is wrong with some hooks, in a few words, or `undefined`. */
export function hooksMistake(hooks: readonly Hook[]): string | undefined {
  if (hooks.length > MAX_HOOKS) return `there may be ${MAX_HOOKS} hooks at most`;
  const twice = hooks.find(({ on, channel }, i) => hooks.findIndex((h) => h.on === on && h.channel === channel) < i);
  return twice && `hook ${twice.channel} ${twice.on} is there twice`;
}
