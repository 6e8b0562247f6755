// The state of one service, and what can be read off it. Pure. Only `transition` makes a new one.
import type { Row } from '../../router/report.ts';
import { type BucketRange, isNewer, type Split, type SplitId, WEIGHT_TOTAL } from '../../router/split.ts';
import type { Alert } from './alert.ts';
import type { By, Standing } from './audit.ts';
import { type Weights, weightsOf } from './buckets.ts';
import type { CountsAt, ReportCounts } from './counts.ts';
import type { Asking, HookAnswer } from './gate.ts';
import { type Leases, leaseOf } from './lease.ts';
import { DEFAULT_PLAN, type Plan } from './plan.ts';
import type { Rejection } from './rejection.ts';
import { isOver, isUnderWay, type Release, stageDeadline, type Verb } from './release.ts';
import { DEFAULT_SLO, type Slo } from './slo.ts';
import { newTotals, type Totals } from './totals.ts';
import type { Watch } from './watch.ts';

/** What was deployed into a slot. */
export interface Version {
  readonly versionId: string;
  readonly tag: string | null;
  readonly message: string | null;
  readonly author: string | null;
  readonly source: string | null;
}

/** The record that a version was put into a slot. */
export interface Deployment extends Version {
  /** 1, 2, 3, … within a service. */
  readonly id: number;
  readonly slot: string;
  readonly at: number;
}

/** The record that visitors were sent elsewhere: a revision, who published it and why. */
export interface SplitRecord {
  /** Counted together with the deployments of versions. */
  readonly id: number;
  readonly revision: number;
  readonly weights: Weights;
  readonly active: string | null;
  readonly author: string;
  readonly message: string;
  readonly at: number;
}

/** What the health path of a slot answered. */
export interface Probe {
  readonly at: number;
  readonly ok: boolean;
  /** HTTP status, or `null` when there was no answer. */
  readonly status: number | null;
  readonly milliseconds: number;
}

/** Everything Sluice knows of a service, but for what is only kept on record. */
export interface Service extends SplitId {
  readonly name: string;
  readonly slots: readonly string[];
  readonly salt: string;
  /** Empty until a first slot is active. */
  readonly ranges: readonly BucketRange[];
  readonly updatedAt: number;
  readonly active: string | null;
  /** The slot that was active before, while `rollback` may return to it. */
  readonly previous: string | null;
  readonly versions: Readonly<Record<string, Deployment>>;
  /** How many deployments were recorded, those of splits included. */
  readonly deployments: number;
  readonly leases: Leases;
  /** The newest release, over or not. */
  readonly release: Release | null;
  readonly releases: number;
  /** The plan of releases that name none. */
  readonly defaultPlan: string;
  /** Ids of the last versions that were rolled back. */
  readonly rolledBack: readonly string[];
  readonly slo: Slo;
  readonly watches: readonly Watch[];
  /** The second that is still open. */
  readonly second: CountsAt | null;
  /** The last minutes, oldest first; the last one may still be open. */
  readonly minutes: readonly CountsAt[];
  readonly probes: Readonly<Record<string, Probe>>;
  readonly reports: ReportCounts;
  /** When the newest report was taken, ms; `null` before the first. */
  readonly reportedAt: number | null;
  readonly totals: Totals;
  /** The newest last. */
  readonly alerts: readonly Alert[];
}

/** What every command carries: who wants it, and why. */
interface Asked {
  readonly by: By;
}

/** What a command carries that is meant for the split somebody looked at, and for no other. */
interface Guarded extends Asked {
  /** Of that split; none where it is meant for whatever split there is. */
  readonly ifRevision?: number | null;
}

