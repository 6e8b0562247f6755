// Inside `transition`: what people may ask of a service. Each is refused whole or done whole. Pure.
import { WEIGHT_TOTAL } from '../../router/split.ts';
import type { By } from './audit.ts';
import { allOn, type Weights } from './buckets.ts';
import { baked, type Change, type Done, done, moved, refuse } from './change.ts';
import { leaseSlot, recordDeployment, removeVersion, returnLease } from './deployments.ts';
import { setSlos } from './objectives.ts';
import { fail } from './progress.ts';
import type { Rejection } from './rejection.ts';
import {
  type Ask,
  bakeOf,
  type Command,
  nextWithVersion,
  type Result,
  releaseUnderWay,
  type Service,
  soleSlot,
  weights,
  whyNoVisitors,
  whyStale,
} from './service.ts';
import { createRelease, setDefaultPlan, steerRelease } from './steer.ts';

/** Carries out a command. */
export function obey(change: Change, command: Command, now: number): Done {
  // A release says by itself, and more exactly, why it is too late.
  const isOfSplit = 'ifRevision' in command && command.type !== 'steer_release';
  const stale = isOfSplit ? whyStale(change.service, command.ifRevision) : null;
  if (stale !== null) return refuse(stale);
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
    case 'lease_slot':
      return leaseSlot(change, command, now);
    case 'return_lease':
      return returnLease(change, command.lease, command.by, now);
    case 'remove_version':
      return removeVersion(change, command.slot, command.by, now);
    case 'create_release':
      return createRelease(change, command, now);
    case 'steer_release':
      return steerRelease(change, command, now);
    case 'set_default_plan':
      return setDefaultPlan(change, command.plan, command.by, now);
    case 'set_slos':
      return setSlos(change, command.slo, command.by, now);
  }
}

function setSplit(change: Change, command: Ask<'set_split'>, now: number): Done {
  const { service } = change;
  const { by } = command;
  if (service.active === null) return refuse({ reason: 'no-active-slot', service: service.name });
  const full = completeWeights(command.weights, service.slots);
  if (!full.ok) return full;
  const running = whyNotByHand(service);
  if (running !== null) return refuse(running);
  const held = weights(service);
  for (const slot of service.slots) {
    const why = (full.value[slot] ?? 0) > (held[slot] ?? 0) ? whyNoVisitors(service, slot, now) : null;
    if (why !== null) return refuse(why);
  }
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
  const why = whyNotByHand(service) ?? whyNoVisitors(service, slot, now);
  if (why !== null) return refuse(why);
  const move = { weights: allOn(slot, service.slots), active: slot, previous: slot === former ? service.previous : former };
  const what = `Slot ${slot} made active at once, with all weight${former === null || former === slot ? '' : `, in place of ${former}`}.`;
  const next = moved(change, move, { action: 'slot_activated', what, by, now });
  if (former === null || slot === former) return done(next);
  return done(baked(next, slot, former, now, { seconds: service.slo.bakeSeconds, release: null }));
}

function rotate(change: Change, by: By, now: number): Done {
  const { service } = change;
  const next = nextWithVersion(service, now);
  if (next === undefined) return refuse({ reason: 'no-idle-slot', service: service.name, wanted: 'a version' });
  return activate(change, next, by, now);
}

function rollback(change: Change, by: By, now: number): Done {
  const { service } = change;
  const { active, previous, name, release } = service;
  const under = releaseUnderWay(service);
  if (under !== undefined) {
    const note = { action: 'release_rolled_back', what: `Release ${under.id} rolled back by ${by.actor}.`, by, now } as const;
    return done(fail(change, under, { state: 'rolled_back', move: { weights: allOn(under.from, service.slots) }, note }));
  }
  const home = (slot: string) => ({ action: 'rolled_back', what: `Rolled back: all weight to ${slot}.`, by, now }) as const;
  if (active !== null && soleSlot(service) !== active)
    return done(moved(change, { weights: allOn(active, service.slots) }, home(active)));
  if (previous === null) return refuse({ reason: 'nothing-to-roll-back', service: name, active });
  const why = whyNoVisitors(service, previous, now);
  if (why !== null) return refuse(why);
  const move = { weights: allOn(previous, service.slots), active: previous, previous: null };
  // A release whose bake still runs did not make it; one that is long over did.
  const bakes = release !== null && bakeOf(service)?.release === release.id;
  return done(
    bakes ? fail(change, release, { state: 'rolled_back', move, note: home(previous) }) : moved(change, move, home(previous)),
  );
}

/** Traffic is not moved by hand while a release moves it. */
function whyNotByHand(service: Service): Rejection | null {
  const release = releaseUnderWay(service);
  return release === undefined ? null : { reason: 'release-running', release: release.id, state: release.state };
}

function inWords(of: Weights): string {
  return Object.entries(of)
    .map(([slot, weight]) => `${slot} ${weight / 100} %`)
    .join(', ');
}
