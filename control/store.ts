// The object's SQLite: schema, reads and writes. One object, one service. No decision is made in here.
import {
  AUDIT_INDEX,
  AUDIT_TABLE,
  type AuditQuery,
  addAudit,
  auditSince,
  type Logged,
  pruneAudit,
  readAudit,
} from './audit-log.ts';
import { announcementOf } from './core/announcement.ts';
import type { AuditEntry } from './core/audit.ts';
import type { Change } from './core/change.ts';
import type { Decision } from './core/decision.ts';
import { type Effect, keyOf } from './core/effect.ts';
import type { Release } from './core/release.ts';
import { figuresOf, minutePoint, type Point, SERIES_MINUTES, storedPoint } from './core/series.ts';
import type { Deployment, Service, SplitRecord } from './core/service.ts';
import { upgradedRelease } from './core/upgrade.ts';
import { NONE } from './core/watch.ts';
import type { Sequences } from './sequences.ts';
import { Table } from './table.ts';

/** An effect that is still to be carried out. */
export interface Order {
  readonly key: string;
  readonly effect: Effect;
  readonly attempts: number;
  readonly dueAt: number;
}

/** Records of each kind: versions, splits, releases. */
const KEPT_RECORDS = 100;
const KEPT_DECISIONS = 1_000;
/** Characters of the state in one row, whose limit is 2 MB: https://developers.cloudflare.com/durable-objects/platform/limits/ */
const PART = 500_000;
const MINUTE_MS = 60_000;

const MIGRATIONS = [
  `CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), service TEXT NOT NULL, sequences TEXT NOT NULL);
   ${AUDIT_TABLE}
   CREATE TABLE deployments (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, deployment TEXT NOT NULL);
   CREATE TABLE outbox (key TEXT PRIMARY KEY, effect TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL);`,
  `CREATE TABLE splits (id INTEGER PRIMARY KEY, split TEXT NOT NULL);
   CREATE TABLE releases (id INTEGER PRIMARY KEY, release TEXT NOT NULL);
   CREATE TABLE decisions (id INTEGER PRIMARY KEY AUTOINCREMENT, release INTEGER NOT NULL, decision TEXT NOT NULL);`,
  `ALTER TABLE decisions ADD COLUMN routine INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE state_parts (part INTEGER PRIMARY KEY, service TEXT NOT NULL);`,
  AUDIT_INDEX,
  'CREATE TABLE minutes (at INTEGER PRIMARY KEY, slots TEXT NOT NULL);',
];

/** Brings a schema up to date; each migration runs once. */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): void {
  storage.transactionSync(() => {
    storage.sql.exec('CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)');
    const done = Number(storage.sql.exec('SELECT count(*) AS n FROM migrations').one().n);
    migrations.slice(done).forEach((migration, i) => {
      storage.sql.exec(migration);
      storage.sql.exec('INSERT INTO migrations (id) VALUES (?)', done + i + 1);
    });
  });
}

/** All reads and writes of one service's storage. */
export class Store extends Table {
  private saved: Service | undefined;
  /** The newest minute that has a row. */
  private minute = 0;

  /** Brings the schema up to date; each migration runs once. */
  migrate(): void {
    migrate(this.storage, MIGRATIONS);
  }

  /** The service as it was last saved, or `undefined` for an object that is empty. */
  load(): { service: Service; sequences: [string, number][] } | undefined {
    const [row] = this.sql('SELECT service, sequences FROM state');
    if (row === undefined) return undefined;
    const more = this.sql('SELECT service FROM state_parts ORDER BY part').map((part) => String(part.service));
    this.minute = Number(this.sql('SELECT max(at) AS at FROM minutes')[0]?.at ?? 0);
    return { service: JSON.parse([row.service, ...more].join('')), sequences: JSON.parse(String(row.sequences)) };
  }

