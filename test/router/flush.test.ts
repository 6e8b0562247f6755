import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flushLater, newFlusher, type Reporting } from '../../router/flush.ts';
import { adopt, newMemory } from '../../router/load.ts';
import { depart, newTally, observe } from '../../router/observe.ts';
import type { Reply, Report } from '../../router/report.ts';
import type { Split } from '../../router/split.ts';
import { newPassage } from './passages.ts';

const split: Split = { schema: 1, service: 'app', epoch: 5, revision: 3, salt: 's', active: 'blue', ranges: [['blue', 10_000]] };
const mixed: Split = {
  ...split,
  revision: 4,
  ranges: [
    ['blue', 9000],
    ['green', 10_000],
  ],
};

let sent: Report[] = [];
let answer: (report: Report) => Promise<Reply>;

function reporting(): Reporting {
  const report = (r: Report) => {
    sent.push(structuredClone(r));
    return answer(r);
  };
  const control = { report, split: async () => ({ flushAfterMs: 1000 }) };
  const source = { service: 'app', slots: ['blue', 'green'], defaultSlot: 'blue', kv: undefined, control };
  return { source, memory: newMemory(), tally: newTally(), flusher: newFlusher() };
}

/** One request; with `cancel` the platform ends its work behind the response at once. */
function request(to: Reporting, { cancel = false } = {}) {
  const passage = newPassage({ split: to.memory.held, slot: 'blue', startedAt: Date.now() });
  observe(to.tally, passage, { failed: false, status: 200 }, Date.now());
  if (cancel) vi.spyOn(globalThis, 'setTimeout').mockImplementationOnce((() => 0) as unknown as typeof setTimeout);
  flushLater(to, Date.now(), () => {});
}

/** A window of 20 s is open when the split becomes mixed, and a request cuts it short. */
async function cutShort(): Promise<Reporting> {
  answer = async () => ({ flushAfterMs: 20_000 });
  const to = reporting();
  request(to);
  await vi.advanceTimersByTimeAsync(1000);
  request(to);
  adopt(to.source, to.memory, mixed);
  request(to);
  return to;
}

