// The deliveries in the registry's SQLite: what was or is to be sent to each channel. An announcement fans out once, in one
// transaction. Nothing is sent in here.
import { log } from '../router/log.ts';
import type { Announcement } from './core/announcement.ts';
import { type SqlRow, Table } from './table.ts';

/** Where a delivery stands. */
export type DeliveryState = 'waiting' | 'delivered' | 'dead';

/** One announcement on its way to one channel. */
export interface Delivery {
  /** `<announcement>_<channel>`, and the `webhook-id` of every attempt. */
  readonly id: string;
  readonly channel: string;
  readonly topic: string;
  readonly service: string;
  readonly attempts: number;
  /** Of the next attempt, ms; `null` once it has ended. */
  readonly dueAt: number | null;
  readonly state: DeliveryState;
  /** HTTP status of the last attempt; `null` before the first, and where there was no answer. */
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** ms */
  readonly createdAt: number;
  /** ms */
  readonly endedAt: number | null;
}

/** One to be sent now. */
export interface Due {
  readonly id: string;
  readonly channel: string;
  readonly body: string;
  readonly attempts: number;
}

/** How many messages have not arrived at a channel: that are still to be sent, and that were given up. */
export interface Unsent {
  readonly channel: string;
  readonly waiting: number;
  readonly dead: number;
}

/** What an attempt came to. */
export interface Attempt {
  readonly status: number | null;
  readonly error: string | null;
}

const DAY_MS = 86_400_000;
const DELIVERED_DAYS = 7;
const DEAD_DAYS = 30;
/** A service's object tells no announcement again after so long. */
const REMEMBERED_DAYS = 30;
/** Of each channel. */
const KEPT = 1_000;

/** All reads and writes of deliveries. */
export class Deliveries extends Table {
  /** Takes an announcement in, with a body for each channel that is told of it; one that was taken in before is not again. */
  fanOut({ id, topic, service }: Announcement, bodies: () => ReadonlyMap<string, string>, now: number): void {
    this.storage.transactionSync(() => {
      const isNew = this.sql('INSERT OR IGNORE INTO announcements (id, at) VALUES (?, ?) RETURNING id', id, now).length > 0;
      if (!isNew) return;
      for (const [channel, body] of bodies()) {
        this.sql(
          `INSERT INTO deliveries (id, channel, topic, service, body, attempts, due_at, state, created_at)
           VALUES (?, ?, ?, ?, ?, 0, ?, 'waiting', ?)`,
          ...[`${id}_${channel}`, channel, topic, service, body, now, now],
        );
        this.cap(channel);
      }
    });
  }

  /** The first one that is due of each channel that may be sent to. */
  due(now: number): Due[] {
    return this.sql(
      `SELECT d.id, d.channel, d.body, d.attempts, min(d.number) AS number FROM deliveries d JOIN channels c ON c.id = d.channel
       WHERE d.state = 'waiting' AND d.due_at <= ?1 AND c.quiet_until <= ?1 GROUP BY d.channel ORDER BY number`,
      now,
    ).map((row) => ({
      id: String(row.id),
      channel: String(row.channel),
      body: String(row.body),
      attempts: Number(row.attempts),
    }));
  }

  /** When the next one is due of each channel, ms. */
  next(): { readonly channel: string; readonly at: number }[] {
    return this.sql(
      `SELECT d.channel, max(min(d.due_at), c.quiet_until) AS at FROM deliveries d JOIN channels c ON c.id = d.channel
       WHERE d.state = 'waiting' GROUP BY d.channel`,
    ).map((row) => ({ channel: String(row.channel), at: Number(row.at) }));
  }

  /** What has not arrived, of the channels that have such. */
  unsent(): Unsent[] {
    return this.sql(
      `SELECT channel, sum(state = 'waiting') AS waiting, sum(state = 'dead') AS dead FROM deliveries
       WHERE state IN ('waiting', 'dead') GROUP BY channel`,
    ).map((row) => ({ channel: String(row.channel), waiting: Number(row.waiting), dead: Number(row.dead) }));
  }

