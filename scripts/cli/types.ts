// What the API answers, as the CLI reads it: the types of the views that control makes its answers with.
import type { deploymentView, splitView } from '../../control/api/deployment-views.ts';
import type { decisionView, planView, releaseView } from '../../control/api/release-views.ts';
import type { auditView, healthView, serviceView } from '../../control/api/views.ts';

/** A slot's name → something of it. */
export type BySlot<T> = Readonly<Record<string, T>>;

/** `GET /services/{name}`; `release` is the newest one. */
export type ServiceView = ReturnType<typeof serviceView>;

/** How the slots of a service are. */
export type HealthView = ReturnType<typeof healthView>;

/** What a slot answered lately. `p99` in milliseconds, where control measures it. */
export type SlotHealthView = HealthView['slots'][string] & { readonly p99?: number | null };

/** A slot under judgement. */
export type WatchView = HealthView['watches'][number];

/** One attempt to move traffic to a candidate slot. */
export type ReleaseView = ReturnType<typeof releaseView>;

/** The states of a release. */
export type ReleaseState = ReleaseView['state'];

/** A verdict on a release and what was done about it; `did` in the past tense. */
export type DecisionView = ReturnType<typeof decisionView>;

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
