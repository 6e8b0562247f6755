// The API of channels: whom to tell of what, and what became of it. Secrets go in, and never come out again.
import type { z } from 'zod';
import type { ChannelRefusal } from '../channels.ts';
import { TOPICS } from '../core/announcement.ts';
import type { ShownChannel } from '../core/channel.ts';
import type { Delivery } from '../deliveries.ts';
import type { AskedChannel } from '../notify/channel.ts';
import { registryOf } from '../registry.ts';
import { by, type Ctx } from './call.ts';
import {
  channelAnswer,
  channel as channelAsSet,
  channelBody,
  channelChangeBody,
  channelParams,
  channelSetAnswer,
  channelsAnswer,
  deliveriesAnswer,
  deliveriesQuery,
  delivery as deliveryAnswer,
  deliveryParams,
  testAnswer,
} from './channel-schemas.ts';
import { type Api, endpoint } from './endpoint.ts';
import { ApiProblem } from './errors.ts';
import { channelOf, channelsFor, givenReach } from './reach.ts';
import { reasonBody } from './schemas.ts';
import { iso, isoOrNull } from './units.ts';

const tag = 'Channels';
const ONE = '/v1/channels/:id';

/** Puts the routes on the API. */
export function addChannels(api: Api): void {
  const list = { id: 'listChannels', summary: 'Where announcements go, without secrets.', answer: channelsAnswer } as const;
  endpoint(api, { method: 'get', path: '/v1/channels', tag, role: 'viewer', ...list }, async (c) => {
    return { channels: (await channelsFor(c)).map(await listedView(c)) };
  });
  const get = { id: 'getChannel', summary: 'A channel.', params: channelParams, answer: channelAnswer } as const;
  endpoint(api, { method: 'get', path: ONE, tag, role: 'viewer', ...get }, async (c, { params }) => {
    return (await listedView(c))(await found(c, params.id));
  });
  addWrites(api);
  addSending(api);
}

function addWrites(api: Api): void {
  const make = { id: 'createChannel', summary: 'Make a channel.', body: channelBody, statuses: [201] } as const;
  const set = { answer: channelSetAnswer, problems: [404, 409], role: 'admin', tag } as const;
  endpoint(api, { method: 'post', path: '/v1/channels', ...make, ...set }, (c, { body }) => put(c, body, null));
  const change = { id: 'putChannel', summary: 'Change a channel.', params: channelParams, body: channelChangeBody } as const;
  endpoint(api, { method: 'put', path: ONE, ...change, ...set }, async (c, { params, body }) => {
    const { id, kind, team } = await found(c, params.id);
    // It is not taken from its team by what was not said: it would be told of the services of all.
    return put(c, { ...body, kind, team: body.team === undefined ? team : body.team }, id);
  });
  const remove = {
    id: 'deleteChannel',
    summary: 'Delete a channel, and what is still to be sent to it.',
    body: reasonBody,
  } as const;
  const gone = { params: channelParams, answer: channelAsSet, problems: [409], role: 'admin', tag } as const;
  endpoint(api, { method: 'delete', path: ONE, ...remove, ...gone }, async (c, { params, body: { reason } }) => {
    const channel = await found(c, params.id);
    const user = (await registryOf(c.env).plans()).find(({ hooks }) => hooks.some((hook) => hook.channel === channel.id));
    if (user !== undefined) {
      const detail = `The plan ${user.name} asks ${channel.name}. Take its hook out first.`;
      throw new ApiProblem('channel-in-use', 409, detail, { plan: user.name });
    }
    await registryOf(c.env).deleteChannel({ id: channel.id, by: by(c, reason) });
    return channelView(channel);
  });
}