const counted = () => sent.flatMap((report) => report.rows).reduce((sum, row) => sum + row.requests, 0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  sent = [];
  answer = async () => ({ flushAfterMs: 1000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('flush', () => {
  it('sends one report a second, whatever the traffic, and the last requests of a burst too', async () => {
    const to = reporting();
    for (let i = 0; i < 100; i++) {
      request(to);
      await vi.advanceTimersByTimeAsync(25);
    }
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent.map((report) => report.sequence)).toEqual([1, 2, 3]);
    expect(counted()).toBe(100);
  });

  it('gathers as long as control says', async () => {
    answer = async () => ({ flushAfterMs: 20_000 });
    const to = reporting();
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    request(to);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toHaveLength(2);
  });

  it('cuts a long window short once the split it holds is mixed', async () => {
    await cutShort();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.map((report) => report.rows.map((row) => [row.revision, row.requests]))).toEqual([
      [[0, 1]],
      [
        [0, 1],
        [4, 1],
      ],
    ]);
  });

  it('leaves a window to its new owner once it was cut short', async () => {
    const to = await cutShort();
    await vi.advanceTimersByTimeAsync(19_700);
    request(to);
    const before = sent.length;
    await vi.advanceTimersByTimeAsync(500);
    expect(sent.length).toBe(before);
    await vi.advanceTimersByTimeAsync(500);
    expect(sent.length).toBe(before + 1);
  });

  it('sends a report again, unchanged, until it is answered, and counts on meanwhile', async () => {
    answer = async () => Promise.reject(new Error('control is down'));
    const to = reporting();
    for (let i = 0; i < 3; i++) {
      request(to);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((report) => JSON.stringify(report))).size).toBe(1);
    answer = async () => ({ flushAfterMs: 1000 });
    for (let i = 0; i < 2; i++) {
      request(to);
      await vi.advanceTimersByTimeAsync(1000);
    }
    const last = sent.at(-1);
    expect([last?.sequence, last?.rows[0]?.requests]).toEqual([2, 4]);
  });

  it('waits 5 s for an answer, and sends nothing else meanwhile', async () => {
    answer = () => new Promise(() => {});
    const to = reporting();
    for (let i = 0; i < 50; i++) {
      request(to);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(sent).toHaveLength(1);
    request(to);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent.map((report) => report.sequence)).toEqual([1, 1]);
  });

  it('reports what came in during a slow call, right after it, though no request follows', async () => {
    answer = () => new Promise((resolve) => setTimeout(() => resolve({ flushAfterMs: 1000 }), 3000));
    const to = reporting();
    request(to);
    await vi.advanceTimersByTimeAsync(1500);
    request(to);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(counted()).toBe(2);
  });

  it('takes a window over whose owner was cancelled', async () => {
    const to = reporting();
    request(to, { cancel: true });
    await vi.advanceTimersByTimeAsync(2500);
    expect(sent).toEqual([]);
    request(to);
    await vi.advanceTimersByTimeAsync(0);
    expect(counted()).toBe(2);
  });

  it('drops a report that control refused', async () => {
    answer = async () => ({ flushAfterMs: 1000, refused: 'malformed' });
    const to = reporting();
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map((report) => report.sequence)).toEqual([1, 2]);
  });

  it('takes over the split of a reply, and nothing that is none', async () => {
    answer = async () => ({ flushAfterMs: 1000, split: mixed });
    const to = reporting();
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    expect(to.memory.held?.revision).toBe(4);
    answer = async () => ({ flushAfterMs: Number.NaN, split: { nonsense: true } as unknown as Split });
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    expect([to.memory.held?.revision, to.flusher.flushAfterMs]).toEqual([4, 1000]);
  });

  it('sends what found no room in one report at once, in the next', async () => {
    const to = reporting();
    const url = `https://app.example/${'long/'.repeat(30)}`;
    for (let slot = 0; slot < 16; slot++)
      for (let visitor = 0; visitor < 3; visitor++)
        observe(to.tally, newPassage({ slot: `slot-${slot}`, visitor, url }), { failed: true, status: 500 }, Date.now());
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(new Set(sent.flatMap(({ rows }) => rows.map(({ slot }) => slot))).size).toBe(17);
    expect([counted(), to.tally.rows]).toEqual([49, []]);
  });

  it('reports a request that hangs, once it is overdue', async () => {
    const to = reporting();
    depart(to.tally, newPassage({ slot: 'green', startedAt: Date.now() }));
    for (let second = 0; second < 30; second++) {
      request(to);
      await vi.advanceTimersByTimeAsync(1000);
    }
    const green = sent.flatMap(({ rows }) => rows).filter(({ slot }) => slot === 'green');
    expect(green).toMatchObject([{ requests: 1, errors: 0 }]);
    expect(sent.findIndex(({ rows }) => rows.some(({ slot }) => slot === 'green'))).toBe(9);
  });

  it.each<[unknown, number[]]>([
    [
      [100, 2.5],
      [100, 2.5],
    ],
    [[], []],
    [undefined, []],
    [[1, 2, 3, 4, 5], []],
    [[100, 0], []],
    [[100, '200'], []],
    [[Number.NaN], []],
    [new Array(2), []],
    ['100', []],
  ])('takes over the thresholds of a reply that tells %j, if they are sound', async (slowerThanMs, taken) => {
    answer = async () => ({ flushAfterMs: 1000, slowerThanMs: slowerThanMs as number[] });
    const to = reporting();
    to.tally.slowerThanMs = [1];
    request(to);
    await vi.advanceTimersByTimeAsync(1000);
    expect(to.tally.slowerThanMs).toEqual(taken);
  });

  it('ends well behind the response though what was tallied cannot be sealed', async () => {
    const to = reporting();
    const work: Promise<unknown>[] = [];
    to.tally.rows = [undefined as never];
    flushLater(to, Date.now(), (promise) => work.push(promise.then(() => 'ended', String)));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(work)).toEqual(['ended']);
  });
});
