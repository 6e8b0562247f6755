import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { event, testEvent } from '../../../control/api/webhook-schemas.ts';
import { type Announcement, TOPICS } from '../../../control/core/announcement.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../../../control/core/channel.ts';
import type { Channel } from '../../../control/notify/channel.ts';
import { bodyOf, requestOf } from '../../../control/notify/message.ts';
import { newSecret } from '../../../control/notify/sign.ts';
import { linkOf, messageOf, testMessage } from '../../../control/notify/told.ts';

const CONTROL = 'https://control.example.com';
const LINK = 'https://control.example.com/services/app/releases/7';
const AT = 1_795_000_000_000;

const rolledBack: Announcement = {
  id: 'app.1.42',
  topic: 'rolled_back',
  at: AT,
  service: 'app',
  actor: 'sluice',
  what: 'Release 7 rolled back in stage 1 of 3 (green 10 %).',
  why: 'errors: 12 of 40 requests on green failed (30 %) & <more>; the objective is 1 %.',
  weights: { blue: 100, green: 0 },
  figures: { blue: { requests: 360, errors: 0 }, green: { requests: 40, errors: 12 } },
  release: { id: 7, name: 'summer_sale', state: 'rolled_back', candidate: 'green', from: 'blue' },
};
const lone: Announcement = { ...rolledBack, topic: 'split_set', why: null, figures: {}, release: null };

/** A shape that takes no field nobody wrote down. */
const strict = (shape: typeof event | typeof testEvent) => shape.extend({ data: shape.shape.data.strict() }).strict();

const contentOf = (kind: ChannelKind, announcement: Announcement, controlUrl: string | null = CONTROL) =>
  JSON.parse(bodyOf(kind, messageOf(announcement, controlUrl ?? undefined)));

describe('a webhook', () => {
  it.each(TOPICS)('gets of %s what the document says', (topic) => {
    for (const announcement of [rolledBack, lone]) {
      const body = contentOf('webhook', { ...announcement, topic });
      expect(strict(event).parse(body)).toEqual(body);
    }
  });

  it('gets of a test what the document says', () => {
    const body = JSON.parse(bodyOf('webhook', testMessage({ name: 'ops', id: 'c-1' }, 'ann', AT)));
    expect(strict(testEvent).parse(body)).toEqual(body);
    expect(() => strict(testEvent).parse({ ...body, data: { ...body.data, more: 1 } })).toThrow('more');
  });
});

