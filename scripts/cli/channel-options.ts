// What a channel is told, and where: the options of `channels add` and `channels set`. The URL of a chat is a secret, so that it may
// come from elsewhere than the command line, which shells remember.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ChannelView } from '../../control/api/types.ts';
import { EVENTS } from '../../control/setting-words.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { type ChangeOptions, list } from './options.ts';

type Event = ChannelView['topics'][number];

/** The options that `telling` declares. */
export interface TellOptions extends ChangeOptions {
  readonly url?: string;
  readonly urlEnv?: string;
  readonly to?: readonly string[];
  readonly secretEnv?: string;
  readonly events?: readonly Event[];
  /** None: all. */
  readonly services?: readonly string[];
  /** `false` for none. */
  readonly team?: string | false;
}

const WIDEST_EVENT = Math.max(...Object.keys(EVENTS).map((name) => name.length));

/** Below the help of a verb: the events there are. */
export const EVENTS_HELP = [
  '\nEvents:',
  ...Object.entries(EVENTS).map(([name, what]) => `  ${name.padEnd(WIDEST_EVENT)}  ${what}`),
].join('\n');

/** Declares the options of what a channel is. */
export function telling(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'where to post; "-" reads it. Where control is goes before "channels"').conflicts([
        'urlEnv',
        'to',
      ]),
    )
    .addOption(new Option('--url-env <name>', 'the variable that holds it').conflicts('to'))
    .option('--to <list>', 'e-mail addresses', list)
    .option('--secret-env <name>', 'the variable with what a webhook is signed with, whsec_…')
    .option('--events <list>', 'of what it is told, such as rolled_back,held; or all', events)
    .option('--services <list>', 'of which services, such as app,shop; or all', services)
    .option('--team <name>', "only of a team's services, and theirs to change");
}

/**
 * Where to post: what was typed, a variable, or what comes on standard input; `undefined` where none of them was named.
 * @throws Failure (usage) when nothing is there
 */
export async function urlOf(shell: Shell, { url, urlEnv }: Pick<TellOptions, 'url' | 'urlEnv'>): Promise<string | undefined> {
  if (urlEnv !== undefined) return variable(shell, urlEnv);
  if (url !== '-') return url;
  const [text = ''] = (shell.ask === undefined ? await shell.input() : await shell.ask('URL: ')).trim().split('\n', 1);
  if (text !== '') return text.trim();
  throw new Failure(EXIT.usage, 'No URL came on standard input.', 'echo "$URL" | sluice channels … --url -');
}

/** What a webhook is to be signed with, if somebody says. @throws Failure (usage) when nothing is there */
export function secretOf({ env }: Shell, { secretEnv }: Pick<TellOptions, 'secretEnv'>): string | undefined {
  return secretEnv === undefined ? undefined : variable({ env }, secretEnv);
}

/** The place of a channel in the API. */
export function pathOf(name: string): string {
  return `/channels/${encodeURIComponent(name)}`;
}

function variable({ env }: Pick<Shell, 'env'>, name: string): string {
  const value = env[name]?.trim() ?? '';
  if (value === '') throw new Failure(EXIT.usage, `The variable ${name} is not set, or is empty.`);
  return value;
}

function events(text: string): Event[] {
  if (text.trim() === 'all') return Object.keys(EVENTS) as Event[];
  const names = list(text).map((name) => name.replaceAll('-', '_'));
  const isEvent = (name: string): name is Event => Object.hasOwn(EVENTS, name);
  const unknown = names.find((name) => !isEvent(name));
  if (unknown === undefined) return names.filter(isEvent);
  throw new InvalidArgumentError(`There is no event ${unknown}. Events: ${Object.keys(EVENTS).join(', ')}; or all.`);
}

function services(text: string): string[] {
  return text.trim() === 'all' ? [] : list(text);
}
