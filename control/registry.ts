// The object of what belongs to no single service: plans, channels and what is sent to them, and the audit of their changes.
// One for all services.
import { services } from '../router/services.ts';
import { type ChannelRefusal, Channels } from './channels.ts';
import type { Announcement } from './core/announcement.ts';
import type { AuditEntry, By } from './core/audit.ts';
import type { ShownChannel } from './core/channel.ts';
import type { Plan } from './core/plan.ts';
import { Courier } from './courier.ts';
import { Deliveries, type Delivery, type DeliveryState } from './deliveries.ts';
import { Durable, fromWire, type Remote, remote, type Wire } from './durable.ts';
import { type AskedChannel, type Surroundings, shown } from './notify/channel.ts';
import { canMail } from './notify/mail.ts';
import { migrate, pruneAudit } from './store.ts';

const MIGRATIONS = [
  `CREATE TABLE plans (name TEXT PRIMARY KEY, plan TEXT NOT NULL);
   CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);`,
  `CREATE TABLE channels (id TEXT PRIMARY KEY, channel TEXT NOT NULL, quiet_until INTEGER NOT NULL DEFAULT 0);
   CREATE TABLE announcements (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
   CREATE TABLE deliveries (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
     topic TEXT NOT NULL, service TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL,
     state TEXT NOT NULL, last_status INTEGER, last_error TEXT, created_at INTEGER NOT NULL, ended_at INTEGER);
   CREATE INDEX deliveries_of_channel ON deliveries (channel, number);
   CREATE INDEX deliveries_waiting ON deliveries (channel, due_at) WHERE state = 'waiting';`,
];

const MAX_DELIVERIES = 200;

/** What became of the one attempt of a test. */
export type Tested =
  | { readonly ok: boolean; readonly status: number | null; readonly error: string | null }
  | { readonly ok: false; readonly reason: 'unknown-channel' };

