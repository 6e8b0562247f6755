// What the API takes in and answers of channels and what is sent to them.
import * as z from 'zod';
import { TOPICS } from '../core/announcement.ts';
import { CHANNEL_KINDS } from '../core/channel.ts';
import { time, timeOrNull } from './parts.ts';
import { reason } from './schemas.ts';

const MAX_URL = 2048;
const MAX_TEXT = 200;

const topics = z.array(z.enum(TOPICS)).min(1).max(TOPICS.length);
const given = {
  name: z.string().min(1).max(64),
  topics: topics.optional().describe('The events it is told of; left out: all.'),
  services: z.array(z.string().max(64)).min(1).max(50).nullish().describe('Only of these services; left out: of all.'),
  team: z.string().max(32).nullish().describe("Whose it is; left out: your own team's."),
  url: z.string().max(MAX_URL).nullish().describe('Where to post; https. Not for e-mail. It is never shown again.'),
  to: z.array(z.string().max(MAX_TEXT)).min(1).max(10).nullish().describe('Addresses, for e-mail.'),
  secret: z.string().max(MAX_TEXT).nullish().describe('What a webhook is signed with, whsec_…; left out: a new one is made.'),
};

/** `POST /channels`. */
export const channelBody = z.strictObject({ kind: z.enum(CHANNEL_KINDS), ...given, reason });

/** `PUT /channels/{id}`: url, to and secret that are left out stay as they are, shown to nobody; its team stays, too. */
export const channelChangeBody = z.strictObject({
  ...given,
  team: given.team.describe("Whose it is; left out: as before; null: your own team's."),
  reason,
});

/** The id in the path of a channel. */
export const channelParams = z.object({ id: z.string().max(64) });

/** `GET /channels/{id}/deliveries`. */
export const deliveriesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  state: z.enum(['waiting', 'delivered', 'dead']).optional(),
});

/** The ids in the path of a delivery. */
export const deliveryParams = z.object({ id: z.string().max(64), delivery: z.string().max(MAX_TEXT) });

/** A channel as it is set. */
export const channel = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(CHANNEL_KINDS),
    url: z.string().nullable().describe('The host alone.'),
    to: z.array(z.string()).readonly().nullable(),
    topics: z.array(z.enum(TOPICS)).readonly(),
    services: z.array(z.string()).readonly().nullable(),
    team: z.string().nullable(),
    createdAt: time,
    createdBy: z.string(),
  })
  .meta({ id: 'Channel', description: 'Where announcements go, without its secrets.' });

/** `POST /channels`, `PUT /channels/{id}`. */
export const channelSetAnswer = channel.extend({
  secret: z.string().nullable().describe('What a webhook is signed with, where it is new: shown this once.'),
});

/** `GET /channels/{id}`. */
export const channelAnswer = channel.extend({
  waiting: z.int().describe('Messages that are still to be sent.'),
  dead: z.int().describe('Messages that were given up, within 30 days.'),
});

/** `GET /channels`. */
export const channelsAnswer = z.object({ channels: z.array(channelAnswer) });

/** `POST /channels/{id}/test`. */
export const testAnswer = z.object({
  ok: z.boolean().describe('Whether the receiver took it.'),
  status: z.int().nullable().describe('What it answered; null for no answer.'),
  error: z.string().nullable(),
});

/** One announcement on its way to one channel. */
export const delivery = z
  .object({
    id: z.string().describe('The webhook-id of every attempt.'),
    channel: z.string(),
    topic: z.string(),
    service: z.string(),
    state: z.enum(['waiting', 'delivered', 'dead']),
    attempts: z.int(),
    dueAt: timeOrNull.describe('Of the next attempt.'),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: time,
    endedAt: timeOrNull,
  })
  .meta({ id: 'Delivery' });

/** `GET /channels/{id}/deliveries`. */
export const deliveriesAnswer = z.object({ deliveries: z.array(delivery) });
