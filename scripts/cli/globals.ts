// The options that every verb takes: where control is, its token, the service. They stand before the verb or behind it; where a
// verb has an option of such a name for something else, that is meant behind it.
import type { EventEmitter } from 'node:events';
import { type Command, Help, Option } from 'commander';

/** Their values. */
export interface Globals {
  readonly url?: string;
  readonly token?: string;
  readonly service?: string;
}

/** Declares them, before any verb is. */
export function declareGlobals(program: Command): void {
  program
    .option('--url <url>', 'where control is; SLUICE_URL, or the local run')
    .option('--token <token>', 'its token; SLUICE_TOKEN, or that of the local run')
    .option('--service <name>', 'the service; the only one if left out')
    .enablePositionalOptions();
}

/** Has every verb take them, once all verbs are declared. */
export function passGlobals(program: Command): void {
  // A command tells of each option that it meets, and takes its value in when told: its types do not say the latter.
  const taker = program as unknown as EventEmitter;
  for (const command of within(program))
    for (const option of program.options.filter((one) => !has(command, one))) {
      command.addOption(new Option(option.flags).hideHelp());
      command.on(`option:${option.name()}`, (value: string) => taker.emit(`option:${option.name()}`, value));
    }
}

/** For the help of a verb: what it takes beside its own options. */
export function globalOptionsOf(this: Help, command: Command): Option[] {
  return Help.prototype.visibleGlobalOptions.call(this, command).filter((option) => !has(command, option, { shown: true }));
}

function within(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...within(one)]);
}

function has(command: Command, { long }: Option, { shown = false } = {}): boolean {
  return command.options.some((own) => own.long === long && !(shown && own.hidden));
}
