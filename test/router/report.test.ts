import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAST_BUCKET, totalOf } from '../../router/histogram.ts';
import { MAX_NAMED, MAX_ROWS, MAX_SAMPLES, MAX_THRESHOLDS, parseReport, type Report, type Row } from '../../router/report.ts';

const id = { epoch: 1_795_247_935, revision: 3 };
/** As routers wrote it before there were latencies. */
const row: Row = { ...id, slot: 'green', requests: 10, errors: 2, overridden: 1, overriddenErrors: 0 };
const slow = { overMs: 500, count: 3, by: [1, 2, 3] };
const sample = { path: '/cart/*', status: 503, milliseconds: 12, ray: '8f00ba4-FRA' };
const full: Row = { ...row, errorsBy: [1, 2, 1, 3, 0, 1], latency: [0, 4, 7, 6], slow: [slow], visitors: 4, samples: [sample] };
const report: Report = { schema: 1, service: 'app', isolate: 'i-1', sequence: 1, held: id, rows: [full] };

describe('report', () => {
  it.each([
    ['full', report],
    ['old, without latencies, visitors and samples', { ...report, rows: [row] }],
    ['of no rows', { ...report, rows: [] }],
    [
      'of no latencies, thresholds or samples',
      { ...report, rows: [{ ...row, latency: [], slow: [], samples: [], errorsBy: [] }] },
    ],
    [
      'of a threshold that nobody was told to note visitors for',
      { ...report, rows: [{ ...row, slow: [{ overMs: 1, count: 10 }] }] },
    ],
  ])('is read back as it was written: %s', (_, value) => expect(parseReport(JSON.parse(JSON.stringify(value)))).toEqual(value));

  it.each<[string, unknown]>([
    ['an object', null],
    ['schema', { ...report, schema: 2 }],
    ['service', { ...report, service: '../app' }],
    ['isolate', { ...report, isolate: 'x'.repeat(37) }],
    ['sequence', { ...report, sequence: 0 }],
    ['held', { ...report, held: { epoch: 1 } }],
    ['rows', { ...report, rows: {} }],
    ['rows', { ...report, rows: Array.from({ length: MAX_ROWS + 1 }, () => row) }],
    ['rows[0]', { ...report, rows: new Array(1) }],
    ['rows[1]', { ...report, rows: [row, { ...row, requests: -1 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, errors: 11 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, overridden: 1, overriddenErrors: 2 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, requests: 1e300 }] }],
    ['rows[0]', { ...report, rows: [{ ...row, requests: Number.NaN }] }],
    ['rows[0]', { ...report, rows: [{ ...row, slot: 'a b' }] }],
  ])('is refused whole, naming %s', (what, value) => expect(parseReport(value)).toContain(what));

  it.each<[string, Partial<Record<keyof Row, unknown>>]>([
    ['visitors below 0', { visitors: -1 }],
    ['more visitors than requests', { visitors: 11 }],
    ['visitors that are null', { visitors: null }],
    ['a latency that is no histogram', { latency: [1, 0] }],
    ['latencies in a bucket that is none', { latency: [LAST_BUCKET + 1, 1] }],
    ['more latencies than requests', { latency: [3, 11] }],
    ['latencies that are null', { latency: null }],
    ['more errors charged than there are', { errorsBy: [1, 2, 3] }],
    ['more errors charged than there are, to several', { errorsBy: [1, 2, 1, 2, 2, 1, 3, 2, 1] }],
    ['an error charged to half of somebody', { errorsBy: [1, 2] }],
    ['a visitor beyond 32 bits', { errorsBy: [2 ** 32, 2, 1] }],
    ['a network beyond 32 bits', { errorsBy: [1, 2 ** 32, 1] }],
    ['a visitor below 0', { errorsBy: [-1, 2, 1] }],
    ['a charge below 0, which would make room for another', { errorsBy: [1, 2, -5, 2, 2, 7] }],
    ['a charge that is text', { errorsBy: [1, 2, '1'] }],
    ['a charge that is no number', { errorsBy: [1, 2, Number.NaN] }],
    ['too many who are named', { errorsBy: Array.from({ length: 3 * (MAX_NAMED + 1) }, () => 0) }],
    ['nobody, but null', { errorsBy: null }],
    ['nobody, but holes', { errorsBy: new Array(3) }],
    ['thresholds that are no list', { slow: { 0: slow, length: 1 } }],
    ['too many thresholds', { slow: Array.from({ length: MAX_THRESHOLDS + 1 }, () => slow) }],
    ['a threshold that is null', { slow: [null] }],
    ['a threshold that is a hole', { slow: new Array(1) }],
    ['a threshold of 0', { slow: [{ ...slow, overMs: 0 }] }],
    ['a threshold that is no number', { slow: [{ ...slow, overMs: Number.NaN }] }],
    ['a threshold that is infinite', { slow: [{ ...slow, overMs: Number.POSITIVE_INFINITY }] }],
    ['a threshold that is text', { slow: [{ ...slow, overMs: '500' }] }],
    ['more slow requests than requests', { slow: [{ ...slow, count: 11 }] }],
    ['no count of slow requests', { slow: [{ overMs: 500 }] }],
    ['more slow requests charged than there are', { slow: [{ ...slow, by: [1, 2, 4] }] }],
    ['samples that are text', { samples: 'abc' }],
    ['too many samples', { samples: Array.from({ length: MAX_SAMPLES + 1 }, () => sample) }],
    ['a sample that is null', { samples: [null] }],
    ['a sample that is a hole', { samples: new Array(2) }],
    ['a path beyond its length', { samples: [{ ...sample, path: `/${'a'.repeat(96)}` }] }],
    ['a path that is none', { samples: [{ ...sample, path: undefined }] }],
    ['a status that is none', { samples: [{ ...sample, status: 1000 }] }],
    ['half a status', { samples: [{ ...sample, status: 200.5 }] }],
    ['a time below 0', { samples: [{ ...sample, milliseconds: -1 }] }],
    ['a time beyond all bounds', { samples: [{ ...sample, milliseconds: 1e9 + 1 }] }],
    ['a ray id beyond its length', { samples: [{ ...sample, ray: 'a'.repeat(41) }] }],
    ['a ray id with a tag in it', { samples: [{ ...sample, ray: '<b>' }] }],
  ])('is refused whole for %s', (_, change) => {
    expect(parseReport({ ...report, rows: [row, { ...full, ...change }] })).toBe(
      'rows[1] must have a slot, a split and sound counts',
    );
  });

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

/** Where in a value something could be put in its place. */
function placesOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, part]) => placesOf(part).map((place) => [key, ...place]))];
}

