// The object around `transition` and the KV behind it, in memory: load → transition → persist → run effects, as
// control/object.ts does it, with a fate for each event that says where the object dies. Also who watches the walk.
import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../../control/core/change.ts';
import { type CallHook, keyOf } from '../../../control/core/effect.ts';
import { isAsked } from '../../../control/core/gate.ts';
import { ALLOWED, type Release, type Verb } from '../../../control/core/release.ts';
import {
  type Event,
  newService,
  nextDeadline,
  type Result,
  type Service,
  splitOf,
  weights,
} from '../../../control/core/service.ts';
import { transition } from '../../../control/core/transition.ts';
import { upgraded } from '../../../control/core/upgrade.ts';
import type { Row } from '../../../router/report.ts';
import { parseSplitText, type Split } from '../../../router/split.ts';
import { type Act, answerOf, BY, type Fate, type Foreign, type Served, type Step, type Wait, type Walk } from './steps.ts';
import { toldOf } from './told.ts';

/** What is on the disk of the object. */
export interface Disk {
  service: Service;
  /** Orders by their key. */
  readonly outbox: Map<string, string>;
  readonly releases: Map<number, Release>;
  /** Ids of the requests that the audit knows, in order. */
  readonly requests: (string | null)[];
}

/** What happened, for those who watch. */
export interface Happened {
  readonly event: Event;
  readonly now: number;
  readonly before: Service;
  readonly result: Result<Change>;
  /** Whether the object lived long enough for it to count. */
  readonly counts: boolean;
}

/** Who watches a walk; each throws at what must not be. */
export interface Watcher {
  happened(what: Happened, world: World): void;
  published(split: Split): void;
}

const T0 = 1_795_000_000_000;
const VERBS = (Object.keys(ALLOWED) as Verb[]).sort((a, b) => ALLOWED[a].length - ALLOWED[b].length);

/** One service, its object and its KV. */
export class World {
  now = T0;
  service: Service;
  kv: string | null = null;
  /** Whether KV holds what somebody else wrote. */
  isForeign = false;
  readonly disk: Disk;
  private readonly watcher: Watcher;
  private requests = 0;
  private leases = 0;
  /** Every order to ask hooks that there was. */
  private readonly calls: string[] = [];
  /** A write that KV has not answered yet. */
  private flight: { readonly order: string; readonly text: string | null } | null = null;

  constructor(slots: readonly string[], watcher: Watcher) {
    this.watcher = watcher;
    this.service = settled(newService('app', slots, T0));
    this.disk = { service: this.service, outbox: new Map(), releases: new Map(), requests: [] };
  }

  /** Goes a whole walk; at its end the object lives, and the alarm runs what is left. */
  walk({ slots, isSetUp, steps }: Walk): void {
    if (isSetUp) for (const event of setUp(slots)) this.happen(event, 'lives');
    for (const step of steps) this.step(step);
    if (this.isForeign) this.happen(this.reconciling('what KV holds', true), 'lives');
    this.now += 1000;
    do this.alarm('lives');
    while (this.answer({ late: false, pick: 0, statuses: [200] }, 'lives'));
  }

  private step({ wait, fate, act }: Step): void {
    this.now = this.later(wait);
    if (act.do === 'alarm') this.alarm(fate);
    else if (act.do === 'traffic') this.serve(act, fate);
    else if (act.do === 'answer') this.answer(act, fate);
    else this.happen(this.eventOf(act), fate);
  }

  private serve(act: Extract<Act, { do: 'traffic' }>, fate: Fate): void {
    for (let second = 0; second < act.seconds; second++) {
      this.happen({ type: 'report', rows: this.rowsOf(act.active, act.others) }, second === 0 ? fate : 'lives');
      this.now += 1000;
    }
  }

  // Asking takes no time of its own: the order stays in the outbox until somebody answers. One that nobody waits for any more
  // is struck off, as by the object.
  private answer({ late, pick, statuses }: Omit<Extract<Act, { do: 'answer' }>, 'do'>, fate: Fate): boolean {
    const open = [...this.disk.outbox].filter(([key]) => key.startsWith('call_hook'));
    const [key, order] = late ? ['', this.calls[pick % Math.max(this.calls.length, 1)]] : (open[pick % open.length] ?? ['']);
    if (order === undefined) return false;
    const { asking, channels }: CallHook = JSON.parse(order);
    const answers = channels.map((channel, i) => answerOf(channel, statuses[Math.min(i, statuses.length - 1)] ?? null));
    if (late || isAsked(this.service.release, asking)) this.happen({ type: 'hook_answered', asking, answers }, fate);
    if (!fate.startsWith('dies') && this.disk.outbox.get(key) === order) this.disk.outbox.delete(key);
    return true;
  }

