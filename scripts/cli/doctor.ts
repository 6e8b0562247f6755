// `sluice doctor`: looks at the files, at control, the public route and the platform, and says what is not as it should be.
import type { Command } from 'commander';
import { diagnose, type Group } from '../doctor/diagnose.ts';
import { gather } from '../doctor/gather.ts';
import { linesOf, summaryOf } from '../doctor/print.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './failure.ts';

/** Adds the verb `doctor`. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('check configs, control, the public route and what is deployed, and say what to mend')
    .option('--offline', 'look at the files only')
    .option('--json', 'print the findings as JSON')
    .action(async ({ offline, json }: { offline?: true; json?: true }) => {
      const groups = await examine(cli, offline === true);
      const findings = groups.flatMap((group) => group.findings);
      if (json) cli.print(JSON.stringify({ findings }, null, 2));
      else for (const line of [...linesOf(groups, cli.style), summaryOf(findings)]) cli.print(line);
      const errors = findings.filter(({ level }) => level === 'error');
      if (errors.length > 0) throw new Failure(EXIT.failed, `doctor found ${summaryOf(errors).replace(/,.*/, '')}.`);
    });
}

/** A project that cannot be read is a finding too. */
async function examine(cli: Cli, offline: boolean): Promise<Group[]> {
  const client = offline ? undefined : cli.client();
  try {
    return diagnose(await gather({ root: cli.root, env: cli.env, client }));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what = error.message.replace(/\s+/g, ' ');
    const finding = { check: 'project', level: 'error', what, remedy: 'Mend that file, and run doctor again.' } as const;
    return [{ title: 'Files', findings: [finding] }];
  }
}
