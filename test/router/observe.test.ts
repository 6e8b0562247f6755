import { describe, expect, it } from 'vitest';
import { hash32 } from '../../router/assign.ts';
import { bucketOf, LAST_BUCKET, totalOf } from '../../router/histogram.ts';
import { newTally, type Outcome, observe, type Passage, type Tally } from '../../router/observe.ts';
import { MAX_NAMED, MAX_ROWS, MAX_SAMPLES, type Row } from '../../router/report.ts';
import { takeRows } from '../../router/seal.ts';
import { BAD, from, newPassage, SPLIT, visitors, WELL } from './passages.ts';

const id = { epoch: SPLIT.epoch, revision: SPLIT.revision };

/** What requests that took `ms` give, if they are all that there was. */
function rowsOf(passages: readonly Passage[], outcome: Outcome, ms = 0, tally = newTally()): Row[] {
  for (const passage of passages) observe(tally, passage, outcome, ms);
  return takeRows(tally, ms);
}

function networkHash(network: string, { seed } = SPLIT): number {
  return hash32(network, seed);
}

/** Bad requests charged to somebody. */
function charged(by: readonly number[] = []): number {
  return by.reduce((sum, n, i) => (i % 3 === 2 ? sum + n : sum), 0);
}

function latenciesOf(tally: Tally): number {
  return takeRows(tally, 0).reduce((sum, { latency = [] }) => sum + totalOf(latency), 0);
}

describe('row', () => {
  it('counts by slot and split, overridden requests apart', () => {
    const tally = newTally();
    observe(tally, newPassage(), BAD, 0);
    observe(tally, newPassage(), WELL, 0);
    observe(tally, newPassage({ overridden: true }), BAD, 0);
    observe(tally, newPassage({ slot: 'blue', split: undefined, visitor: 2 }), WELL, 0);
    const sample = { path: '/', status: 503, milliseconds: 0, ray: '' };
    const counts = { latency: [0, 2], visitors: 1, errorsBy: [1, 0, 1], samples: [sample] };
    expect(takeRows(tally, 0)).toEqual([
      { ...id, slot: 'green', requests: 2, errors: 1, overridden: 1, overriddenErrors: 1, ...counts },
      {
        ...{ epoch: 0, revision: 0, slot: 'blue', requests: 1, errors: 0, overridden: 0, overriddenErrors: 0 },
        ...{ latency: [0, 1], visitors: 1 },
      },
    ]);
  });

  it('is apart for each epoch and revision', () => {
    const splits = [SPLIT, { ...SPLIT, revision: 4 }, { ...SPLIT, epoch: 1 }, undefined];
    const rows = rowsOf(
      splits.map((split) => newPassage({ split })),
      WELL,
    );
    expect(rows.map(({ epoch, revision, requests }) => [epoch, revision, requests])).toEqual([
      [id.epoch, 3, 1],
      [id.epoch, 4, 1],
      [1, 3, 1],
      [0, 0, 1],
    ]);
  });

  it('is one of a bounded number: the oldest goes', () => {
    const tally = newTally();
    for (let revision = 1; revision <= MAX_ROWS + 5; revision++)
      observe(tally, newPassage({ split: { ...SPLIT, revision } }), WELL, 0);
    expect([tally.rows.length, tally.rows[0]?.revision]).toEqual([MAX_ROWS, 6]);
  });

  it('holds nothing but counts of requests by hand', () => {
    const tally = { ...newTally(), slowerThanMs: [10] };
    const [row] = rowsOf([newPassage({ overridden: true })], BAD, 500, tally);
    expect(row).toEqual({
      ...{ ...id, slot: 'green', requests: 0, errors: 0, overridden: 1, overriddenErrors: 1 },
      slow: [{ overMs: 10, count: 0 }],
    });
  });
});

