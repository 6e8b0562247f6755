// Options and arguments that several verbs take, and the question that some put before they act.
import { type Command, InvalidArgumentError } from 'commander';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { plain } from './text.ts';

/** Of every verb that changes something. */
export interface ChangeOptions {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Declares --reason and --json; and --yes where the verb asks first. */
export function changes(command: Command, { asks }: { readonly asks: boolean }): Command {
  command.option('-m, --reason <text>', 'why, for the audit');
  if (asks) command.option('-y, --yes', 'do not ask');
  return command.option('--json', "print the API's answer");
}

/** Declares --json of a verb that reads. */
export function reads(command: Command): Command {
  return command.option('--json', "print the API's answer as JSON");
}

/** Makes the question; `undefined` when there is nothing to ask. */
export type Question = () => Promise<string | undefined> | string;

/**
 * Lets a person on a terminal say no; elsewhere, and with --yes, goes on.
 * @throws Failure when they do
 */
export async function confirm(shell: Shell, yes: boolean | undefined, question: Question): Promise<void> {
  if (yes === true || shell.ask === undefined) return;
  const asked = await question();
  if (asked === undefined) return;
  const answer = await shell.ask(`${plain(asked)} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(EXIT.failed, 'Nothing was changed.');
}

/** @throws InvalidArgumentError unless it is a whole number from 1 on */
export function natural(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return Number(text);
}

/** @throws InvalidArgumentError unless it is a whole number from 0 on */
export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}

/** Names with commas between them. @throws InvalidArgumentError where one is empty or stands twice */
export function list(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('It must be names with commas between them, such as app,shop.');
  if (new Set(names).size < names.length) throw new InvalidArgumentError('It must name each once.');
  return names;
}

/** @throws InvalidArgumentError unless it is a number above 0 */
export function seconds(text: string): number {
  if (!/^\d{1,9}(\.\d+)?$/.test(text) || Number(text) <= 0)
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return Number(text);
}

/** @throws InvalidArgumentError unless it is from 1 to 1000 */
export function limit(text: string): number {
  const number = natural(text);
  if (number > 1000) throw new InvalidArgumentError('It must be from 1 to 1000.');
  return number;
}
