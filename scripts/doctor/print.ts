// Findings as text: grouped, the remedy under what is wrong, at most 80 columns. Pure.
import type { Style } from '../cli/cli.ts';
import type { Group } from './diagnose.ts';
import type { Finding, Level } from './finding.ts';

const COLUMNS = 80;
const INDENT = 10;
const COLOURS = { ok: 'green', warning: 'yellow', error: 'red' } as const;

/** The lines of all groups. */
export function linesOf(groups: readonly Group[], style: Style): string[] {
  return groups.flatMap(({ title, findings }) => [
    style('bold', title),
    ...findings.flatMap((finding) => findingLines(finding, style)),
    '',
  ]);
}

function findingLines({ check, level, what, remedy }: Finding, style: Style): string[] {
  const [first = '', ...rest] = wrap(`${check}: ${what}`, COLUMNS - INDENT);
  const blank = ' '.repeat(INDENT);
  const [next, ...more] = remedy === null ? [] : wrap(`→ ${remedy}`, COLUMNS - INDENT);
  const lines = [
    `${style(COLOURS[level], level.padEnd(INDENT - 2).padStart(INDENT))}${first}`,
    ...rest.map((line) => blank + line),
  ];
  if (next === undefined) return lines;
  return [...lines, blank + style('cyan', next), ...more.map((line) => `${blank}  ${style('cyan', line)}`)];
}

/** Text broken between words; the lines after the first are to be indented by two, and are that much shorter. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width - 2) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `2 errors, 1 warning, 14 ok.` */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const plural = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`;
  return `${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}, ${count('ok')} ok.`;
}
