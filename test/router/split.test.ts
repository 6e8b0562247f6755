import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, visitorOf } from '../../router/assign.ts';
import { compileSplit, isNewer, parseSplit, parseSplitText, type Split } from '../../router/split.ts';

const split: Split = {
  schema: 1,
  service: 'app',
  epoch: 5,
  revision: 3,
  salt: 's',
  active: 'blue',
  ranges: [
    ['blue', 9000],
    ['green', 10_000],
  ],
};

describe('split', () => {
  it('is read back as it was written', () => expect(parseSplitText(JSON.stringify(split), 'app')).toEqual(split));

  it.each<[string, unknown]>([
    ['of a newer schema', { ...split, schema: 2 }],
    ['of another service', { ...split, service: 'api' }],
    ['without an epoch', { ...split, epoch: undefined }],
    ['with an epoch no clock can show', { ...split, epoch: Number.MAX_SAFE_INTEGER }],
    ['with a negative revision', { ...split, revision: -1 }],
    ['with a broken revision', { ...split, revision: 1.5 }],
    ['that ends early', { ...split, ranges: [['blue', 9000]] }],
    ['that ends late', { ...split, ranges: [['blue', 10_001]] }],
    [
      'that goes back',
      {
        ...split,
        ranges: [
          ['blue', 9000],
          ['green', 8000],
          ['blue', 10_000],
        ],
      },
    ],
    [
      'with an empty range',
      {
        ...split,
        ranges: [
          ['blue', 0],
          ['green', 10_000],
        ],
      },
    ],
    ['without ranges', { ...split, ranges: [] }],
    ['that is null', null],
    ['that is a list', [split]],
    ['that is a word', 'blue'],
  ])('is not read %s', (_, value) => expect(parseSplit(value, 'app')).toBeUndefined());

  it.each(['', '{', 'null', '[]', '\u0000\u0001', '{"schema":1'])('is not read from %j', (text) =>
    expect(parseSplitText(text, 'app')).toBeUndefined(),
  );

  it('is read from nothing without a throw, whatever it is', () => {
    fc.assert(fc.property(fc.anything(), (value) => parseSplit(value, 'app') === undefined));
  });

  it.each<[boolean, [number, number], [number, number] | undefined]>([
    [true, [5, 3], undefined],
    [true, [5, 4], [5, 3]],
    [true, [6, 0], [5, 9]],
    [false, [5, 3], [5, 3]],
    [false, [5, 2], [5, 3]],
    [false, [4, 9], [5, 0]],
  ])('is newer: %s, %j against %j', (newer, [epoch, revision], than) => {
    expect(isNewer({ epoch, revision }, than && { epoch: than[0], revision: than[1] })).toBe(newer);
  });

  it('gives the buckets of a slot unknown here to the active one, or else to the default', () => {
    const strange: Split = { ...split, ranges: [['red', 10_000]] };
    const toActive = compileSplit(strange, ['green', 'blue'], 'green');
    const toDefault = compileSplit({ ...strange, active: 'red' }, ['blue', 'green'], 'green');
    expect(assign(toActive, visitorOf(toActive, 'k'))).toBe('blue');
    expect(assign(toDefault, visitorOf(toDefault, 'k'))).toBe('green');
  });

  it('knows whether another slot than the active one has weight', () => {
    expect(compileSplit(split, ['blue', 'green'], 'blue').mixed).toBe(true);
    expect(compileSplit({ ...split, ranges: [['blue', 10_000]] }, ['blue', 'green'], 'blue').mixed).toBe(false);
  });
});
