import { describe, expect, it } from 'vitest';
import { type Caps, charge, NO_CAPS, withoutNames } from '../../../control/core/caps.ts';
import { DEFAULT_SLO } from '../../../control/core/slo.ts';

const { perVisitorCap, perNetworkCap } = DEFAULT_SLO;
const limits = { perVisitorCap, perNetworkCap };
const open = { perVisitorCap, perNetworkCap: 'off' } as const;

type By = readonly number[] | undefined;

/** Charges one report after another. */
function run(reports: readonly (readonly [count: number, by: By])[], given: typeof limits | typeof open = limits) {
  let caps = NO_CAPS;
  const counted = reports.map(([count, by]) => {
    const charged = charge(caps, count, by, given, 0);
    caps = charged.caps;
    return charged.counted;
  });
  return { caps, counted };
}

const sizeOf = ({ visitors, networks }: Caps) =>
  [visitors, networks].map(({ fresh, old }) =>
    [fresh, old].flatMap((shards) => Object.values(shards)).reduce((sum, shard) => sum + Object.keys(shard).length, 0),
  );

/** Charges as many visitors as asked with a bad request each, in reports of a hundred. */
function flood(caps: Caps, from: number, visitors: number): Caps {
  let next = caps;
  for (let i = 0; i < visitors; i += 100) {
    const by = Array.from({ length: Math.min(100, visitors - i) }, (_, j) => [from + i + j, 0, 1]).flat();
    next = charge(next, by.length / 3, by, limits, 0).caps;
  }
  return next;
}

describe('bad requests that count', () => {
  it.each<[string, readonly (readonly [number, By])[], readonly number[], number]>([
    ['are two of one visitor in a report', [[5, [1, 0, 5]]], [2], 3],
    [
      'are two of one visitor over several',
      [
        [1, [1, 0, 1]],
        [1, [1, 0, 1]],
        [1, [1, 0, 1]],
        [1, [1, 0, 1]],
      ],
      [1, 1, 0, 0],
      2,
    ],
    ['are two of each visitor', [[9, [1, 0, 3, 2, 0, 3, 3, 0, 3]]], [6], 3],
    ['are four of one network', [[6, [1, 9, 1, 2, 9, 1, 3, 9, 1, 4, 9, 1, 5, 9, 1, 6, 9, 1]]], [4], 2],
    [
      'are four of one network over several',
      [
        [4, [1, 9, 2, 2, 9, 2]],
        [1, [3, 9, 1]],
        [1, [4, 8, 1]],
      ],
      [4, 0, 1],
      1,
    ],
    ['are of a visitor two, from whichever network', [[3, [1, 7, 1, 1, 8, 1, 1, 9, 1]]], [2], 1],
    [
      'are of a network what it has left, from a visitor with more',
      [
        [3, [1, 9, 2, 2, 9, 1]],
        [2, [3, 9, 2]],
      ],
      [3, 1],
      1,
    ],
    ['are any number where the network is none', [[6, [1, 0, 2, 2, 0, 2, 3, 0, 2]]], [6], 0],
    [
      'are not those that nobody is named for',
      [
        [10, [1, 0, 1]],
        [10, []],
      ],
      [1, 0],
      0,
    ],
    ['are all where nobody noted who', [[7, undefined]], [7], 0],
    [
      'are none of none',
      [
        [0, undefined],
        [0, [1, 0, 0]],
      ],
      [0, 0],
      0,
    ],
  ])('%s', (_, reports, counted, swallowed) => {
    const run1 = run(reports);
    expect(run1.counted).toEqual(counted);
    expect(run1.caps.swallowed).toBe(swallowed);
  });

  it('are any number of one network where its cap is off, but two of a visitor', () => {
    expect(run([[9, [1, 9, 3, 2, 9, 3, 3, 9, 3]]], open).counted).toEqual([6]);
  });

  it('are as many as the caps say', () => {
    const by = [1, 9, 9, 2, 9, 9, 3, 9, 9];
    expect(charge(NO_CAPS, 27, by, { perVisitorCap: 4, perNetworkCap: 7 }, 0).counted).toBe(7);
    expect(charge(NO_CAPS, 27, by, { perVisitorCap: 1, perNetworkCap: 7 }, 0).counted).toBe(3);
    // No network is none to share a cap.
    expect(charge(NO_CAPS, 27, [1, 0, 9, 2, 0, 9], { perVisitorCap: 4, perNetworkCap: 2 }, 0).counted).toBe(8);
  });

  it('are fewer where a cap is lowered, and never less than none', () => {
    const { caps } = charge(NO_CAPS, 4, [1, 0, 4], { perVisitorCap: 4, perNetworkCap: 'off' }, 0);
    expect(charge(caps, 1, [1, 0, 1], limits, 0)).toMatchObject({ counted: 0, caps: { swallowed: 1 } });
  });

  it('are of the same visitor where hashes fall into one shard', () => {
    expect(
      run([
        [6, [64, 0, 2, 128, 0, 2, 192, 0, 2]],
        [3, [64, 0, 1, 128, 0, 1, 192, 0, 1]],
      ]).counted,
    ).toEqual([6, 0]);
  });
});

