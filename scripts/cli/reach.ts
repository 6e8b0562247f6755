// Options of who somebody is to be: a role, a team, services. And what they come to, in words.
import { type Command, Option } from 'commander';
import type { PersonView, Role } from '../../control/api/types.ts';
import { list } from './options.ts';

/** The options that `reaching` declares. */
export interface ReachOptions {
  readonly role: Role;
  /** `false` for none. */
  readonly team?: string | false;
  readonly services?: readonly string[];
}

/** Which services somebody reaches; `null` for all of the team, and of all teams where there is none. */
type Reach = Pick<PersonView, 'team' | 'services'>;

// From the least to the most.
const DUTIES: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  deployer: 'reads, and moves traffic',
  admin: 'reads, moves traffic, sets objectives and plans, gives access',
};

/** Declares --role, --team and --services. */
export function reaching(command: Command): Command {
  const roles = Object.keys(DUTIES);
  return command
    .addOption(
      new Option('--role <role>', 'viewer reads, deployer moves traffic, admin does all').choices(roles).makeOptionMandatory(),
    )
    .option('--team <name>', 'the team it is of')
    .option('--services <list>', 'only these of its services, such as app,shop', list);
}

/** What a role may do. */
export function dutyOf(role: Role): string {
  return DUTIES[role];
}

/** `all services`, `team shop`, `team shop (app)`, or the services. */
export function reachText({ team, services }: Reach): string {
  if (team === null) return services === null ? 'all services' : services.join(', ');
  return services === null ? `team ${team}` : `team ${team} (${services.join(', ')})`;
}
