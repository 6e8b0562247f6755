import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BLOBS, type Dataset, DOUBLES, MAX_POINTS, writePoints } from '../../router/analytics.ts';
import { flushLater, newFlusher, type Reporting } from '../../router/flush.ts';
import { bucketOf, merge } from '../../router/histogram.ts';
import { newMemory } from '../../router/load.ts';
import { newTally, observe } from '../../router/observe.ts';
import type { Reply, Report, Row } from '../../router/report.ts';
import { BAD, newPassage, WELL } from './passages.ts';

let points: AnalyticsEngineDataPoint[] = [];
const dataset: Dataset = { writeDataPoint: (point) => void points.push(point ?? {}) };

const row: Row = { epoch: 5, revision: 3, slot: 'green', requests: 100, errors: 7, overridden: 3, overriddenErrors: 2 };
const reportOf = (...rows: Row[]): Report => {
  return { schema: 1, service: 'app', isolate: 'i-1', sequence: 9, held: { epoch: 5, revision: 4 }, rows };
};

beforeEach(() => {
  points = [];
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a data point', () => {
  it('has the columns of the schema, in its order', () => {
    const latency = merge(merge([bucketOf(10), 50], [bucketOf(100), 45]), [bucketOf(1000), 5]);
    expect(writePoints(dataset, reportOf({ ...row, visitors: 40, latency }), 9)).toBe(1);
    expect(points).toEqual([
      {
        indexes: ['app'],
        blobs: ['app', 'green', '5.3', 'i-1'],
        doubles: [100, 7, 3, 2, 40, 100, expect.closeTo(10, 0), expect.closeTo(100, -1), expect.closeTo(1000, -2)],
      },
    ]);
    expect(BLOBS.map(([name]) => name)).toEqual(['service', 'slot', 'split', 'isolate']);
    expect(DOUBLES.map(([name]) => name).slice(5)).toEqual(['latencies', 'p50Ms', 'p90Ms', 'p99Ms']);
  });

  it('is all numbers where the row has no latencies', () => {
    writePoints(dataset, reportOf(row), 9);
    expect(points[0]?.doubles).toEqual([100, 7, 3, 2, 0, 0, 0, 0, 0]);
  });

  it('fits the limits of the platform at its longest', () => {
    const slot = 's'.repeat(32);
    const longest = { ...reportOf({ ...row, slot, epoch: 1e12, revision: 2 ** 53 - 1 }), service: slot, isolate: 'i'.repeat(36) };
    writePoints(dataset, longest, 9);
    const [{ indexes = [], blobs = [], doubles = [] } = {}] = points;
    expect([indexes.length, blobs.length <= 20, doubles.length <= 20]).toEqual([1, true, true]);
    expect(String(indexes[0]).length).toBeLessThanOrEqual(96);
    expect(blobs.join('').length).toBeLessThan(5120);
  });
});

describe('points', () => {
  it('are as many as there is room for', () => {
    const report = reportOf(row, { ...row, slot: 'blue' }, { ...row, slot: 'red' });
    expect([writePoints(dataset, report, 2), writePoints(dataset, report, 0)]).toEqual([2, 0]);
    expect(points).toHaveLength(2);
  });

  it('are none without a binding, and fail nothing where it fails', () => {
    const broken = {
      writeDataPoint: () => {
        throw new Error('too many points');
      },
    };
    expect(writePoints(undefined, reportOf(row), 9)).toBe(0);
    expect(writePoints(broken, reportOf(row), 9)).toBe(1);
    expect(console.warn).toHaveBeenCalledTimes(1);
  });
});

describe('flush', () => {
  let answer: (report: Report) => Promise<Reply>;
  let sent: Report[] = [];

  function reporting(analytics?: Dataset): Reporting {
    const report = (r: Report) => {
      sent.push(structuredClone(r));
      return answer(r);
    };
    const control = { report, split: async () => ({ flushAfterMs: 1000 }) };
    const source = { service: 'app', slots: ['blue', 'green'], defaultSlot: 'blue', kv: undefined, control };
    return { source, memory: newMemory(), tally: newTally(), flusher: newFlusher(), analytics };
  }

  async function second(to: Reporting, count = 1) {
    for (let i = 0; i < count; i++) observe(to.tally, newPassage({ startedAt: Date.now(), visitor: i }), WELL, Date.now() + 20);
    observe(to.tally, newPassage({ slot: 'blue', startedAt: Date.now() }), BAD, Date.now());
    flushLater(to, Date.now(), () => {});
    await vi.advanceTimersByTimeAsync(1000);
  }

  beforeEach(() => {
    vi.useFakeTimers();
    sent = [];
    answer = async () => ({ flushAfterMs: 1000 });
  });

  it('writes a point for each row it sends', async () => {
    const to = reporting(dataset);
    await second(to, 4);
    expect(points.map(({ blobs, doubles }) => [blobs?.[1], doubles?.[0], doubles?.[1]])).toEqual([
      ['green', 4, 0],
      ['blue', 1, 1],
    ]);
    expect(points[0]?.blobs?.[3]).toBe(sent[0]?.isolate);
    expect(points[0]?.doubles?.[6]).toBeCloseTo(20, 0);
  });

  it('writes them once though the report is sent again and again', async () => {
    answer = async () => Promise.reject(new Error('control is down'));
    const to = reporting(dataset);
    for (let i = 0; i < 4; i++) await second(to);
    expect([sent.length, points.length]).toEqual([4, 2]);
    answer = async () => ({ flushAfterMs: 1000 });
    for (let i = 0; i < 2; i++) await second(to);
    expect(points.reduce((sum, { doubles }) => sum + (doubles?.[0] ?? 0), 0)).toBe(12);
  });

  it('writes them though control refuses the report', async () => {
    answer = async () => ({ flushAfterMs: 1000, refused: 'no' });
    await second(reporting(dataset));
    expect(points).toHaveLength(2);
  });

  it('sends its report as ever where there is no binding, or a broken one', async () => {
    const writeDataPoint = vi.fn(() => {
      throw new Error('broken');
    });
    for (const analytics of [undefined, { writeDataPoint }]) await second(reporting(analytics));
    expect(sent.map(({ rows }) => rows.length)).toEqual([2, 2]);
    expect(writeDataPoint).toHaveBeenCalledTimes(1);
  });

  it('writes no more points behind one request than the platform takes, and goes on behind the next', async () => {
    const to = reporting(dataset);
    const fill = () => {
      for (let slot = 0; slot < 32; slot++)
        observe(to.tally, newPassage({ slot: `slot-${slot}`, startedAt: Date.now() }), WELL, Date.now());
    };
    // While control answers, the next window ends: so one request sends report after report.
    answer = async () => {
      if (sent.length >= 12) return { flushAfterMs: 1000 };
      fill();
      to.flusher.again = true;
      return { flushAfterMs: 1000 };
    };
    fill();
    flushLater(to, Date.now(), () => {});
    await vi.advanceTimersByTimeAsync(1000);
    const rows = sent.reduce((sum, report) => sum + report.rows.length, 0);
    expect(rows).toBeGreaterThan(MAX_POINTS);
    expect(points).toHaveLength(MAX_POINTS);
    await second(to);
    expect(points).toHaveLength(MAX_POINTS + 2);
  });
});
