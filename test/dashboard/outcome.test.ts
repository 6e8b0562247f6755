// What the page says a verb will do against what control does: over random walks of a service, every verb at every step.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { releaseView } from '../../control/api/release-views.ts';
import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import { serviceView } from '../../control/api/views.ts';
import type { Change } from '../../control/core/change.ts';
import { explain } from '../../control/core/rejection.ts';
import { ALLOWED, type Release, type Verb } from '../../control/core/release.ts';
import type { Event, Result, Service } from '../../control/core/service.ts';
import { transition } from '../../control/core/transition.ts';
import {
  asOf,
  type Foreseen,
  foreseeActivate,
  foreseeRollback,
  foreseeRotate,
  foreseeSplit,
  foreseeSteer,
  type Outcome,
} from '../../control/dashboard/release/outcome.ts';
import { activate, given, rollback, set, T0 } from '../control/core/scene.ts';
import { BY as by, type Walk, walks } from '../control/core/steps.ts';
import { type Happened, type Watcher, World } from '../control/core/world.ts';
import { awaiting, made, onBlue, steer } from './views.ts';

const VERBS = Object.keys(ALLOWED) as Verb[];
/** Percent by slot, by how many there are. */
const WEIGHTS: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [[100]],
  2: [
    [0, 100],
    [90, 10],
  ],
  3: [
    [0, 100, 0],
    [90, 10, 0],
    [33.33, 33.33, 33.34],
  ],
};

/** What tells one stand of a service from another, for its verbs; figures do not, but for the verdict they come to. */
function standOf(
  { active, previous, split, slots, health, release }: ServiceView,
  past: readonly Release[],
  now: number,
): string {
  const { state, candidate, from, plan, stage, gate, bake } = release ?? {};
  return JSON.stringify([
    [active, previous, split.weights, health.watches.map(({ kind, slot }) => [kind, slot])],
    Object.values(slots).map(({ version, lease }) => [version?.versionId, lease !== null && Date.parse(lease.until) > now]),
    [state, candidate?.slot, candidate?.version?.versionId, from?.slot, plan],
    [stage?.number, stage?.verdict, gate?.stage, gate?.open.length, bake?.over],
    past.map(({ id, state: ended }) => [id, ended]),
  ]);
}

/** Compares, wherever the walk comes; no stand twice. */
class Comparing implements Watcher {
  readonly done = new Set<string>();
  readonly refused = new Set<string>();
  private readonly stands = new Set<string>();

  happened({ now }: Happened, { service, disk }: World): void {
    const ticked = transition(service, { type: 'tick' }, now);
    if (!ticked.ok) throw new Error('a tick is never refused');
    const past = [...disk.releases.values()].filter(({ id }) => id !== ticked.value.service.release?.id).slice(-1);
    this.compare(ticked.value.service, past, now);
  }

  published(): void {}

  /** Every verb of a service whose second is judged by `now`. */
  compare(service: Service, past: readonly Release[], now: number): void {
    const view = serviceView(service, now);
    const stand = standOf(view, past, now);
    if (this.stands.has(stand)) return;
    this.stands.add(stand);
    for (const release of [...(service.release === null ? [] : [service.release]), ...past])
      for (const verb of VERBS) this.steered(service, view, release, verb, now);
    for (const slot of service.slots)
      this.moved('activate', service, { type: 'activate', slot, by }, foreseeActivate(view, slot), now);
    this.moved('rotate', service, { type: 'rotate', by }, foreseeRotate(view), now);
    this.moved('rollback', service, { type: 'rollback', by }, foreseeRollback(view), now);
    for (const shares of WEIGHTS[service.slots.length] ?? []) this.split(service, view, shares, now);
  }

  private steered(service: Service, view: ServiceView, release: Release, verb: Verb, now: number): void {
    const isPast = release.id !== service.release?.id;
    const shown = releaseView(release, service, now);
    const foreseen = foreseeSteer(view, shown, verb);
    const command = (force: boolean): Event => {
      return { type: 'steer_release', release: release.id, verb, force, past: isPast ? release : null, by };
    };
    const forced = 'refused' in foreseen ? [] : foreseen.forced;
    const plain = transition(service, command(false), now);
    const why = plain.ok ? null : plain.rejection;
    // A page does not know every version that was ever rolled back: it is told, and may force it then.
    const isUnknown = verb === 'retry' && why?.reason === 'version-rolled-back';
    if (forced[0] !== undefined && !isUnknown) expect(why).toEqual(forced[0]);
    if ('refused' in foreseen) expect(plain.ok).toBe(false);
    // What no force helps against is told first.
    const result = forced.length > 0 || isUnknown || 'refused' in foreseen ? transition(service, command(true), now) : plain;
    const after = this.compared(verb, service, foreseen, result, now);
    if (after === null || 'refused' in foreseen) return;
    expect(after.state).toBe(foreseen.state);
    if (foreseen.enters !== null) expect(after.stage?.number).toBe(foreseen.enters);
    expect(after.gate === null ? null : after.gate.stage - 1).toBe(foreseen.asks);
    if (foreseen.next !== null) this.behindHooks(service, release, verb, foreseen.next, now);
  }

