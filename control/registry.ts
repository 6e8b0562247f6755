// The object of what belongs to no single service: plans, who may do what, channels and what is sent to them, and the audit of
// their changes. One for all.
import { services } from '../router/services.ts';
import { ACCESS_TABLES } from './access.ts';
import { AUDIT_INDEX, AUDIT_TABLE } from './audit-log.ts';
import { type ChannelRefusal, Channels } from './channels.ts';
import type { Announcement } from './core/announcement.ts';
import type { By, Item } from './core/audit.ts';
import type { ShownChannel } from './core/channel.ts';
import type { Plan } from './core/plan.ts';
import { upgradedPlan } from './core/upgrade.ts';
import { Courier } from './courier.ts';
import { Deliveries, type Delivery, type DeliveryState, type Unsent } from './deliveries.ts';
import { fromWire, type Remote, remote, type Wire } from './durable.ts';
import type { HookCall, HookReply } from './hook.ts';
import { type AskedChannel, mayHear, type Surroundings, shown } from './notify/channel.ts';
import { canMail } from './notify/mail.ts';
import { type Owned, Roster } from './roster.ts';
import { migrate } from './store.ts';
import type { SqlRow } from './table.ts';

const MIGRATIONS = [
  `CREATE TABLE plans (name TEXT PRIMARY KEY, plan TEXT NOT NULL);
   ${AUDIT_TABLE}`,
  `${AUDIT_INDEX}
   ${ACCESS_TABLES}`,
  `CREATE TABLE channels (id TEXT PRIMARY KEY, channel TEXT NOT NULL, quiet_until INTEGER NOT NULL DEFAULT 0);
   CREATE TABLE announcements (id TEXT PRIMARY KEY, at INTEGER NOT NULL);
   CREATE TABLE deliveries (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
     topic TEXT NOT NULL, service TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL,
     state TEXT NOT NULL, last_status INTEGER, last_error TEXT, created_at INTEGER NOT NULL, ended_at INTEGER);
   CREATE INDEX deliveries_of_channel ON deliveries (channel, number);
   CREATE INDEX deliveries_waiting ON deliveries (channel, due_at) WHERE state = 'waiting';`,
  // What is pruned and counted is found without the bodies.
  'CREATE INDEX deliveries_ended ON deliveries (state, ended_at, channel)',
];

const MAX_DELIVERIES = 200;
const UNSEEN = { url: 'another URL', secret: 'another secret' } as const;

/** What became of the one attempt of a test. */
export type Tested =
  | { readonly ok: boolean; readonly status: number | null; readonly error: string | null }
  | { readonly ok: false; readonly reason: 'unknown-channel' };

/** A plan that is not built in, and whose it is: `null` for the owners. */
export type OwnPlan = Plan & { readonly name: string; readonly team: string | null };