/** What may happen to a service. */
export type Event =
  | ({ readonly type: 'set_split'; readonly weights: Weights } & Guarded)
  | ({ readonly type: 'activate'; readonly slot: string } & Guarded)
  | ({ readonly type: 'rotate' } & Guarded)
  | ({ readonly type: 'rollback' } & Guarded)
  | ({
      readonly type: 'record_deployment';
      readonly slot: string | null;
      readonly version: Version;
      readonly force: boolean;
      /** The lease it was uploaded under. */
      readonly lease: string | null;
    } & Asked)
  | ({ readonly type: 'lease_slot'; readonly slot: string | null; readonly lease: string } & Asked)
  | ({ readonly type: 'return_lease'; readonly lease: string } & Asked)
  | ({ readonly type: 'remove_version'; readonly slot: string } & Asked)
  | ({
      readonly type: 'create_release';
      readonly slot: string | null;
      readonly plan: Plan;
      readonly name: string | null;
      readonly autoStart: boolean;
      /** Ends a bake that stands in the way. */
      readonly force: boolean;
    } & Asked)
  | ({
      readonly type: 'steer_release';
      readonly release: number;
      readonly verb: Verb;
      readonly force: boolean;
      /** The release meant, where it is no longer the newest; `null` for one that is, or that never was. */
      readonly past: Release | null;
    } & Guarded)
  | ({ readonly type: 'set_default_plan'; readonly plan: string } & Asked)
  | ({ readonly type: 'set_slos'; readonly slo: Partial<Slo> } & Asked)
  | { readonly type: 'configure'; readonly slots: readonly string[] }
  | { readonly type: 'reconcile'; readonly found: Split | null; readonly settled: boolean }
  | { readonly type: 'hook_answered'; readonly asking: Asking; readonly answers: readonly HookAnswer[] }
  | { readonly type: 'record_probe'; readonly slot: string; readonly probe: Probe }
  | { readonly type: 'report'; readonly rows: readonly Row[] }
  | { readonly type: 'note_refused'; readonly why: 'malformed' | 'future' | 'replayed' }
  | { readonly type: 'tick' };

/** What the API may ask for. */
export type Command = Extract<Event, Asked>;

/** The command of a type. */
export type Ask<T extends Command['type']> = Extract<Command, { type: T }>;

/** A value, or why it could not be. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: Rejection };

/** A service nobody has set up yet. Epochs are seconds of the clock, so that a later start is above an earlier one. */
export function newService(name: string, slots: readonly string[], now: number): Service {
  return {
    name,
    slots,
    epoch: Math.floor(now / 1000),
    revision: 0,
    salt: '',
    ranges: [],
    updatedAt: now,
    active: null,
    previous: null,
    versions: {},
    deployments: 0,
    leases: {},
    release: null,
    releases: 0,
    defaultPlan: DEFAULT_PLAN,
    rolledBack: [],
    slo: DEFAULT_SLO,
    watches: [],
    second: null,
    minutes: [],
    probes: {},
    reports: { taken: 0, malformed: 0, future: 0, replayed: 0, unknownSlots: 0 },
    reportedAt: null,
    totals: newTotals(),
    alerts: [],
  };
}

/** The split to publish; none before a slot is active. */
export function splitOf({ name, epoch, revision, salt, ranges, active }: Service): Split | undefined {
  if (active === null) return undefined;
  return { schema: 1, service: name, epoch, revision, salt, active, ranges };
}

/** The split, if it is newer than the one held. */
export function newerSplit(service: Service, held: SplitId): Split | undefined {
  const split = splitOf(service);
  return split !== undefined && isNewer(split, held) ? split : undefined;
}

/** Weight of every slot. */
export function weights(service: Service): Record<string, number> {
  return weightsOf(service.ranges, service.slots);
}

/** What the audit notes of a service before and after a change. */
export function standing(service: Service): Standing {
  const { active, revision, release } = service;
  const shown = { active, revision, weights: weights(service) };
  if (release === null || isOver(release)) return shown;
  const { id, state, stage } = release;
  return { ...shown, release: { id, state, stage: stage === null ? null : stage.index + 1 } };
}