describe('a rollback', () => {
  it('is told to Slack', () => {
    const md = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
    expect(contentOf('slack', rolledBack)).toEqual({
      text: 'app: rolled back (release 7): Release 7 rolled back in stage 1 of 3 (green 10 %).',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'app: rolled back (release 7)', emoji: false } },
        { type: 'section', text: md('Release 7 rolled back in stage 1 of 3 (green 10 %).') },
        {
          type: 'section',
          text: md('errors: 12 of 40 requests on green failed (30 %) &amp; &lt;more&gt;; the objective is 1 %.'),
        },
        {
          type: 'section',
          fields: [
            md('*Release*\n7 "summer_sale", rolled back: green in place of blue'),
            md('*Split*\nblue 100 %, green 0 %'),
            md('*Last 5 minutes*\n0 of 360 requests on blue failed (0 %); 12 of 40 requests on green failed (30 %)'),
            md('*By*\nsluice'),
          ],
        },
        { type: 'section', text: md(`<${LINK}|Look at it>`) },
      ],
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  it('is told to Discord', () => {
    expect(contentOf('discord', rolledBack)).toEqual({
      embeds: [
        {
          title: 'app\\: rolled back \\(release 7\\)',
          url: LINK,
          description:
            'Release 7 rolled back in stage 1 of 3 \\(green 10 %\\).\n\nerrors\\: 12 of 40 requests on green failed \\(30 %\\) & \\<more\\>; the objective is 1 %.',
          color: 0xd93025,
          timestamp: '2026-11-18T11:06:40.000Z',
          fields: [
            { name: 'Release', value: '7 "summer\\_sale", rolled back\\: green in place of blue' },
            { name: 'Split', value: 'blue 100 %, green 0 %' },
            {
              name: 'Last 5 minutes',
              value: '0 of 360 requests on blue failed \\(0 %\\); 12 of 40 requests on green failed \\(30 %\\)',
            },
            { name: 'By', value: 'sluice' },
          ],
        },
      ],
      allowed_mentions: { parse: [] },
    });
  });

  it('is told to Google Chat', () => {
    const fact = (topLabel: string, text: string) => ({ decoratedText: { topLabel, text, wrapText: true } });
    expect(contentOf('google_chat', rolledBack)).toEqual({
      cardsV2: [
        {
          cardId: 'sluice',
          card: {
            header: { title: 'app: rolled back (release 7)', subtitle: 'Sluice' },
            sections: [
              {
                widgets: [
                  { textParagraph: { text: 'Release 7 rolled back in stage 1 of 3 (green 10 %).' } },
                  {
                    textParagraph: {
                      text: 'errors: 12 of 40 requests on green failed (30 %) &amp; &lt;more&gt;; the objective is 1 %.',
                    },
                  },
                  fact('Release', '7 "summer_sale", rolled back: green in place of blue'),
                  fact('Split', 'blue 100 %, green 0 %'),
                  fact('Last 5 minutes', '0 of 360 requests on blue failed (0 %); 12 of 40 requests on green failed (30 %)'),
                  fact('By', 'sluice'),
                  { buttonList: { buttons: [{ text: 'Look at it', onClick: { openLink: { url: LINK } } }] } },
                ],
              },
            ],
          },
        },
      ],
      fallbackText: 'app: rolled back (release 7)',
    });
  });

  it('is told by e-mail', () => {
    expect(contentOf('email', rolledBack)).toEqual({
      subject: '[sluice] app: rolled back (release 7)',
      text: `Release 7 rolled back in stage 1 of 3 (green 10 %).

errors: 12 of 40 requests on green failed (30 %) & <more>; the objective is 1 %.

Release: 7 "summer_sale", rolled back: green in place of blue
Split: blue 100 %, green 0 %
Last 5 minutes: 0 of 360 requests on blue failed (0 %); 12 of 40 requests on green failed (30 %)
By: sluice

${LINK}
`,
    });
  });

  it('is told to a webhook', () => {
    const { topic: type, at: _, ...data } = rolledBack;
    expect(contentOf('webhook', rolledBack)).toEqual({
      type,
      timestamp: '2026-11-18T11:06:40.000Z',
      data: { ...data, link: LINK },
    });
  });
});

describe('what is not known', () => {
  it.each(CHANNEL_KINDS)('is left out of %s', (kind) => {
    const body = JSON.stringify(contentOf(kind, lone, null));
    expect(body).not.toMatch(/Look at it|https:|Last 5 minutes|undefined|"Release"/);
  });

  it.each(CHANNEL_KINDS)('leaves %s with something to say of a test', (kind) => {
    const body = bodyOf(kind, testMessage({ name: 'ops', id: 'c-1' }, 'ada', AT));
    expect(body).toContain('Messages to the channel ops arrive.');
    expect(body).toContain('ada');
  });
});

describe('the link', () => {
  it.each([
    [CONTROL, LINK],
    ['https://control.example.com/', LINK],
    ['https://example.com/sluice/', 'https://example.com/sluice/services/app/releases/7'],
    ['http://127.0.0.1:8788', 'http://127.0.0.1:8788/services/app/releases/7'],
    [undefined, undefined],
    ['', undefined],
    ['control.example.com', undefined],
    ['javascript:alert(1)', undefined],
    ['https://a|b>', undefined],
  ])('with control at %s is %s', (controlUrl, link) => expect(linkOf(controlUrl, rolledBack)).toBe(link));

  it('is to the service where there is no release', () => {
    expect(linkOf(CONTROL, lone)).toBe('https://control.example.com/services/app');
  });
});

describe('the request', () => {
  const channel: Channel = {
    ...{ id: 'c-1', name: 'ops', topics: ['alert'], services: null, team: null, createdAt: AT, createdBy: 'ada', to: null },
    ...{ kind: 'webhook', url: 'https://hooks.example.com/in', secret: newSecret() },
  };
  const letter = { id: 'app.1.42.c-1', body: bodyOf('webhook', messageOf(rolledBack, CONTROL)) };

  it('of each attempt has the same id and body, and a signature of its time', () => {
    const [first, later] = [Date.now() - 100_000, Date.now()].map((now) => requestOf(channel, letter, now));
    expect(first?.body).toBe(letter.body);
    expect(later?.body).toBe(letter.body);
    expect(first?.headers['webhook-id']).toBe(letter.id);
    expect(later?.headers['webhook-id']).toBe(letter.id);
    expect(first?.headers['webhook-signature']).not.toBe(later?.headers['webhook-signature']);
    for (const request of [first, later])
      expect(new Webhook(channel.secret ?? '').verify(letter.body, { ...request?.headers })).toEqual(JSON.parse(letter.body));
  });

  it('to a chat has no signature', () => {
    const { headers } = requestOf({ ...channel, kind: 'slack', secret: null }, letter, AT);
    expect(Object.keys(headers)).toEqual(['content-type', 'user-agent']);
  });
});

// Texts that a person may write: anything, with what the formats and the chats are sensitive to strewn in.
const BAIT = [
  '@channel',
  '@everyone',
  '<!channel>',
  '<@U1>',
  '<users/all>',
  '*b*',
  '[a](https://evil.example)',
  '\r\nBcc: x@y',
  '\u202e',
  '\ud800',
  '&amp;',
  '\\',
  '```',
  '🚀',
];
const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...BAIT), fc.constant('<'.repeat(900))), { maxLength: 12 })
  .map((parts) => parts.join(''));