/** Each public method is a call; its argument comes by wire. */
export class Registry extends Roster {
  private readonly channelTable: Channels;
  private readonly deliveryTable: Deliveries;
  private readonly courier: Courier;
  private readonly around: Surroundings;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    migrate(this.storage, MIGRATIONS);
    this.around = {
      local: env.LOCAL_DEV === '1',
      email: canMail(env),
      services: services.map(({ name }) => name),
      servicesOf: (team) => this.access.teams().find(({ name }) => name === team)?.services,
    };
    const { around } = this;
    this.channelTable = new Channels(this.storage, around);
    this.deliveryTable = new Deliveries(this.storage);
    this.courier = new Courier(state, env, { channels: this.channelTable, deliveries: this.deliveryTable, around });
  }

  /** The plans that are not built in, by name. */
  plans(): OwnPlan[] {
    return this.rows('SELECT plan FROM plans ORDER BY name').map(planOf);
  }

  /** Sets a plan, in place of one of its name. Releases that were made from that one keep their copy. */
  putPlan(wire: Wire<{ plan: OwnPlan; by: By }>): { ok: true } {
    const { plan, by } = fromWire(wire);
    const before = this.plan(plan.name);
    const what = `Plan ${plan.name} ${before === null ? 'made' : 'changed'}.`;
    return this.write({ action: 'plan_set', what, before, after: plan, team: plan.team, by }, () => {
      this.rows('INSERT OR REPLACE INTO plans (name, plan) VALUES (?, ?)', plan.name, JSON.stringify(plan));
    });
  }

  /** Deletes a plan, if it is there. */
  deletePlan(wire: Wire<{ name: string; by: By }>): { ok: true } {
    const { name, by } = fromWire(wire);
    const before = this.plan(name);
    if (before === null) return { ok: true };
    const entry = { action: 'plan_deleted', what: `Plan ${name} deleted.`, before, after: null, team: before.team, by } as const;
    return this.write(entry, () => this.rows('DELETE FROM plans WHERE name = ?', name));
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
    // Nobody is shown these, so that the audit has to say that they are others.
    const others = old === undefined ? [] : (['url', 'secret', 'to'] as const).filter((at) => `${old[at]}` !== `${channel[at]}`);
    const unseen = others.flatMap((at) => (at === 'to' ? [] : [UNSEEN[at]]));
    const what = `Channel ${channel.name} ${old ? 'changed' : 'made'}${unseen.length > 0 ? `: ${unseen.join(', ')}` : ''}.`;
    const items = { before: channelItem(before), after: channelItem(shown(channel)) };
    this.write({ action: 'channel_set', what, ...items, team: channel.team, by }, () => {
      this.channelTable.save(channel);
      // What it was sent is nobody else's business.
      if (old !== undefined && old.team !== channel.team) this.deliveryTable.drop(channel.id);
      // Put off for what was wrong before, and no more.
      if (others.length > 0) this.deliveryTable.hurry(channel.id, Date.now());
    });
    // The receiver of before may have asked to be left alone; that is over.
    this.courier.start();
    return { ok: true, channel: shown(channel), secret: channel.secret === old?.secret ? null : channel.secret };
  }

  /** Deletes a channel, if it is there, and what is still to be sent to it. */
  deleteChannel(wire: Wire<{ id: string; by: By }>): { ok: true } {
    const { id, by } = fromWire(wire);
    const before = this.channelTable.shown(id);
    if (before === null) return { ok: true };
    const items = { before: channelItem(before), after: null };
    return this.write(
      { action: 'channel_deleted', what: `Channel ${before.name} deleted.`, ...items, team: before.team, by },
      () => {
        this.channelTable.delete(id);
        this.deliveryTable.drop(id);
      },
    );
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

  /** What has not arrived, by channel; of one that is left out, everything has. */
  unsent(): Unsent[] {
    return this.deliveryTable.unsent();
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
    const { name, team } = this.channelTable.shown(channel) ?? { name: channel, team: null };
    const what = `Message ${id} to channel ${name} sent again.`;
    this.write({ action: 'delivery_repeated', what, before: null, after: null, team, by }, () =>
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
    const { name, team } = channel;
    this.write({ action: 'channel_tested', what: `Channel ${name} tested.`, before: null, after: null, team, by });
    const posted = await this.courier.test(channel, by.actor);
    return { ok: posted.ok, status: posted.status, error: posted.ok ? null : posted.error };
  }

  /** Asks a hook, now and once: posts to its webhook, and says what that answered. */
  async ask(wire: Wire<HookCall>): Promise<HookReply> {
    const { channel: id, service, ...letter } = fromWire(wire);
    const channel = this.channelTable.get(id);
    if (channel === undefined) return { name: null, status: null, error: 'cannot be asked: there is no such channel' };
    // Anybody may use a plan, and a service may change hands: whose channel it is counts now, and its name is theirs.
    if (!mayHear(channel, service, this.around))
      return { name: null, status: null, error: `cannot be asked: its channel may not hear of ${service}` };
    const { name, kind } = channel;
    if (kind !== 'webhook') return { name, status: null, error: `cannot be asked: its channel is no webhook but one of ${kind}` };
    const posted = await this.courier.send(channel, letter);
    return { name, status: posted.status, error: posted.ok ? null : posted.error };
  }

  /** The cron's turn: begins to send what an alarm that never came has left over. */
  heal(): { ok: true } {
    this.courier.start();
    return { ok: true };
  }

  /** Deliveries that are due. */
  alarm(): Promise<void> {
    return this.courier.drain();
  }

  protected ownedBy(name: string): Owned {
    const count = (list: readonly { readonly team: string | null }[]) => list.filter(({ team }) => team === name).length;
    return { plans: count(this.plans()), channels: count(this.channelTable.all()) };
  }

  private plan(name: string): OwnPlan | null {
    const [row] = this.rows('SELECT plan FROM plans WHERE name = ?', name);
    return row === undefined ? null : planOf(row);
  }
}

/** The registry. */
export function registryOf(env: Cloudflare.Env): Remote<Registry> {
  return remote<Registry>(env.REGISTRY, 'registry');
}

// Plans of before there were teams are the owners'.
function planOf({ plan }: SqlRow): OwnPlan {
  const saved = JSON.parse(String(plan));
  return { team: null, ...saved, ...upgradedPlan(saved) };
}

function channelItem(channel: ShownChannel | null): Item | null {
  if (channel === null) return null;
  const { kind: of, createdAt: _, createdBy: __, ...rest } = channel;
  return { kind: 'channel', of, ...rest };
}
