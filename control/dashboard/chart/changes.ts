// Changes of the split and of releases, as lines across the charts, and which of their labels find room. Pure.
import type { AuditView } from '../../api/types.ts';
import { isStanding, type Standing, splitText } from '../../words.ts';

/** A rollback, a step of a release, or any other revision of the split. */
export type ChangeKind = 'rollback' | 'stage' | 'revision';

/** A change. */
export interface Change {
  /** ms */
  readonly at: number;
  readonly kind: ChangeKind;
  /** What it was, in a word or two: `rolled back`, `stage 2`, `rev 12: green 50 %`. */
  readonly label: string;
  /** The person or token that asked for it; `null` where Sluice did it by itself. */
  readonly by: string | null;
  readonly revision: number;
  readonly entry: AuditView;
}

const ROLLBACKS: readonly string[] = ['rolled_back', 'release_rolled_back'];
const ENDS: Readonly<Record<string, string>> = {
  release_promoted: 'promoted',
  release_completed: 'promoted',
  release_aborted: 'aborted',
  release_denied: 'denied',
};
const RANKS: readonly ChangeKind[] = ['rollback', 'stage', 'revision'];
const ITSELF = 'sluice';
/** Of e-mail addresses the name says enough. */
const LONGEST_NAME = 14;
/** Pixels between two labels, and from a line to its label. */
const ROOM = 4;
/** Pixels within which lines of mere revisions become one. */
const LINE_APART = 4;

/** The changes among entries of the audit, oldest first; an entry that is given twice counts once. */
export function changesOf(entries: readonly AuditView[]): Change[] {
  const once = new Map(entries.map((entry) => [`${entry.at} ${entry.action} ${entry.what}`, entry]));
  const changes = [...once.values()].flatMap((entry) => changeOf(entry) ?? []);
  return changes.sort((a, b) => a.at - b.at || a.revision - b.revision);
}

function changeOf(entry: AuditView): Change | null {
  const { at, action, actor, before, after } = entry;
  if (!isStanding(before) || !isStanding(after)) return null;
  const stage = after.release?.stage ?? null;
  const isEntered = stage !== null && stage !== (before.release?.stage ?? null);
  const isEnd = ROLLBACKS.includes(action) || ENDS[action] !== undefined;
  if (after.revision <= before.revision && !isEntered && !isEnd) return null;
  const { revision } = after;
  const change = { at: Date.parse(at), by: actor === ITSELF ? null : actor, revision, entry };
  if (ROLLBACKS.includes(action)) return { ...change, kind: 'rollback', label: 'rolled back' };
  const end = ENDS[action];
  if (end !== undefined) return { ...change, kind: 'stage', label: end };
  if (isEntered) return { ...change, kind: 'stage', label: `stage ${stage}` };
  return { ...change, kind: 'revision', label: `rev ${revision}: ${whereTo(before, after)}` };
}

// The active slot has what the others leave.
function whereTo(before: Standing, { active, weights }: Standing): string {
  if (active !== before.active) return `${active ?? 'none'} active`;
  const others = Object.entries(weights).filter(([slot]) => slot !== active);
  return splitText(others.some(([, weight]) => weight > 0) ? Object.fromEntries(others) : weights);
}

/** The label with who it was by, where that was somebody. */
export function fullLabel({ label, by }: Pick<Change, 'label' | 'by'>): string {
  if (by === null) return label;
  const [name = by] = by.split('@');
  return `${label} by ${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name}`;
}

/** A label with its place in pixels; rows count from the plot upwards. */
export interface Label {
  readonly change: Change;
  readonly text: string;
  readonly left: number;
  readonly width: number;
  readonly row: number;
}

/** Where there is room for labels. */
export interface Room {
  readonly left: number;
  readonly right: number;
  readonly rows: number;
  /** Where the line of a change is, in pixels. */
  readonly place: (change: Change) => number;
  /** How wide a text is, in pixels. */
  readonly width: (text: string) => number;
}

/** The labels that find room: rollbacks come first, then steps of releases, then the rest; newer ones before older ones. */
export function labelsOf(changes: readonly Change[], room: Room): Label[] {
  const labels: Label[] = [];
  for (const change of inOrder(changes)) {
    const label = spots(change, room).find((spot) => isIn(spot, room) && labels.every((other) => !overlap(spot, other)));
    if (label !== undefined) labels.push(label);
  }
  return labels;
}

/** Lines that are drawn: those of mere revisions only where no other line is next to them. */
export function linesOf(changes: readonly Change[], place: Room['place']): Change[] {
  const drawn: number[] = [];
  return inOrder(changes).filter((change) => {
    const at = place(change);
    const isClose = change.kind === 'revision' && drawn.some((other) => Math.abs(other - at) < LINE_APART);
    if (!isClose) drawn.push(at);
    return !isClose;
  });
}

function inOrder(changes: readonly Change[]): Change[] {
  return changes.toSorted((a, b) => RANKS.indexOf(a.kind) - RANKS.indexOf(b.kind) || b.at - a.at);
}

function isIn({ left, width }: Label, room: Room): boolean {
  return left >= room.left && left + width <= room.right;
}

function overlap(a: Label, b: Label): boolean {
  return a.row === b.row && a.left < b.left + b.width + ROOM && b.left < a.left + a.width + ROOM;
}

// Behind its line or before it, whole or without who it was by, in each row.
function spots(change: Change, { rows, place, width }: Room): Label[] {
  const texts = [...new Set([fullLabel(change), change.label])].map((text) => ({ change, text, width: width(text) }));
  const at = place(change);
  const sides = texts.flatMap((label) => [
    { ...label, left: at + ROOM },
    { ...label, left: at - ROOM - label.width },
  ]);
  return sides.flatMap((label) => Array.from({ length: rows }, (_, row) => ({ ...label, row })));
}
