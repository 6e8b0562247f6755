// What the charts draw at the moment, and the measures they share.
import type { Change } from './changes.ts';
import type { Colours } from './colours.ts';
import type { Shown } from './panels.ts';

/** What is drawn, as it is at the moment. */
export interface Scene {
  readonly shown: Shown;
  /** ms */
  readonly from: number;
  readonly to: number;
  readonly changes: readonly Change[];
  readonly colours: Colours;
  /** The row at the cursor; `null` without one. */
  readonly cursor: number | null;
}

/** Pixels beside the plots: they stand exactly below each other. */
export const LEFT = 54;

/** Pixels beside the plots, on the right. */
export const RIGHT = 10;

/** Pixels for labels of changes, above the first chart. */
export const LABELS = { rows: 3, height: 16 };

/** The lines of the second slot and those behind it are told apart by their dashes, too. */
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [14, 5]];

/** The dashes of a slot's line. */
export function dashOf(index: number): readonly number[] {
  return DASHES[index % DASHES.length] ?? [];
}
