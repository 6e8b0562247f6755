// The object of what belongs to no single service: plans, teams, tokens, people, and the audit of their changes. One for all.
import { ACCESS_TABLES, Access, type Credential, type Known, type Person, type Token } from './access.ts';
import { AUDIT_INDEX, AUDIT_TABLE, type AuditQuery, addAudit, type Logged, pruneAudit, readAudit } from './audit-log.ts';
import type { Actor, Team } from './core/access.ts';
import type { Action, By, Item, Noted } from './core/audit.ts';
import type { Plan } from './core/plan.ts';
import { Durable, fromWire, type Remote, remote, type Wire } from './durable.ts';
import { migrate } from './store.ts';

const MIGRATIONS = [
  `CREATE TABLE plans (name TEXT PRIMARY KEY, plan TEXT NOT NULL);
   ${AUDIT_TABLE}`,
  `${AUDIT_INDEX}
   ${ACCESS_TABLES}`,
];

/** A plan that is not built in, and whose it is: `null` for the owners. */
export type OwnPlan = Plan & { readonly name: string; readonly team: string | null };

/** What the audit is to say of a change. */
interface Entry {
  readonly action: Action;
  readonly what: string;
  readonly by: By;
  readonly before: Noted;
  readonly after: Noted;
  readonly service?: string;
  readonly team?: string | null;
}

/** Each public method is a call; its argument comes by wire. */
export class Registry extends Durable {
  private readonly storage: DurableObjectStorage;
  private readonly access: Access;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.storage = state.storage;
    this.access = new Access(state.storage);
    migrate(this.storage, MIGRATIONS);
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

  /** All teams, by name. */
  teams(): Team[] {
    return this.access.teams();
  }

  /** Sets a team. @returns the team that owns one of the services already, if one does: then nothing is changed */
  putTeam(wire: Wire<{ team: Team; by: By }>): { ok: true } | { ok: false; service: string; owner: string } {
    const { team, by } = fromWire(wire);
    const others = this.access.teams().filter(({ name }) => name !== team.name);
    for (const service of team.services) {
      const owner = others.find((other) => other.services.includes(service));
      if (owner !== undefined) return { ok: false, service, owner: owner.name };
    }
    const before = this.access.teams().find(({ name }) => name === team.name) ?? null;
    const what = `Team ${team.name} ${before === null ? 'made' : 'changed'}: it owns ${team.services.join(', ') || 'no service'}.`;
    const entry = { action: 'team_set', what, before: teamItem(before), after: teamItem(team), team: team.name, by } as const;
    return this.write(entry, () => this.access.setTeam(team));
  }

  /** Deletes a team. @returns what still belongs to it, if something does: then nothing is changed */
  deleteTeam(wire: Wire<{ name: string; by: By }>): { ok: true } | { ok: false; tokens: number; people: number; plans: number } {
    const { name, by } = fromWire(wire);
    const before = this.access.teams().find((team) => team.name === name) ?? null;
    const tokens = this.access.tokens().filter(({ team, revokedAt }) => team === name && revokedAt === null).length;
    const people = this.access.people().filter(({ team }) => team === name).length;
    const plans = this.plans().filter(({ team }) => team === name).length;
    if (tokens + people + plans > 0) return { ok: false, tokens, people, plans };
    const entry = {
      action: 'team_deleted',
      what: `Team ${name} deleted.`,
      before: teamItem(before),
      after: null,
      team: name,
      by,
    } as const;
    return this.write(entry, () => this.access.deleteTeam(name));
  }

  /** All tokens, the newest first; never their text. */
  tokens(): Token[] {
    return this.access.tokens();
  }

  /** Puts a new token in. @returns `false` where one of its name is in force */
  createToken(wire: Wire<{ token: Token; hash: string; by: By }>): { ok: boolean } {
    const { token, hash, by } = fromWire(wire);
    const now = Date.now();
    const isTaken = (other: Token) =>
      other.name === token.name && other.revokedAt === null && (other.expiresAt ?? Infinity) > now;
    if (this.access.tokens().some(isTaken)) return { ok: false };
    const what = `Token ${token.name} made, as ${token.role}.`;
    const entry = { action: 'token_created', what, before: null, after: tokenItem(token), team: token.team, by } as const;
    return this.write(entry, () => this.access.setToken(token, hash));
  }

