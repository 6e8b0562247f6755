// Channels, and what was sent to them, as lists: a row, and below it what a row has no room for. Pure.

import type { ChannelSetView, ChannelView, DeliveryView } from '../../control/api/types.ts';
import { attemptsText, eventsText, reachText } from '../../control/setting-words.ts';
import { ago } from '../../control/words.ts';
import type { Format } from './cli.ts';
import { type Cell, type Column, isTabular, type Look, nextLines, paragraphs, table } from './layout.ts';
import { wrap } from './text.ts';

/** A row, and what is said below it. */
type Row = readonly [cells: readonly Cell[], below: string];
type Shown = Pick<ChannelView, 'kind' | 'url' | 'to' | 'topics' | 'team' | 'services'>;

const INDENT = 2;
const STATE_FORMAT: Readonly<Record<DeliveryView['state'], Format>> = { waiting: 'yellow', delivered: 'green', dead: 'red' };

/** Channels, and of what each is told; whether something has not arrived there. */
export function channelsLines(channels: readonly ChannelView[], look: Look): string[] {
  const [first] = channels;
  if (first === undefined) return ['Nobody is told of events yet.', ...nextLines(['sluice channels add --help'], look)];
  const columns = [{ title: 'CHANNEL' }, { title: 'KIND' }, { title: 'TO', yields: true } as const];
  const anyLeft = channels.some(({ waiting, dead }) => waiting + dead > 0);
  const rows = channels.map((channel): Row => {
    const { name, kind } = channel;
    const cells: Cell[] = [['bold', name], kind, toText(channel), ...(anyLeft ? [unsentCell(channel)] : [])];
    return [cells, toldText(channel)];
  });
  const troubled = channels.find(({ dead }) => dead > 0);
  const next =
    troubled === undefined ? `channels test ${quoted(first.name)}` : `channels sent ${quoted(troubled.name)} --state dead`;
  return [
    ...rowsLines([...columns, ...(anyLeft ? [{ title: 'UNSENT' }] : [])], rows, look),
    '',
    ...nextLines([`sluice ${next}`], look),
  ];
}

/** A channel that was made or changed, and the secret that a new webhook is signed with. */
export function setLines(
  channel: ChannelSetView,
  done: 'made' | 'changed',
  { ownSecret }: { readonly ownSecret: boolean },
  look: Look,
): string[] {
  const { name, secret } = channel;
  const next = nextLines([`sluice channels test ${quoted(name)}`], look);
  const told = wrap(`Channel ${name} is ${done}: ${channelWords(channel)}; ${toldText(channel)}.`, look.width);
  if (secret === null || ownSecret) return [...told, ...next];
  const keep =
    'What is sent there is signed with it (Standard Webhooks). It is shown only now: keep it where the receiver reads it.';
  // Never broken or clipped: it is there to be copied.
  return [...told, '', secret, '', ...wrap(keep, look.width), ...next];
}

/** `slack to hooks.slack.com/…`. */
export function channelWords(channel: Pick<Shown, 'kind' | 'url' | 'to'>): string {
  return `${channel.kind} to ${toText(channel)}`;
}

/** What was sent to a channel, or is to be. */
export function sentLines(
  deliveries: readonly DeliveryView[],
  { name, state }: { readonly name: string; readonly state: DeliveryView['state'] | undefined },
  look: Look,
): string[] {
  if (deliveries.length === 0)
    return [
      ...wrap(state === undefined ? `Nothing was sent to ${name} yet.` : `No message to ${name} is ${state}.`, look.width),
      ...nextLines([`sluice channels test ${quoted(name)}`], look),
    ];
  const columns = [
    { title: 'WHEN' },
    { title: 'EVENT' },
    { title: 'SERVICE' },
    { title: 'STATE' },
    { title: 'MESSAGE', whole: true } as const,
  ];
  const rows = deliveries.map((delivery): Row => {
    const { createdAt, topic, service, state: is } = delivery;
    return [
      [ago(createdAt, look.now), topic, service, [STATE_FORMAT[is], is], messageOf(delivery)],
      attemptsText(delivery, look.now),
    ];
  });
  const dead = deliveries.find((delivery) => delivery.state === 'dead');
  const next = dead === undefined ? [] : ['', ...nextLines([`sluice channels resend ${quoted(name)} ${messageOf(dead)}`], look)];
  return [...rowsLines(columns, rows, look), ...next];
}

/** What `resend` takes: the id without that of its channel. */
export function messageOf({ id, channel }: Pick<DeliveryView, 'id' | 'channel'>): string {
  return id.endsWith(`_${channel}`) ? id.slice(0, -channel.length - 1) : id;
}

/** A name as a shell takes it. */
export function quoted(name: string): string {
  return /^[\w.@:+,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

function toText({ url, to }: Pick<Shown, 'url' | 'to'>): string {
  return url ?? to?.join(', ') ?? '';
}

function toldText({ topics, ...reach }: Shown): string {
  return `told of ${eventsText(topics)} of ${reachText(reach)}`;
}

function unsentCell({ waiting, dead }: ChannelView): Cell {
  const parts = [...(dead > 0 ? [`${dead} dead`] : []), ...(waiting > 0 ? [`${waiting} waiting`] : [])];
  return [dead > 0 ? 'red' : 'yellow', parts.join(', ')];
}

function rowsLines(columns: readonly Column[], rows: readonly Row[], look: Look): string[] {
  const belowLines = (below: string) =>
    wrap(below, look.width - INDENT).map((text) => look.style('dim', ' '.repeat(INDENT) + text));
  const all = rows.map(([cells]) => cells);
  if (!isTabular(columns, all, look))
    return rows.flatMap(([cells, below]) => [...paragraphs(columns, [cells], look), ...belowLines(below)]);
  const [titles = '', ...lines] = table(columns, all, look);
  return [titles, ...lines.flatMap((text, i) => [text, ...belowLines(rows[i]?.[1] ?? '')])];
}
