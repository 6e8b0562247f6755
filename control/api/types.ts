// What the API answers, as those who call it read it: the types of the schemas that control documents its answers by.
import type { z } from 'zod';
import type { meAnswer, newTokenAnswer, person, teamAnswer, token } from './access-schemas.ts';
import type { auditAnswer, auditEntry, deploymentsAnswer, previewAnswer, service } from './answers.ts';
import type { channelAnswer, channelSetAnswer, delivery, testAnswer } from './channel-schemas.ts';
import type { health, slos, slosSetAnswer } from './health-answers.ts';
import type { version } from './parts.ts';
import type { decisionsAnswer, plan, planAnswer, release } from './release-answers.ts';
import type { point } from './series-answers.ts';

/** A slot's name → something of it. */
export type BySlot<T> = Readonly<Record<string, T>>;

/** `GET /services/{name}`; `release` is the newest one. */
export type ServiceView = z.infer<typeof service>;

/** How the slots of a service are. */
export type HealthView = z.infer<typeof health>;

/** What a slot answered lately; quantiles in milliseconds, `null` of none. */
export type SlotHealthView = HealthView['slots'][string];

/** Objectives and guards of a service. */
export type SlosView = z.infer<typeof slos>;

/** What `PUT …/slos` answers: those set, and the slots whose evidence begins afresh for it. */
export type SlosSetView = z.infer<typeof slosSetAnswer>;

/** What people should look at, though nothing was rolled back for it. */
export type AlertView = HealthView['alerts'][number];

/** A slot under judgement. */
export type WatchView = HealthView['watches'][number];

/** One attempt to move traffic to a candidate slot. */
export type ReleaseView = z.infer<typeof release>;

/** Where a release asks its hooks, and what those answered that do not let it pass. */
export type GateView = NonNullable<ReleaseView['gate']>;

/** A hook of a plan. */
export type HookView = PlanView['hooks'][number];

/** What the slots of a service served over some seconds. */
export type PointView = z.infer<typeof point>;

/** What a slot served over some seconds. */
export type SlotPointView = PointView['slots'][string];

/** The states of a release. */
export type ReleaseState = ReleaseView['state'];

/** A verdict on a release and what was done about it; `did` in the past tense. */
export type DecisionView = z.infer<typeof decisionsAnswer>['decisions'][number];

/** A request that went badly; status 0 where it had no answer. */
export type SampleView = DecisionView['samples'][number];

/** A verdict on a slot or stage. */
export type Verdict = DecisionView['verdict'];

/** A plan; its own stages have no name. */
export type PlanView = z.infer<typeof plan>;

/** A plan that can be named, and whose it is. */
export type NamedPlanView = z.infer<typeof planAnswer>;

/** A stage of a plan, as the API takes it; weight in percent. */
export type StageView = Pick<PlanView['stages'][number], 'weight' | 'soakSeconds'> & Partial<PlanView['stages'][number]>;

/** A version that was put into a slot. */
export type DeploymentView = z.infer<typeof version>;

/** A change of the split. */
export type SplitRecordView = Extract<z.infer<typeof deploymentsAnswer>['deployments'][number], { kind: 'split' }>;

/** What opens a slot to whoever has it. */
export type PreviewView = z.infer<typeof previewAnswer>;

/** An entry of the audit. */
export type AuditView = z.infer<typeof auditEntry>;

/** A page of the audit. */
export type AuditPage = z.infer<typeof auditAnswer>;

/** Where announcements go, without its secrets. */
export type ChannelView = z.infer<typeof channelAnswer>;

/** A channel that was set just now, with the secret of a webhook where that is new. */
export type ChannelSetView = z.infer<typeof channelSetAnswer>;

/** What became of a test of a channel. */
export type ChannelTestView = z.infer<typeof testAnswer>;

/** One announcement on its way to one channel. */
export type DeliveryView = z.infer<typeof delivery>;

/** Who calls. */
export type MeView = z.infer<typeof meAnswer>;

/** What somebody may do. */
export type Role = MeView['role'];

/** A team, and the services it owns. */
export type TeamView = z.infer<typeof teamAnswer>;

/** A token, without its text. */
export type TokenView = z.infer<typeof token>;

/** A token that was made just now, with its text. */
export type NewTokenView = z.infer<typeof newTokenAnswer>;

/** Somebody who has a role, by e-mail address or group. */
export type PersonView = z.infer<typeof person>;
