// `sluice doctor`: looks at the files, at control, the public route and the platform, and says what is not as it should be.
import type { Command } from 'commander';
import { diagnose, type Group } from '../doctor/diagnose.ts';
import { gather } from '../doctor/gather.ts';
import { linesOf, summaryOf } from '../doctor/print.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { localControl } from './local.ts';
import { jsonOf, tame } from './text.ts';

interface Options {
  readonly offline?: boolean;
  readonly json?: boolean;
  /** Of all verbs. */
  readonly url?: string;
}

/** Declares `doctor`. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check configs, control, the public route and what is deployed, and say what to mend')
    .option('--offline', 'look at the files only')
    .option('--json', 'print the findings as JSON')
    .action(async ({ json }: Options, command: Command) => {
      const groups = await examine(cli, command.optsWithGlobals<Options>());
      const findings = groups.flatMap((group) => group.findings);
      const lines = () => [...linesOf(tame(groups), cli.style), summaryOf(findings)];
      cli.print(json ? jsonOf({ findings }) : lines().join('\n'));
      const errors = findings.filter(({ level }) => level === 'error');
      if (errors.length > 0) throw new Failure(EXIT.failed, `doctor found ${summaryOf(errors).replace(/,.*/, '')}.`);
    });
}

/** A project that cannot be read is a finding too. */
async function examine({ root, env, client }: Cli, { offline = false, url }: Options): Promise<Group[]> {
  try {
    return diagnose(await gather({ root, env, offline, client, url: url || env.SLUICE_URL || localControl(env) }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what = error.message.replace(/\s+/g, ' ');
    const finding = { check: 'project', level: 'error', what, remedy: 'Mend that file, and run doctor again.' } as const;
    return [{ title: 'Files', findings: [finding] }];
  }
}
