// The control object of one service: load → transition → persist → run effects. It decides nothing itself.
// A crash between any two of these loses nothing accepted: what is left in the outbox is run by the alarm, and behind it
// by the cron. Counts of the second that is open live in memory alone.
import { log } from '../router/log.ts';
import type { Reply, Report } from '../router/report.ts';
import { services } from '../router/services.ts';
import type { SplitId } from '../router/split.ts';
import type { AuditQuery, Logged } from './audit-log.ts';
import { withoutNames } from './core/caps.ts';
import { type Change, unchanged } from './core/change.ts';
import type { Decision } from './core/decision.ts';
import { explain, type Rejection } from './core/rejection.ts';
import type { Release } from './core/release.ts';
import { closedSecond, EMPTY_RING, newestPoint, type Point, seriesOf, withSecond } from './core/series.ts';
import {
  type Command,
  type Deployment,
  type Event,
  newService,
  nextDeadline,
  type Probe,
  type Result,
  type Service,
  type SplitRecord,
  splitOf,
} from './core/service.ts';
import { transition } from './core/transition.ts';
import { upgraded } from './core/upgrade.ts';
import { Durable, fromWire, type Wire } from './durable.ts';
import type { Tools } from './effects.ts';
import { LANES, Outbox } from './outbox.ts';
import { Publisher } from './publish.ts';
import { registryOf } from './registry.ts';
import { IDLE_FLUSH_MS, replyTo } from './reply.ts';
import { Sequences } from './sequences.ts';
import { Store } from './store.ts';
import { Viewers } from './viewers.ts';

/** When the alarm looks after orders that are being carried out. */
const GUARD_MS = 2_000;
const MINUTE_MS = 60_000;

/** A command's outcome: the service after it, or why it was refused. */
export type Obeyed = { readonly ok: true; readonly service: Service } | { readonly ok: false; readonly rejection: Rejection };