/** Each public method is a call; its argument comes by wire. */
export class Registry extends Durable {
  private readonly storage: DurableObjectStorage;
  private readonly channelTable: Channels;
  private readonly deliveryTable: Deliveries;
  private readonly courier: Courier;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.storage = state.storage;
    migrate(this.storage, MIGRATIONS);
    const around: Surroundings = {
      local: env.LOCAL_DEV === '1',
      email: canMail(env),
      services: services.map(({ name }) => name),
      // There are no teams yet.
      servicesOf: () => undefined,
    };
    this.channelTable = new Channels(this.storage, around);
    this.deliveryTable = new Deliveries(this.storage);
    this.courier = new Courier(state, env, { channels: this.channelTable, deliveries: this.deliveryTable, around });
  }

  /** The plans that are not built in, by name. */
  plans(): Plan[] {
    return this.rows('SELECT plan FROM plans ORDER BY name').map((row) => JSON.parse(String(row.plan)));
  }

  /** Sets a plan, in place of one of its name. Releases that were made from that one keep their copy. */
  putPlan(wire: Wire<{ plan: Plan & { name: string }; by: By }>): { ok: true } {
    const { plan, by } = fromWire(wire);
    const before = this.plan(plan.name);
    this.write('plan_set', `Plan ${plan.name} ${before === null ? 'made' : 'changed'}.`, { before, after: plan, by }, () =>
      this.rows('INSERT OR REPLACE INTO plans (name, plan) VALUES (?, ?)', plan.name, JSON.stringify(plan)),
    );
    return { ok: true };
  }

  /** Deletes a plan, if it is there. */
  deletePlan(wire: Wire<{ name: string; by: By }>): { ok: true } {
    const { name, by } = fromWire(wire);
    const before = this.plan(name);
    if (before === null) return { ok: true };
    this.write('plan_deleted', `Plan ${name} deleted.`, { before, after: null, by }, () =>
      this.rows('DELETE FROM plans WHERE name = ?', name),
    );
    return { ok: true };
  }

  /** The channels, as they are shown, in the order of their making. */
  channels(): ShownChannel[] {
    return this.channelTable.all().map(shown);
  }

  /** A channel, as it is shown; `null` where there is none. */
  channel(wire: Wire<{ id: string }>): ShownChannel | null {
    return this.channelTable.shown(fromWire(wire).id);
  }

  /** Makes a channel, or changes the one of its id. `secret`: the one a webhook got, where it is new; shown this once. */
  putChannel(
    wire: Wire<{ channel: AskedChannel; by: By }>,
  ): { ok: true; channel: ShownChannel; secret: string | null } | ChannelRefusal {
    const { channel: asked, by } = fromWire(wire);
    const prepared = this.channelTable.prepared(asked, by.actor, Date.now());
    if (!prepared.ok) return prepared;
    const { channel } = prepared;
    const old = this.channelTable.get(channel.id);
    const before = old === undefined ? null : shown(old);
    this.write('channel_set', `Channel ${channel.name} ${old ? 'changed' : 'made'}.`, { before, after: shown(channel), by }, () =>
      this.channelTable.save(channel),
    );
    // The receiver of before may have asked to be left alone; that is over.
    this.courier.start();
    return { ok: true, channel: shown(channel), secret: channel.secret === old?.secret ? null : channel.secret };
  }

  /** Deletes a channel, if it is there, and what is still to be sent to it. */
  deleteChannel(wire: Wire<{ id: string; by: By }>): { ok: true } {
    const { id, by } = fromWire(wire);
    const before = this.channelTable.shown(id);
    if (before === null) return { ok: true };
    this.write('channel_deleted', `Channel ${before.name} deleted.`, { before, after: null, by }, () => {
      this.channelTable.delete(id);
      this.deliveryTable.drop(id);
    });
    return { ok: true };
  }

  /** Tells every channel that wants it of an announcement, once: the same one again is taken for a repeat. */
  announce(wire: Wire<{ announcement: Announcement }>): { ok: true } {
    this.courier.announce(fromWire(wire).announcement);
    return { ok: true };
  }

  /** The newest deliveries, at most 200: of a channel or of all, in a state or in any. */
  deliveries(wire: Wire<{ channel: string | null; state?: DeliveryState | null; limit: number }>): Delivery[] {
    const { channel, state = null, limit } = fromWire(wire);
    return this.deliveryTable.list(channel, state, Math.min(limit, MAX_DELIVERIES));
  }

  /** Has a dead delivery sent again, as it was. */
  redeliver(
    wire: Wire<{ id: string; by: By }>,
  ):
    | { ok: true; delivery: Delivery }
    | { ok: false; reason: 'unknown-delivery' }
    | { ok: false; reason: 'not-dead'; state: string } {
    const { id, by } = fromWire(wire);
    const delivery = this.deliveryTable.get(id);
    if (delivery === undefined) return { ok: false, reason: 'unknown-delivery' };
    const { state, channel } = delivery;
    if (state !== 'dead') return { ok: false, reason: 'not-dead', state };
    const now = Date.now();
    const name = this.channelTable.shown(channel)?.name;
    this.write('delivery_repeated', `Message ${id} to channel ${name} sent again.`, { before: null, after: null, by }, () =>
      this.deliveryTable.revive(id, now),
    );
    this.courier.start();
    return { ok: true, delivery: this.deliveryTable.get(id) ?? delivery };
  }

  /** Sends a test message to a channel, now and once, and says what came of it. */
  async test(wire: Wire<{ id: string; by: By }>): Promise<Tested> {
    const { id, by } = fromWire(wire);
    const channel = this.channelTable.get(id);
    if (channel === undefined) return { ok: false, reason: 'unknown-channel' };
    this.write('channel_tested', `Channel ${channel.name} tested.`, { before: null, after: null, by }, () => undefined);
    const posted = await this.courier.test(channel, by.actor);
    return { ok: posted.ok, status: posted.status, error: posted.ok ? null : posted.error };
  }

  /** Deliveries that are due. */
  alarm(): Promise<void> {
    return this.courier.drain();
  }

  /** The newest entries of the audit. */
  audit(wire: Wire<{ limit: number }>): AuditEntry[] {
    return this.rows('SELECT entry FROM audit ORDER BY id DESC LIMIT ?', fromWire(wire).limit).map((row) =>
      JSON.parse(String(row.entry)),
    );
  }

  private plan(name: string): Plan | null {
    const [row] = this.rows('SELECT plan FROM plans WHERE name = ?', name);
    return row === undefined ? null : JSON.parse(String(row.plan));
  }

  private write(
    action: AuditEntry['action'],
    what: string,
    { by, before, after }: Pick<AuditEntry, 'before' | 'after'> & { by: By },
    change: () => unknown,
  ): void {
    const at = Date.now();
    const entry: AuditEntry = { ...by, at, service: null, action, what, before, after };
    this.storage.transactionSync(() => {
      change();
      this.rows('INSERT INTO audit (at, entry) VALUES (?, ?)', at, JSON.stringify(entry));
      pruneAudit(this.storage, at);
    });
  }

  private rows(query: string, ...bindings: (string | number)[]): Record<string, SqlStorageValue>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }
}

/** The registry. */
export function registryOf(env: Cloudflare.Env): Remote<Registry> {
  return remote<Registry>(env.REGISTRY, 'registry');
}
