// Texts in Markdown as GitHub renders it. Whatever is in them is shown as it is: no element, link, table cell or formula. Pure.

/** A text, for anywhere but code spans and the beginning of a line. */
export function shown(text: string): string {
  const known = text.replace(/[&<>|\\`*_[\]~$@]/g, (char) => `&#${char.charCodeAt(0)};`);
  // An address would become a link.
  return known.replaceAll('://', '&#58;//').replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}

/** A command, in the font of code. Between backticks no character could be written as what it is. */
export function code(text: string): string {
  return `<code>${shown(text)}</code>`;
}

/** A table of cells that are Markdown already; `right` are the columns of figures. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const rule = titles.map((_, i) => (right.includes(i) ? '---:' : '---'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
