import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAST_BUCKET, totalOf } from '../../router/histogram.ts';
import { newTally, observe, type Tally, type TallyRow } from '../../router/observe.ts';
import {
  type BadBy,
  MAX_NAMED,
  MAX_PATH,
  MAX_ROWS,
  MAX_SAMPLES,
  parseReport,
  type Report,
  type Row,
} from '../../router/report.ts';
import { takeRows } from '../../router/seal.ts';
import { BAD, from, newPassage, SPLIT, WELL } from './passages.ts';

const [MOST, NAME, HASH] = [1e9, 'a'.repeat(32), 2 ** 32 - 1];
/** Three of each of the 4,000 visitors that are told apart. */
const MOST_LATENCIES = 12_000;

/** Rows in the largest report that may carry them. */
function reportOf(rows: readonly Row[]): Report {
  const held = { epoch: Number.MAX_SAFE_INTEGER, revision: Number.MAX_SAFE_INTEGER };
  return { schema: 1, service: NAME, isolate: crypto.randomUUID(), sequence: Number.MAX_SAFE_INTEGER, held, rows };
}

/** Characters of a report on its way to the object: JSON in JSON in a header, which is ASCII. */
function sizeOf(report: Report): number {
  const ascii = JSON.stringify(report).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return JSON.stringify(JSON.stringify([ascii])).length;
}

/** Counts in every bucket, as long in writing as so many latencies can be. */
function fullest(latencies: number): Uint32Array {
  const counts = new Uint32Array(LAST_BUCKET + 1).fill(1);
  let left = latencies - counts.length;
  for (const size of [10, 100, 1000])
    for (let bucket = 0; bucket <= LAST_BUCKET && left >= size - size / 10; bucket++) {
      counts[bucket] = size;
      left -= size - size / 10;
    }
  return counts;
}

/** A row with all that it can have. */
function largestRow(slot: string, named: number, latencies: number): TallyRow {
  const by = (count: number) => Array.from({ length: count }, () => [HASH, HASH, MOST / MAX_NAMED]).flat();
  const slow = [0.1, 0.2, 0.3, 0.4].map((ms) => ({ overMs: ms * 1.000_000_000_000_1, count: MOST, by: [] as number[] }));
  const sample = { path: `/${'a'.repeat(MAX_PATH - 2)}…`, status: 503, milliseconds: MOST, ray: 'r'.repeat(40) };
  return {
    ...{ epoch: 1e12, revision: MOST, slot, requests: MOST, errors: MOST, overridden: MOST, overriddenErrors: MOST },
    visitors: MOST,
    latency: fullest(latencies),
    errorsBy: by(Math.ceil(named / 2)),
    slow: slow.map((s, i) => (i === 3 ? { ...s, by: by(Math.floor(named / 2)) } : s)),
    samples: Array.from({ length: MAX_SAMPLES }, () => sample),
  };
}

function largestTally(count: number): Tally {
  const rows = Array.from({ length: count }, (_, i) =>
    largestRow(`${NAME.slice(2)}${i + 10}`, MAX_NAMED / count, MOST_LATENCIES / count),
  );
  return { ...newTally(), rows, named: MAX_NAMED };
}

function reportsOf(tally: Tally, now = 0): Report[] {
  const reports: Report[] = [];
  for (let rows = takeRows(tally, now); rows.length > 0; rows = takeRows(tally, now)) reports.push(reportOf(rows));
  return reports;
}

const chargedOf = (by: BadBy = []) => by.reduce((sum, n, i) => (i % 3 === 2 ? sum + n : sum), 0);

/** All that reports tell, each figure summed up over them. */
function sumOf(reports: readonly Report[]) {
  const sum = {
    requests: 0,
    errors: 0,
    overridden: 0,
    overriddenErrors: 0,
    latencies: 0,
    charged: 0,
    slow: 0,
    slowBy: 0,
    samples: 0,
  };
  for (const row of reports.flatMap(({ rows }) => rows)) {
    for (const figure of ['requests', 'errors', 'overridden', 'overriddenErrors'] as const) sum[figure] += row[figure];
    sum.latencies += totalOf(row.latency ?? []);
    sum.charged += chargedOf(row.errorsBy);
    for (const { count, by } of row.slow ?? []) {
      sum.slow += count;
      sum.slowBy += chargedOf(by);
    }
    sum.samples += row.samples?.length ?? 0;
  }
  return sum;
}

