// What the tests of the state machine share: services as events made them, reports a second apart, and what came of them.
import type { AuditEntry, By } from '../../../control/core/audit.ts';
import type { Change } from '../../../control/core/change.ts';
import type { Decision } from '../../../control/core/decision.ts';
import { PLAN_DEFAULTS, type Plan, type Stage } from '../../../control/core/plan.ts';
import { explain } from '../../../control/core/rejection.ts';
import { type Event, newService, type Service } from '../../../control/core/service.ts';
import type { Slo } from '../../../control/core/slo.ts';
import { transition } from '../../../control/core/transition.ts';
import type { Watch } from '../../../control/core/watch.ts';
import { bucketOf } from '../../../router/histogram.ts';
import type { Row } from '../../../router/report.ts';

export const T0 = 1_795_000_000_000;
export const by: By = { actor: 'ann', reason: null, requestId: 'r1' };
const version = { versionId: 'v1', tag: null, message: null, author: null, source: null };

/** Requests and errors of a row, and what else it says. */
export type Counted = readonly [requests: number, errors: number, more?: Partial<Row>];

/** What a second brings, by slot. */
export type Served = Readonly<Record<string, Counted>>;

/** What an event brings about; throws where it is refused. */
export function must(service: Service, event: Event, now = T0): Change {
  const result = transition(service, event, now);
  if (!result.ok) throw new Error(explain(result.rejection));
  return result.value;
}

/** A service after some events at once. */
export function given(service: Service, ...events: Event[]): Service {
  return events.reduce((s, event) => must(s, event).service, service);
}

/** Why an event is refused. */
export function refusal(service: Service, event: Event, now = T0): string {
  const result = transition(service, event, now);
  return result.ok ? 'not refused' : result.rejection.reason;
}

export const record = (slot: string | null, force = false): Event => ({
  type: 'record_deployment',
  slot,
  version,
  force,
  lease: null,
  by,
});
export const activate = (slot: string): Event => ({ type: 'activate', slot, by });
export const set = (w: Record<string, number>, ifRevision: number | null = null): Event => ({
  type: 'set_split',
  weights: w,
  ifRevision,
  by,
});
export const rotate: Event = { type: 'rotate', by };
export const rollback: Event = { type: 'rollback', by };
export const tick: Event = { type: 'tick' };

/** Sets some objectives or guards. */
export function setSlos(slo: Partial<Slo>): Event {
  return { type: 'set_slos', slo, by };
}

/** A release of green, begun, in one stage unless told otherwise. */
export function release(news: Partial<Plan> = {}, stage: Partial<Stage> = {}): Event {
  const stages = [{ weight: 2000, soakSeconds: 600, minRequests: 20, advance: 'auto' as const, ...stage }];
  const plan = { name: null, stages, ...PLAN_DEFAULTS, ...news };
  return { type: 'create_release', slot: 'green', plan, name: null, autoStart: true, force: false, by };
}

export const empty = newService('app', ['blue', 'green'], T0);
export const both = given(empty, record('blue'), record('green'));
export const onBlue = given(both, activate('blue'));
export const onGreen = given(onBlue, activate('green'));
export const onA = given(newService('app', ['a', 'b', 'c'], T0), record('a'), record('b'), record('c'), activate('a'));
/** Green on trial with 20 %. */
export const trial = given(onBlue, set({ green: 2000 }));

/** A row of a report, assigned by the split in force. */
export function row({ epoch, revision }: Service, slot: string, requests: number, errors: number, more?: Partial<Row>): Row {
  return { epoch, revision, slot, requests, errors, overridden: 0, overriddenErrors: 0, ...more };
}

/** Latencies that all take the same time. */
export function taking(ms: number, count: number): Row['latency'] {
  return [bucketOf(ms), count];
}

/** The watch of a slot; throws where there is none. */
export function watchOn({ watches }: Service, slot = 'green'): Watch {
  const watch = watches.find((w) => w.slot === slot);
  if (watch === undefined) throw new Error(`${slot} is not watched`);
  return watch;
}

/** The evidence of each test of a watch, by its place. */
export function evidenceOn(service: Service, slot = 'green') {
  return watchOn(service, slot).tests.map(({ evidence }) => evidence);
}

/** A report a second, each with the same of every slot, or with what `served` says of that second. */
export function drive(service: Service, seconds: number, served: Served | ((second: number) => Served), from = T0 + 1000) {
  let current = service;
  const audit: AuditEntry[] = [];
  const decisions: Decision[] = [];
  for (let second = 0; second < seconds; second++) {
    const bySlot = typeof served === 'function' ? served(second) : served;
    const rows = Object.entries(bySlot).map(([slot, [requests, errors, more]]) => row(current, slot, requests, errors, more));
    const change = must(current, { type: 'report', rows }, from + second * 1000);
    current = change.service;
    audit.push(...change.audit);
    decisions.push(...change.decisions);
  }
  return { service: current, audit, decisions, actions: audit.map(({ action }) => action), until: from + seconds * 1000 };
}

/** A generator of numbers from 0 to 1 (mulberry32): the same seed gives the same ones. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