function put(value: unknown, [key, ...place]: readonly string[], what: unknown): unknown {
  if (key === undefined) return what;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = put(copy[key], place, what);
  return copy;
}

const isWhole = (n: unknown) => Number.isSafeInteger(n) && Number(n) >= 0;
const sumOf = (by: readonly number[] = []) => by.reduce((sum, n, i) => (i % 3 === 2 ? sum + n : sum), 0);

/** What control relies on. */
function expectSound({ service, isolate, sequence, held, rows }: Report): void {
  expect([typeof service, typeof isolate]).toEqual(['string', 'string']);
  expect([sequence, held.epoch, held.revision].every(isWhole)).toBe(true);
  expect(rows.length).toBeLessThanOrEqual(MAX_ROWS);
  for (const { epoch, revision, slot, ...counts } of rows) {
    const { requests, errors, overridden, overriddenErrors, errorsBy = [], latency = [], slow: over = [], visitors = 0 } = counts;
    expect(slot).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
    expect([epoch, revision, requests, errors, overridden, overriddenErrors, visitors].every(isWhole)).toBe(true);
    expect(Math.max(errors, visitors, totalOf(latency), ...over.map(({ count }) => count))).toBeLessThanOrEqual(requests);
    expect(overriddenErrors).toBeLessThanOrEqual(overridden);
    expect(sumOf(errorsBy)).toBeLessThanOrEqual(errors);
    for (const { count, by = [], overMs } of over) {
      expect(sumOf(by)).toBeLessThanOrEqual(count);
      expect(overMs).toBeGreaterThan(0);
    }
    for (const by of [errorsBy, ...over.map((s) => s.by ?? [])]) expect([...by].every(isWhole) && by.length % 3 === 0).toBe(true);
    for (const { path, ray } of counts.samples ?? []) expect([typeof path, typeof ray]).toEqual(['string', 'string']);
  }
}

describe('anything', () => {
  const anything = fc.anything({ withSparseArray: true, withNullPrototype: true, withBigInt: true, withTypedArray: true });
  const likely = fc.oneof(anything, fc.integer(), fc.nat(12), fc.double(), fc.array(fc.nat(3), { maxLength: 9 }));

  it('is refused in words, not with a throw', () => {
    fc.assert(
      fc.property(likely, (value) => {
        expect(typeof parseReport(value)).toBe('string');
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('in the place of a part of a report is refused, or leaves it sound', () => {
    const places = placesOf(report);
    let taken = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...places), likely), { minLength: 1, maxLength: 2 }), (changes) => {
        const parsed = parseReport(changes.reduce((value, [place, what]) => put(value, place, what), report as unknown));
        if (typeof parsed === 'string') return;
        taken++;
        expectSound(parsed);
      }),
      { seed: 8, numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(1000);
  });
});
