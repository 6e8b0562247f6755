// Announcements → deliveries → receivers: who is told, and the sending, at least once, with retries. A channel that is slow or
// down holds up no other: a handful are sent to at once, each by itself. A crash between any two steps repeats a send at most.
import { log } from '../router/log.ts';
import type { Channels } from './channels.ts';
import type { Announcement } from './core/announcement.ts';
import type { Deliveries, Due } from './deliveries.ts';
import { type Channel, isTold, type Surroundings } from './notify/channel.ts';
import { type Mailed, mail } from './notify/mail.ts';
import { bodyOf, type Letter, requestOf } from './notify/message.ts';
import { type Posted, post } from './notify/post.ts';
import { messageOf, testMessage } from './notify/told.ts';

/** Waits before the next attempt; behind the last, a delivery is dead. */
const RETRY_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000];
/** A part of each wait is drawn by lot, so that what failed together does not come back together. */
const SPREAD = 0.2;
const MAX_RETRY_AFTER_SECONDS = 3_600;
/** Channels that are sent to at once. */
const AT_ONCE = 5;
/** When the alarm looks after what is being sent: behind the time-out of a post. */
const GUARD_MS = 15_000;
/** A lane leaves what is left to the next alarm then: one may run for 15 minutes, whatever receivers do. */
const LANE_MS = 300_000;
const GONE = 410;
const NOT_FOUND = 404;

/** What the courier works with. */
export interface Office {
  readonly channels: Channels;
  readonly deliveries: Deliveries;
  readonly around: Surroundings;
}

/** Sends what there is to send, for one object. */
export class Courier {
  private readonly state: DurableObjectState;
  private readonly env: Cloudflare.Env;
  private readonly office: Office;
  /** Channels that are being sent to. */
  private readonly busy = new Set<string>();
  /** Channels by when they were last sent to, the longest ago first. */
  private readonly served = new Set<string>();

  constructor(state: DurableObjectState, env: Cloudflare.Env, office: Office) {
    this.state = state;
    this.env = env;
    this.office = office;
  }

  /** Takes an announcement in and begins to send it. The same one again changes nothing. */
  announce(announcement: Announcement): void {
    const { channels, deliveries, around } = this.office;
    const now = Date.now();
    const bodies = () => {
      const told = channels.all().filter((channel) => isTold(channel, announcement, around));
      const bodyFor = ({ kind, origin }: Channel) =>
        bodyOf(kind, messageOf(announcement, this.env.CONTROL_URL ?? origin ?? undefined));
      return new Map(told.map((channel) => [channel.id, bodyFor(channel)]));
    };
    deliveries.fanOut(announcement, bodies, now);
    deliveries.prune(now);
    this.start();
  }

  /** Sends what has become due, without waiting for it. */
  start(): void {
    this.state.waitUntil(this.drain());
  }

  /** Sends a message now, once, that only shows that messages arrive. */
  test(channel: Channel, actor: string): Promise<Posted | Mailed> {
    const now = Date.now();
    const body = bodyOf(channel.kind, testMessage(channel, actor, now));
    return this.send(channel, { id: `test-${crypto.randomUUID()}_${channel.id}`, body });
  }

  /** Sends what is due, and sets the alarm for the next. */
  async drain(): Promise<void> {
    const lanes: Promise<void>[] = [];
    for (let due = this.take(); due !== undefined; due = this.take()) lanes.push(this.lane(due));
    // In the same turn, so that it is stored together with what it is for.
    await this.setAlarm();
    await Promise.all(lanes);
  }

  // One after the other, as long as there are any; the alarm counts on what each has left.
  private async lane(first: Due): Promise<void> {
    const until = Date.now() + LANE_MS;
    for (let due: Due | undefined = first; due !== undefined; ) {
      try {
        await this.deliver(due);
      } finally {
        this.busy.delete(due.channel);
      }
      due = Date.now() < until ? this.take() : undefined;
      await this.setAlarm();
    }
  }

  private take(): Due | undefined {
    const due = this.busy.size < AT_ONCE ? this.nextDue() : undefined;
    if (due === undefined) return undefined;
    this.busy.add(due.channel);
    this.served.delete(due.channel);
    this.served.add(due.channel);
    return due;
  }

  // Of the channel that has waited longest, so that one with much to be sent leaves room for the others.
  private nextDue(): Due | undefined {
    const due = this.office.deliveries.due(Date.now()).filter(({ channel }) => !this.busy.has(channel));
    const order = [...this.served];
    return due.toSorted((a, b) => order.indexOf(a.channel) - order.indexOf(b.channel))[0];
  }

  private async deliver({ id, channel: to, body, attempts }: Due): Promise<void> {
    const { channels, deliveries } = this.office;
    const channel = channels.get(to);
    if (channel === undefined) return;
    const posted = await this.send(channel, { id, body });
    const now = Date.now();
    if (posted.ok) return deliveries.delivered(id, { status: posted.status, error: null }, now);
    const { status, error, retryAfterSeconds } = posted;
    const wait = RETRY_MS[attempts];
    if (wait === undefined || isGone(channel, status)) {
      log('warn', 'a message to a channel was given up', { channel: channel.name, error });
      return deliveries.died(id, { status, error }, now);
    }
    const quietMs = Math.min(retryAfterSeconds ?? 0, MAX_RETRY_AFTER_SECONDS) * 1_000;
    if (quietMs > 0) channels.hush(to, now + quietMs);
    deliveries.postponed(id, { status, error }, now + Math.round(wait * (1 + SPREAD * Math.random())));
  }

  /** Sends a letter now, once, whatever waits for the channel. */
  send(channel: Channel, letter: Letter): Promise<Posted | Mailed> {
    const { url, to } = channel;
    if (url === null) return mail(this.env, { to: to ?? [], body: letter.body });
    const { local } = this.office.around;
    return post(url, requestOf(channel, letter, Date.now()), { local });
  }

  // Should the object die while it sends, the alarm comes back to it. What waits behind a busy channel comes with that.
  private async setAlarm(): Promise<void> {
    const next = this.office.deliveries.next().filter(({ channel }) => !this.busy.has(channel));
    const times = this.busy.size < AT_ONCE ? next.map(({ at }) => at) : [];
    if (this.busy.size > 0) times.push(Date.now() + GUARD_MS);
    if (times.length > 0) await this.state.storage.setAlarm(Math.max(Math.min(...times), Date.now()));
    else await this.state.storage.deleteAlarm();
  }
}

// Nobody is there any more; the chats say so with 404.
function isGone({ kind }: Channel, status: number | null): boolean {
  return status === GONE || (status === NOT_FOUND && (kind === 'slack' || kind === 'discord'));
}
