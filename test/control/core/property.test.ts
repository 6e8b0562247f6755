// Random walks of a service: any events, in any order, with crashes between any two effects. What must hold is in
// invariants.ts, what may happen in steps.ts, the object around it in world.ts. On a failure fast-check prints its seed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../control/core/rejection.ts';
import { ALLOWED } from '../../../control/core/release.ts';
import { type Event, newService, type Service, weights } from '../../../control/core/service.ts';
import { transition } from '../../../control/core/transition.ts';
import { Invariants } from './invariants.ts';
import { BY, type Foreign, type Step, type Wait, type Walk, walks } from './steps.ts';
import { type Happened, World } from './world.ts';

const T0 = 1_795_000_000_000;
const by = BY;

/** What the walks came across. */
class Seen extends Invariants {
  readonly states = new Set<string>();
  readonly accepted = new Set<string>();
  readonly refused = new Set<Rejection['reason']>();
  readonly alerts = new Set<string>();
  readonly decided = new Set<string>();
  readonly noted = new Set<string>();

  override happened(what: Happened, world: World): void {
    super.happened(what, world);
    const { event, result } = what;
    if (!result.ok) this.refused.add(result.rejection.reason);
    else this.accepted.add(event.type === 'steer_release' ? event.verb : event.type);
    if (!result.ok) return;
    const { service, audit, decisions } = result.value;
    for (const { action } of audit) this.noted.add(action);
    if (service.release !== null) this.states.add(service.release.state);
    for (const { alert } of service.alerts) this.alerts.add(alert);
    for (const { verdict, rule } of decisions) this.decided.add(`${verdict} ${rule?.replace(/over .* ms/, 'over')}`);
  }
}

function go(walk: Walk): Seen {
  const seen = new Seen();
  const world = new World(walk.slots, seen);
  world.walk(walk);
  seen.ended(world);
  return seen;
}

const does = (event: Event, wait: Wait = { ms: 0 }): Step => ({ wait, fate: 'lives', act: { do: 'event', event } });
const finds = (found: Foreign | 'nothing'): Step => {
  return { wait: { ms: 0 }, fate: 'lives', act: { do: 'reconcile', found, settled: true } };
};
const record = (slot: string, versionId = 'v2', force = false, lease: string | null = null): Event => {
  const version = { versionId, tag: null, message: null, author: null, source: null };
  return { type: 'record_deployment', slot, version, force, lease, by };
};
const lease = (slot: string, id = 'lease'): Event => ({ type: 'lease_slot', slot, lease: id, by });
const activate = (slot: string): Event => ({ type: 'activate', slot, by });
const configure = (...slots: string[]): Event => ({ type: 'configure', slots });
const rollback: Event = { type: 'rollback', by };
const release = (soakSeconds: number, minRequests: number, advance: 'auto' | 'manual' = 'auto'): Event => {
  const stages = [{ weight: 1000, soakSeconds, minRequests, advance }];
  const plan = { name: null, stages, onFail: 'rollback', onInsufficient: 'hold', bakeSeconds: 0, hooks: [] } as const;
  return { type: 'create_release', slot: 'green', plan, name: null, autoStart: true, force: true, by };
};
const tick: Event = { type: 'tick' };
const onGreen = { epochs: 0, revisions: 0, active: 'green' };

/** Walks that went astray once, cut short. */
const STORIES: readonly (readonly Step[])[] = [
  // A release ended unseen in the very event that made the next, and stayed `running` on record.
  [does(release(0, 0)), does({ ...release(0, 0), slot: 'blue' } as Event)],
  // The bake of a slot made active by hand undid a release of the same slot that was long over.
  [does(release(0, 0)), does(tick), does(activate('blue')), does(activate('green')), does(rollback)],
  // A split adopted from KV brought visitors to a leased slot.
  [does(configure('green')), does(lease('green')), does(configure('blue', 'green')), finds(onGreen)],
  // One adopted after the active slot was lost forgot what was in the others, …
  [does(activate('green')), does(configure('blue')), does(configure('blue', 'green')), finds(onGreen)],
  // … had a former slot that was the active one, …
  [does(activate('green')), does(configure('blue')), does(configure('blue', 'green')), finds({ ...onGreen, active: 'blue' })],
  // … and went below its own revision where KV showed an older one.
  [does(activate('green')), does(configure('blue')), finds({ epochs: -1, revisions: -2, active: 'blue' })],
  // A new version forced into a candidate that was held left the release held for ever.
  [does(release(1, 9)), does(tick, { ms: 1000 }), does(record('green', 'v2', true))],
  // What somebody wrote to KV under the revision in force stayed with the routers that had read it.
  [finds(onGreen)],
  // More versions rolled back than are remembered.
  Array.from({ length: 22 }, (_, i) => [does(record('green', `v${i}`)), does(release(9, 9)), does(rollback)]).flat(),
];