describe('latencies', () => {
  it('are at most three of a visitor between two reports, however many requests there are', () => {
    const tally = newTally();
    for (const report of [1, 2]) {
      const requests = [...Array.from({ length: 9 }, () => newPassage()), newPassage({ visitor: 2 })];
      const [row] = rowsOf(requests, WELL, 40, tally);
      expect([report, row?.requests, row?.latency]).toEqual([report, 10, [bucketOf(40), 4]]);
    }
  });

  it('are at most three of a visitor over all slots and splits', () => {
    const splits = [SPLIT, { ...SPLIT, revision: 4 }];
    const tally = newTally();
    for (const split of splits) for (const slot of ['blue', 'green']) observe(tally, newPassage({ split, slot }), WELL, 0);
    expect(latenciesOf(tally)).toBe(3);
  });

  it('are those of 4,000 visitors at most, who came first', () => {
    const [row] = rowsOf([...visitors(4_001), ...visitors(4_001)], WELL);
    expect([row?.requests, row?.visitors, row?.latency]).toEqual([8_002, 4_000, [0, 8_000]]);
  });

  it('tell how many visitors the isolate had not met under the split', () => {
    const tally = newTally();
    const met = (passages: readonly Passage[]) => rowsOf(passages, WELL, 0, tally).map((row) => row.visitors);
    expect(met(visitors(5))).toEqual([5]);
    expect(met([...visitors(5), newPassage({ visitor: 6 })])).toEqual([1]);
    const next = { ...SPLIT, revision: SPLIT.revision + 1 };
    expect(met([newPassage({ split: next }), newPassage({ split: next })])).toEqual([1]);
    expect(met([newPassage()])).toEqual([0]);
  });

  it('remember 10,000 visitors, then begin anew', () => {
    const tally = newTally();
    for (let first = 1; first < 30_000; first += 3_000) rowsOf(visitors(3_000, 'green', first), WELL, 0, tally);
    expect(tally.met.size).toBeLessThanOrEqual(10_000);
    expect(rowsOf([newPassage()], WELL, 0, tally)[0]?.visitors).toBe(1);
  });

  it.each([
    [0, 0],
    [1, bucketOf(1)],
    [130_000, LAST_BUCKET],
  ])('of %d ms fall into bucket %d', (ms, bucket) => {
    expect(rowsOf([newPassage()], WELL, ms)[0]?.latency).toEqual([bucket, 1]);
  });
});

describe('bad requests', () => {
  it('come with hashes of their visitor and their network', () => {
    const sent = [
      newPassage({ headers: from('203.0.113.7') }),
      newPassage({ headers: from('203.0.113.8') }),
      newPassage({ headers: from('203.0.114.7') }),
      newPassage({ headers: from('203.0.113.7'), visitor: 2 }),
      newPassage({ headers: from('127.0.0.1') }),
      newPassage(),
    ];
    const [near, far] = [networkHash('203.0.113'), networkHash('203.0.114')];
    expect(rowsOf(sent, BAD)[0]?.errorsBy).toEqual([1, near, 2, 1, far, 1, 2, near, 1, 1, 0, 2]);
  });

  it('tell nothing of a network under another salt', () => {
    const split = { ...SPLIT, seed: SPLIT.seed + 1 };
    const [, network] = rowsOf([newPassage({ headers: from('203.0.113.7'), split })], BAD)[0]?.errorsBy ?? [];
    expect(network).toBe(networkHash('203.0.113', split));
    expect(network).not.toBe(networkHash('203.0.113'));
  });

  it('name visitors in the order of their arrival, all slots together, until there is no room', () => {
    const [blue, green] = [visitors(80, 'blue'), visitors(80, 'green')];
    const mixed = blue.flatMap((passage, i) => [passage, ...green.slice(i, i + 1)]);
    const rows = rowsOf(mixed, BAD);
    expect(rows.map(({ slot, errors, errorsBy = [] }) => [slot, errors, errorsBy.length / 3])).toEqual([
      ['blue', 80, MAX_NAMED / 2],
      ['green', 80, MAX_NAMED / 2],
    ]);
    for (const { errorsBy = [] } of rows) expect(errorsBy.filter((_, i) => i % 3 === 0).at(-1)).toBe(MAX_NAMED / 2);
  });

  it('go on to be charged to those who are named when there is no room for others', () => {
    const tally = newTally();
    for (const passage of visitors(MAX_NAMED + 20)) observe(tally, passage, BAD, 0);
    const [row] = rowsOf(visitors(MAX_NAMED + 20), BAD, 0, tally);
    expect([row?.errors, charged(row?.errorsBy)]).toEqual([2 * MAX_NAMED + 40, 2 * MAX_NAMED]);
  });

  it('find room again in the next report', () => {
    const tally = newTally();
    for (const report of [1, 2])
      expect([report, charged(rowsOf(visitors(MAX_NAMED + 1), BAD, 0, tally)[0]?.errorsBy)]).toEqual([report, MAX_NAMED]);
  });
});

