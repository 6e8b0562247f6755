// The object of what belongs to no single service: plans, and the audit of their changes. One for all services.
import type { AuditEntry, By } from './core/audit.ts';
import type { Plan } from './core/plan.ts';
import { Durable, fromWire, type Remote, remote, type Wire } from './durable.ts';
import { migrate, pruneAudit } from './store.ts';

const MIGRATIONS = [
  `CREATE TABLE plans (name TEXT PRIMARY KEY, plan TEXT NOT NULL);
   CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL);`,
];

/** Each public method is a call; its argument comes by wire. */
export class Registry extends Durable {
  private readonly storage: DurableObjectStorage;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.storage = state.storage;
    migrate(this.storage, MIGRATIONS);
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
    { by, before, after }: { by: By; before: Plan | null; after: Plan | null },
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
