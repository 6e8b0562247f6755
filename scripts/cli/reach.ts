// Options of who somebody is to be: a role, a team, services.
import { type Command, Option } from 'commander';
import type { Role } from '../../control/api/types.ts';
import { DUTIES } from '../../control/setting-words.ts';
import { list } from './options.ts';

/** The options that `reaching` declares. */
export interface ReachOptions {
  readonly role: Role;
  /** `false` for none. */
  readonly team?: string | false;
  readonly services?: readonly string[];
}

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
