// Lines, tables and bars that fit the columns there are. Widths are measured before colours are put on. Pure.
import type { Format, Style } from './cli.ts';
import { clip, pad, widthOf, wrap } from './text.ts';

/** How a view is to be drawn. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Columns. */
  readonly width: number;
  readonly style: Style;
  /** What a suggested command ends with: ` --service shop`, or nothing. */
  readonly suffix: string;
}

/** Text, and how it is to look. */
export type Cell = string | readonly [format: Format, text: string];

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Gives way before the others. */
  readonly yields?: true;
  /** There to be copied: where it would be cut, the rows are paragraphs. */
  readonly whole?: true;
}

const GAP = 2;
const NARROWEST = 4;
/** Columns that one that yields keeps before a table gives way to paragraphs. */
const READABLE = 16;
/** Columns below which a table says less than a list. */
export const FEW = 60;
/** Columns of a label and the gap behind it. */
export const LABEL = 12;

/** The cells one after the other, clipped to the width. */
export function line(cells: readonly Cell[], { width, style }: Pick<Look, 'width' | 'style'>): string {
  let left = width;
  let text = '';
  for (const cell of cells) {
    const part = clip(textOf(cell), left);
    text += painted(cell, part, style);
    left -= widthOf(part);
    if (part !== textOf(cell)) break;
  }
  return text;
}

/** A table with its titles; where it is too wide, the widest columns give way, first of those that yield. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): string[] {
  const titles = columns.map(({ title }): Cell => ['dim', title]);
  const all = columns.some(({ title }) => title !== '') ? [titles, ...rows] : rows;
  const widths = widthsOf(columns, rows);
  const room = look.width - GAP * (columns.length - 1);
  narrow(widths, (i) => columns[i]?.yields === true, room);
  narrow(widths, () => true, room);
  return all.map((row) => rowLine(columns, row, widths, look.style));
}

/** A table; with few columns its rows as paragraphs. */
export function listing(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): string[] {
  return isTabular(columns, rows, look) ? table(columns, rows, look) : paragraphs(columns, rows, look);
}

/** Whether there is room for a table: one that cuts nothing that is to stay whole. */
export function isTabular(columns: readonly Column[], rows: readonly (readonly Cell[])[], { width }: Look): boolean {
  if (width < FEW || !columns.some(({ whole }) => whole)) return width >= FEW;
  const least = widthsOf(columns, rows).map((own, i) => (columns[i]?.yields ? Math.min(own, READABLE) : own));
  return sum(least) + GAP * (columns.length - 1) <= width;
}

/** Of each row the first cell, then the others behind their titles. */
export function paragraphs(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): string[] {
  return rows.flatMap(([first = '', ...others]) => {
    const parts = others.map((cell, i) => [columns[i + 1]?.title.toLowerCase() ?? '', textOf(cell)] as const);
    const told = parts.filter(([, text]) => text !== '').map(([title, text]) => `${title} ${text}`.trim());
    return [line([first], look), ...wrap(told.join(', '), look.width - GAP).map((text) => ' '.repeat(GAP) + text)];
  });
}

/** `share` (0 to 1) as a bar of `width` columns. */
export function bar(share: number, width: number): string {
  const bounded = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  // Something is never drawn as nothing, and not everything never as all.
  const filled = Math.round(bounded * width);
  const drawn = Math.min(bounded < 1 ? width - 1 : width, Math.max(bounded > 0 ? 1 : 0, filled));
  return '█'.repeat(drawn) + '░'.repeat(width - drawn);
}

/** A label, and beside it a text broken into lines. */
export function labelled(label: string, text: string, look: Look, most?: number): string[] {
  const lead = pad(label, LABEL);
  const lines = wrap(text, look.width - widthOf(lead), most);
  return lines.map((part, i) => (i === 0 ? look.style('dim', lead) : ' '.repeat(widthOf(lead))) + part);
}

/** A command as it is typed in the clone, where nothing is installed for the whole machine. */
export function typed(command: string): string {
  return command.startsWith('sluice ') ? `npx ${command}` : command;
}

/** Commands to try, a line each. */
export function nextLines(commands: readonly string[], look: Look): string[] {
  return commands.map((command, i) =>
    line(
      [
        ['dim', pad(i === 0 ? 'Next' : '', 6)],
        ['cyan', typed(command) + look.suffix],
      ],
      look,
    ),
  );
}

function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map(({ title }, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(textOf(row[i] ?? '')))));
}

function narrow(widths: number[], mayGiveWay: (column: number) => boolean, room: number): void {
  for (;;) {
    const widest = Math.max(...widths.filter((_, i) => mayGiveWay(i)));
    if (sum(widths) <= room || widest <= NARROWEST) return;
    const at = widths.findIndex((width, i) => width === widest && mayGiveWay(i));
    widths[at] = widest - 1;
  }
}

function rowLine(columns: readonly Column[], row: readonly Cell[], widths: readonly number[], style: Style): string {
  const cells = columns.map(({ align }, i) => {
    const cell = row[i] ?? '';
    const width = widths[i] ?? 0;
    const text = clip(textOf(cell), width);
    const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
    return align === 'right' ? blanks + painted(cell, text, style) : painted(cell, text, style) + blanks;
  });
  return cells.join(' '.repeat(GAP)).trimEnd();
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell[1];
}

function painted(cell: Cell, text: string, style: Style): string {
  return typeof cell === 'string' || text === '' ? text : style(cell[0], text);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
