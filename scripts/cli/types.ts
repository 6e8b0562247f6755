// What the API answers, as the CLI reads it: the types of the views that control makes its answers with.
import type { deploymentView, splitView } from '../../control/api/deployment-views.ts';
import type { healthView, slosView } from '../../control/api/health-views.ts';
import type { decisionView, planView, releaseView } from '../../control/api/release-views.ts';
import type { auditView, serviceView } from '../../control/api/views.ts';

/** A slot's name → something of it. */
export type BySlot<T> = Readonly<Record<string, T>>;

/** `GET /services/{name}`; `release` is the newest one. */
export type ServiceView = ReturnType<typeof serviceView>;

/** How the slots of a service are. */
export type HealthView = ReturnType<typeof healthView>;

/** What a slot answered lately; quantiles in milliseconds, `null` of none. */
export type SlotHealthView = HealthView['slots'][string];

/** Objectives and guards of a service. */
export type SlosView = ReturnType<typeof slosView>;

/** What `PUT …/slos` answers: those set, and the slots whose evidence begins afresh for it. */
export type SlosSetView = SlosView & { readonly watchedAfresh: readonly string[] };

/** What people should look at, though nothing was rolled back for it. */
export type AlertView = HealthView['alerts'][number];

/** A slot under judgement. */
export type WatchView = HealthView['watches'][number];

/** One attempt to move traffic to a candidate slot. */
export type ReleaseView = ReturnType<typeof releaseView>;

/** Where a release asks its hooks, and what those answered that do not let it pass. */
export type GateView = NonNullable<ReleaseView['gate']>;

/** A hook of a plan. */
export type HookView = PlanView['hooks'][number];

/** The states of a release. */
export type ReleaseState = ReleaseView['state'];

/** A verdict on a release and what was done about it; `did` in the past tense. */
export type DecisionView = ReturnType<typeof decisionView>;

/** A request that went badly; status 0 where it had no answer. */
export type SampleView = DecisionView['samples'][number];

/** A verdict on a slot or stage. */
export type Verdict = DecisionView['verdict'];

/** A plan; its own stages have no name. */
export type PlanView = ReturnType<typeof planView>;

/** A stage of a plan, as the API takes it; weight in percent. */
export type StageView = Pick<PlanView['stages'][number], 'weight' | 'soakSeconds'> & Partial<PlanView['stages'][number]>;

/** A version that was put into a slot. */
export type DeploymentView = ReturnType<typeof deploymentView>;

/** A change of the split. */
export type SplitRecordView = ReturnType<typeof splitView>;

/** An entry of the audit. */
export type AuditView = ReturnType<typeof auditView>;