  /** Saves a change, and all that comes with it, in one transaction. An order for the same thing replaces the one before. */
  save({ service, effects, audit, deployments, splits, decisions, replaced }: Change, sequences: Sequences, now: number): void {
    // The last one may still be open.
    const finished = this.withoutRow(service.minutes.slice(0, -1));
    this.storage.transactionSync(() => {
      this.saveState(JSON.stringify(service), JSON.stringify(sequences));
      for (const entry of audit) this.note(entry, service, now);
      for (const d of deployments)
        this.sql('INSERT INTO deployments (id, at, deployment) VALUES (?, ?, ?)', d.id, d.at, JSON.stringify(d));
      for (const s of splits) this.sql('INSERT INTO splits (id, split) VALUES (?, ?)', s.id, JSON.stringify(s));
      for (const d of decisions)
        this.sql(
          'INSERT INTO decisions (release, routine, decision) VALUES (?, ?, ?)',
          d.release,
          Number(d.routine),
          JSON.stringify(d),
        );
      // A release that moves leaves a note; one that only counts is kept with the state.
      const moved = audit.length > 0 ? [replaced, service.release] : [];
      for (const r of moved)
        if (r !== null) this.sql('INSERT OR REPLACE INTO releases (id, release) VALUES (?, ?)', r.id, JSON.stringify(r));
      for (const effect of effects) this.order(effect, now);
      for (const { at, slots } of finished)
        this.sql('INSERT OR REPLACE INTO minutes (at, slots) VALUES (?, ?)', at, JSON.stringify(figuresOf(slots)));
    });
    this.saved = service;
    this.minute = finished.at(-1)?.at ?? this.minute;
  }

  /** Whether it is this very state that was saved last. */
  isSaved(service: Service): boolean {
    return service === this.saved;
  }

  /** Minutes since `from` (ms), the oldest first: finished ones, then those of the service that have no row yet. */
  minutes(service: Service, from: number, now: number): Point[] {
    const rows = this.sql('SELECT at, slots FROM minutes WHERE at >= ? ORDER BY at', Math.floor(from / MINUTE_MS));
    const stored = rows.map(({ at, slots }) => storedPoint(Number(at), JSON.parse(String(slots))));
    return [...stored, ...this.withoutRow(service.minutes).map((minute) => minutePoint(minute, now))];
  }

  private withoutRow(minutes: Service['minutes']): Service['minutes'] {
    return minutes.filter(({ at }) => at > this.minute);
  }

  // What people outside are told of it is ordered with it, so that it is told even after a crash.
  private note(entry: AuditEntry, service: Service, now: number): void {
    const id = addAudit(this.storage, entry);
    const announcement = announcementOf(entry, service, `${service.name}-${entry.at.toString(36)}-${id}`);
    if (announcement !== undefined) this.order({ type: 'announce', entry: id, announcement }, now);
  }

  private order(effect: Effect, now: number): void {
    this.sql(
      'INSERT OR REPLACE INTO outbox (key, effect, attempts, due_at) VALUES (?, ?, 0, ?)',
      keyOf(effect),
      JSON.stringify(effect),
      now,
    );
  }

  // Tables of visitors can make the state longer than a row may be.
  private saveState(service: string, sequences: string): void {
    const [first = '', ...more] = partsOf(service);
    this.sql('INSERT OR REPLACE INTO state (id, service, sequences) VALUES (1, ?, ?)', first, sequences);
    more.forEach((text, i) => {
      this.sql('INSERT OR REPLACE INTO state_parts (part, service) VALUES (?, ?)', i + 1, text);
    });
    this.sql('DELETE FROM state_parts WHERE part > ?', more.length);
  }

  /** The first orders of a type that are not carried out yet, by their key. */
  orders(type: Effect['type'], limit: number): Order[] {
    // Its key is the type alone, or begins with it and a colon, behind which the semicolon comes.
    const from = 'SELECT * FROM outbox WHERE key >= ? AND key < ? ORDER BY key LIMIT ?';
    return this.sql(from, type, `${type};`, limit).map((row) => ({
      key: String(row.key),
      effect: JSON.parse(String(row.effect)),
      attempts: Number(row.attempts),
      dueAt: Number(row.due_at),
    }));
  }

