// The channels in the registry's SQLite: whom to tell of announcements. Only shown forms leave this part, but to the courier.
import type { ShownChannel } from './core/channel.ts';
import {
  type AskedChannel,
  type Channel,
  type ChannelMistake,
  channelMistakes,
  type Surroundings,
  shown,
} from './notify/channel.ts';
import { newSecret } from './notify/sign.ts';
import { Table } from './table.ts';

/** Why a channel was not set. */
export type ChannelRefusal =
  | { readonly ok: false; readonly reason: 'unknown-channel' }
  | { readonly ok: false; readonly reason: 'invalid-channel'; readonly mistakes: readonly ChannelMistake[] };

const MAX_CHANNELS = 50;

/** All reads and writes of channels. */
export class Channels extends Table {
  private readonly around: Surroundings;

  constructor(storage: DurableObjectStorage, around: Surroundings) {
    super(storage);
    this.around = around;
  }

  /** All of them, secrets included, in the order of their making. */
  all(): Channel[] {
    return this.sql('SELECT channel FROM channels ORDER BY rowid').map((row) => JSON.parse(String(row.channel)));
  }

  /** One of them, secrets included. */
  get(id: string): Channel | undefined {
    const [row] = this.sql('SELECT channel FROM channels WHERE id = ?', id);
    return row === undefined ? undefined : JSON.parse(String(row.channel));
  }

  /** One of them, as it is shown. */
  shown(id: string): ShownChannel | null {
    const channel = this.get(id);
    return channel === undefined ? null : shown(channel);
  }

  /** The channel that is asked for, made whole of the one before it, or why it cannot be. Nothing is stored yet. */
  prepared(asked: AskedChannel, actor: string, now: number): { readonly ok: true; readonly channel: Channel } | ChannelRefusal {
    const before = asked.id === null ? undefined : this.get(asked.id);
    if (asked.id !== null && before === undefined) return { ok: false, reason: 'unknown-channel' };
    const { name, kind, topics, services, team } = asked;
    const channel: Channel = {
      id: before?.id ?? crypto.randomUUID(),
      ...{ name, kind, topics, services, team },
      url: asked.url ?? before?.url ?? null,
      to: asked.to ?? before?.to ?? null,
      secret: asked.secret ?? before?.secret ?? (kind === 'webhook' ? newSecret() : null),
      origin: asked.origin ?? before?.origin ?? null,
      createdAt: before?.createdAt ?? now,
      createdBy: before?.createdBy ?? actor,
    };
    const mistakes = [...this.clashes(channel, before), ...channelMistakes(channel, this.around)];
    return mistakes.length === 0 ? { ok: true, channel } : { ok: false, reason: 'invalid-channel', mistakes };
  }

  /** Stores a channel, in place of the one of its id. That its receiver asked to be left alone is forgotten. */
  save(channel: Channel): void {
    this.sql(
      'INSERT INTO channels (id, channel) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET channel = ?2, quiet_until = 0',
      channel.id,
      JSON.stringify(channel),
    );
  }

  /** Nothing goes to a channel until then, ms. */
  hush(id: string, until: number): void {
    this.sql('UPDATE channels SET quiet_until = ? WHERE id = ?', until, id);
  }

  /** Deletes a channel. */
  delete(id: string): void {
    this.sql('DELETE FROM channels WHERE id = ?', id);
  }

  private clashes(channel: Channel, before: Channel | undefined): ChannelMistake[] {
    const others = this.all().filter(({ id }) => id !== channel.id);
    const mistakes: (ChannelMistake | false)[] = [
      before !== undefined &&
        before.kind !== channel.kind && { path: 'kind', message: `A channel stays ${before.kind}; make another one.` },
      others.some(({ name }) => name === channel.name) && { path: 'name', message: 'There is a channel of that name.' },
      others.length >= MAX_CHANNELS && {
        path: 'name',
        message: `There are ${MAX_CHANNELS} channels, which is all there can be.`,
      },
    ];
    return mistakes.filter((mistake) => mistake !== false);
  }
}