describe('slow requests', () => {
  const slowOf = (ms: number, outcome = WELL) => rowsOf([newPassage()], outcome, ms, { ...newTally(), slowerThanMs: [100, 500] });

  it.each([
    [100, [0, 0]],
    [101, [1, 0]],
    [500, [1, 0]],
    [501, [1, 1]],
  ])('of %d ms are counted above the thresholds of control, with their visitor', (ms, counts) => {
    expect(slowOf(ms)[0]?.slow).toEqual(
      [100, 500].map((overMs, i) => (counts[i] ? { overMs, count: 1, by: [1, 0, 1] } : { overMs, count: 0 })),
    );
  });

  it('share the room for names with errors', () => {
    const tally = { ...newTally(), slowerThanMs: [100] };
    const [row] = rowsOf(visitors(MAX_NAMED), BAD, 101, tally);
    expect([charged(row?.errorsBy), row?.slow?.[0]?.count, charged(row?.slow?.[0]?.by)]).toEqual([50, MAX_NAMED, 50]);
  });

  it('are not counted in a row that was begun before control told a threshold, whose count would be of a part', () => {
    const tally = newTally();
    observe(tally, newPassage(), WELL, 0);
    tally.slowerThanMs = [100];
    expect(rowsOf([newPassage()], WELL, 200, tally)[0]?.slow).toBeUndefined();
    expect(rowsOf([newPassage()], WELL, 200, tally)[0]?.slow).toHaveLength(1);
  });

  it.each([WELL, BAD])('are one sample each, with their status, whatever they are beyond: %j', (outcome) => {
    expect(slowOf(501, outcome)[0]?.samples).toEqual([{ path: '/', status: outcome.status, milliseconds: 501, ray: '' }]);
  });
});

describe('samples', () => {
  it('are few, the first, without query', () => {
    const urls = ['/a?token=secret', '/b', '/c#top', '/d'].map((path) => `https://app.example${path}`);
    const passages = urls.map((url) => newPassage({ url, headers: { 'cf-ray': '8f00ba4-FRA' } }));
    const samples = rowsOf(passages, BAD, 12)[0]?.samples;
    expect(samples?.map(({ path }) => path)).toEqual(['/a', '/b', '/c']);
    expect(samples).toHaveLength(MAX_SAMPLES);
    expect(samples?.[0]).toEqual({ path: '/a', status: 503, milliseconds: 12, ray: '8f00ba4-FRA' });
  });

  it('take no time where the clock goes back', () => {
    const row = rowsOf([newPassage({ startedAt: 50 })], BAD, 20)[0];
    expect([row?.samples?.[0]?.milliseconds, row?.latency]).toEqual([0, [0, 1]]);
  });

  it('carry a ray id as a report may, whatever the header is', () => {
    const headers = { 'cf-ray': `<b>"x'; ${'y'.repeat(99)}` };
    expect(rowsOf([newPassage({ headers })], BAD)[0]?.samples?.[0]?.ray).toBe(`bx${'y'.repeat(38)}`);
  });
});