describe('the tables of visitors', () => {
  const full = flood(charge(NO_CAPS, 2, [1, 9, 2], limits, 0).caps, 100, 9_999);
  const again = (caps: Caps) => charge(caps, 1, [1, 9, 1], open, 0);

  it('are bounded, and say when they forget', () => {
    expect([sizeOf(full), full.forgot]).toEqual([[10_000, 1], false]);
    const over = flood(full, 20_000, 1);
    expect(over.forgot).toBe(true);
    const far = flood(over, 30_000, 6_000);
    expect(Math.max(...sizeOf(far))).toBeLessThanOrEqual(10_000);
    expect(JSON.stringify(far).length).toBeLessThan(200_000);
  });

  it('forget whom they have not met for longest', () => {
    expect(again(full).counted).toBe(0);
    expect(again(flood(full, 50_000, 1)).counted).toBe(1);
  });

  it('forget nobody who goes on, however many come between', () => {
    let [caps, counted] = [full, 0];
    for (let i = 0; i < 4; i++) {
      const charged = again(caps);
      caps = flood(charged.caps, 60_000 + i * 2_000, 2_000);
      counted += charged.counted;
    }
    expect([caps.forgot, counted]).toEqual([true, 0]);
  });

  it('give no room to visitors whom only their network holds back', () => {
    let caps = charge(NO_CAPS, 2, [1, 0, 2], limits, 0).caps;
    for (let key = 2; key < 6_000; key++) caps = charge(caps, 1, [key, 9, 1], limits, 0).caps;
    expect([sizeOf(caps), caps.forgot]).toEqual([[5, 1], false]);
    expect(charge(caps, 1, [1, 0, 1], limits, 0).counted).toBe(0);
  });

  it.each([
    ['is held back as long as its pauses are short', 14, 2],
    ['may count again after a long pause', 31, 12],
  ])('of who fails again and again %s', (_, minutes, counted) => {
    let caps = NO_CAPS;
    let sum = 0;
    for (let i = 0; i < 6; i++) {
      const charged = charge(caps, 3, [1, 9, 3], { perVisitorCap: 2, perNetworkCap: 'off' }, i * minutes * 60_000);
      caps = charged.caps;
      sum += charged.counted;
    }
    expect(sum).toBe(counted);
    // That is no full table.
    expect(caps.forgot).toBe(false);
  });

  it('renew a network as they renew a visitor', () => {
    const at = (caps: Caps, minute: number, visitor: number) => charge(caps, 4, [visitor, 9, 4], limits, minute * 60_000);
    const first = at(at(NO_CAPS, 0, 1).caps, 0, 2);
    expect([first.counted, at(first.caps, 14, 3).counted, at(first.caps, 31, 3).counted]).toEqual([2, 0, 2]);
  });

  it('are left out of what is shown', () => {
    const { caps } = run([[9, [1, 9, 3, 2, 9, 3, 3, 9, 3]]]);
    expect(withoutNames(caps)).toEqual({ ...NO_CAPS, swallowed: 5 });
  });

  it('stay as they are in what came before', () => {
    const by = Object.freeze([1, 9, 1, 65, 9, 1]);
    const before = frozen(charge(NO_CAPS, 2, by, limits, 0).caps);
    const text = JSON.stringify(before);
    const after = charge(before, 2, by, limits, 0).caps;
    expect(JSON.stringify(before)).toBe(text);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    expect(charge(before, 0, by, limits, 0).caps).toBe(before);
    // What a shard does not bring is shared, not copied.
    expect(charge(after, 1, [2, 8, 1], limits, 0).caps.visitors.fresh['1']).toBe(after.visitors.fresh['1']);
  });
});

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(Object.freeze(value))) frozen(part);
  return value;
}