/** Why no version may be put into a slot, or `null`. */
export function whyInUse(service: Service, slot: string): string | null {
  const weight = weights(service)[slot] ?? 0;
  if (weight > 0) return `has ${weight / 100} % of the visitors`;
  if (slot === service.active) return 'is the active slot';
  if (service.watches.some((w) => w.kind === 'bake' && w.returnTo === slot)) return 'is where a bake may return to';
  const { release } = service;
  if (release !== null && !isOver(release) && release.candidate === slot) return `is the candidate of release ${release.id}`;
  return null;
}

/**
 * The slot the next deployment goes to: the next free one after the active that nobody has leased. Before a slot is
 * active, one without a version comes first.
 */
export function idleSlot(service: Service, now: number): string | undefined {
  const free = slotsAfter(service).filter((slot) => whyInUse(service, slot) === null && !leaseOf(service, slot, now));
  return (service.active === null ? free.find((slot) => service.versions[slot] === undefined) : undefined) ?? free[0];
}

/** The next slot with a version behind the active one, one that may get visitors first; `undefined` when none has a version. */
export function nextWithVersion(service: Service, now: number): string | undefined {
  const filled = slotsAfter(service).filter((slot) => service.versions[slot] !== undefined);
  return filled.find((slot) => whyNoVisitors(service, slot, now) === null) ?? filled[0];
}

/** The release that owns the split now. */
export function releaseUnderWay({ release }: Service): Release | undefined {
  return release !== null && isUnderWay(release) ? release : undefined;
}

/** The bake of the slot that was made active last, if it is not over. */
export function bakeOf({ watches }: Service): Watch | undefined {
  return watches.find(({ kind }) => kind === 'bake');
}

/** Why a slot may get no visitors, or `null`: nobody is sent to a slot without a version, or while one is uploaded. */
export function whyNoVisitors(service: Service, slot: string, now: number): Rejection | null {
  const lease = leaseOf(service, slot, now);
  if (lease !== undefined) return { reason: 'slot-leased', slot, until: lease.until, by: lease.by };
  return service.versions[slot] === undefined ? { reason: 'slot-empty', slot } : null;
}

/** All slots but the active one, beginning behind it; all of them when none is active. */
export function slotsAfter({ slots, active }: Pick<Service, 'slots' | 'active'>): string[] {
  const at = active === null ? -1 : slots.indexOf(active);
  return [...slots.slice(at + 1), ...slots.slice(0, Math.max(at, 0))];
}

/** The slot that holds all weight, if one does. */
export function soleSlot(service: Service): string | undefined {
  return service.ranges.length === 1 && service.ranges[0]?.[1] === WEIGHT_TOTAL ? service.ranges[0][0] : undefined;
}

/** When the object must look at the service again, ms; `null` when only reports matter. */
export function nextDeadline(service: Service): number | null {
  const { watches, slo, release } = service;
  const bakes = watches.flatMap(({ endsAt }) => endsAt ?? []);
  const holds = watches.flatMap(({ heldSince }) => (heldSince === null ? [] : heldSince + slo.holdSeconds * 1000));
  const stage = release?.state === 'running' ? stageDeadline(release) : null;
  const hooks = release?.gate?.nextAt ?? null;
  const times = [...bakes, ...holds, ...[stage, hooks].filter((at) => at !== null)];
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Why a command comes too late: the split it was meant for is no more, and `rollback` or `rotate` come to something else by then.
 * @param expected its revision; none where any split will do
 */
export function whyStale({ revision }: Service, expected: number | null = null): Rejection | null {
  return expected === null || expected === revision ? null : { reason: 'stale-revision', expected, revision };
}

/** The part that a slot's weight has in that of it and another; 0 where it has none. */
export function shareBeside(service: Service, slot: string, other: string): number {
  const held = weights(service);
  const own = held[slot] ?? 0;
  return own === 0 ? 0 : own / (own + (held[other] ?? 0));
}