  private later(wait: Wait): number {
    if ('ms' in wait) return this.now + wait.ms;
    const [lease] = Object.values(this.service.leases);
    const at = wait.until === 'lease' ? lease?.until : nextDeadline(this.service);
    return Math.max((at ?? this.now) + wait.plus, this.now - 5000);
  }

  private happen(asked: Event, fate: Fate): void {
    const event = 'by' in asked ? { ...asked, by: { ...asked.by, requestId: `r${++this.requests}` } } : asked;
    const before = this.service;
    const result = transition(before, event, this.now);
    const counts = result.ok && fate !== 'dies unstored';
    if (counts) this.service = settled(result.value.service);
    if (counts) this.persist(event, before, result.value);
    this.watcher.happened({ event, now: this.now, before, result, counts }, this);
    this.land();
    this.runEffects(fate);
  }

  private alarm(fate: Fate): void {
    this.happen({ type: 'tick' }, fate);
  }

  // As Store.save: all in one transaction. A report within an open second is kept in memory alone.
  private persist(event: Event, before: Service, { service, effects, audit, decisions, replaced }: Change): void {
    const counts = event.type === 'report' || event.type === 'note_refused';
    const onlyCounted = counts && before.second?.at === service.second?.at;
    const nothingElse = [effects, audit, decisions].every((list) => list.length === 0);
    if (nothingElse && (onlyCounted || service === before)) return;
    this.disk.service = service;
    for (const entry of audit) this.disk.requests.push(entry.requestId);
    const moved = audit.length > 0 ? [replaced, service.release] : [];
    for (const release of moved) if (release !== null) this.disk.releases.set(release.id, release);
    for (const effect of effects) {
      this.disk.outbox.set(keyOf(effect), JSON.stringify(effect));
      if (effect.type === 'call_hook') this.calls.push(JSON.stringify(effect));
    }
  }

  private runEffects(fate: Fate): void {
    const order = this.disk.outbox.get('publish_split');
    if (fate === 'dies after the effect' && order !== undefined) this.write(this.text());
    if (fate.startsWith('dies')) this.rise();
    if (fate.startsWith('dies') || fate === 'KV fails' || order === undefined) return;
    this.flight = { order, text: this.text() };
    if (fate !== 'KV is slow') this.land();
  }

  // The write that was under way is answered: its order is struck off, unless a newer one has taken its place.
  private land(): void {
    if (this.flight === null) return;
    const { order, text } = this.flight;
    this.flight = null;
    this.write(text);
    if (this.disk.outbox.get('publish_split') === order) this.disk.outbox.delete('publish_split');
  }

  private rise(): void {
    this.flight = null;
    const { slots } = this.disk.service;
    const saved: Service = JSON.parse(JSON.stringify(this.disk.service));
    this.service = settled(upgraded(saved, newService('app', slots, this.now), this.now));
    if (!isDeepStrictEqual(this.service, this.disk.service)) throw new Error('what was saved was not what was loaded');
  }

  private text(): string | null {
    const split = splitOf(this.service);
    return split === undefined ? null : JSON.stringify(split);
  }

  private write(text: string | null): void {
    const split = parseSplitText(text, 'app');
    if (split === undefined) return;
    this.kv = text;
    this.isForeign = false;
    this.watcher.published(split);
  }

  private eventOf(act: Exclude<Act, { do: 'alarm' | 'traffic' | 'answer' }>): Event {
    const { release, active } = this.service;
    switch (act.do) {
      case 'event':
        return act.event.type === 'lease_slot' ? this.leasing(act.event) : act.event;
      case 'steer': {
        const allowed = VERBS.filter((verb) => release !== null && ALLOWED[verb].includes(release.state));
        // The verbs of few states more often, so that the walk is not all aborts.
        const verb = allowed[Math.floor((act.pick ** 2 * allowed.length) / 100)];
        if (active === null) return { type: 'rotate', by: BY };
        return verb === undefined ? releasing(act.force) : this.steering(release?.id ?? 0, verb, act.force);
      }
      case 'steer_past':
        return this.steering(act.pick, act.verb, act.force);
      case 'record_leased': {
        const lease = this.leaseAt(act.pick);
        return lease === undefined
          ? this.leasing({ type: 'lease_slot', slot: act.slot, lease: '', by: BY })
          : { type: 'record_deployment', slot: act.slot, version: versionOf('v4'), force: act.force, lease, by: BY };
      }
      case 'return_lease':
        return { type: 'return_lease', lease: this.leaseAt(act.pick) ?? 'lost', by: BY };
      case 'report':
        return { type: 'report', rows: act.rows.map(({ slot, age, served }) => this.row(slot, served, age)) };
      case 'reconcile':
        return this.reconciling(act.found, act.settled);
    }
  }

