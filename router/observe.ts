// Stage `observe`: the outcome of a request → the tally of this isolate. Pure fold, no I/O.
import { type Row, rowFor } from './report.ts';
import type { SplitId } from './split.ts';

/** What an isolate has counted of one service since it last sealed a report. */
export interface Tally {
  rows: Row[];
}

/** What became of one request. */
export interface Outcome {
  /** The slot it was assigned to. */
  readonly slot: string;
  /** The slot threw, timed out or answered 5xx. */
  readonly failed: boolean;
  /** It was sent there by `x-slot`. */
  readonly overridden: boolean;
}

/** Adds one request to the tally, under the split it was assigned by. */
export function observe(tally: Tally, split: SplitId | undefined, outcome: Outcome): void {
  const row = rowFor(tally.rows, split, outcome.slot);
  if (outcome.overridden) {
    row.overridden++;
    if (outcome.failed) row.overriddenErrors++;
  } else {
    row.requests++;
    if (outcome.failed) row.errors++;
  }
}
