// An object that notes every change it makes: the storage, and the audit in it.
import { type AuditQuery, addAudit, type Logged, pruneAudit, readAudit } from './audit-log.ts';
import type { Action, By, Noted } from './core/audit.ts';
import { Durable, fromWire, type Wire } from './durable.ts';
import { rowsOf, type SqlRow } from './table.ts';

/** What the audit is to say of a change. */
export interface Entry {
  readonly action: Action;
  readonly what: string;
  readonly by: By;
  readonly before: Noted;
  readonly after: Noted;
  readonly service?: string;
  readonly team?: string | null;
}

/** The base of the registry. */
export abstract class Ledger extends Durable {
  protected readonly storage: DurableObjectStorage;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.storage = state.storage;
  }

  /** Entries of the audit, the newest first. */
  audit(wire: Wire<AuditQuery>): Logged[] {
    return readAudit(this.storage, fromWire(wire));
  }

  /** Makes a change and notes it, both or neither. */
  protected write({ service = undefined, ...entry }: Entry, change: () => unknown = () => {}): { ok: true } {
    const { by, ...rest } = entry;
    const at = Date.now();
    this.storage.transactionSync(() => {
      change();
      addAudit(this.storage, { ...by, ...rest, at, service: service ?? null });
      pruneAudit(this.storage, at);
    });
    return { ok: true };
  }

  protected rows(query: string, ...bindings: SqlStorageValue[]): SqlRow[] {
    return rowsOf(this.storage, query, bindings);
  }
}
