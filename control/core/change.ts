// What an event brings about, built up step by step inside `transition`. Pure.
import { type Alert, KEPT_ALERTS } from './alert.ts';
import { type Action, type AuditEntry, BY_ITSELF, type By } from './audit.ts';
import { moveBuckets, tidyRanges, type Weights } from './buckets.ts';
import type { Decision } from './decision.ts';
import { type Effect, withOrder } from './effect.ts';
import type { Rejection } from './rejection.ts';
import type { Release } from './release.ts';
import { type Deployment, type Result, type Service, type SplitRecord, soleSlot, standing, weights } from './service.ts';
import { oneMore } from './totals.ts';
import { type Bake, newWatch, type Watch } from './watch.ts';

/** Every rollback leaves one note of one of these, whoever or whatever brought it about. */
const ROLLBACKS: readonly Action[] = ['rolled_back', 'release_rolled_back'];

/** The next state, and all that is stored with it in one transaction. */
export interface Change {
  readonly service: Service;
  readonly effects: readonly Effect[];
  readonly audit: readonly AuditEntry[];
  readonly deployments: readonly Deployment[];
  readonly splits: readonly SplitRecord[];
  readonly decisions: readonly Decision[];
  /** A release that another took the place of, as it ended: maybe just now, by what was due. */
  readonly replaced: Release | null;
}

/** What the audit is to say of a step. */
export interface Note {
  readonly action: Action;
  readonly what: string;
  readonly by: By;
  readonly now: number;
  /** What the entry says beside, or otherwise. */
  readonly more?: Partial<Pick<AuditEntry, 'before' | 'after' | 'alert'>>;
}

/** Where traffic goes: the weight of every slot, in their order. `active` and `previous` stay as they are unless named. */
export interface Move {
  readonly weights: Weights;
  readonly active?: string;
  readonly previous?: string | null;
}

/** A change, or why there is none. */
export type Done = Result<Change>;

/** A command that was carried out. */
export function done(value: Change): Done {
  return { ok: true, value };
}

/** A command that was refused. */
export function refuse(rejection: Rejection): { readonly ok: false; readonly rejection: Rejection } {
  return { ok: false, rejection };
}

/** A change that is none yet. */
export function unchanged(service: Service): Change {
  return { service, effects: [], audit: [], deployments: [], splits: [], decisions: [], replaced: null };
}

/** Puts another state in, without a note. */
export function withService(change: Change, service: Service): Change {
  return { ...change, service };
}

/** Puts another state in and notes why. */
export function noted(change: Change, service: Service, { action, what, by, now, more }: Note): Change {
  const before = standing(change.service);
  const entry = { ...by, at: now, service: service.name, action, what, before, after: standing(service), ...more };
  return { ...change, service: ROLLBACKS.includes(action) ? rolledBackOnce(service) : service, audit: [...change.audit, entry] };
}

function rolledBackOnce(service: Service): Service {
  return { ...service, totals: { ...service.totals, rollbacks: service.totals.rollbacks + 1 } };
}

/** Raises an alert: shown with the health of the service, and noted. */
export function alerted(change: Change, { what, alert, slot, at: now }: Alert): Change {
  const { service } = change;
  const alerts = [...service.alerts, { at: now, alert, slot, what }].slice(-KEPT_ALERTS);
  const totals = { ...service.totals, alerts: oneMore(service.totals.alerts, alert) };
  return noted(change, { ...service, alerts, totals }, { action: 'alert_raised', what, by: BY_ITSELF, now, more: { alert } });
}

/** Publishes the state as its next revision. Publishing is always of the newest, so one order is enough. */
export function published(change: Change): Change {
  return { ...change, effects: withOrder(change.effects, { type: 'publish_split', revision: change.service.revision }) };
}

/** Moves traffic: a new revision, watches on every slot that is not active and has weight, an entry in the audit. */
export function moved(change: Change, { weights: wanted, ...slots }: Move, note: Note): Change {
  const before = change.service;
  const revision = before.revision + 1;
  // With all weight on one slot nobody moves because of another salt: so the next ones to try a candidate are others.
  const afresh = before.ranges.length === 0 || soleSlot(before) !== undefined;
  const service = {
    ...before,
    ...slots,
    revision,
    salt: afresh ? `${before.epoch}.${revision}` : before.salt,
    ranges: afresh ? tidyRanges(wanted) : moveBuckets(before.ranges, wanted),
    updatedAt: note.now,
    deployments: before.deployments + 1,
  };
  const next = noted(change, { ...service, watches: watchesOf(service, note.now) }, note);
  const { active, deployments: id } = service;
  const message = note.by.actor === BY_ITSELF.actor ? note.what : (note.by.reason ?? note.what);
  const record = { id, revision, weights: weights(service), active, author: note.by.actor, message, at: note.now };
  return published({ ...next, splits: [...next.splits, record] });
}

/** As `moved`, but only a note where every slot has its weight already and the active one stays. */
export function shifted(change: Change, move: Move, note: Note): Change {
  const { slots, active } = change.service;
  const held = weights(change.service);
  const stays = slots.every((slot) => held[slot] === (move.weights[slot] ?? 0)) && (move.active ?? active) === active;
  return stays ? noted(change, change.service, note) : moved(change, move, note);
}

/** Forgets the evidence on a slot: a new revision tells what it serves from here on from what it served before. */
export function watchedAfresh(change: Change, slot: string, { by, now }: Pick<Note, 'by' | 'now'>): Change {
  const { service } = change;
  const watches = service.watches.filter((watch) => watch.slot !== slot);
  const note = { action: 'split_set', what: `Watch of slot ${slot} begins afresh.`, by, now } as const;
  return moved(withService(change, { ...service, watches }), { weights: weights(service) }, note);
}

/** Has a slot that was just made active baked, with the former one to return to. */
export function baked(change: Change, slot: string, returnTo: string, now: number, bake: Bake): Change {
  const { service } = change;
  if (bake.seconds === 0) return change;
  const watch = newWatch(slot, returnTo, service, service.slo, now, bake);
  return withService(change, { ...service, watches: [...service.watches, watch] });
}

/** Watches that go on, and new ones for the slots that need one. */
export function watchesOf(service: Service, now: number): Watch[] {
  const { active } = service;
  if (active === null) return [];
  const weight = weights(service);
  const goesOn = (w: Watch) =>
    (weight[w.slot] ?? 0) > 0 && (w.kind === 'bake' ? w.slot === active : w.slot !== active && w.returnTo === active);
  const kept = service.watches.filter(goesOn);
  const fresh = service.slots.filter((slot) => slot !== active && (weight[slot] ?? 0) > 0 && !kept.some((w) => w.slot === slot));
  return [...kept, ...fresh.map((slot) => newWatch(slot, active, service, service.slo, now))];
}