describe('report', () => {
  it.each([1, 2, 16, MAX_ROWS])('stays under 8 KB where %d slots have all that they can have', (slots) => {
    const tally = largestTally(slots);
    const all = tally.rows.map(({ slot }) => slot);
    const reports = reportsOf(tally);
    for (const report of reports) {
      expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
      expect(sizeOf(report)).toBeLessThan(8 * 1024);
    }
    expect(reports.flatMap(({ rows }) => rows.map(({ slot }) => slot))).toEqual(all);
    expect(reports.length).toBeLessThanOrEqual(slots);
  });

  it('carries as many rows as there is room for', () => {
    const tally = newTally();
    for (let i = 0; i < MAX_ROWS; i++) observe(tally, newPassage({ slot: `slot-${i}`, visitor: i }), WELL, 20);
    const [first, ...others] = reportsOf(tally);
    expect(first?.rows.length).toBeGreaterThan(16);
    expect(others.length).toBeLessThanOrEqual(1);
  });

  it('leaves out what is empty', () => {
    const tally = newTally();
    observe(tally, newPassage({ overridden: true }), BAD, 20);
    const counts = { requests: 0, errors: 0, overridden: 1, overriddenErrors: 1 };
    expect(takeRows(tally, 20)).toEqual([{ epoch: SPLIT.epoch, revision: SPLIT.revision, slot: 'green', ...counts }]);
  });

  it('says of errors that found no room that nobody is charged with them', () => {
    const tally = newTally();
    for (let visitor = 0; visitor < MAX_NAMED; visitor++) observe(tally, newPassage({ visitor }), BAD, 0);
    observe(tally, newPassage({ slot: 'blue' }), BAD, 0);
    expect(reportsOf(tally).flatMap(({ rows }) => rows)).toMatchObject([
      { slot: 'green' },
      { slot: 'blue', errors: 1, errorsBy: [] },
    ]);
  });

  it('is not changed by what comes after it', () => {
    const tally = newTally();
    observe(tally, newPassage(), BAD, 0);
    const rows = takeRows(tally, 0);
    const before = structuredClone(rows);
    observe(tally, newPassage(), BAD, 0);
    expect(rows).toEqual(before);
  });
});

describe('what finds no room', () => {
  it('is neither lost nor doubled', () => {
    const [whole, tally] = [largestTally(16), largestTally(16)];
    const each = whole.rows.flatMap((row) => reportsOf({ ...newTally(), rows: [row] }));
    const reports = reportsOf(tally);
    expect([reports.length > 1, each.length]).toEqual([true, 16]);
    expect(sumOf(reports)).toEqual(sumOf(each));
  });

  it('keeps its visitors: three latencies each, counted once', () => {
    const tally = largestTally(16);
    const send = () => {
      for (let i = 0; i < 5; i++) observe(tally, newPassage(), WELL, 0);
    };
    send();
    takeRows(tally, 0);
    send();
    const last = reportsOf(tally)
      .flatMap(({ rows }) => rows)
      .at(-1);
    expect(last).toMatchObject({ slot: 'green', requests: 10, visitors: 1, latency: [0, 3] });
    send();
    expect(takeRows(tally, 0)).toMatchObject([{ slot: 'green', requests: 5, visitors: 0, latency: [0, 3] }]);
  });

  it('keeps its names: no more are named until it has gone', () => {
    const tally = largestTally(16);
    takeRows(tally, 0);
    observe(tally, newPassage(), BAD, 0);
    const rows = reportsOf(tally).flatMap((report) => report.rows);
    expect(rows.at(-1)).toMatchObject({ slot: 'green', errors: 1, errorsBy: [] });
    observe(tally, newPassage(), BAD, 0);
    expect(takeRows(tally, 0)).toMatchObject([{ slot: 'green', errors: 1, errorsBy: [1, 0, 1] }]);
  });
});

describe('any traffic', () => {
  const request = fc.record({
    visitor: fc.integer({ min: 0, max: 300 }),
    slot: fc.integer({ min: 0, max: 15 }),
    revision: fc.integer({ min: 3, max: 4 }),
    ms: fc.integer({ min: 0, max: 9_999 }),
    status: fc.constantFrom(200, 200, 200, 404, 500, 503),
    overridden: fc.boolean(),
    report: fc.integer({ min: 0, max: 199 }).map((n) => n === 0),
  });

  it('is told in full by reports that control takes, each under 8 KB', () => {
    fc.assert(
      fc.property(fc.array(request, { minLength: 200, maxLength: 2_000, size: 'max' }), (requests) => {
        const tally = { ...newTally(), slowerThanMs: [100, 5_000] };
        const reports: Report[] = [];
        for (const { visitor, slot, revision, ms, status, overridden, report } of requests) {
          const headers = from(`10.0.${visitor % 50}.1`);
          const split = { ...SPLIT, revision };
          const passage = newPassage({ visitor, slot: `${NAME.slice(2)}${slot + 10}`, split, headers, overridden });
          observe(tally, passage, { failed: status >= 500, status }, ms);
          if (report) reports.push(reportOf(takeRows(tally, 0)));
        }
        reports.push(...reportsOf(tally));
        for (const report of reports) {
          expect(parseReport(report)).toBe(report);
          expect(sizeOf(report)).toBeLessThan(8 * 1024);
        }
        const [judged, byHand] = [requests.filter((r) => !r.overridden), requests.filter((r) => r.overridden)];
        const failed = (list: typeof requests) => list.filter(({ status }) => status >= 500).length;
        expect(sumOf(reports)).toMatchObject({
          ...{ requests: judged.length, errors: failed(judged), overridden: byHand.length, overriddenErrors: failed(byHand) },
          slow: [100, 5_000].reduce((sum, over) => sum + judged.filter(({ ms }) => ms > over).length, 0),
        });
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});