  /** Has what was put off of a channel go now. */
  hurry(channel: string, now: number): void {
    this.sql(`UPDATE deliveries SET due_at = ?1 WHERE channel = ?2 AND state = 'waiting' AND due_at > ?1`, now, channel);
  }

  /** Notes that one arrived. Its body is needed no more. */
  delivered(id: string, { status }: Attempt, now: number): void {
    this.sql(
      `UPDATE deliveries SET state = 'delivered', body = '', attempts = attempts + 1, last_status = ?, last_error = NULL, ended_at = ?
       WHERE id = ? AND state = 'waiting'`,
      ...[status, now, id],
    );
  }

  /** Notes that an attempt failed, and when the next one is. */
  postponed(id: string, { status, error }: Attempt, dueAt: number): void {
    this.sql(
      `UPDATE deliveries SET attempts = attempts + 1, last_status = ?, last_error = ?, due_at = ? WHERE id = ? AND state = 'waiting'`,
      ...[status, error, dueAt, id],
    );
  }

  /** Gives one up. */
  died(id: string, { status, error }: Attempt, now: number): void {
    this.sql(
      `UPDATE deliveries SET state = 'dead', attempts = attempts + 1, last_status = ?, last_error = ?, ended_at = ?
       WHERE id = ? AND state = 'waiting'`,
      ...[status, error, now, id],
    );
  }

  /** Has a dead one sent again, under its id, with all its attempts before it. */
  revive(id: string, now: number): void {
    this.sql(
      `UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = ?, ended_at = NULL WHERE id = ? AND state = 'dead'`,
      ...[now, id],
    );
  }

  /** One of them. */
  get(id: string): Delivery | undefined {
    return this.sql('SELECT * FROM deliveries WHERE id = ?', id).map(deliveryOf)[0];
  }

  /** The newest ones, of a channel, or of all where it is `null`. */
  list(channel: string | null, state: DeliveryState | null, limit: number): Delivery[] {
    return this.sql(
      'SELECT * FROM deliveries WHERE (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR state = ?2) ORDER BY number DESC LIMIT ?3',
      ...[channel, state, limit],
    ).map(deliveryOf);
  }

  /** Drops those of a channel. */
  drop(channel: string): void {
    this.sql('DELETE FROM deliveries WHERE channel = ?', channel);
  }

  /** Deletes what is past its time. */
  prune(now: number): void {
    this.sql(`DELETE FROM deliveries WHERE state = 'delivered' AND ended_at < ?`, now - DELIVERED_DAYS * DAY_MS);
    this.sql(`DELETE FROM deliveries WHERE state = 'dead' AND ended_at < ?`, now - DEAD_DAYS * DAY_MS);
    this.sql('DELETE FROM announcements WHERE at < ?', now - REMEMBERED_DAYS * DAY_MS);
  }

  // Those that have ended go first, and then the oldest.
  private cap(channel: string): void {
    const dropped = this.sql(
      `DELETE FROM deliveries WHERE number IN (
         SELECT number FROM deliveries WHERE channel = ? ORDER BY state = 'waiting' DESC, number DESC LIMIT -1 OFFSET ${KEPT}
       ) RETURNING state`,
      channel,
    );
    const lost = dropped.filter(({ state }) => state === 'waiting').length;
    if (lost > 0) log('warn', `more than ${KEPT} messages wait for a channel; the oldest was dropped`, { channel });
  }
}

function deliveryOf(row: SqlRow): Delivery {
  const state = row.state as DeliveryState;
  return {
    id: String(row.id),
    channel: String(row.channel),
    topic: String(row.topic),
    service: String(row.service),
    attempts: Number(row.attempts),
    dueAt: state === 'waiting' ? Number(row.due_at) : null,
    state,
    lastStatus: row.last_status === null ? null : Number(row.last_status),
    lastError: row.last_error === null ? null : String(row.last_error),
    createdAt: Number(row.created_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
  };
}
