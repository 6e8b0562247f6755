// Inside `transition`: what people may ask of a service. Each is refused whole or done whole. Pure.
import { WEIGHT_TOTAL } from '../../router/split.ts';
import { BY_ITSELF, type By } from './audit.ts';
import { allOn, type Weights } from './buckets.ts';
import { baked, type Change, type Move, moved, noted, withService } from './change.ts';
import type { Rejection } from './rejection.ts';
import { type Command, type Deployment, idleSlot, type Result, slotsAfter, soleSlot, weights, whyInUse } from './service.ts';

type Done = Result<Change>;

/** Carries out a command. */
export function obey(change: Change, command: Command, now: number): Done {
  switch (command.type) {
    case 'set_split':
      return setSplit(change, command, now);
    case 'activate':
      return activate(change, command.slot, command.by, now);
    case 'rotate':
      return rotate(change, command.by, now);
    case 'rollback':
      return rollback(change, command.by, now);
    case 'record_deployment':
      return recordDeployment(change, command, now);
  }
}

function setSplit(change: Change, command: Extract<Command, { type: 'set_split' }>, now: number): Done {
  const { service } = change;
  const { ifRevision, by } = command;
  if (service.active === null) return refuse({ reason: 'no-active-slot', service: service.name });
  if (ifRevision !== null && ifRevision !== service.revision)
    return refuse({ reason: 'stale-revision', expected: ifRevision, revision: service.revision });
  const full = completeWeights(command.weights, service.slots);
  if (!full.ok) return full;
  const empty = service.slots.find(
    (slot) => (full.value[slot] ?? 0) > 0 && service.versions[slot] === undefined && slot !== service.active,
  );
  if (empty !== undefined) return refuse({ reason: 'slot-empty', slot: empty });
  const held = weights(service);
  if (service.slots.every((slot) => held[slot] === full.value[slot])) return done(change);
  return done(
    moved(change, { weights: full.value }, { action: 'split_set', what: `Split set to ${inWords(full.value)}.`, by, now }),
  );
}

/** Gives the one slot left out what is left; refuses anything that does not come to 100 %. */
function completeWeights(asked: Weights, slots: readonly string[]): Result<Record<string, number>> {
  const unknown = Object.keys(asked).find((slot) => !slots.includes(slot));
  if (unknown !== undefined) return refuse({ reason: 'unknown-slot', slot: unknown, slots });
  const missing = slots.filter((slot) => !Object.hasOwn(asked, slot));
  if (missing.length > 1) return refuse({ reason: 'weights-incomplete', missing });
  const sum = Object.values(asked).reduce((total, weight) => total + weight, 0);
  const [rest = null] = missing;
  if (sum > WEIGHT_TOTAL || (rest === null && sum < WEIGHT_TOTAL)) return refuse({ reason: 'weights-off', sum: sum / 100, rest });
  return { ok: true, value: Object.fromEntries(slots.map((slot) => [slot, asked[slot] ?? WEIGHT_TOTAL - sum])) };
}

function activate(change: Change, slot: string, by: By, now: number): Done {
  const { service } = change;
  const former = service.active;
  if (!service.slots.includes(slot)) return refuse({ reason: 'unknown-slot', slot, slots: service.slots });
  if (slot === former && soleSlot(service) === slot) return done(change);
  if (service.versions[slot] === undefined && slot !== former) return refuse({ reason: 'slot-empty', slot });
  const move = { weights: allOn(slot, service.slots), active: slot, previous: slot === former ? service.previous : former };
  const what = `Slot ${slot} made active at once, with all weight${former === null || former === slot ? '' : `, in place of ${former}`}.`;
  const next = moved(change, move, { action: 'slot_activated', what, by, now });
  if (former === null || slot === former) return done(next);
  return done(baked(next, slot, former, now));
}

function rotate(change: Change, by: By, now: number): Done {
  const { service } = change;
  const next = slotsAfter(service).find((slot) => service.versions[slot] !== undefined);
  return next === undefined
    ? refuse({ reason: 'no-idle-slot', service: service.name, wanted: 'a version' })
    : activate(change, next, by, now);
}

function rollback(change: Change, by: By, now: number): Done {
  const { service } = change;
  const { active, previous, name } = service;
  const home = (slot: string, move: Partial<Move>): Done => {
    const what = `Rolled back: all weight to ${slot}.`;
    return done(moved(change, { weights: allOn(slot, service.slots), ...move }, { action: 'rolled_back', what, by, now }));
  };
  if (active !== null && soleSlot(service) !== active) return home(active, {});
  if (previous !== null) return home(previous, { active: previous, previous: null });
  return refuse({ reason: 'nothing-to-roll-back', service: name, active });
}

function recordDeployment(change: Change, command: Extract<Command, { type: 'record_deployment' }>, now: number): Done {
  const { service } = change;
  const { by, force, version } = command;
  const slot = command.slot ?? idleSlot(service);
  if (slot === undefined) return refuse({ reason: 'no-idle-slot', service: service.name, wanted: 'room for a version' });
  if (!service.slots.includes(slot)) return refuse({ reason: 'unknown-slot', slot, slots: service.slots });
  const why = whyInUse(service, slot);
  if (why !== null && !force) return refuse({ reason: 'slot-in-use', slot, why });
  const deployment: Deployment = { id: service.deployments + 1, slot, at: now, ...version };
  const versions = { ...service.versions, [slot]: deployment };
  const note = {
    action: 'deployment_recorded',
    what: `Version ${version.versionId} recorded in slot ${slot}.`,
    by,
    now,
  } as const;
  // Nobody wants to roll back to a version that was never served.
  const previous = service.previous === slot ? null : service.previous;
  const watches = service.watches.filter((watch) => watch.kind !== 'bake' || watch.returnTo !== slot);
  const recorded = noted(change, { ...service, versions, previous, watches, deployments: deployment.id }, note);
  return done({ ...afresh(recorded, slot, now), deployments: [...change.deployments, deployment] });
}

// A new version under visitors is judged afresh: a new revision tells its requests from those of the one before.
function afresh(change: Change, slot: string, now: number): Change {
  const { service } = change;
  if ((weights(service)[slot] ?? 0) === 0) return change;
  const watches = service.watches.filter((watch) => watch.slot !== slot);
  const bake = service.watches.find((watch) => watch.slot === slot && watch.kind === 'bake');
  const note = { action: 'split_set', what: `Watch of slot ${slot} begins afresh.`, by: BY_ITSELF, now } as const;
  const next = moved(withService(change, { ...service, watches }), { weights: weights(service) }, note);
  return bake === undefined ? next : baked(next, slot, bake.returnTo, now);
}

function inWords(of: Weights): string {
  return Object.entries(of)
    .map(([slot, weight]) => `${slot} ${weight / 100} %`)
    .join(', ');
}

function done(value: Change): Done {
  return { ok: true, value };
}

function refuse(rejection: Rejection): { ok: false; rejection: Rejection } {
  return { ok: false, rejection };
}