function addSending(api: Api): void {
  const test = { id: 'testChannel', summary: 'Send a message now, once.', params: channelParams, body: reasonBody } as const;
  const tested = { answer: testAnswer, role: 'admin', tag } as const;
  endpoint(api, { method: 'post', path: `${ONE}/test`, ...test, ...tested }, async (c, { params, body: { reason } }) => {
    const { id } = await found(c, params.id);
    const outcome = await registryOf(c.env).test({ id, by: by(c, reason) });
    if ('reason' in outcome) throw unknown(id);
    return outcome;
  });
  const sent = { id: 'listDeliveries', summary: 'What was sent to a channel, or is to be; dead ones too.', tag } as const;
  const asks = { params: channelParams, query: deliveriesQuery, answer: deliveriesAnswer, role: 'viewer' } as const;
  endpoint(
    api,
    { method: 'get', path: `${ONE}/deliveries`, ...sent, ...asks },
    async (c, { params, query: { limit, state } }) => {
      const { id } = await found(c, params.id);
      return { deliveries: (await registryOf(c.env).deliveries({ channel: id, state: state ?? null, limit })).map(deliveryView) };
    },
  );
  const again = {
    id: 'redeliver',
    summary: 'Send a dead one again, as it was.',
    params: deliveryParams,
    body: reasonBody,
  } as const;
  const path = `${ONE}/deliveries/:delivery/redeliver`;
  const redelivered = { answer: deliveryAnswer, problems: [409], role: 'admin', tag } as const;
  endpoint(api, { method: 'post', path, ...again, ...redelivered }, async (c, { params, body: { reason } }) => {
    const { id } = await found(c, params.id);
    // Its id ends in that of its channel: nobody has another's sent.
    const isOfIt = params.delivery.endsWith(`_${id}`);
    const outcome = isOfIt ? await registryOf(c.env).redeliver({ id: params.delivery, by: by(c, reason) }) : undefined;
    if (outcome?.ok) return deliveryView(outcome.delivery);
    if (outcome?.reason === 'not-dead')
      throw new ApiProblem('not-dead', 409, `That message is ${outcome.state}; only a dead one is sent again.`);
    throw new ApiProblem('unknown-delivery', 404, `There is no message "${params.delivery}" to this channel.`);
  });
}

async function put(c: Ctx, asked: z.output<typeof channelBody>, id: string | null): Promise<z.infer<typeof channelSetAnswer>> {
  const { name, kind, topics = [...TOPICS], url, to, secret, reason, ...reach } = asked;
  const given = await givenReach(c, reach);
  const own = { url: url ?? null, to: to ?? null, secret: secret ?? null, origin: new URL(c.req.url).origin };
  const channel: AskedChannel = { id, name, kind, topics, ...given, ...own };
  const outcome = await registryOf(c.env).putChannel({ channel, by: by(c, reason) });
  if (!outcome.ok) throw refused(outcome, id);
  return { ...channelView(outcome.channel), secret: outcome.secret };
}

async function found(c: Ctx, id: string): Promise<ShownChannel> {
  const channel = channelOf(await channelsFor(c), id);
  if (channel === undefined) throw unknown(id);
  return channel;
}

function unknown(id: string): ApiProblem {
  return new ApiProblem('unknown-channel', 404, `There is no channel "${id}".`);
}

function refused(refusal: ChannelRefusal, id: string | null): ApiProblem {
  if (refusal.reason === 'unknown-channel') return unknown(id ?? '');
  const [first] = refusal.mistakes;
  const detail = first === undefined ? 'The channel does not fit.' : `${first.path}: ${first.message}`;
  return new ApiProblem('channel-off', 422, detail, { errors: refusal.mistakes });
}

function channelView({ createdAt, ...channel }: ShownChannel): z.infer<typeof channelAsSet> {
  return { ...channel, createdAt: iso(createdAt) };
}

/** Shows channels together with how many messages have not arrived. */
async function listedView(c: Ctx): Promise<(channel: ShownChannel) => z.infer<typeof channelAnswer>> {
  const unsent = await registryOf(c.env).unsent();
  return (channel) => {
    const { waiting = 0, dead = 0 } = unsent.find((one) => one.channel === channel.id) ?? {};
    return { ...channelView(channel), waiting, dead };
  };
}

function deliveryView({ dueAt, createdAt, endedAt, ...delivery }: Delivery): z.infer<typeof deliveryAnswer> {
  return { ...delivery, dueAt: isoOrNull(dueAt), createdAt: iso(createdAt), endedAt: isoOrNull(endedAt) };
}