const announced: fc.Arbitrary<Announcement> = fc.record({
  id: fc.constant('app.1.42'),
  topic: fc.constantFrom(...TOPICS),
  at: fc.constant(AT),
  service: text,
  actor: text,
  what: text,
  why: fc.option(text),
  weights: fc.dictionary(text, fc.nat(100), { maxKeys: 16 }),
  figures: fc.dictionary(text, fc.record({ requests: fc.nat(), errors: fc.nat() }), { maxKeys: 16 }),
  release: fc.option(
    fc.record({ id: fc.nat(), name: fc.option(text), state: fc.constant('running' as const), candidate: text, from: text }),
  ),
});

/** All texts of a JSON value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe('whatever people write', () => {
  const holds = (kind: ChannelKind, check: (content: ReturnType<typeof contentOf>, announcement: Announcement) => void) =>
    fc.assert(
      fc.property(announced, (announcement) => {
        // No link, so that what looks like one is not ours.
        const content = contentOf(kind, announcement, null);
        check(content, announcement);
      }),
    );
  const pingsNobody = (content: object) => {
    for (const each of textsOf(content)) {
      expect(each).not.toMatch(/@(channel|here|everyone|all)\b/i);
      expect(each).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\p{Cs}]/u);
    }
  };

  it('is plain text of some length in Slack', () =>
    holds('slack', ({ text: fallback, blocks }) => {
      const [header, ...sections] = blocks;
      const fields = sections.flatMap((s: { fields?: { text: string }[] }) => s.fields ?? []);
      const paragraphs = sections.flatMap((s: { text?: { text: string } }) => s.text ?? []);
      pingsNobody([fallback, header, paragraphs, fields.map((f: { text: string }) => f.text.replace('\n', ' '))]);
      expect(header.text.text.length).toBeLessThanOrEqual(150);
      expect(fields.length).toBeLessThanOrEqual(10);
      for (const { text: of } of fields) expect(of.length).toBeLessThanOrEqual(2_000);
      for (const { text: of } of [...paragraphs, ...fields]) {
        expect(of.length).toBeLessThanOrEqual(3_000);
        expect(of.length).toBeGreaterThan(0);
        expect(of).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
      }
      expect(fallback).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
    }));

  it('is plain text of some length in Discord', () =>
    holds('discord', ({ embeds: [embed], allowed_mentions }) => {
      const { title, description, fields } = embed;
      pingsNobody([title, description.replace('\n\n', ' '), fields]);
      expect(allowed_mentions).toEqual({ parse: [] });
      expect(title.length).toBeLessThanOrEqual(256);
      expect(description.length).toBeLessThanOrEqual(4_096);
      for (const { value } of fields) {
        expect(value.length).toBeLessThanOrEqual(1_024);
        expect(value.length).toBeGreaterThan(0);
      }
      const values = [title, description, ...fields.flatMap((f: { name: string; value: string }) => [f.name, f.value])];
      expect(values.join('').length).toBeLessThanOrEqual(6_000);
      for (const value of values) expect(value.replace(/\\./gu, '')).not.toMatch(/[\\*_~`|<>[\]()#@:]/);
    }));

  it('is plain text of some length in Google Chat', () =>
    holds('google_chat', (content) => {
      pingsNobody(content);
      expect(new TextEncoder().encode(JSON.stringify(content)).length).toBeLessThan(32_000);
      const { widgets } = content.cardsV2[0].card.sections[0];
      for (const each of textsOf(widgets)) {
        expect(each.length).toBeLessThanOrEqual(4_096);
        expect(each).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
      }
    }));

  it('stays out of the head of an e-mail', () =>
    holds('email', ({ subject, text: body }) => {
      expect(subject).toMatch(/^\[sluice\] \P{Cc}*$/u);
      expect(subject.length).toBeLessThanOrEqual(150);
      expect(body).not.toMatch(/(?!\n)\p{Cc}/u);
      expect(body.length).toBeLessThanOrEqual(7_000);
    }));

  it('comes to a webhook as it is', () =>
    holds('webhook', ({ type, data }, { topic, what, why }) => {
      expect([type, data.what, data.why]).toEqual([topic, what, why]);
    }));

  it('is cut where it is too long, between characters', () => {
    const { blocks } = contentOf('slack', { ...rolledBack, what: '🚀'.repeat(5_000), why: '&'.repeat(5_000) });
    expect(blocks[1].text.text).toBe(`${'🚀'.repeat(999)}…`);
    expect(blocks[2].text.text).toBe(`${'&amp;'.repeat(399)}…`);
  });
});
