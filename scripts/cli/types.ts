// What the API answers, as the CLI reads it.

/** A slot's name → something of it. */
export type BySlot<T> = Readonly<Record<string, T>>;

/** A verdict on a slot or stage. */
export type Verdict = 'pass' | 'fail' | 'hold' | 'insufficient';

/** The split of a service; weights in percent. */
export interface SplitView {
  readonly epoch: number;
  readonly revision: number;
  readonly weights: BySlot<number>;
  readonly salt: string;
  readonly updatedAt: string;
}

/** A version that was put into a slot. */
export interface DeploymentView {
  readonly kind: 'version';
  readonly id: number;
  readonly slot: string;
  readonly versionId: string;
  readonly tag: string | null;
  readonly message: string | null;
  readonly author: string | null;
  readonly source: string | null;
  readonly at: string;
}

/** A change of the split, as `GET …/deployments` lists it. */
export interface SplitRecordView {
  readonly kind: 'split';
  readonly id: number;
  readonly revision: number;
  readonly weights: BySlot<number>;
  readonly active: string | null;
  readonly author: string | null;
  readonly message: string | null;
  readonly at: string;
}

/** What is in a slot, and who is about to put something there. */
export interface SlotView {
  readonly version: DeploymentView | null;
  readonly lease: { readonly until: string; readonly by: string } | null;
  readonly overridden: { readonly requests: number; readonly errors: number };
}

/** What a slot answered lately; `p99` in milliseconds, where control measures it. */
export interface SlotHealthView {
  readonly requests: number;
  readonly errors: number;
  readonly errorShare: number;
  readonly p99?: number | null;
  readonly probe: {
    readonly at: string;
    readonly ok: boolean;
    readonly status: number | null;
    readonly milliseconds: number;
  } | null;
}

/** A slot under judgement. */
export interface WatchView {
  readonly slot: string;
  readonly kind: 'split' | 'bake';
  readonly returnTo: string;
  readonly startedAt: string;
  readonly endsAt: string | null;
  readonly heldSince: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly verdict: Verdict;
  readonly needs: number | null;
  readonly evidence: number;
  readonly threshold: number;
  readonly cause: string | null;
}

/** How the slots of a service are. */
export interface HealthView {
  readonly windowSeconds: number;
  readonly slots: BySlot<SlotHealthView>;
  readonly watches: readonly WatchView[];
}

/** A stage of a plan; weight in percent. */
export interface StageView {
  readonly weight: number;
  readonly soakSeconds: number;
  readonly minRequests?: number;
  readonly advance?: 'auto' | 'manual';
}

/** The states of a release. */
export type ReleaseState =
  | 'pending'
  | 'running'
  | 'paused'
  | 'awaiting_approval'
  | 'held'
  | 'completed'
  | 'rolled_back'
  | 'aborted';

/** One attempt to move traffic to a candidate slot. */
export interface ReleaseView {
  readonly id: number;
  readonly service: string;
  readonly name: string | null;
  readonly state: ReleaseState;
  readonly why: string | null;
  readonly candidate: { readonly slot: string; readonly version: DeploymentView | null };
  readonly from: { readonly slot: string; readonly version: DeploymentView | null };
  readonly plan: {
    readonly name: string | null;
    readonly stages: readonly StageView[];
    readonly onFail: string;
    readonly onInsufficient: string;
    readonly bakeSeconds: number;
  };
  readonly stage: {
    readonly number: number;
    readonly weight: number;
    readonly startedAt: string;
    readonly soakSeconds: number;
    readonly soakedSeconds: number;
    readonly requests: number;
    readonly errors: number;
    readonly minRequests: number;
    readonly extensions: number;
    readonly verdict: Verdict;
    readonly needs: number | null;
  } | null;
  readonly bake: { readonly endsAt: string; readonly over: boolean } | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** `GET /services/{name}`; `release` is the newest one. */
export interface ServiceView {
  readonly service: string;
  readonly active: string | null;
  readonly previous: string | null;
  readonly split: SplitView;
  readonly slots: BySlot<SlotView>;
  readonly defaultPlan: string;
  readonly release: ReleaseView | null;
  readonly health: HealthView;
}

/** Requests and errors of a slot. */
export interface CountsView {
  readonly slot: string;
  readonly requests: number;
  readonly errors: number;
}

/** A verdict on a release and what was done about it; `did` in the past tense. */
export interface DecisionView {
  readonly at: string;
  readonly release: number;
  readonly stage: number;
  readonly verdict: Verdict;
  readonly did: string;
  readonly reason: string;
  readonly candidate: CountsView;
  readonly active: CountsView;
  readonly evidence: number;
  readonly threshold: number;
}

/** A plan. */
export interface PlanView {
  readonly name: string;
  readonly builtIn: boolean;
  readonly stages: readonly StageView[];
  readonly onFail: string;
  readonly onInsufficient: string;
  readonly bakeSeconds: number;
}

/** An entry of the audit. */
export interface AuditView {
  readonly at: string;
  readonly service: string;
  readonly actor: string;
  readonly action: string;
  readonly what: string;
  readonly reason: string | null;
  readonly requestId: string | null;
}
