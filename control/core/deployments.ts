// Inside `transition`: versions come into slots and go. A slot is leased while a version is uploaded into it. Pure.
import { BY_ITSELF, type By, type Item } from './audit.ts';
import { baked, type Change, type Done, done, noted, refuse, watchedAfresh, withService } from './change.ts';
import { LEASE_SECONDS, leaseOf, slotLeasedAs, withoutLease } from './lease.ts';
import { notedRelease, resumed } from './progress.ts';
import type { Rejection } from './rejection.ts';
import { inStage, noneServed } from './release.ts';
import { type Ask, bakeOf, type Deployment, idleSlot, releaseUnderWay, type Service, weights, whyInUse } from './service.ts';
import type { Watch } from './watch.ts';

/** Reserves a slot for an upload, so that nobody is sent there, and nobody else uploads. */
export function leaseSlot(change: Change, { slot: asked, lease, by }: Ask<'lease_slot'>, now: number): Done {
  const { service } = change;
  const slot = asked ?? idleSlot(service, now);
  if (slot === undefined) return refuse(noRoom(service));
  const why = whyNoUpload(service, slot, null, now);
  if (why !== null) return refuse(why);
  const until = now + LEASE_SECONDS * 1000;
  const leases = { ...service.leases, [slot]: { id: lease, until, by: by.actor } };
  const what = `Slot ${slot} leased for an upload, for ${LEASE_SECONDS / 60} minutes at most.`;
  const more = { before: null, after: { kind: 'lease', slot, by: by.actor } } as const;
  return done(noted(change, { ...service, leases }, { action: 'slot_leased', what, by, now, more }));
}

/** Gives a lease back, of an upload that came to nothing. */
export function returnLease(change: Change, lease: string, by: By, now: number): Done {
  const { service } = change;
  const slot = slotLeasedAs(service, lease);
  if (slot === undefined) return refuse({ reason: 'lease-lost' });
  const leases = withoutLease(service.leases, slot);
  const what = `Lease of slot ${slot} given back, without a deployment.`;
  const more = { before: { kind: 'lease', slot, by: service.leases[slot]?.by ?? '' }, after: null } as const;
  return done(noted(change, { ...service, leases }, { action: 'lease_returned', what, by, now, more }));
}

/** Records that a version was put into a slot; closes the lease it was uploaded under. */
export function recordDeployment(change: Change, command: Ask<'record_deployment'>, now: number): Done {
  const { service } = change;
  const { by, force, version, lease } = command;
  const leased = lease === null ? undefined : slotLeasedAs(service, lease);
  if (lease !== null && (leased === undefined || (command.slot ?? leased) !== leased)) return refuse({ reason: 'lease-lost' });
  const slot = command.slot ?? leased ?? idleSlot(service, now);
  if (slot === undefined) return refuse(noRoom(service));
  const why = whyNoUpload(service, slot, lease, now);
  // A lease is somebody's upload under way: only its end opens the slot, no force.
  if (why !== null && !(force && why.reason === 'slot-in-use')) return refuse(why);
  const deployment: Deployment = { id: service.deployments + 1, slot, at: now, ...version };
  const what = `Version ${version.versionId} recorded in slot ${slot}.`;
  const more = { before: inSlot(service.versions[slot]), after: inSlot(deployment) };
  const note = { action: 'deployment_recorded', what, by, now, more } as const;
  const changed = { ...withoutReturnTo(service, slot), versions: { ...service.versions, [slot]: deployment } };
  const leases = withoutLease(service.leases, slot);
  const recorded = noted(change, { ...changed, leases, deployments: deployment.id }, note);
  const next = triedAfresh(afresh(recorded, slot, now), deployment, now);
  return done({ ...next, deployments: [...change.deployments, deployment] });
}

/** Forgets the version of a slot that serves nobody. */
export function removeVersion(change: Change, slot: string, by: By, now: number): Done {
  const { service } = change;
  const why = whyNoUpload(service, slot, null, now);
  if (why !== null) return refuse(why);
  const version = service.versions[slot];
  if (version === undefined) return refuse({ reason: 'slot-empty', slot });
  const versions = Object.fromEntries(Object.entries(service.versions).filter(([other]) => other !== slot));
  const what = `Version ${version.versionId} removed from slot ${slot}.`;
  const note = { action: 'version_removed', what, by, now, more: { before: inSlot(version), after: null } } as const;
  return done(noted(change, { ...withoutReturnTo(service, slot), versions }, note));
}

function noRoom(service: Service): Rejection {
  const bake = bakeOf(service);
  const kept = bake === undefined ? {} : { bakes: bake.slot, until: bake.endsAt };
  return { reason: 'no-idle-slot', service: service.name, wanted: 'room for a version', ...kept };
}

// What the audit says of the version in a slot.
function inSlot(deployment: Deployment | undefined): Item | null {
  if (deployment === undefined) return null;
  const { slot, versionId, tag } = deployment;
  return { kind: 'version', slot, versionId, tag };
}

/** Why no version may be put into a slot, or `null`. */
function whyNoUpload(service: Service, slot: string, lease: string | null, now: number): Rejection | null {
  if (!service.slots.includes(slot)) return { reason: 'unknown-slot', slot, slots: service.slots };
  const why = whyInUse(service, slot);
  const other = leaseOf(service, slot, now);
  if (other !== undefined && other.id !== lease) return { reason: 'slot-leased', slot, until: other.until, by: other.by };
  return why === null ? null : { reason: 'slot-in-use', slot, why };
}

// Nobody wants to roll back to a version that was never served, or that is gone.
function withoutReturnTo(service: Service, slot: string): Service {
  const previous = service.previous === slot ? null : service.previous;
  const watches = service.watches.filter((watch) => watch.kind !== 'bake' || watch.returnTo !== slot);
  return { ...service, previous, watches };
}

// A new version under visitors is judged afresh, also where it bakes.
function afresh(change: Change, slot: string, now: number): Change {
  const { service } = change;
  if ((weights(service)[slot] ?? 0) === 0) return change;
  const bake = service.watches.find((watch) => watch.slot === slot && watch.kind === 'bake');
  const next = watchedAfresh(change, slot, { by: BY_ITSELF, now });
  return bake === undefined
    ? next
    : baked(next, slot, bake.returnTo, now, { seconds: bakeSecondsOf(bake), release: bake.release });
}

// The stage of a release whose candidate was replaced begins anew: nothing is known of what is in the slot now, and what it
// waited for was about the version before. Only what a person paused, or evidence stopped, waits on.
function triedAfresh(change: Change, deployment: Deployment, now: number): Change {
  const { service } = change;
  const release = releaseUnderWay(service);
  if (release?.stage == null || release.candidate !== deployment.slot) return change;
  const { epoch, revision } = service;
  const soakingSince = release.state === 'paused' ? null : now;
  const anew = { soakedMs: 0, soakingSince, since: { epoch, revision }, served: noneServed(service.slo), extensions: 0 };
  const on = release.state === 'paused' ? { ...release, failed: false } : resumed(release, now);
  const tried = { ...on, candidateVersion: deployment, stage: { ...release.stage, ...anew } };
  if (on.state === release.state) return withService(change, { ...service, release: tried });
  const what = `Release ${release.id} goes on: ${inStage(release)} begins anew.`;
  return notedRelease(change, tried, { action: 'release_resumed', what, by: BY_ITSELF, now });
}

function bakeSecondsOf({ startedAt, endsAt }: Watch): number {
  return ((endsAt ?? startedAt) - startedAt) / 1000;
}
