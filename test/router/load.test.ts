import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { adopt, adoptReply, load, newMemory, type SplitMemory, type SplitSource } from '../../router/load.ts';
import type { ControlBinding } from '../../router/report.ts';
import type { Split } from '../../router/split.ts';

// KV and control are handed in, so that they can hang, throw and lie at will; the whole-loop tests have the real ones.
const split: Split = { schema: 1, service: 'app', epoch: 5, revision: 3, salt: 's', active: 'blue', ranges: [['blue', 10_000]] };
const newer = { ...split, revision: 4 };
const never = () => new Promise<never>(() => {});

let reads = 0;
let deferred: Promise<unknown>[] = [];

function source(
  kv: () => Promise<string | null>,
  control: () => Promise<Split | undefined> = async () => undefined,
): SplitSource {
  const get = () => {
    reads++;
    return kv();
  };
  const ask = async () => ({ flushAfterMs: 1000, split: await control() });
  return {
    service: 'app',
    slots: ['blue', 'green'],
    defaultSlot: 'blue',
    kv: { get } as unknown as KVNamespace,
    control: { split: ask } as unknown as ControlBinding,
  };
}

function get(from: SplitSource, memory: SplitMemory) {
  return load(from, memory, Date.now(), (work) => deferred.push(work));
}

/** What a request gets, how long it waits for it, with the clock driven on. */
async function timed(from: SplitSource, memory: SplitMemory) {
  const start = Date.now();
  let waitedMs = -1;
  const waiting = Promise.resolve(get(from, memory)).then((found) => {
    waitedMs = Date.now() - start;
    return found?.revision;
  });
  await vi.advanceTimersByTimeAsync(5000);
  return { revision: await waiting, waitedMs };
}

function remembering(ageMs: number): SplitMemory {
  const memory = newMemory();
  adopt(source(never), memory, split);
  vi.advanceTimersByTime(ageMs);
  return memory;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  reads = 0;
  deferred = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const text = (s: Split) => async () => JSON.stringify(s);
const fail = async () => {
  throw new Error('KV is down');
};

describe('with nothing in memory', () => {
  it.each<[string, SplitSource, number | undefined, number]>([
    ['KV has it', source(text(split), never), 3, 0],
    ['control has it and KV hangs', source(never, async () => split), 3, 0],
    ['control has it and KV throws', source(fail, async () => split), 3, 0],
    [
      'control has it and KV holds garbage',
      source(
        async () => '{',
        async () => split,
      ),
      3,
      0,
    ],
    [
      'control has it and KV holds a newer schema',
      source(
        async () => JSON.stringify({ ...split, schema: 2 }),
        async () => split,
      ),
      3,
      0,
    ],
    ['control throws and KV has it', source(text(split), fail), 3, 0],
    ['nobody has it', source(async () => null), undefined, 0],
    ['both hang', source(never, never), undefined, 1000],
    ['both throw', source(fail, fail), undefined, 0],
    ['nothing is bound', { ...source(never), kv: undefined, control: undefined }, undefined, 0],
  ])('%s', async (_, from, revision, waitedMs) => {
    expect(await timed(from, newMemory())).toEqual({ revision, waitedMs });
  });

  it('takes the newer of the two, whichever comes first', async () => {
    const memory = newMemory();
    await timed(
      source(text(split), async () => newer),
      memory,
    );
    await Promise.all(deferred);
    expect(memory.held?.revision).toBe(4);
  });

  it('goes on with the default for a second after a failure, before it asks again', async () => {
    const memory = newMemory();
    const from = source(fail);
    await Promise.resolve(get(from, memory));
    expect(get(from, memory)).toBeUndefined();
    expect(reads).toBe(1);
    vi.advanceTimersByTime(1000);
    await Promise.resolve(get(from, memory));
    expect(reads).toBe(2);
  });
});

describe('with a split in memory', () => {
  it('serves it at once while it is fresh, without a read', () => {
    const memory = remembering(29_999);
    expect(get(source(text(newer)), memory)).toBe(memory.held);
    expect(reads).toBe(0);
  });

  it('serves it at once from 30 s on, and refreshes it behind the response, once', async () => {
    const memory = remembering(30_000);
    const from = source(text(newer));
    expect(get(from, memory)).toMatchObject({ revision: 3 });
    expect(get(from, memory)).toMatchObject({ revision: 3 });
    await Promise.all(deferred);
    expect(get(from, memory)).toMatchObject({ revision: 4 });
    expect(reads).toBe(1);
  });

  it.each<[string, SplitSource, number, number]>([
    ['waits for KV', source(text(newer)), 4, 0],
    ['waits 200 ms at most', source(never), 3, 200],
    ['keeps the last good one when KV throws', source(fail), 3, 0],
    ['keeps the last good one when KV holds nothing', source(async () => null), 3, 0],
    ['keeps the last good one when KV holds garbage', source(async () => 'null'), 3, 0],
    ['never goes back to a lower revision', source(text({ ...split, revision: 2 })), 3, 0],
    ['never goes back to a lower epoch', source(text({ ...split, epoch: 4, revision: 99 })), 3, 0],
  ])('beyond 60 s: %s', async (_, from, revision, waitedMs) => {
    expect(await timed(from, remembering(60_000))).toEqual({ revision, waitedMs });
  });

  it('makes one request in a second wait while KV hangs, not every one', async () => {
    const memory = remembering(60_000);
    const from = source(never);
    const waiting = Promise.resolve(get(from, memory));
    await vi.advanceTimersByTimeAsync(200);
    await waiting;
    expect(get(from, memory)).toBe(memory.held);
  });
});

describe('a reply of control', () => {
  it('brings a newer split, and confirms the one held where it brings none', () => {
    const memory = remembering(59_000);
    adoptReply(source(never), memory, { flushAfterMs: 1000 });
    expect(memory.confirmedAt).toBe(Date.now());
    adoptReply(source(never), memory, { flushAfterMs: 1000, split: newer });
    expect(memory.held?.revision).toBe(4);
  });

  it('confirms nothing when it refuses', () => {
    const memory = remembering(59_000);
    const { confirmedAt } = memory;
    adoptReply(source(never), memory, { flushAfterMs: 1000, refused: 'no' });
    expect(memory.confirmedAt).toBe(confirmedAt);
  });
});
