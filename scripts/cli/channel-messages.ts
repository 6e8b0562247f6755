// `sluice channels sent` and `resend`: what became of each message to a channel, and one that was given up sent again.
import { type Command, Option } from 'commander';
import type { ChannelView, DeliveryView } from '../../control/api/types.ts';
import { pathOf } from './channel-options.ts';
import type { Shell } from './cli.ts';
import { Refused } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { nextLines } from './layout.ts';
import { type ChangeOptions, changes, natural, reads } from './options.ts';
import { lookOf, show } from './target.ts';
import { plain, wrap } from './text.ts';
import { messageOf, quoted, sentLines } from './view-channels.ts';

type State = DeliveryView['state'];

const STATES: readonly State[] = ['waiting', 'delivered', 'dead'];

/** Declares `channels sent`. */
export function addSent(channels: Command, shell: Shell): void {
  reads(channels.command('sent'))
    .description('what was sent to a channel or is to be, the newest first')
    .argument('<name>')
    .addOption(new Option('--state <state>', 'only these; dead ones were given up').choices(STATES))
    .option('--limit <n>', 'how many at most, up to 200', natural, 20)
    .action(async (name: string, { state, limit }: { state?: State; limit: number }, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const query = new URLSearchParams({ limit: String(limit), ...(state === undefined ? {} : { state }) });
      const path = `${pathOf(name)}/deliveries?${query}`;
      const answer = await shell.client().call<{ deliveries: DeliveryView[] }>('GET', path);
      show(shell, json, answer, (tamed) => sentLines(tamed.deliveries, { name: plain(name), state }, lookOf(shell)));
    });
}

/** Declares `channels resend`. */
export function addResend(channels: Command, shell: Shell): void {
  changes(channels.command('resend'), { asks: false })
    .description('send a dead message again, as it was')
    .argument('<name>')
    .argument('<message>', 'as `channels sent` shows it')
    .action(async (name: string, message: string, { reason }: ChangeOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const { id } = await shell.client().call<ChannelView>('GET', pathOf(name));
      const whole = message.endsWith(`_${id}`) ? message : `${message}_${id}`;
      const path = `${pathOf(id)}/deliveries/${encodeURIComponent(whole)}/redeliver`;
      const sent = await shell
        .client()
        .call<DeliveryView>('POST', path, { reason })
        .catch((error: unknown) => {
          // The API names the message by its whole id, which nobody typed.
          if (!(error instanceof Refused) || error.reason !== 'unknown-delivery') throw error;
          throw new Failure(EXIT.failed, `There is no message "${message}" to ${name}.`, `sluice channels sent ${quoted(name)}`);
        });
      const look = lookOf(shell);
      show(shell, json, sent, (tamed) => [
        ...wrap(`Message ${messageOf(tamed)} (${tamed.topic} of ${tamed.service}) is sent again.`, look.width),
        ...nextLines([`sluice channels sent ${quoted(plain(name))}`], look),
      ]);
    });
}
