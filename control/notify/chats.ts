// What a message looks like in each chat, within its limits. Whatever people wrote goes in escaped, and pings nobody. Pure.
import { clean, type Escape, escapeAngles, escapeMarkdown, quiet, within } from './text.ts';
import type { Message } from './told.ts';

const TITLE = 150;
/** Of what and why: Slack takes 3,000 characters a block, Discord 4,096 in a description and 6,000 in all, Google 4,096. */
const PARAGRAPH = 2_000;
const FACT = 400;

const [RED, AMBER, BLUE, GREEN, GREY] = [0xd93025, 0xf29900, 0x1a73e8, 0x188038, 0x80868b];
const COLOR: Readonly<Record<Message['type'], number>> = {
  release_created: GREY,
  release_started: BLUE,
  stage_advanced: BLUE,
  awaiting_approval: AMBER,
  held: AMBER,
  rolled_back: RED,
  completed: GREEN,
  aborted: GREY,
  split_set: GREY,
  alert: RED,
  test: GREY,
};

/** Slack: https://docs.slack.dev/reference/block-kit/blocks */
export function slack(message: Message): object {
  const { title, plainTitle, what, why, facts, link } = written(message, escapeAngles);
  // Verbatim: Slack looks for no names and channels in it.
  const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
  const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
  return {
    text: what === '' ? title : `${title}: ${what}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: plainTitle, emoji: false } },
      ...[what, why].filter((text) => text !== '').map(section),
      ...(facts.length === 0 ? [] : [{ type: 'section', fields: facts.map(([label, value]) => mrkdwn(`*${label}*\n${value}`)) }]),
      ...(link === null ? [] : [section(`<${[...link].map(escapeAngles).join('')}|Look at it>`)]),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Discord: https://discord.com/developers/docs/resources/message#embed-object */
export function discord(message: Message): object {
  const { title, what, why, facts, link } = written(message, escapeMarkdown);
  return {
    embeds: [
      {
        title,
        ...(link !== null && { url: link }),
        description: [what, why].filter((text) => text !== '').join('\n\n'),
        color: COLOR[message.type],
        timestamp: new Date(message.at).toISOString(),
        fields: facts.map(([name, value]) => ({ name, value })),
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

/** Google Chat: https://developers.google.com/workspace/chat/api/reference/rest/v1/cards. Its cards know no mentions. */
export function googleChat(message: Message): object {
  const { plainTitle: title, what, why, facts, link } = written(message, escapeAngles);
  const open = { text: 'Look at it', onClick: { openLink: { url: link } } };
  const widgets = [
    ...[what, why].filter((text) => text !== '').map((text) => ({ textParagraph: { text } })),
    ...facts.map(([topLabel, text]) => ({ decoratedText: { topLabel, text, wrapText: true } })),
    ...(link === null ? [] : [{ buttonList: { buttons: [open] } }]),
  ];
  return {
    cardsV2: [{ cardId: 'sluice', card: { header: { title, subtitle: 'Sluice' }, sections: [{ widgets }] } }],
    fallbackText: title,
  };
}

/** E-mail: the subject is one line, whatever is in it. */
export function email({ title, what, why, facts, link }: Message): { readonly subject: string; readonly text: string } {
  const lines = facts.map(([label, value]) => `${label}: ${within(FACT, clean(value))}`);
  const paragraphs = [what, why ?? ''].map((text) => within(PARAGRAPH, clean(text)));
  return {
    subject: within(TITLE, clean(`[sluice] ${title}`)),
    text: `${[...paragraphs, lines.join('\n'), link ?? ''].filter((part) => part !== '').join('\n\n')}\n`,
  };
}

function written({ title, what, why, facts, link }: Message, escaped: Escape) {
  const text = (of: string, max: number) => within(max, quiet(of), escaped);
  return {
    title: text(title, TITLE),
    plainTitle: within(TITLE, quiet(title)),
    what: text(what, PARAGRAPH),
    why: text(why ?? '', PARAGRAPH),
    facts: facts.map(([label, value]) => [label, text(value, FACT)] as const).filter(([, value]) => value !== ''),
    link,
  };
}