  // The same without hooks does at once what is promised for when they let it pass.
  private behindHooks(service: Service, release: Release, verb: Verb, next: Outcome, now: number): void {
    const bare = { ...release, gate: null, plan: { ...release.plan, hooks: [] } };
    const isPast = release.id !== service.release?.id;
    const without = isPast ? service : { ...service, release: bare };
    const command = { type: 'steer_release', release: release.id, verb, force: true, past: isPast ? bare : null, by } as const;
    const after = this.compared(`${verb} behind hooks`, without, next, transition(without, command, now), now);
    expect(after?.state).toBe(next.state);
    if (next.enters !== null) expect(after?.stage?.number).toBe(next.enters);
  }

  private split(service: Service, view: ServiceView, shares: readonly number[], now: number): void {
    const weights = Object.fromEntries(service.slots.map((slot, i) => [slot, shares[i] ?? 0]));
    const buckets = Object.fromEntries(service.slots.map((slot, i) => [slot, Math.round((shares[i] ?? 0) * 100)]));
    const command = { type: 'set_split', weights: buckets, ifRevision: service.revision, by } as const;
    this.moved('split', service, command, foreseeSplit(view, weights), now);
  }

  private moved(what: string, service: Service, command: Event, foreseen: Foreseen, now: number): void {
    const after = this.compared(what, service, foreseen, transition(service, command, now), now);
    if (after === null && service.release !== null) throw new Error('a release is lost');
    if ('refused' in foreseen) return;
    expect(after?.state ?? null).toBe(foreseen.state ?? service.release?.state ?? null);
  }

  /** What both say alike; the release as it is then. */
  private compared(what: string, service: Service, foreseen: Foreseen, result: Result<Change>, now: number): ReleaseView | null {
    if ('refused' in foreseen || !result.ok) {
      expect('refused' in foreseen ? explain(foreseen.refused) : 'done').toBe(result.ok ? 'done' : explain(result.rejection));
      this.refused.add(what);
      return service.release === null ? null : releaseView(service.release, service, now);
    }
    this.done.add(what);
    const { service: after, audit } = result.value;
    const view = serviceView(after, now);
    const { weights, active, bake, passesOver, forgets } = foreseen;
    expect(view.split.weights).toEqual(weights);
    expect(view.active).toBe(active);
    const begun = view.health.watches.find(
      (w) => w.kind === 'bake' && !service.watches.some(({ slot, kind }) => kind === 'bake' && slot === w.slot),
    );
    const seconds = (Date.parse(begun?.endsAt ?? '') - now) / 1000;
    expect(begun === undefined ? null : { slot: begun.slot, returnTo: begun.returnTo, seconds }).toEqual(bake);
    expect(audit.some(({ action }) => action === 'hook_skipped')).toBe(passesOver.length > 0);
    expect(audit.some((entry) => entry.what.endsWith('begins afresh.'))).toBe(forgets);
    return view.release;
  }
}

const hooks = [
  { on: 'before-start', channel: 'ci' },
  { on: 'before-stage', channel: 'ci' },
  { on: 'before-promote', channel: 'ci' },
] as const;
const running = given(onBlue, made());
const last = [steer('skip'), steer('skip')];

describe('what a verb will do', () => {
  it('is what control does in each state of a release', () => {
    const comparing = new Comparing();
    const states = [
      ...[onBlue, running, awaiting(), awaiting({ hooks: hooks.slice(1) }), given(onBlue, made({}, false))],
      ...[given(onBlue, made({ hooks }, false)), given(onBlue, made({ hooks })), given(running, steer('pause'))],
      ...[
        given(running, ...last),
        given(running, ...last, steer('skip')),
        given(running, rollback),
        given(running, steer('abort')),
      ],
      ...[given(running, steer('promote'), rollback), given(onBlue, made({ bakeSeconds: 0 }), ...last, steer('promote'))],
      ...[given(onBlue, set({ green: 1000 })), given(onBlue, activate('green'))],
    ];
    for (const service of states) comparing.compare(service, [], T0 + 61_000);
    const all = [...VERBS, 'activate', 'rotate', 'rollback', 'split'];
    expect([...all, 'start behind hooks', 'approve behind hooks'].filter((what) => !comparing.done.has(what))).toEqual([]);
    expect(all.filter((what) => what !== 'rotate' && !comparing.refused.has(what))).toEqual([]);
  });

  it('is what control does, wherever a service comes', { timeout: 30_000 }, () => {
    const compared = new Set<string>();
    const goes = (walk: Walk) => {
      const comparing = new Comparing();
      new World(walk.slots, comparing).walk(walk);
      for (const what of comparing.done) compared.add(what);
    };
    fc.assert(fc.property(walks, goes), { numRuns: 100 });
    expect(compared.size).toBeGreaterThan(VERBS.length);
  });
});

describe('a lease that is past its time', () => {
  const until = Date.parse('2026-03-01T03:15:00Z');
  const leased = { ...onBlue, leases: { green: { id: 'l', until, by: 'ci' } } };
  const told = serviceView(leased, until - 60_000);

  it('stands in the way of nothing, though nobody was told of its end', () => {
    const why = (now: number) => foreseeActivate(asOf(told, now), 'green');
    expect(why(until - 1)).toEqual({ refused: { reason: 'slot-leased', slot: 'green', until, by: 'ci' } });
    expect(why(until)).toMatchObject({ active: 'green' });
    expect(transition(leased, { type: 'activate', slot: 'green', by }, until).ok).toBe(true);
  });

  it('is all that is other by then', () => {
    expect(asOf(told, until - 1)).toBe(told);
    expect(asOf(told, until)).toEqual(serviceView({ ...leased, leases: {} }, until - 60_000));
  });
});