  /** Ends a token at once. @returns the token after it, `null` where there is none */
  revokeToken(wire: Wire<{ id: string; by: By }>): { token: Token | null } {
    const { id, by } = fromWire(wire);
    const before = this.access.token(id);
    if (before === undefined || before.revokedAt !== null) return { token: before ?? null };
    const token = { ...before, revokedAt: Date.now() };
    const what = `Token ${token.name} revoked.`;
    const items = { before: tokenItem(before), after: tokenItem(token) };
    this.write({ action: 'token_revoked', what, ...items, team: token.team, by }, () => this.access.setToken(token));
    return { token };
  }

  /** Whose token it is. */
  authenticate(wire: Wire<Credential>): Known {
    return this.access.authenticate(fromWire(wire), Date.now());
  }

  /** Who comes by Cloudflare Access; `null` for somebody without a role. */
  identify(wire: Wire<{ email: string; groups: string[] }>): { actor: Actor | null } {
    const { email, groups } = fromWire(wire);
    return { actor: this.access.identify(email, groups) };
  }

  /** Who has a role by e-mail or group. */
  people(): Person[] {
    return this.access.people();
  }

  /** Gives somebody a role, in place of the one they have. */
  putPerson(wire: Wire<{ person: Person; by: By }>): { ok: true } {
    const { person, by } = fromWire(wire);
    const before = this.person(person.who);
    const what = `${person.who} made ${person.role}.`;
    const items = { before: before && personItem(before), after: personItem(person) };
    return this.write({ action: 'person_set', what, ...items, team: person.team, by }, () => this.access.setPerson(person));
  }

  /** Takes somebody's role away. */
  deletePerson(wire: Wire<{ who: string; by: By }>): { ok: true } {
    const { who, by } = fromWire(wire);
    const before = this.person(who);
    if (before === null) return { ok: true };
    const items = { before: personItem(before), after: null };
    const entry = { action: 'person_deleted', what: `${who} has no role any more.`, ...items, team: before.team, by } as const;
    return this.write(entry, () => this.access.deletePerson(who));
  }

  /** Notes that somebody was given a way to a slot. */
  notePreview(wire: Wire<{ service: string; slot: string; expiresAt: string; by: By }>): { ok: true } {
    const { service, slot, expiresAt, by } = fromWire(wire);
    const after = { kind: 'preview', slot, expiresAt } as const;
    return this.write({ action: 'preview_signed', what: `Preview of slot ${slot} signed.`, before: null, after, service, by });
  }

  /** Entries of the audit, the newest first. */
  audit(wire: Wire<AuditQuery>): Logged[] {
    return readAudit(this.storage, fromWire(wire));
  }

  private plan(name: string): OwnPlan | null {
    const [row] = this.rows('SELECT plan FROM plans WHERE name = ?', name);
    return row === undefined ? null : planOf(row);
  }

  private person(who: string): Person | null {
    return this.access.people().find((person) => person.who === who) ?? null;
  }

  /** Makes a change and notes it, both or neither. */
  private write({ service = undefined, ...entry }: Entry, change: () => unknown = () => {}): { ok: true } {
    const { by, ...rest } = entry;
    const at = Date.now();
    this.storage.transactionSync(() => {
      change();
      addAudit(this.storage, { ...by, ...rest, at, service: service ?? null });
      pruneAudit(this.storage, at);
    });
    return { ok: true };
  }

  private rows(query: string, ...bindings: (string | number)[]): Record<string, SqlStorageValue>[] {
    return this.storage.sql.exec(query, ...bindings).toArray();
  }
}

/** The registry. */
export function registryOf(env: Cloudflare.Env): Remote<Registry> {
  return remote<Registry>(env.REGISTRY, 'registry');
}

// Plans of before there were teams are the owners'.
function planOf({ plan }: Record<string, SqlStorageValue>): OwnPlan {
  return { team: null, ...JSON.parse(String(plan)) };
}

function teamItem(team: Team | null): Item | null {
  return team && { kind: 'team', ...team };
}

function tokenItem({ id, name, role, team, services, expiresAt, revokedAt }: Token): Item {
  const or = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return { kind: 'token', id, name, role, team, services, expiresAt: or(expiresAt), revokedAt: or(revokedAt) };
}

function personItem(person: Person): Item {
  return { kind: 'person', ...person };
}
