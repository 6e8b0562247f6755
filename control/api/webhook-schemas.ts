// What Sluice itself posts: to webhook channels when something happens, and to hooks before a release goes on. Both are signed
// by the Standard Webhooks scheme; chats and e-mail say the same in their own forms.
import * as z from 'zod';
import { TOPICS } from '../core/announcement.ts';
import { bySlot, percentNumber, time } from './parts.ts';
import { hookPoint } from './release-answers.ts';

const pair = { id: z.int(), name: z.string().nullable(), candidate: z.string(), from: z.string() };

/** What a webhook channel gets. */
export const event = z
  .object({
    type: z.enum(TOPICS),
    timestamp: time,
    data: z.object({
      id: z.string().describe('Of the event: the same to every channel.'),
      service: z.string(),
      actor: z.string(),
      what: z.string(),
      why: z.string().nullable(),
      weights: bySlot(percentNumber),
      figures: bySlot(z.object({ requests: z.int(), errors: z.int() })).describe('Of the last five minutes.'),
      release: z.object({ ...pair, state: z.string() }).nullable(),
      link: z.string().nullable(),
    }),
  })
  .meta({ id: 'Event', description: 'What a webhook channel is told. webhook-id and body stay the same in each repeat.' });

/** What a test call posts in place of an event. */
export const testEvent = z
  .object({
    type: z.literal('test'),
    timestamp: time,
    data: z.object({ channel: z.string(), actor: z.string(), what: z.string() }),
  })
  .meta({ id: 'TestEvent', description: 'What a webhook channel gets by a test call.' });

/** What a hook is asked. */
export const hookCall = z
  .object({
    type: z.enum(hookPoint.options.map((on) => `hook.${on}` as const)),
    timestamp: time,
    data: z.object({
      service: z.string(),
      release: z.object({ ...pair, versions: bySlot(z.string().nullable()) }),
      stage: z.object({ number: z.int(), of: z.int(), weight: percentNumber }).describe('The stage behind it.'),
      weights: bySlot(percentNumber).describe('As they are now.'),
    }),
  })
  .meta({ id: 'HookCall', description: 'What a hook is asked. A status from 200 to 299 within 10 s lets the release pass.' });
