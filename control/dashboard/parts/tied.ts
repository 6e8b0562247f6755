// Sentences of figures, to be broken into lines. Pure.

/** Ties each number to its unit, so that no line ends between them: `10 %`, `4 min 30 s`. */
export function tied(text: string): string {
  return text.replace(/(\d) (?=(%|ms|s|min|h|d)(?![\p{L}\d]))/gu, '$1\u00a0');
}
