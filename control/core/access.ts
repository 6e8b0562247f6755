// Who may do what: roles, and the services somebody reaches. Pure.

/** From the least to the most: read; move traffic; set what is judged by, and who may do what. */
export const ROLES = ['viewer', 'deployer', 'admin'] as const;

/** What somebody may do. Each role may do what those before it may. */
export type Role = (typeof ROLES)[number];

/** What somebody may reach. An owner belongs to no team, and reaches all. */
export interface Reach {
  readonly team: string | null;
  /** `null`: every service of the team, or of all where there is no team. */
  readonly services: readonly string[] | null;
}

/** Who calls. */
export interface Actor {
  /** `admin` (the secret), `token:<name>`, or an e-mail address. */
  readonly name: string;
  readonly role: Role;
  readonly team: string | null;
  /** Services that are reached by now; `null` for all. */
  readonly services: readonly string[] | null;
  /** The only services that are reached, whatever the team owns; `null` where it is all of them. */
  readonly only: readonly string[] | null;
}

/** A team, and the services it owns. */
export interface Team {
  readonly name: string;
  readonly services: readonly string[];
}

/** Whoever holds the secret `ADMIN_TOKEN`. */
export const SECRET_HOLDER: Actor = { name: 'admin', role: 'admin', team: null, services: null, only: null };

/** An e-mail address as it is compared. A to Z alone: other letters have no case that is certain, and K (U+212A) is no k. */
export function lowered(email: string): string {
  return email.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether a role is enough where another is needed. */
export function isEnough(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Whether somebody reaches a service. */
export function reaches({ services }: Pick<Actor, 'services'>, service: string): boolean {
  return services === null || services.includes(service);
}

/** Whether somebody belongs to no team, and reaches all. */
export function isOwner({ team, services }: Pick<Actor, 'team' | 'services'>): boolean {
  return team === null && services === null;
}

/** Whether what belongs to a team (`null`: to the owners) is somebody's to change. */
export function isOf(actor: Pick<Actor, 'team' | 'services'>, team: string | null): boolean {
  return isOwner(actor) || (actor.team !== null && actor.team === team);
}

/** The services of a reach by now: a team may have got others, or be gone. */
export function servicesOf({ team, services }: Reach, teams: readonly Team[]): readonly string[] | null {
  if (team === null) return services;
  const owned = teams.find(({ name }) => name === team)?.services ?? [];
  return services === null ? owned : services.filter((service) => owned.includes(service));
}

/** Somebody of a role and a reach, as they are by now. */
export function actorOf(name: string, role: Role, { team, services: only }: Reach, teams: readonly Team[]): Actor {
  return { name, role, team, services: servicesOf({ team, services: only }, teams), only };
}

/** Whether somebody may give such a reach away: nobody gives more than they have, whatever the team gets later. */
export function covers(actor: Actor, { team, services }: Reach): boolean {
  if (isOwner(actor)) return true;
  const { only } = actor;
  return team === actor.team && (only === null || (services?.every((service) => only.includes(service)) ?? false));
}
