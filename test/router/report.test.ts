import { describe, expect, it } from 'vitest';
import { observe, type Tally } from '../../router/observe.ts';
import { MAX_ROWS, parseReport, type Report, rowFor } from '../../router/report.ts';

const id = { epoch: 1_795_247_935, revision: 3 };
const row = { ...id, slot: 'green', requests: 10, errors: 2, overridden: 1, overriddenErrors: 0 };
const report: Report = { schema: 1, service: 'app', isolate: 'i-1', sequence: 1, held: id, rows: [row] };

describe('report', () => {
  it('is read back as it was written', () => expect(parseReport(JSON.parse(JSON.stringify(report)))).toEqual(report));

  it.each<[string, unknown]>([
    ['an object', null],
    ['schema', { ...report, schema: 2 }],
    ['service', { ...report, service: '../app' }],
    ['isolate', { ...report, isolate: 'x'.repeat(37) }],
    ['sequence', { ...report, sequence: 0 }],
    ['held', { ...report, held: { epoch: 1 } }],
    ['rows', { ...report, rows: {} }],
    ['rows', { ...report, rows: Array.from({ length: MAX_ROWS + 1 }, () => row) }],
    ['rows[1]', { ...report, rows: [row, { ...row, requests: -1 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, errors: 11 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, requests: 1e300 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, requests: Number.NaN }] }],
    ['rows[0]', { ...report, rows: [{ ...row, slot: 'a b' }] }],
  ])('is refused whole, naming %s', (what, value) => expect(parseReport(value)).toContain(what));

  it('stays under 8 KB with as many rows as it may have', () => {
    const slot = 'a'.repeat(32);
    const rows = Array.from({ length: MAX_ROWS }, () => ({
      ...row,
      slot,
      requests: 1e9,
      errors: 1e9,
      overridden: 1e9,
      overriddenErrors: 1e9,
    }));
    const largest = { ...report, service: slot, isolate: crypto.randomUUID(), sequence: 1e9, rows };
    expect(typeof parseReport(largest)).toBe('object');
    expect(JSON.stringify(JSON.stringify([JSON.stringify(largest)])).length).toBeLessThan(8 * 1024);
  });
});

describe('tally', () => {
  it('counts by slot and split, overridden requests apart', () => {
    const tally: Tally = { rows: [] };
    observe(tally, id, { slot: 'green', failed: true, overridden: false });
    observe(tally, id, { slot: 'green', failed: false, overridden: false });
    observe(tally, id, { slot: 'green', failed: true, overridden: true });
    observe(tally, undefined, { slot: 'blue', failed: false, overridden: false });
    expect(tally.rows).toEqual([
      { ...id, slot: 'green', requests: 2, errors: 1, overridden: 1, overriddenErrors: 1 },
      { epoch: 0, revision: 0, slot: 'blue', requests: 1, errors: 0, overridden: 0, overriddenErrors: 0 },
    ]);
  });

  it('is bounded: the oldest row goes', () => {
    const rows: Tally['rows'] = [];
    for (let revision = 1; revision <= MAX_ROWS + 5; revision++) rowFor(rows, { epoch: 1, revision }, 'blue');
    expect([rows.length, rows[0]?.revision]).toEqual([MAX_ROWS, 6]);
  });
});
