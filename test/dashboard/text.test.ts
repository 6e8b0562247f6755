import { describe, expect, it } from 'vitest';
import { clip } from '../../control/dashboard/parts/clip.ts';
import { tied } from '../../control/dashboard/parts/tied.ts';

describe('a long text', () => {
  it.each([
    ['is whole where it has room', 'abc', 3, 'abc'],
    ['is cut', 'abcdef', 4, 'abc…'],
    ['loses no half of a character', '👨‍👩‍👧👩🏽‍🚀ab', 3, '👨‍👩‍👧👩🏽‍🚀…'],
    ['is whole where its characters have room, if not its units', '👨‍👩‍👧👩🏽‍🚀ab', 4, '👨‍👩‍👧👩🏽‍🚀ab'],
    ['does not end in a blank', 'ab  cdef', 5, 'ab…'],
    ['may be of 500 characters', 'x'.repeat(500), 140, `${'x'.repeat(139)}…`],
  ])('%s', (_, text, most, wanted) => expect(clip(text, most)).toBe(wanted));
});

describe('figures', () => {
  it.each([
    ['green 10 %.', 'green 10\u00a0%.'],
    ['4 min 30 s left', '4\u00a0min 30\u00a0s left'],
    ['stage 2 of 3, 12 down', 'stage 2 of 3, 12 down'],
    ['5 dogs, 3 sätze', '5 dogs, 3 sätze'],
  ])('%s', (text, wanted) => expect(tied(text)).toBe(wanted));
});
