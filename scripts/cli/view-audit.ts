// Entries of the audit: when, who, what, what it changed, why. Pure.

import type { AuditPage, AuditView } from '../../control/api/types.ts';
import { changeText, clock } from '../../control/words.ts';
import { type Cell, FEW, type Look, line } from './layout.ts';
import { pad, widthOf, wrap } from './text.ts';

const LEAD = 16;
const FEW_LEAD = 2;

/** Entries, each with what it changed and its reason below it. `narrowed`: not all were asked for. */
export function auditLines({ entries, nextCursor }: AuditPage, narrowed: boolean, limit: number, look: Look): string[] {
  if (entries.length === 0) return [narrowed ? 'Nothing was done that fits.' : 'Nothing has been done yet.'];
  const several = new Set(entries.map(({ service }) => service)).size > 1;
  const more =
    nextCursor === null ? [] : ['', ...wrap(`There are more: --limit ${limit * 5}, or --export for all of them.`, look.width)];
  return [...entries.flatMap((entry) => entryLines(entry, several, look)), ...more];
}

function entryLines(entry: AuditView, several: boolean, look: Look): string[] {
  const { at, actor, role, action, what, reason } = entry;
  const service = several && entry.service !== null ? entry.service : '';
  // The secret's holder is called by the role.
  const as = role && role !== actor ? ` (${role})` : '';
  const few = look.width < FEW;
  const lead = few ? FEW_LEAD : LEAD;
  const when: Cell = ['dim', pad(clock(at), LEAD)];
  const who: Cell[] = [['bold', actor], as];
  const head: Cell[][] = few
    ? [
        [when, action],
        [' '.repeat(lead), ...who, service === '' ? '' : `  ${service}`],
      ]
    : [[when, ...who, `  ${action}`, service === '' ? '' : `  ${service}`]];
  const width = look.width - lead;
  const change = changeText(entry);
  const isShort = change !== '' && widthOf(change) <= 2 * width;
  const body = [
    ...wrap(what, width, 3),
    ...(isShort ? wrap(change, width).map((text) => look.style('dim', text)) : []),
    ...(reason === null ? [] : wrap(`“${reason}”`, width, 4)),
  ];
  return [...head.map((cells) => line(cells, look)), ...body.map((text) => ' '.repeat(lead) + text)];
}
