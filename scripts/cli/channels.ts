// `sluice channels`: list, make, change, remove and test those who are told of events, and whom hooks ask. Their secrets go in and
// never come out again, but for the one that a new webhook is signed with, which is printed once.
import { type Command, Option } from 'commander';
import type { ChannelSetView, ChannelTestView, ChannelView } from '../../control/api/types.ts';
import { testText } from '../../control/setting-words.ts';
import { count } from '../../control/words.ts';
import { addResend, addSent } from './channel-messages.ts';
import { EVENTS_HELP, pathOf, secretOf, type TellOptions, telling, urlOf } from './channel-options.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { nextLines } from './layout.ts';
import { type ChangeOptions, changes, confirm, reads } from './options.ts';
import { lookOf, show } from './target.ts';
import { plain, wrap } from './text.ts';
import { channelsLines, channelWords, quoted, setLines } from './view-channels.ts';

type Kind = ChannelView['kind'];
type AddOptions = TellOptions & { readonly kind: Kind };
type SetOptions = TellOptions & { readonly name?: string };

/** Any of these is a change. */
const CHANGES = ['name', 'url', 'urlEnv', 'to', 'secretEnv', 'events', 'services', 'team'] as const;

const KINDS: readonly Kind[] = ['slack', 'discord', 'google_chat', 'webhook', 'email'];

/** Declares `channels` and its verbs. */
export function addChannels(program: Command, shell: Shell): void {
  const channels = reads(program.command('channels').helpCommand(false))
    .description('who is told of events, and whom hooks ask: chats, webhooks, e-mail')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await shell.client().call<{ channels: ChannelView[] }>('GET', '/channels');
      show(shell, json, answer, (tamed) => channelsLines(tamed.channels, lookOf(shell)));
    });
  addAdd(channels, shell);
  addSet(channels, shell);
  addRemove(channels, shell);
  addTest(channels, shell);
  addSent(channels, shell);
  addResend(channels, shell);
}

function addAdd(channels: Command, shell: Shell): void {
  const add = channels
    .command('add')
    .description('make a channel')
    .argument('<name>')
    .addOption(new Option('--kind <kind>', 'what it is').choices(KINDS).makeOptionMandatory());
  changes(telling(add), { asks: false })
    .addHelpText('after', EVENTS_HELP)
    .action(async (name: string, options: AddOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const { kind, to, events, services, team, reason } = options;
      const [url, secret] = [await urlOf(shell, options), secretOf(shell, options)];
      if (kind === 'email' ? to === undefined : url === undefined)
        throw new Failure(
          EXIT.usage,
          kind === 'email' ? 'A channel of e-mail needs addresses.' : `A channel of ${kind} needs the URL to post to.`,
          kind === 'email' ? 'Add --to ops@example.com' : 'Add --url-env <name>, or --url - and type it.',
        );
      const reach = { team: team || undefined, services: services?.length === 0 ? undefined : services };
      const asked = { name, kind, topics: events, ...reach, url, to, secret, reason };
      const made = await shell.client().call<ChannelSetView>('POST', '/channels', asked);
      show(shell, json, made, (tamed) => setLines(tamed, 'made', { ownSecret: secret !== undefined }, lookOf(shell)));
    });
}

function addSet(channels: Command, shell: Shell): void {
  const set = channels.command('set').description('change some of a channel; the rest stays').argument('<name>');
  telling(set.option('--name <text>', 'another name')).option('--no-team', "of every team's services, and the owners' to change");
  changes(set, { asks: false })
    .addHelpText('after', EVENTS_HELP)
    .action(async (given: string, options: SetOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      if (CHANGES.every((option) => options[option] === undefined))
        throw new Failure(EXIT.usage, 'Say what to change.', `sluice channels set ${quoted(given)} --events rolled_back,held`);
      const [url, secret] = [await urlOf(shell, options), secretOf(shell, options)];
      const before = await shell.client().call<ChannelView>('GET', pathOf(given));
      const asked = { ...toldOf(before, options), url, to: options.to, secret, reason: options.reason };
      const after = await shell.client().call<ChannelSetView>('PUT', pathOf(before.id), asked);
      show(shell, json, after, (tamed) => setLines(tamed, 'changed', { ownSecret: secret !== undefined }, lookOf(shell)));
    });
}

// The API takes all of it: what nobody says stays as it was.
function toldOf(before: ChannelView, { name, events, services, team }: SetOptions): object {
  return {
    name: name ?? before.name,
    topics: events ?? before.topics,
    services: services === undefined ? before.services : services.length === 0 ? null : services,
    team: team === undefined ? before.team : team || null,
  };
}

function addRemove(channels: Command, shell: Shell): void {
  changes(channels.command('remove').alias('delete'), { asks: true })
    .description('delete a channel, and what is still to be sent to it')
    .argument('<name>')
    .action(async (name: string, { reason, yes }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      await confirm(shell, yes, async () => question(await shell.client().call<ChannelView>('GET', pathOf(name))));
      const gone = await shell.client().call<ChannelView>('DELETE', pathOf(name), { reason });
      const look = lookOf(shell);
      show(shell, json, gone, (tamed) => [
        ...wrap(`Channel ${tamed.name} is removed, with what was still to be sent to it.`, look.width),
        ...nextLines(['sluice channels'], look),
      ]);
    });
}

function question(channel: ChannelView): string {
  const { name, waiting } = channel;
  const lost = waiting === 0 ? '' : ` ${count(waiting, 'message')} that ${waiting === 1 ? 'waits' : 'wait'} will not be sent.`;
  return `Remove channel ${name} (${channelWords(channel)})?${lost}`;
}

function addTest(channels: Command, shell: Shell): void {
  changes(channels.command('test'), { asks: false })
    .description('send a message now, once; exit 1 when it is not taken')
    .argument('<name>')
    .action(async (name: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const outcome = await shell.client().call<ChannelTestView>('POST', `${pathOf(name)}/test`, { reason });
      const look = lookOf(shell);
      const told = testText(name, outcome);
      if (json || outcome.ok)
        show(shell, json, outcome, () => [...wrap(plain(told), look.width), ...nextLines(['sluice channels'], look)]);
      if (!outcome.ok) throw new Failure(EXIT.failed, told, `sluice channels set ${quoted(name)} --help`);
    });
}
