// The part of the registry that knows who may do what: teams, tokens, people.
import { Access, type Credential, type Known, type Person, type Token } from './access.ts';
import type { Actor, Team } from './core/access.ts';
import type { By, Item } from './core/audit.ts';
import { fromWire, type Wire } from './durable.ts';
import { Ledger } from './ledger.ts';

/** How much of what belongs to a team. */
export interface Owned {
  readonly plans: number;
  readonly channels: number;
}

/** Each public method is a call; its argument comes by wire. */
export abstract class Roster extends Ledger {
  protected readonly access: Access;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.access = new Access(state.storage);
  }

  /** What a team has beside tokens and people. */
  protected abstract ownedBy(team: string): Owned;

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
  deleteTeam(wire: Wire<{ name: string; by: By }>): { ok: true } | ({ ok: false; tokens: number; people: number } & Owned) {
    const { name, by } = fromWire(wire);
    const before = this.access.teams().find((team) => team.name === name) ?? null;
    const tokens = this.access.tokens().filter(({ team, revokedAt }) => team === name && revokedAt === null).length;
    const people = this.access.people().filter(({ team }) => team === name).length;
    const owned = this.ownedBy(name);
    if (tokens + people + owned.plans + owned.channels > 0) return { ok: false, tokens, people, ...owned };
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

  private person(who: string): Person | null {
    return this.access.people().find((person) => person.who === who) ?? null;
  }
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
