// Of the stage `flush`: the rows of the tally → the rows of a report. A report travels on to its object in a header, as
// JSON within JSON: so it must stay under 8 KB, and what finds no room waits for the next one.
import { sparse } from './histogram.ts';
import { observeOverdue, type Tally, type TallyRow } from './observe.ts';
import type { Row } from './report.ts';

/** Of 8 KB, what names and ids may leave to the rows. */
const ROOM = 7_500;

/** Takes as many rows out of the tally as one report can carry, those overdue by `now` (ms) counted in. */
export function takeRows(tally: Tally, now: number): Row[] {
  observeOverdue(tally, now);
  const rows: Row[] = [];
  let room = ROOM;
  for (const tallied of tally.rows) {
    const row = sealed(tallied);
    room -= weightOf(row);
    if (room < 0 && rows.length > 0) break;
    rows.push(row);
  }
  tally.rows = tally.rows.slice(rows.length);
  // Rows that wait keep the visitors and the names they have.
  if (tally.rows.length === 0) {
    tally.seen.clear();
    tally.named = 0;
  }
  return rows;
}

// What is empty is left out.
function sealed({ latency, errorsBy, slow, samples, visitors, ...counts }: TallyRow): Row {
  const histogram = sparse(latency);
  return {
    ...counts,
    ...(counts.errors > 0 && { errorsBy }),
    ...(histogram.length > 0 && { latency: histogram, visitors }),
    ...(slow.length > 0 && { slow: slow.map(({ by, ...over }) => (over.count > 0 ? { ...over, by } : over)) }),
    ...(samples.length > 0 && { samples }),
  };
}

function weightOf(row: Row): number {
  return JSON.stringify(JSON.stringify([JSON.stringify(row)])).length;
}
