// What may happen in a random walk, as plain data that fast-check can shrink and print. Most of it is sensible, so that
// the walk gets somewhere; the rest is what a confused or hostile caller would ask. `world.ts` makes events of it.
import fc from 'fast-check';
import type { By } from '../../../control/core/audit.ts';
import type { HookAnswer } from '../../../control/core/gate.ts';
import type { Hook, Plan, Stage } from '../../../control/core/plan.ts';
import type { Verb } from '../../../control/core/release.ts';
import type { Event, Version } from '../../../control/core/service.ts';
import type { Slo } from '../../../control/core/slo.ts';

/** What becomes of the object while it handles an event. */
export type Fate = 'lives' | 'dies unstored' | 'dies before the effect' | 'dies after the effect' | 'KV fails' | 'KV is slow';

/** How the clock moves before an event: by some ms, or to a little before or after a time the state knows of. */
export type Wait = { readonly ms: number } | { readonly until: 'deadline' | 'lease'; readonly plus: number };

/** What happens; a number picks one of what there is at that moment. */
export type Act =
  | { readonly do: 'event'; readonly event: Event }
  | { readonly do: 'steer'; readonly pick: number; readonly force: boolean }
  | { readonly do: 'steer_past'; readonly pick: number; readonly verb: Verb; readonly force: boolean }
  | { readonly do: 'record_leased'; readonly pick: number; readonly slot: string | null; readonly force: boolean }
  | { readonly do: 'return_lease'; readonly pick: number }
  | { readonly do: 'report'; readonly rows: readonly AgedRow[] }
  | { readonly do: 'traffic'; readonly seconds: number; readonly active: Served; readonly others: Served }
  | { readonly do: 'reconcile'; readonly found: 'what KV holds' | 'nothing' | Foreign; readonly settled: boolean }
  /** The hooks that are asked answer, or, late or again, some that were asked once; the last status stands for all others. */
  | { readonly do: 'answer'; readonly late: boolean; readonly pick: number; readonly statuses: readonly (number | null)[] }
  | { readonly do: 'alarm' };

/** Requests and errors of a second, and what a row tells beside. */
export type Served = readonly [requests: number, errors: number, told: Told];

/** What a row tells of its requests, as far as there are any. */
export interface Told {
  /** What all of them took; `null` for a row without latencies. */
  readonly ms: number | null;
  /** Who sent the bad ones: it is not noted, nobody found room, one visitor, another one each, or all of one network. */
  readonly who: 'not noted' | 'no room' | 'one' | 'each' | 'network';
  /** Whether it knows the thresholds of the service, or those of a reply long ago. */
  readonly slow: 'known' | 'stale' | 'none';
  readonly visitors: number;
  readonly samples: number;
}

/** A row of a report on a split that is so many revisions old; one of the future is of a negative age. */
export interface AgedRow {
  readonly slot: string;
  readonly age: number;
  readonly served: Served;
}

/** A split somebody else wrote to KV, from the present epoch. */
export interface Foreign {
  readonly epochs: number;
  readonly revisions: number;
  readonly active: string;
}

/** One step of a walk. */
export interface Step {
  readonly wait: Wait;
  readonly fate: Fate;
  readonly act: Act;
}

/** A walk from a new service, or from one with versions and an active slot. */
export interface Walk {
  readonly slots: readonly string[];
  readonly isSetUp: boolean;
  readonly steps: readonly Step[];
}

/** Stands for whoever asks; the walk puts in the id of the request. */
export const BY: By = { actor: 'ann', reason: null, requestId: null };

/** What a channel answers; `null` for nothing. */
export function answerOf(channel: string, status: number | null): HookAnswer {
  return { channel, name: `the ${channel}`, status, error: status === null ? 'could not be reached' : null };
}

