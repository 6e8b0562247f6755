// The object's SQLite: schema, reads and writes. One object, one service. No decision is made in here.
import type { AuditEntry } from './core/audit.ts';
import type { Change } from './core/change.ts';
import type { Deployment, Effect, Service } from './core/service.ts';

/** Sequence of the last report of each isolate, oldest isolate first. */
export type Sequences = Map<string, number>;

/** An effect that is still to be carried out. */
export interface Order {
  readonly key: string;
  readonly effect: Effect;
  readonly attempts: number;
  readonly dueAt: number;
}

const AUDIT_DAYS = 400;
const KEPT_DEPLOYMENTS = 100;
const DAY_MS = 86_400_000;

const MIGRATIONS = [
  `CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), service TEXT NOT NULL, sequences TEXT NOT NULL);
   CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);
   CREATE TABLE deployments (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, deployment TEXT NOT NULL);
   CREATE TABLE outbox (key TEXT PRIMARY KEY, effect TEXT NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL);`,
];

/** All reads and writes of one service's storage. */
export class Store {
  private readonly storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
  }

  /** Brings the schema up to date; each migration runs once. */
  migrate(): void {
    this.storage.transactionSync(() => {
      this.sql('CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)');
      const done = Number(this.sql('SELECT count(*) AS n FROM migrations')[0]?.n);
      MIGRATIONS.slice(done).forEach((migration, i) => {
        this.sql(migration);
        this.sql('INSERT INTO migrations (id) VALUES (?)', done + i + 1);
      });
    });
  }

  /** The service as it was last saved, or `undefined` for an object that is empty. */
  load(): { service: Service; sequences: Sequences } | undefined {
    const row = this.sql('SELECT service, sequences FROM state')[0];
    if (row === undefined) return undefined;
    return { service: JSON.parse(String(row.service)), sequences: new Map(JSON.parse(String(row.sequences))) };
  }

  /** Saves a change, and all that comes with it, in one transaction. An order for the same thing replaces the one before. */
  save({ service, effects, audit, deployments }: Change, sequences: Sequences, now: number): void {
    this.storage.transactionSync(() => {
      this.sql(
        'INSERT OR REPLACE INTO state (id, service, sequences) VALUES (1, ?, ?)',
        JSON.stringify(service),
        JSON.stringify([...sequences]),
      );
      for (const entry of audit) this.sql('INSERT INTO audit (at, entry) VALUES (?, ?)', entry.at, JSON.stringify(entry));
      for (const d of deployments)
        this.sql('INSERT INTO deployments (id, at, deployment) VALUES (?, ?, ?)', d.id, d.at, JSON.stringify(d));
      for (const effect of effects)
        this.sql(
          'INSERT OR REPLACE INTO outbox (key, effect, attempts, due_at) VALUES (?, ?, 0, ?)',
          effect.type,
          JSON.stringify(effect),
          now,
        );
    });
  }

  /** Orders not carried out yet, the most urgent first. */
  orders(): Order[] {
    return this.sql('SELECT * FROM outbox ORDER BY due_at').map((row) => ({
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
  audit(limit: number): AuditEntry[] {
    return this.sql('SELECT entry FROM audit ORDER BY id DESC LIMIT ?', limit).map((row) => JSON.parse(String(row.entry)));
  }

  /** Deployment records, the newest first. */
  deployments(limit: number): Deployment[] {
    return this.sql('SELECT deployment FROM deployments ORDER BY id DESC LIMIT ?', limit).map((row) =>
      JSON.parse(String(row.deployment)),
    );
  }

  /** Deletes what is past its time: audit entries after 400 days, deployment records beyond the last 100. */
  prune(now: number): void {
    this.sql('DELETE FROM audit WHERE at < ?', now - AUDIT_DAYS * DAY_MS);
    this.sql('DELETE FROM deployments WHERE id <= (SELECT max(id) FROM deployments) - ?', KEPT_DEPLOYMENTS);
  }

  private sql(query: string, ...bindings: (string | number)[]): Record<string, SqlStorageValue>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }
}
