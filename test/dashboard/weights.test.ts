import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../control/api/schemas.ts';
import { typedOf, weighed } from '../../control/dashboard/release/weights.ts';
import { given, onA, set } from '../control/core/scene.ts';
import { viewOf } from './views.ts';

describe('weights that are typed', () => {
  it('begin as they are, and the active slot gets the rest', () => {
    const typed = typedOf(viewOf(given(onA, set({ b: 1250, c: 0 }))));
    expect(typed).toEqual({ texts: { a: '87.5', b: '12.5', c: '0' }, rest: 'a' });
    expect(weighed(typed)).toEqual({ weights: { a: 87.5, b: 12.5, c: 0 }, sum: 12.5, mistake: null });
  });

  it.each([
    ['12,5', 12.5, 87.5],
    [' 33.33 ', 33.33, 66.67],
    ['100', 100, 0],
    ['0', 0, 100],
    ['7.', 7, 93],
  ])('leave the rest to one slot: %s', (text, weight, rest) => {
    expect(weighed({ texts: { a: '1', b: text }, rest: 'a' })).toEqual({
      weights: { a: rest, b: weight },
      sum: weight,
      mistake: null,
    });
  });

  it.each(['', 'x', '-1', '1e2', '1.2.3'])('are no weights: %j', (text) => {
    expect(weighed({ texts: { a: '1', b: text }, rest: 'a' }).mistake).toBe('Each weight is a number from 0 to 100.');
  });

  it('leave nothing where they sum to more than all', () => {
    expect(weighed({ texts: { a: '0', b: '60', c: '40.01' }, rest: 'a' }).mistake).toBe(
      'The others sum to 100.01 %, which leaves nothing for a; they may sum to 100 % at most.',
    );
  });

  it('come to 100 % as control counts, whatever they are', () => {
    const share = fc.integer({ min: 0, max: 3333 }).map((hundredths) => String(hundredths / 100));
    fc.assert(
      fc.property(share, share, share, (b, c, d) => {
        const { weights } = weighed({ texts: { a: '', b, c, d }, rest: 'a' });
        const body = splitBody.parse({ weights });
        expect(Object.values(body.weights).reduce((sum, weight) => sum + weight, 0)).toBe(10_000);
      }),
    );
  });
});