/** Plain objects: what a caller sends has come through JSON. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const SLOTS = ['blue', 'green', 'red'];
const known = fc.constantFrom(...SLOTS);
const slot = fc.oneof({ weight: 30, arbitrary: known }, { weight: 1, arbitrary: fc.constantFrom('purple', '', '__proto__') });
const slotOrNone = fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: slot });
const pick = fc.nat(9);
const force = fc.boolean();

const stage: fc.Arbitrary<Stage> = record({
  weight: fc.constantFrom(0, 1, 100, 1000, 5000, 10_000),
  soakSeconds: fc.nat(20),
  minRequests: fc.oneof(fc.constant(0), fc.nat(30)),
  advance: fc.constantFrom('auto', 'manual'),
});

const hook = (on: Hook['on'], channel: string): Hook => ({ on, channel });

const hooks = fc.constantFrom<Hook[]>(
  [],
  [],
  [hook('before-start', 'ci')],
  [hook('before-stage', 'ci'), hook('before-stage', 'freeze')],
  [hook('before-promote', 'freeze')],
  [hook('before-start', 'ci'), hook('before-start', 'freeze'), hook('before-stage', 'ci'), hook('before-promote', 'ci')],
);

const plan: fc.Arbitrary<Plan> = record({
  name: fc.constantFrom(null, 'standard'),
  stages: fc.array(stage, { minLength: 1, maxLength: 4 }).map(sorted),
  onFail: fc.constantFrom('rollback', 'pause'),
  onInsufficient: fc.constantFrom('hold', 'extend', 'promote', 'rollback'),
  bakeSeconds: fc.constantFrom(0, 10, 600),
  hooks,
});

// The API refuses stages whose weights fall, and a weight of 0 but in the first.
function sorted(stages: Stage[]): Stage[] {
  const up = stages.toSorted((a, b) => a.weight - b.weight);
  return up.map((s, i) => ({ ...s, weight: i === 0 ? s.weight : Math.max(s.weight, 1) }));
}

const version: fc.Arbitrary<Version> = fc
  .constantFrom('v1', 'v2', 'v3')
  .map((versionId) => ({ versionId, tag: null, message: null, author: null, source: null }));

const weight = fc.constantFrom(0, 1, 725, 1000, 5000, 9000, 10_000, 10_001);
const weights = fc.oneof(
  record({ green: weight }),
  record({ green: weight, red: fc.constant(0) }),
  fc.dictionary(slot, weight, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
);

const verb = fc.constantFrom<Verb>('start', 'approve', 'deny', 'pause', 'resume', 'skip', 'promote', 'abort', 'retry');

function event(weight: number, arbitrary: fc.Arbitrary<Event>) {
  return { weight, arbitrary: arbitrary.map((e): Act => ({ do: 'event', event: e })) };
}

const typed = <T extends Event['type']>(type: T) => ({ type: fc.constant(type), by: fc.constant(BY) });

const told: fc.Arbitrary<Told> = record({
  ms: fc.constantFrom(null, 0, 9, 40, 40, 200_000),
  who: fc.constantFrom('not noted', 'not noted', 'no room', 'one', 'each', 'network'),
  slow: fc.constantFrom('known', 'known', 'stale', 'none'),
  visitors: fc.constantFrom(0, 1, 100),
  samples: fc.nat(2),
});

const served = fc
  .tuple(fc.constantFrom(0, 1, 40, 1000, 1_000_000_000), fc.constantFrom(0, 0, 0, 0.005, 0.4, 1), told)
  .map(([requests, share, beside]): Served => [requests, Math.floor(requests * share), beside]);

function outage(requests: fc.Arbitrary<number>): fc.Arbitrary<Served> {
  return fc.tuple(requests, told).map(([count, beside]) => [count, count * 0.4, { ...beside, who: 'not noted' }]);
}

// As the API lets them through.
const slo = record<Partial<Slo>>({
  errorObjective: fc.constantFrom(0.01, 0.01, 0.5),
  errorRatio: fc.constantFrom(1.5, 1.5, 1, 100),
  latencyObjectives: fc.constantFrom(
    [],
    [],
    [{ overMs: 20, maxShare: 0.01 }],
    [
      { overMs: 20, maxShare: 0.5 },
      { overMs: 0.5, maxShare: 0.999 },
    ],
  ),
  latencyRatio: fc.constantFrom(1.2, 1.2, 100),
  falseRollbackChance: fc.constantFrom(0.01, 0.01, 0.000001, 0.5),
  minBad: fc.constantFrom(5, 5, 3, 100),
  minRequests: fc.constantFrom(50, 0),
  // Caps of 5 do not go with a `minBad` of as many, and are refused.
  perVisitorCap: fc.constantFrom(2, 2, 1, 5),
  perNetworkCap: fc.constantFrom(2, 'off' as const),
  latencyGraceSeconds: fc.constantFrom(0, 2),
  holdSeconds: fc.constantFrom(0, 5, 300),
  bakeSeconds: fc.constantFrom(600, 10, 0),
});

const act: fc.Arbitrary<Act> = fc.oneof(
  event(4, record({ ...typed('set_split'), weights, ifRevision: fc.constantFrom(null, null, null, 2) })),
  event(3, record({ ...typed('activate'), slot })),
  event(1, record({ ...typed('rotate') })),
  event(3, record({ ...typed('rollback') })),
  event(5, record({ ...typed('record_deployment'), slot: slotOrNone, version, force, lease: fc.constant(null) })),
  event(1, record({ ...typed('record_deployment'), slot: slotOrNone, version, force, lease: fc.constant('lost') })),
  event(2, record({ ...typed('lease_slot'), slot: slotOrNone, lease: fc.constant('') })),
  event(2, record({ ...typed('remove_version'), slot })),
  event(1, record({ ...typed('set_default_plan'), plan: fc.constantFrom('standard', 'cautious') })),
  event(4, record({ ...typed('set_slos'), slo })),
  event(1, record({ type: fc.constant('note_refused'), why: fc.constantFrom('malformed', 'future', 'replayed') })),
  event(10, record({ ...typed('create_release'), slot: slotOrNone, plan, name: fc.constant(null), autoStart: force, force })),
  event(
    1,
    record({
      type: fc.constant('configure'),
      slots: fc.constantFrom(SLOTS, SLOTS, SLOTS.slice(0, 2), SLOTS.slice(1), ['green']),
    }),
  ),
  event(
    1,
    record({ type: fc.constant('record_probe'), slot, probe: fc.constant({ at: 1, ok: true, status: 200, milliseconds: 1 }) }),
  ),
  event(8, fc.constant({ type: 'tick' })),
  { weight: 24, arbitrary: record({ do: fc.constant('steer'), pick, force }) },
  { weight: 3, arbitrary: record({ do: fc.constant('steer_past'), pick, verb, force }) },
  { weight: 2, arbitrary: record({ do: fc.constant('record_leased'), pick, slot: fc.oneof(fc.constant(null), slot), force }) },
  { weight: 2, arbitrary: record({ do: fc.constant('return_lease'), pick }) },
  {
    weight: 3,
    arbitrary: record({
      do: fc.constant('report'),
      rows: fc.array(record({ slot, age: fc.constantFrom(0, 0, 0, 1, 2, -1), served }), { maxLength: 4 }),
    }),
  },
  {
    weight: 14,
    arbitrary: record({ do: fc.constant('traffic'), seconds: fc.integer({ min: 1, max: 5 }), active: served, others: served }),
  },
  // Something both slots share is down.
  {
    weight: 4,
    arbitrary: record({
      do: fc.constant('traffic'),
      seconds: fc.integer({ min: 3, max: 8 }),
      active: outage(fc.constantFrom(40, 400)),
      others: outage(fc.constantFrom(40, 10)),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: fc.constant('reconcile'),
      found: fc.oneof(
        fc.constantFrom('what KV holds', 'nothing'),
        record({ epochs: fc.integer({ min: -2, max: 2 }), revisions: fc.integer({ min: -2, max: 2 }), active: known }),
      ),
      settled: fc.boolean(),
    }),
  },
  {
    weight: 14,
    arbitrary: record({
      do: fc.constant('answer'),
      late: fc.constantFrom(false, false, false, true),
      pick,
      statuses: fc.array(fc.constantFrom(200, 200, 200, 204, 503, 302, null), { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'alarm' }) },
);

const plus = fc.constantFrom(-1000, -1, 0, 1, 1000);
const wait: fc.Arbitrary<Wait> = fc.oneof(
  { weight: 6, arbitrary: record({ ms: fc.constantFrom(0, 0, 1, 500, 1000, 7000, 20_000, -1000, -5000) }) },
  { weight: 1, arbitrary: record({ ms: fc.integer({ min: -5000, max: 1_200_000 }) }) },
  { weight: 3, arbitrary: record({ until: fc.constant('deadline'), plus }) },
  { weight: 1, arbitrary: record({ until: fc.constant('lease'), plus }) },
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 7, arbitrary: fc.constant('lives') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('dies unstored', 'dies before the effect', 'dies after the effect', 'KV fails', 'KV is slow'),
  },
);

/** Walks of 1 to 60 steps, over two or three slots. */
export const walks: fc.Arbitrary<Walk> = record({
  slots: fc.constantFrom(SLOTS.slice(0, 2), SLOTS),
  isSetUp: fc.constantFrom(true, true, true, true, false),
  steps: fc.array(record({ wait, fate, act }), { minLength: 1, maxLength: 60, size: 'max' }),
});
