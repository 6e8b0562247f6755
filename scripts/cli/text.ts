// Text on a terminal: harmless, and measured in columns. Pure.

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WIDE = /\p{Emoji_Presentation}|\p{RI}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f]/u;
const FULL_WIDTH = /[\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]|\ufe0f/u;
// A joiner stays: without it a family falls apart into four people.
const UNSAFE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** `text` with every character that could steer a terminal written out as an escape. */
export function plain(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** A value of JSON with `plain` texts throughout. */
export function tame<T>(value: T): T {
  if (typeof value === 'string') return plain(value) as T;
  if (Array.isArray(value)) return value.map(tame) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [plain(name), tame(member)])) as T;
}

/** JSON that says the same as `value`, and is safe to print. One line when `indent` is 0. */
export function jsonOf(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (char) => (char === '\n' ? char : unicode(char)));
}

/** Columns that `text` takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += columnsOf(segment);
  return width;
}

/** `text`, or as much of it as fits `width` columns with an ellipsis. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += columnsOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** `text` filled up with blanks to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** `text` broken between words into at most `most` lines of `width` columns; the last is clipped. */
export function wrap(text: string, width: number, most = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  // A figure and its percent sign stay together.
  let rest = text.split(/ +(?!%)/).filter((word) => word !== '');
  while (rest.length > 0 && lines.length < most - 1) {
    let taken = 1;
    while (taken < rest.length && widthOf(rest.slice(0, taken + 1).join(' ')) <= width) taken++;
    lines.push(clip(rest.slice(0, taken).join(' '), width));
    rest = rest.slice(taken);
  }
  return rest.length === 0 ? lines : [...lines, clip(rest.join(' '), width)];
}

function columnsOf(grapheme: string): number {
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  return WIDE.test(grapheme) || FULL_WIDTH.test(grapheme) ? 2 : 1;
}

function escaped(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  const code = char.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function unicode(char: string): string {
  return [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}
