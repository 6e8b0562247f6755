// What people wrote, made fit for a message: no control characters, nothing that pings, within the receiver's limit. Pure.

/** How a character goes into a format. */
export type Escape = (point: string) => string;

/** What chats read as a call to everyone. */
const CALL = /@(?=(channel|here|everyone|all|group)\b)/gi;
/** Of control, ends of lines, and what turns the direction of what follows. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** One line, without what does not belong into a message. */
export function clean(text: string): string {
  return text.toWellFormed().replace(UNSEEN, ' ').trim();
}

/** {@link clean}, with no word left that calls everyone. */
export function quiet(text: string): string {
  return clean(text).replace(CALL, '@\u200b');
}

/** As much of a text as has room once it is escaped, and "…" where that is not all. No escape is cut in two. */
export function within(max: number, text: string, escaped: Escape = (point) => point): string {
  let [kept, whole] = ['', ''];
  for (const point of text) {
    whole += escaped(point);
    if (whole.length > max) return `${kept}…`;
    if (whole.length < max) kept = whole;
  }
  return whole;
}

/** Slack, and the HTML of Google Chat, escape these three: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeAngles(point: string): string {
  return { '&': '&amp;', '<': '&lt;', '>': '&gt;' }[point] ?? point;
}

/** A backslash before whatever Discord may take for markup, the colon of a link included. */
export function escapeMarkdown(point: string): string {
  return /[\\*_~`|<>[\]()#@:+-]/.test(point) ? `\\${point}` : point;
}
