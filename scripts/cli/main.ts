// The `sluice` command: every verb, the options of all, and the one place where a failure becomes a message and an exit code.
import { styleText } from 'node:util';
import { type Argument, Command, CommanderError } from 'commander';
import pkg from '../../package.json' with { type: 'json' };
import { accessOf } from './access.ts';
import { addActivate, addRotate } from './activate.ts';
import { addAudit } from './audit.ts';
import { addChannels } from './channels.ts';
import type { Format, Shell } from './cli.ts';
import { Client, Refused } from './client.ts';
import { addCurrentSlot } from './current-slot.ts';
import { addDeploy } from './deploy.ts';
import { addDeployments } from './deployments.ts';
import { addDoctor } from './doctor.ts';
import { EXIT, type ExitCode, Failure } from './failure.ts';
import { declareGlobals, type Globals, globalOptionsOf, passGlobals } from './globals.ts';
import { hintsFor } from './hints.ts';
import { type Io, type Output, processIo } from './io.ts';
import { typed } from './layout.ts';
import { addMe } from './me.ts';
import { addPeople } from './people.ts';
import { addPlans } from './plans.ts';
import { addPreview } from './preview.ts';
import { addRelease } from './release.ts';
import { addReleases } from './releases.ts';
import { addRemove } from './remove.ts';
import { addRollback } from './rollback.ts';
import { addSetWeight } from './set-weight.ts';
import { addSimulate } from './simulate.ts';
import { addSlos } from './slos.ts';
import { addStatus } from './status.ts';
import { addTeams } from './teams.ts';
import { plain, wrap } from './text.ts';
import { addTokens } from './tokens.ts';

const EXITS = `
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 rolled back or aborted
(release wait), 4 timed out, 5 cannot reach control.`;

/** Runs this process's command line. */
export async function main(): Promise<void> {
  // Not process.exit: what is still to be written to a pipe would be lost.
  process.exitCode = await run(process.argv.slice(2), processIo());
}

/**
 * Runs one command line, without the two words before the verb.
 * @returns its exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const program = programOf(io);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return isHelp(error) ? EXIT.done : EXIT.usage;
    if (!(error instanceof Failure)) throw error;
    tell(io.stderr, error, program.opts<Globals>().service);
    return error.code;
  }
}

function programOf(io: Io): Command {
  const program = new Command('sluice')
    .description('Moves the traffic of a Cloudflare Worker between its slots: weights, releases, rollback.')
    .version(pkg.version)
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: globalOptionsOf,
      minWidthToWrap: 30,
      styleTitle: (text) => painted(io.stdout, 'bold', text),
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(' '),
    })
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      getOutHelpWidth: io.stdout.columns,
      getErrHelpWidth: io.stderr.columns,
      getOutHasColors: () => io.stdout.colours,
      getErrHasColors: () => io.stderr.colours,
      outputError: (text, write) => write(`${painted(io.stderr, 'red', text.trimEnd())}\n`),
    })
    .showHelpAfterError('(add --help for what it takes)')
    .addHelpText('after', EXITS)
    .helpCommand(false)
    .exitOverride();
  declareGlobals(program);
  addVerbs(program, shellOf(program, io));
  program.commands.forEach(nameVerbs);
  passGlobals(program);
  return program;
}

function addVerbs(program: Command, shell: Shell): void {
  program.commandsGroup('Look:');
  for (const add of [addStatus, addCurrentSlot, addReleases, addDeployments, addAudit]) add(program, shell);
  program.commandsGroup('Release:');
  for (const add of [addRelease, addPlans, addSlos]) add(program, shell);
  program.commandsGroup('Move traffic at once:');
  for (const add of [addSetWeight, addActivate, addRotate, addRollback]) add(program, shell);
  program.commandsGroup('Versions:');
  for (const add of [addDeploy, addRemove, addPreview]) add(program, shell);
  program.commandsGroup('Tell and ask others:');
  addChannels(program, shell);
  program.commandsGroup('People and access:');
  for (const add of [addMe, addTokens, addTeams, addPeople]) add(program, shell);
  program.commandsGroup('Mend:');
  for (const add of [addDoctor, addSimulate]) add(program, shell);
}

// What is behind `teams` is meant for a verb: one that it does not have is no argument too many.
function nameVerbs(group: Command): void {
  if (group.commands.length === 0) return;
  group.allowExcessArguments().hook('preAction', (_, meant) => {
    const [given] = meant.args;
    if (meant !== group || given === undefined) return;
    const verbs = group.commands.map((verb) => verb.name()).join(', ');
    throw new Failure(EXIT.usage, `"${given}" is no verb of ${group.name()}: ${verbs}.`, `sluice ${group.name()} --help`);
  });
}

function shellOf(program: Command, { stdout, stderr, ...io }: Io): Shell {
  let client: Client | undefined;
  return {
    ...io,
    client: () => {
      client ??= new Client(accessOf(program.opts<Globals>(), io.env));
      return client;
    },
    print: (text) => stdout.write(`${text}\n`),
    warn: (text) => stderr.write(`${text}\n`),
    write: stdout.write,
    style: (format, text) => painted(stdout, format, text),
    service: () => program.opts<Globals>().service,
    live: stdout.isTerminal,
    columns: stdout.columns,
    rows: stdout.rows,
  };
}

function tell(stderr: Output, failure: Failure, service: string | undefined): void {
  const steps = failure instanceof Refused ? hintsFor(failure, service) : (failure.next?.split('\n') ?? []);
  for (const text of harmless(failure.message, stderr)) stderr.write(`${painted(stderr, 'red', text)}\n`);
  steps.forEach((step, i) => {
    stderr.write(`${painted(stderr, 'dim', i === 0 ? 'Next  ' : '      ')}${typed(plain(step))}\n`);
  });
}

// A message of several lines stays one; all else that could steer the terminal does not.
function harmless(message: string, { isTerminal, columns }: Output): string[] {
  const lines = message.split('\n').map(plain);
  return isTerminal ? lines.flatMap((text) => wrap(text, columns())) : lines;
}

function painted({ colours }: Output, format: Format, text: string): string {
  return colours ? styleText(format, text, { validateStream: false }) : text;
}

function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version';
}

function termOf(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}
