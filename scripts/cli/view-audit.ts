// Entries of the audit: when, who, what, what it changed, why. Pure.

import type { AuditPage, AuditView } from '../../control/api/types.ts';
import { clock, percent, versionName } from '../../control/words.ts';
import { type Cell, FEW, type Look, line } from './layout.ts';
import { pad, widthOf, wrap } from './text.ts';

type Noted = AuditView['before'];
type Standing = Extract<Noted, { active: unknown; revision: unknown }>;
type Version = Parameters<typeof versionName>[0];
type Fields = Readonly<Record<string, unknown>>;

/** Kinds of things whose changes the sentence of an entry tells in full. */
const SAID: ReadonlySet<string> = new Set(['token', 'setting']);
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

/** What became other by it, such as `green 0 → 10 %`; nothing where its sentence says so. */
function changeText({ before, after }: AuditView): string {
  if (before === null || after === null || isStanding(before) !== isStanding(after)) return '';
  if (isStanding(before) && isStanding(after)) return standingText(before, after);
  // A plan in a line is no easy reading.
  if ('stages' in after || ('kind' in after && SAID.has(String(after.kind)))) return '';
  const [was, is] = [{ ...before } as Fields, { ...after } as Fields];
  if (is.kind === 'version') return `${versionName(was as unknown as Version)} → ${versionName(is as unknown as Version)}`;
  const changed = Object.keys(is).filter((field) => valueText(field, was[field]) !== valueText(field, is[field]));
  return changed.map((field) => `${field} ${valueText(field, was[field])} → ${valueText(field, is[field])}`).join(', ');
}

function standingText(before: Standing, after: Standing): string {
  const active = before.active === after.active ? [] : [`active ${before.active ?? 'none'} → ${after.active ?? 'none'}`];
  const weight = ({ weights }: Standing, slot: string) => weights[slot] ?? 0;
  const slots = Object.keys({ ...before.weights, ...after.weights }).filter(
    (slot) => weight(before, slot) !== weight(after, slot),
  );
  const moved = slots.map((slot) => `${slot} ${Number(weight(before, slot).toFixed(2))} → ${percent(weight(after, slot))}`);
  return [...moved, ...active].join(', ');
}

function isStanding(noted: Exclude<Noted, null>): noted is Standing {
  return 'weights' in noted && 'revision' in noted;
}

function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined) return field === 'services' ? 'all' : 'none';
  if (Array.isArray(value)) return value.map((one) => valueText('', one)).join(' ') || 'none';
  if (typeof value !== 'object') return String(value);
  // An objective of latency.
  const { percentile, overMs } = value as Fields;
  return percentile === undefined ? JSON.stringify(value) : `p${percentile} ≤ ${overMs} ms`;
}
