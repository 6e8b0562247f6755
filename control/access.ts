// Who may call, as the registry keeps it: teams, tokens (by their SHA-256 alone), people. It decides nothing of a call.
import { type Actor, actorOf, isOwner, lowered, type Reach, ROLES, type Role, type Team } from './core/access.ts';
import { isSame } from './secret.ts';
import { type SqlRow, Table } from './table.ts';

/** Uses within it are one use: a write for each call would be too much. */
const LAST_USE_MS = 60_000;

/** A token, as it is known here: the text itself is shown once, and kept nowhere. */
export interface Token extends Reach {
  /** Its public part. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly createdBy: string;
  /** `null`: it does not expire. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

/** Somebody who comes by Cloudflare Access: an e-mail address, or everybody of a group. */
export interface Person extends Reach {
  /** `ann@example.com`, or `group:<name>`. */
  readonly who: string;
  readonly role: Role;
}

/** What a caller shows: a token's public part and the SHA-256 of the whole, in hexadecimal. */
export interface Credential {
  readonly id: string;
  readonly hash: string;
}

/** Who it is, or why nobody: only who holds the right secret hears that it is over. */
export type Known =
  | { readonly ok: true; readonly actor: Actor }
  | { readonly ok: false; readonly why: 'unknown' | 'expired' | 'revoked' };

/** The tables. */
export const ACCESS_TABLES = `
  CREATE TABLE teams (name TEXT PRIMARY KEY, services TEXT NOT NULL);
  CREATE TABLE tokens (id TEXT PRIMARY KEY, hash TEXT NOT NULL, token TEXT NOT NULL, last_used_at INTEGER);
  CREATE TABLE people (who TEXT PRIMARY KEY, person TEXT NOT NULL);`;

/** Reads and writes; the registry notes the writes. */
export class Access extends Table {
  teams(): Team[] {
    return this.sql('SELECT * FROM teams ORDER BY name').map(({ name, services }) => ({
      name: String(name),
      services: JSON.parse(String(services)),
    }));
  }

  setTeam({ name, services }: Team): void {
    this.sql('INSERT OR REPLACE INTO teams (name, services) VALUES (?, ?)', name, JSON.stringify(services));
  }

  deleteTeam(name: string): void {
    this.sql('DELETE FROM teams WHERE name = ?', name);
  }

  /** All tokens, those that are over too; the newest first. */
  tokens(): Token[] {
    return this.sql('SELECT token, last_used_at FROM tokens')
      .map(tokenOf)
      .sort((a, b) => b.createdAt - a.createdAt);
  }

  token(id: string): Token | undefined {
    const [row] = this.sql('SELECT token, last_used_at FROM tokens WHERE id = ?', id);
    return row === undefined ? undefined : tokenOf(row);
  }

  /** Puts a token in, or another state of one. */
  setToken(token: Token, hash?: string): void {
    if (hash === undefined) this.sql('UPDATE tokens SET token = ? WHERE id = ?', JSON.stringify(token), token.id);
    else this.sql('INSERT INTO tokens (id, hash, token) VALUES (?, ?, ?)', token.id, hash, JSON.stringify(token));
  }

  people(): Person[] {
    return this.sql('SELECT person FROM people ORDER BY who').map(({ person }) => JSON.parse(String(person)));
  }

  setPerson(person: Person): void {
    this.sql('INSERT OR REPLACE INTO people (who, person) VALUES (?, ?)', person.who, JSON.stringify(person));
  }

  deletePerson(who: string): void {
    this.sql('DELETE FROM people WHERE who = ?', who);
  }

  /** Whose token it is. Takes the same time whatever the hash is. */
  authenticate({ id, hash }: Credential, now: number): Known {
    const [row] = this.sql('SELECT hash, token, last_used_at FROM tokens WHERE id = ?', id);
    const stored = row === undefined ? '' : String(row.hash);
    if (!isSame(hash, stored.padEnd(hash.length, '-')) || row === undefined) return { ok: false, why: 'unknown' };
    const token = tokenOf(row);
    if (token.revokedAt !== null) return { ok: false, why: 'revoked' };
    if (token.expiresAt !== null && token.expiresAt <= now) return { ok: false, why: 'expired' };
    if (now - (token.lastUsedAt ?? 0) >= LAST_USE_MS) this.sql('UPDATE tokens SET last_used_at = ? WHERE id = ?', now, id);
    return { ok: true, actor: this.actor(`token:${token.name}`, token) };
  }

  /**
   * Who comes by Cloudflare Access: the entry of the address, or else the one of its groups with the highest role. A team takes
   * nothing from an owner by a group.
   */
  identify(email: string, groups: readonly string[]): Actor | null {
    const people = this.people();
    const ofGroups = people.filter(({ who }) => groups.some((group) => who === `group:${group}`));
    // Of the same role the one without a team: so that no team makes less of an owner by a group that all are in.
    const rank = ({ role, ...reach }: Person) => 2 * ROLES.indexOf(role) + Number(isOwner(reach));
    const [highest] = ofGroups.sort((a, b) => rank(b) - rank(a));
    const address = lowered(email);
    const own = people.find(({ who }) => who === address);
    // Nor by an address: any team may give one a role.
    const staysOwner = highest !== undefined && isOwner(highest) && own !== undefined && own.team !== null;
    const person = staysOwner ? highest : (own ?? highest);
    return person === undefined ? null : this.actor(address, person);
  }

  private actor(name: string, { role, ...reach }: Reach & { readonly role: Role }): Actor {
    return actorOf(name, role, reach, this.teams());
  }
}

function tokenOf({ token, last_used_at: at }: SqlRow): Token {
  return { ...JSON.parse(String(token)), lastUsedAt: at === null || at === undefined ? null : Number(at) };
}
