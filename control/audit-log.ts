// The audit as SQLite keeps it, in the object of each service and in the registry: a table that is only added to,
// and that nothing deletes from but its age.
import type { AuditEntry } from './core/audit.ts';

const AUDIT_DAYS = 400;
const DAY_MS = 86_400_000;

/** Which entries are asked for; what is left out does not matter. */
export interface AuditQuery {
  readonly limit: number;
  /** Those behind an entry of another log or of this one, in the order (at, id), both falling. */
  readonly before?: { readonly at: number; readonly id: number };
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** ms, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Only entries of these services… */
  readonly services?: readonly string[] | undefined;
  /** … and, of those of no service, this team's and those about plans. */
  readonly team?: string | undefined;
}

/** An entry, and its number in its log. */
export interface Logged extends AuditEntry {
  readonly id: number;
}

/** The table. */
export const AUDIT_TABLE = 'CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);';

/** Finds entries by their time, in an older table too. */
export const AUDIT_INDEX = 'CREATE INDEX audit_at ON audit (at, id);';

/** Adds an entry. @returns its number */
export function addAudit(storage: DurableObjectStorage, entry: AuditEntry): number {
  const text = JSON.stringify(entry);
  return Number(storage.sql.exec('INSERT INTO audit (at, entry) VALUES (?, ?) RETURNING id', entry.at, text).one().id);
}

/** The entries asked for, the newest first. */
export function readAudit(storage: DurableObjectStorage, query: AuditQuery): Logged[] {
  const { limit, before, actor, action, since, until, services, team } = query;
  const where: string[] = ['1 = 1'];
  const bound: (string | number)[] = [];
  const ask = (condition: string, ...values: (string | number)[]) => {
    where.push(condition);
    bound.push(...values);
  };
  if (before !== undefined) ask('(at < ? OR (at = ? AND id < ?))', before.at, before.at, before.id);
  if (since !== undefined) ask('at >= ?', since);
  if (until !== undefined) ask('at <= ?', until);
  if (actor !== undefined) ask("entry ->> '$.actor' = ?", actor);
  if (action !== undefined) ask("entry ->> '$.action' = ?", action);
  const of = "entry ->> '$.service' IN (SELECT value FROM json_each(?))";
  const ofTeam =
    "entry ->> '$.service' IS NULL AND (entry ->> '$.team' = ? OR entry ->> '$.action' IN ('plan_set', 'plan_deleted'))";
  if (services !== undefined && team !== undefined) ask(`(${of} OR ${ofTeam})`, JSON.stringify(services), team);
  else if (services !== undefined) ask(of, JSON.stringify(services));
  const rows = storage.sql.exec(
    `SELECT id, entry FROM audit WHERE ${where.join(' AND ')} ORDER BY at DESC, id DESC LIMIT ?`,
    ...bound,
    limit,
  );
  return rows.toArray().map(({ id, entry }) => ({ ...JSON.parse(String(entry)), id: Number(id) }));
}

/** Deletes entries that are older than 400 days. */
export function pruneAudit(storage: DurableObjectStorage, now: number): void {
  storage.sql.exec('DELETE FROM audit WHERE at < ?', auditSince(now));
}

/** The time of the oldest entries that are kept, ms. */
export function auditSince(now: number): number {
  return now - AUDIT_DAYS * DAY_MS;
}
