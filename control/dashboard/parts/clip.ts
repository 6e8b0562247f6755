// The beginning of a long text, in characters as people count them. Pure.

const characters = new Intl.Segmenter();

/** A text of `most` characters at the most: a longer one is cut, and ends in `…`. */
export function clip(text: string, most: number): string {
  // No text has more characters than units.
  if (text.length <= most) return text;
  let end = 0;
  let number = 0;
  for (const { index, segment } of characters.segment(text)) {
    if (++number > most) return `${text.slice(0, end).trimEnd()}…`;
    if (number < most) end = index + segment.length;
  }
  return text;
}