/** One service's object. Each public method is a call; its argument comes by wire. */
export class ServiceObject extends Durable {
  private readonly store: Store;
  private readonly publisher: Publisher;
  private readonly tools: Tools;
  private readonly outbox: Outbox;
  private readonly viewers: Viewers;
  private readonly idleFlushMs: number;
  private service: Service;
  private sequences = new Sequences();
  /** In memory alone: a chart, and no evidence. */
  private ring = EMPTY_RING;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const name = state.id.name ?? '';
    this.idleFlushMs = Number(env.IDLE_FLUSH_MS) || IDLE_FLUSH_MS;
    this.store = new Store(state.storage);
    this.service = newService(name, slotsOf(name), Date.now());
    this.viewers = new Viewers(state);
    this.publisher = new Publisher(env.SPLITS, () => splitOf(this.service));
    this.tools = this.toolsOf(env);
    this.outbox = new Outbox(
      name,
      this.store,
      () => this.tools,
      () => this.setAlarm(),
    );
    // In the constructor, since an alarm after an eviction comes without a call of itty-durable's onLoad.
    void state.blockConcurrencyWhile(() => this.restore());
  }

  /** Carries out what a person asked for. */
  command(wire: Wire<Command>): Obeyed {
    const command = fromWire(wire);
    const isPast = command.type === 'steer_release' && command.release !== this.service.release?.id;
    const past = isPast ? (this.store.release(command.release) ?? null) : null;
    const result = this.happen(past === null ? command : ({ ...command, past } as Command));
    return result.ok ? { ok: true, service: this.shown() } : result;
  }

  /** Takes a report in; the reply carries the newest split where the router holds an older one. */
  report(wire: Wire<Report>): Reply {
    const report = fromWire(wire);
    const { rows, held } = report;
    if (this.sequences.isTaken(report)) {
      this.happen({ type: 'note_refused', why: 'replayed' });
      // Its answer was lost on the way: it is given again.
      return this.reply(held);
    }
    const result = this.sequences.take(report, () => this.happen({ type: 'report', rows }));
    if (result.ok) return this.reply(held);
    this.happen({ type: 'note_refused', why: 'future' });
    return { ...this.reply(held), refused: explain(result.rejection) };
  }

  /** Notes that what came as a report was none. */
  refused(): { ok: true } {
    this.happen({ type: 'note_refused', why: 'malformed' });
    return { ok: true };
  }

  /** The newest split, for a router that holds an older one or none. */
  split(wire: Wire<SplitId>): Reply {
    return this.reply(fromWire(wire));
  }

  /** The whole state, to be shown; what is due is judged first. */
  read(): Service {
    this.happen({ type: 'tick' });
    return this.shown();
  }

  /** As `read`, but stored first: no count that was ever shown is lost. */
  meter(): Service {
    this.happen({ type: 'tick' });
    if (!this.store.isSaved(this.service)) this.store.save(unchanged(this.service), this.sequences, Date.now());
    return this.shown();
  }

  /** What slots served in the last minutes, the oldest point first. */
  series(wire: Wire<{ minutes: number }>): Point[] {
    const service = this.read();
    const now = Date.now();
    const from = now - fromWire(wire).minutes * MINUTE_MS;
    return seriesOf(this.ring, this.store.minutes(service, from, now), from);
  }

  /** Entries of the audit, the newest first. */
  audit(wire: Wire<AuditQuery>): Logged[] {
    return this.store.audit(fromWire(wire));
  }

  /** The newest deployment records. */
  deployments(wire: Wire<{ limit: number }>): Deployment[] {
    return this.store.deployments(fromWire(wire).limit);
  }

  /** The newest records of splits. */
  splits(wire: Wire<{ limit: number }>): SplitRecord[] {
    return this.store.splits(fromWire(wire).limit);
  }

  /** The newest releases, and the service they belong to. */
  releases(wire: Wire<{ limit: number }>): { service: Service; releases: Release[] } {
    const service = this.read();
    // The newest one counts on after it was last stored.
    const releases = this.store.releases(fromWire(wire).limit);
    return { service, releases: releases.map((r) => (r.id === service.release?.id ? service.release : r)) };
  }

  /** A release, `null` where there is none, and the service it belongs to. */
  release(wire: Wire<{ id: number }>): { service: Service; release: Release | null } {
    const service = this.read();
    const { id } = fromWire(wire);
    return { service, release: service.release?.id === id ? service.release : (this.store.release(id) ?? null) };
  }

  /** The last decisions on a release, the oldest first. */
  decisions(wire: Wire<{ id: number; limit: number; routine: boolean }>): Decision[] {
    this.read();
    const { id, limit, routine } = fromWire(wire);
    return this.store.decisions(id, limit, routine);
  }

  /** The cron's turn: judge what is due, put KV right, run what is left over, forget what is past its time. */
  async heal(): Promise<{ ok: true }> {
    this.happen({ type: 'tick' });
    await this.reconcile();
    await this.drain();
    this.store.prune(Date.now());
    return { ok: true };
  }

  /** Notes what a slot's health path answered. */
  probed(wire: Wire<{ slot: string; probe: Probe }>): { ok: true } {
    this.happen({ type: 'record_probe', ...fromWire(wire) });
    return { ok: true };
  }

  /** Deadlines and orders that are due. */
  async alarm(): Promise<void> {
    this.happen({ type: 'tick' });
    await this.drain();
  }

  /** Somebody who looks on: hears at once how the service is, and from then on of whatever is stored. */
  protected override socket(): Response {
    return this.viewers.take({ service: this.read() }, Date.now());
  }

  private toolsOf(env: Cloudflare.Env): Tools {
    return {
      publisher: this.publisher,
      hooks: {
        service: () => this.service,
        ask: (call) => registryOf(env).ask(call),
        answered: (asking, answers) => void this.happen({ type: 'hook_answered', asking, answers }),
      },
      announce: (announcement) => registryOf(env).announce({ announcement }),
    };
  }

  // Tables of visitors are nobody's business, and large.
  private shown(): Service {
    const watches = this.service.watches.map((watch) => ({ ...watch, caps: watch.caps.map(withoutNames) }));
    return { ...this.service, watches };
  }

  private async restore(): Promise<void> {
    this.store.migrate();
    const saved = this.store.load();
    if (saved === undefined) return this.reconcile();
    this.service = upgraded(saved.service, this.service, Date.now());
    this.sequences = new Sequences(saved.sequences);
    const slots = slotsOf(this.service.name);
    if (slots.join() !== this.service.slots.join()) this.happen({ type: 'configure', slots });
  }

  private async reconcile(): Promise<void> {
    try {
      const { found, settled } = await this.publisher.found(this.service.name, Date.now());
      this.happen({ type: 'reconcile', found, settled });
    } catch (error) {
      log('warn', 'the split could not be compared with KV', { service: this.service.name, error });
    }
  }

  /** load → transition → persist → run effects. */
  private happen(event: Event): Result<Change> {
    const before = this.service;
    const now = Date.now();
    const result = transition(before, event, now);
    if (!result.ok) return result;
    const change = result.value;
    // A report within an open second is kept in memory; whatever else is new is stored before anyone hears of it.
    const nothingElse = [change.effects, change.audit, change.decisions].every((list) => list.length === 0);
    const counts = event.type === 'report' || event.type === 'note_refused';
    const onlyCounted = counts && before.second?.at === change.service.second?.at;
    const stored = !nothingElse || !(onlyCounted || change.service === before);
    if (stored) this.store.save(change, this.sequences, now);
    this.service = change.service;
    if (stored) this.tell(before, change, now);
    // What is noted may be announced, and may have brought a deadline.
    if (change.effects.length + change.audit.length > 0) this.state.waitUntil(this.drain());
    return result;
  }

  /** Those who look on hear of what was stored. */
  private tell(before: Service, { service, audit: entries }: Change, now: number): void {
    const closed = closedSecond(before, service);
    if (closed !== null) this.ring = withSecond(this.ring, closed);
    this.viewers.tell(() => ({ service, entries, point: closed === null ? null : newestPoint(this.ring) }), now);
  }

  /** Carries out the orders that are due, and sets the alarm for the next. Nobody waits for more than what is published. */
  private async drain(): Promise<void> {
    const [published = [], ...others] = LANES.map((lane) => this.outbox.begin(lane).map((work) => this.followed(work)));
    for (const work of others.flat()) this.state.waitUntil(work);
    if (published.length > 0) await Promise.all(published);
    else if (others.flat().length === 0) await this.setAlarm();
  }

  private async followed(work: Promise<void>): Promise<void> {
    try {
      await work;
    } finally {
      await this.setAlarm();
    }
  }

  private async setAlarm(): Promise<void> {
    const now = Date.now();
    // Should the object die in the midst of an order, the alarm comes back to it. One that rings meanwhile is used up.
    const guard = this.outbox.isBusy() ? now + GUARD_MS : null;
    const times = [guard, this.outbox.nextAt(), nextDeadline(this.service)].filter((at) => at !== null);
    if (times.length > 0) await this.state.storage.setAlarm(Math.max(Math.min(...times), now));
    else await this.state.storage.deleteAlarm();
  }

  private reply(held: SplitId): Reply {
    return replyTo(this.service, held, this.idleFlushMs);
  }
}

function slotsOf(name: string): string[] {
  return Object.keys(services.find((service) => service.name === name)?.slots ?? {});
}