  private leasing(event: Extract<Event, { type: 'lease_slot' }>): Event {
    return { ...event, lease: `lease-${++this.leases}` };
  }

  private leaseAt(pick: number): string | undefined {
    const held = Object.values(this.service.leases);
    return held[pick % Math.max(held.length, 1)]?.id;
  }

  private steering(id: number, verb: Verb, force: boolean): Event {
    return { type: 'steer_release', release: id, verb, force, past: this.disk.releases.get(id) ?? null, by: BY };
  }

  private reconciling(found: Extract<Act, { do: 'reconcile' }>['found'], settled: boolean): Event {
    if (typeof found === 'object') {
      this.kv = JSON.stringify(foreignSplit(this.service, found));
      this.isForeign = true;
    }
    const held = found === 'nothing' ? null : (parseSplitText(this.kv, 'app') ?? null);
    return { type: 'reconcile', found: held, settled };
  }

  private rowsOf(active: Served, others: Served): Row[] {
    const held = weights(this.service);
    const visited = this.service.slots.filter((slot) => (held[slot] ?? 0) > 0);
    return visited.map((slot) => this.row(slot, slot === this.service.active ? active : others, 0));
  }

  private row(slot: string, [requests, errors, told]: Served, age: number): Row {
    const { epoch, revision, slo } = this.service;
    const row = { epoch, revision: Math.max(revision - age, 0), slot, requests, errors, overridden: 0, overriddenErrors: 0 };
    const thresholds = told.slow === 'known' ? slo.latencyObjectives.map(({ overMs }) => overMs) : [77];
    return { ...row, ...toldOf(told, requests, errors, told.slow === 'none' ? [] : thresholds, this.now) };
  }
}

function foreignSplit({ epoch, revision }: Service, { epochs, revisions, active }: Foreign): Split {
  const id = { epoch: epoch + epochs, revision: Math.max(revision + revisions, 0) };
  return { schema: 1, service: 'app', ...id, salt: 'foreign', active, ranges: [[active, 10_000]] };
}

function setUp(slots: readonly string[]): Event[] {
  const deployed = slots.map((slot) => {
    return { type: 'record_deployment', slot, version: versionOf(`v-${slot}`), force: false, lease: null, by: BY } as const;
  });
  return [...deployed, { type: 'activate', slot: slots[0] ?? '', by: BY }];
}

// Where there is no release to steer, one is made: so the walk gets on.
function releasing(force: boolean): Event {
  const stages = [1000, 5000].map(
    (weight) => ({ weight, soakSeconds: 5, minRequests: 10, advance: weight === 1000 ? 'auto' : 'manual' }) as const,
  );
  const plan = {
    name: null,
    stages,
    onFail: 'pause',
    onInsufficient: 'extend',
    bakeSeconds: 20,
    hooks: [{ on: 'before-stage', channel: 'ci' }],
  } as const;
  return { type: 'create_release', slot: null, plan, name: 'steered', autoStart: true, force, by: BY };
}

function versionOf(versionId: string) {
  return { versionId, tag: null, message: null, author: null, source: null };
}

/** What a transition made stays as it is: one that wrote into it would throw. And it must come back from JSON unchanged. */
export function settled<T>(value: T): T {
  if (typeof value !== 'object' || value === null) {
    const isPlain = typeof value === 'number' ? Number.isFinite(value) && !Object.is(value, -0) : value !== undefined;
    if (!isPlain) throw new Error(`the state is not plain JSON: it holds ${String(value)}`);
    return value;
  }
  if (Object.isFrozen(value)) return value;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) throw new Error('the state is not plain JSON: it holds more than lists and records');
  for (const part of Object.values(value)) settled(part);
  return Object.freeze(value);
}