it('loses nothing, repeats nothing and sends nobody astray, whatever happens and wherever it dies', () => {
  const seen: Seen[] = [];
  const examples = STORIES.map((steps): [Walk] => [{ slots: ['blue', 'green'], isSetUp: true, steps }]);
  fc.assert(
    fc.property(walks, (walk) => void seen.push(go(walk))),
    { numRuns: 500, examples },
  );
  const all = <T>(of: (one: Seen) => Set<T>) => new Set(seen.flatMap((one) => [...of(one)]));
  expect(all((one) => one.states).size).toBe(8);
  // Every type of event and, in place of `steer_release`, every verb.
  expect(all((one) => one.accepted).size).toBe(18 + Object.keys(ALLOWED).length);
  expect(all((one) => one.refused).size).toBeGreaterThanOrEqual(15);
  for (const alert of ['both-bad', 'capped', 'sample-ratio', 'unknown-slot']) expect(all((one) => one.alerts)).toContain(alert);
  const hooks = ['hook_asked', 'hook_passed', 'hook_refused', 'hook_skipped'];
  expect([...all((one) => one.noted)]).toEqual(expect.arrayContaining(hooks));
  const verdicts = [...all((one) => one.decided)].map((one) => one.split(' ')[0]);
  expect(new Set(verdicts)).toEqual(new Set(['pass', 'fail', 'hold', 'insufficient']));
}, 30_000);

describe('a deploy that races', () => {
  const setUp = [record('blue', 'v-blue'), record('green', 'v1'), activate('blue')];
  const deploy = [lease('green'), record('green', 'v2', false, 'lease')];
  const others: [string, Event[]][] = [
    ['an activate', [activate('green')]],
    ['a rotate', [{ type: 'rotate', by }]],
    ['a split', [{ type: 'set_split', weights: { green: 100 }, ifRevision: null, by }]],
    ['a release', [release(0, 0), tick]],
    ['an activate and a rollback', [activate('green'), rollback]],
    ['another deploy', [lease('green', 'other'), record('green', 'v3', false, 'other'), activate('green')]],
    ['a split lost and found', [configure('green'), configure('blue', 'green'), activate('green')]],
  ];

  it.each(others)('%s never has visitors on a slot whose upload is under way', (_, events) => {
    for (const order of merged(deploy, events)) {
      let service = given(newService('app', ['blue', 'green'], T0), setUp);
      for (const event of order) {
        const result = transition(service, event, T0);
        if (!result.ok) continue;
        service = result.value.service;
        const isUploading = service.leases.green !== undefined;
        expect(isUploading && (weights(service).green ?? 0) > 0, JSON.stringify(order)).toBe(false);
        // Who was let in has its version there; who was not, has not.
        if (event.type === 'record_deployment') expect(service.versions.green?.versionId).toBe(event.version.versionId);
      }
    }
  });

  it('is refused where visitors came after its lease was over', () => {
    const late = T0 + 900_000;
    const leased = given(newService('app', ['blue', 'green'], T0), [...setUp, lease('green')]);
    expect(refusal(leased, activate('green'), late - 1)).toBe('slot-leased');
    expect(refusal(leased, record('green', 'v2', false, 'lease'), late)).toBeNull();
    const taken = given(leased, [activate('green')], late);
    expect(refusal(taken, record('green', 'v2', false, 'lease'), late)).toBe('slot-in-use');
  });
});

function given(service: Service, events: readonly Event[], now = T0): Service {
  return events.reduce((state, event) => {
    const result = transition(state, event, now);
    if (!result.ok) throw new Error(result.rejection.reason);
    return result.value.service;
  }, service);
}

function refusal(service: Service, event: Event, now: number): Rejection['reason'] | null {
  const result = transition(service, event, now);
  return result.ok ? null : result.rejection.reason;
}

/** All orders of two lists that keep the order within each. */
function merged<T>(a: readonly T[], b: readonly T[]): T[][] {
  const [x, y] = [a[0], b[0]];
  if (x === undefined || y === undefined) return [[...a, ...b]];
  return [...merged(a.slice(1), b).map((rest) => [x, ...rest]), ...merged(a, b.slice(1)).map((rest) => [y, ...rest])];
}
