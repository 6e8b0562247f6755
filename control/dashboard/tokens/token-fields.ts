// A token as a form has it, and what the API takes. Pure.
import type { Role } from '../../api/types.ts';
import { isEnough, ROLES } from '../../core/access.ts';
import { numberOf } from '../figures.ts';

const DAY_SECONDS = 86_400;

/** A token that is to be made. */
export interface TokenFields {
  readonly name: string;
  readonly role: Role;
  /** Empty: the team of whoever makes it. */
  readonly team: string;
  /** `null`: all. */
  readonly services: readonly string[] | null;
  /** How long it is good; without a meaning where it is good for ever. */
  readonly days: string;
  readonly isForEver: boolean;
  readonly reason: string;
}

/** What a new token begins with. */
export const NEW_TOKEN: TokenFields = {
  ...{ name: '', role: 'deployer', team: '', services: null },
  ...{ days: '90', isForEver: false, reason: '' },
};

/** The roles that somebody may give away, from the least to the most. */
export function rolesFor(role: Role): Role[] {
  return ROLES.filter((one) => isEnough(role, one));
}

/** What a form comes to; checked by nothing yet. */
export function bodyOf({ name, role, team, services, days, isForEver, reason }: TokenFields) {
  const asked = numberOf(days);
  const forSeconds = typeof asked === 'number' ? Number((asked * DAY_SECONDS).toPrecision(12)) : (asked ?? '');
  return {
    name: name.trim(),
    role,
    team: team || undefined,
    services,
    forSeconds: isForEver ? null : forSeconds,
    reason: reason.trim() || null,
  };
}
