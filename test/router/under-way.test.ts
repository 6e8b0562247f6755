import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../router/histogram.ts';
import { depart, newTally, observe, observeAbandoned, observeOverdue, type Passage } from '../../router/observe.ts';
import { takeRows } from '../../router/seal.ts';
import { BAD, newPassage, visitors, WELL } from './passages.ts';

describe('overdue requests', () => {
  const underWay = (change: Partial<Passage> = {}) => {
    const tally = { ...newTally(), slowerThanMs: [500] };
    const passage = newPassage(change);
    depart(tally, passage);
    return { tally, passage };
  };

  it('count after 10 s, once, with their age', () => {
    const { tally } = underWay();
    expect(takeRows(tally, 9_999)).toEqual([]);
    expect(takeRows(tally, 10_000)).toMatchObject([
      { requests: 1, errors: 0, latency: [bucketOf(10_000), 1], visitors: 1, slow: [{ count: 1, by: [1, 0, 1] }] },
    ]);
    expect(takeRows(tally, 20_000)).toEqual([]);
  });

  it('are not counted again when they are answered', () => {
    const { tally, passage } = underWay();
    takeRows(tally, 10_000);
    observe(tally, passage, WELL, 12_000);
    observe(tally, passage, WELL, 12_000);
    expect(takeRows(tally, 12_000)).toEqual([]);
  });

  it('are counted again when they fail, with no second latency', () => {
    const { tally, passage } = underWay();
    takeRows(tally, 10_000);
    observe(tally, passage, BAD, 12_000);
    const [row] = takeRows(tally, 12_000);
    expect(row).toMatchObject({ requests: 1, errors: 1, errorsBy: [1, 0, 1], slow: [{ overMs: 500, count: 0 }] });
    expect([row?.latency, row?.visitors, row?.samples?.length]).toEqual([undefined, undefined, 1]);
  });

  it('are counted apart by hand', () => {
    expect(takeRows(underWay({ overridden: true }).tally, 10_000)).toMatchObject([{ requests: 0, overridden: 1 }]);
  });

  it('are no longer under way once they were answered in time', () => {
    const { tally, passage } = underWay();
    observe(tally, passage, WELL, 20);
    takeRows(tally, 1_000);
    expect(takeRows(tally, 30_000)).toEqual([]);
  });

  it('stay under way until they are overdue', () => {
    const { tally } = underWay();
    depart(tally, newPassage({ startedAt: 5_000, visitor: 2 }));
    observeOverdue(tally, 10_000);
    expect(takeRows(tally, 10_000)[0]?.requests).toBe(1);
    expect(takeRows(tally, 15_000)[0]?.requests).toBe(1);
  });
});

describe('abandoned requests', () => {
  it('count with their age, and are never an error, whatever becomes of them', () => {
    const tally = { ...newTally(), slowerThanMs: [500] };
    const passage = newPassage();
    depart(tally, passage);
    observeAbandoned(tally, passage, 700);
    observe(tally, passage, BAD, 900);
    observeAbandoned(tally, passage, 1000);
    const samples = [{ path: '/', status: 0, milliseconds: 700, ray: '' }];
    const [row, ...others] = takeRows(tally, 60_000);
    expect(row).toMatchObject({ requests: 1, errors: 0, latency: [bucketOf(700), 1], slow: [{ count: 1 }], samples });
    expect([row?.errorsBy, others]).toEqual([undefined, []]);
  });

  it('are not counted again when they were overdue', () => {
    const tally = newTally();
    const passage = newPassage();
    depart(tally, passage);
    takeRows(tally, 10_000);
    observeAbandoned(tally, passage, 11_000);
    observe(tally, passage, BAD, 12_000);
    expect(takeRows(tally, 12_000)).toEqual([]);
  });
});

describe('requests under way', () => {
  it('are 10,000 at most: the oldest are forgotten', () => {
    const tally = newTally();
    for (let i = 0; i < 30_000; i++) depart(tally, newPassage({ slot: i < 20_000 ? 'blue' : 'green' }));
    expect(takeRows(tally, 10_000).map(({ slot, requests }) => [slot, requests])).toEqual([['green', 10_000]]);
  });

  it('are all remembered as long as no more than that are not counted yet', () => {
    const tally = newTally();
    depart(tally, newPassage());
    for (const passage of visitors(30_000)) {
      depart(tally, passage);
      observe(tally, passage, WELL, 5);
    }
    takeRows(tally, 5);
    expect(takeRows(tally, 10_000)[0]?.requests).toBe(1);
  });
});