  /** Strikes an order off, unless a newer one has taken its place. */
  fulfil({ key, effect }: Order): void {
    this.sql('DELETE FROM outbox WHERE key = ? AND effect = ?', key, JSON.stringify(effect));
  }

  /** Puts an order off. */
  postpone({ key, effect }: Order, dueAt: number, attempts: number): void {
    this.sql(
      'UPDATE outbox SET due_at = ?, attempts = ? WHERE key = ? AND effect = ?',
      dueAt,
      attempts,
      key,
      JSON.stringify(effect),
    );
  }

  /** Entries of the audit, the newest first. */
  audit(query: AuditQuery): Logged[] {
    return readAudit(this.storage, query);
  }

  /** Deployment records, the newest first. */
  deployments(limit: number): Deployment[] {
    return this.sql('SELECT deployment FROM deployments ORDER BY id DESC LIMIT ?', limit).map((row) =>
      JSON.parse(String(row.deployment)),
    );
  }

  /** Records of splits, the newest first. */
  splits(limit: number): SplitRecord[] {
    return this.sql('SELECT split FROM splits ORDER BY id DESC LIMIT ?', limit).map((row) => JSON.parse(String(row.split)));
  }

  /** Releases as they were when they last moved, the newest first. */
  releases(limit: number): Release[] {
    return this.sql('SELECT release FROM releases ORDER BY id DESC LIMIT ?', limit).map((row) =>
      upgradedRelease(JSON.parse(String(row.release))),
    );
  }

  /** A release as it was when it last moved. */
  release(id: number): Release | undefined {
    const [row] = this.sql('SELECT release FROM releases WHERE id = ?', id);
    return row === undefined ? undefined : upgradedRelease(JSON.parse(String(row.release)));
  }

  /** The last decisions on a release, the oldest first; with those that only looked, or without them. */
  decisions(release: number, limit: number, withRoutine: boolean): Decision[] {
    const which = withRoutine ? '' : 'AND routine = 0';
    const rows = this.sql(`SELECT decision FROM decisions WHERE release = ? ${which} ORDER BY id DESC LIMIT ?`, release, limit);
    return rows.reverse().map((row) => decisionOf(String(row.decision)));
  }

  /** Deletes what is past its time: audit entries after 400 days, minutes after 6 hours, other records beyond the last ones. */
  prune(now: number): void {
    pruneAudit(this.storage, now);
    this.sql('DELETE FROM minutes WHERE at < ?', Math.floor(now / MINUTE_MS) - SERIES_MINUTES);
    // What nobody could be told of for so long is no news any more.
    this.sql("DELETE FROM outbox WHERE json_extract(effect, '$.announcement.at') < ?", auditSince(now));
    // Those that did something are not pushed out by those that only looked.
    for (const routine of [0, 1])
      this.sql(
        'DELETE FROM decisions WHERE routine = ?1 AND id NOT IN (SELECT id FROM decisions WHERE routine = ?1 ORDER BY id DESC LIMIT ?2)',
        routine,
        KEPT_DECISIONS,
      );
    for (const table of ['deployments', 'splits', 'releases'])
      this.sql(`DELETE FROM ${table} WHERE id NOT IN (SELECT id FROM ${table} ORDER BY id DESC LIMIT ?)`, KEPT_RECORDS);
  }
}

/** A text in rows, none of which holds half of a surrogate pair: it would come back as another character. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = from + PART;
    if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) to--;
    parts.push(text.slice(from, to));
  }
  return parts;
}

// What earlier versions wrote down lacks what has come since.
function decisionOf(text: string): Decision {
  const saved = JSON.parse(text);
  const tests = saved.tests.map((test: object) => ({ candidate: NONE, active: NONE, ...test }));
  return { routine: false, rule: null, samples: [], ...saved, tests };
}
