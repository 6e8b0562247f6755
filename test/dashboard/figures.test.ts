import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOf, percentText, secondsOf, secondsText, shareOf } from '../../control/dashboard/figures.ts';

describe('a number that is typed', () => {
  it.each([
    ['5', 5],
    [' 5.50 ', 5.5],
    ['5.', 5],
    ['.5', 0.5],
    ['0', 0],
  ])('%j is %d', (text, number) => expect(numberOf(text)).toBe(number));

  it.each(['many', '1,5', '1e3', '-1', '5 %', '0x10', 'Infinity', '.', '1 000'])('%j stays the text that it is', (text) => {
    expect(numberOf(text)).toBe(text);
  });

  it('is none where nothing was typed', () => expect(numberOf('  ')).toBeUndefined());
});

describe('a share that is typed in percent', () => {
  it.each([
    ['0.05', 0.0005],
    ['0.05 %', 0.0005],
    ['1.1', 0.011],
    ['99.9999', 0.999999],
    ['0.0001', 1e-6],
    ['100%', 1],
    ['7', 0.07],
    ['29', 0.29],
    ['0', 0],
  ])('%j is %d, without float dust', (text, share) => expect(shareOf(text)).toBe(share));

  it.each(['a %', '1,5', '1 % %'])('%j stays the text that it is', (text) => expect(shareOf(text)).toBe(text));

  it.each([
    [0.0005, '0.05'],
    [1e-6, '0.0001'],
    [1e-9, '0.0000001'],
    [0.999999, '99.9999'],
    [0.29, '29'],
    [0, '0'],
    [1, '100'],
  ])('%d is shown as %j', (share, text) => expect(percentText(share)).toBe(text));

  it('comes back as it was, whatever it is', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => shareOf(percentText(share)) === share + 0));
  });
});

describe('a span that is typed', () => {
  it.each([
    ['300', 300],
    ['300 s', 300],
    ['5m', 300],
    ['5 min', 300],
    ['1.5 h', 5400],
    ['1 h 30 min', 5400],
    ['2D', 172_800],
    ['0', 0],
    ['0.1 min', 6],
  ])('%j is %d s', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

  it.each(['soon', '5 weeks', 'min', '5 min ago', '-5 s'])('%j stays the text that it is', (text) => {
    expect(secondsOf(text)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [90, '1 min 30 s'],
    [300, '5 min'],
    [5400, '1 h 30 min'],
    // Its two largest units would say less.
    [86_460, '86460'],
  ])('%d s is shown as %j', (seconds, text) => expect(secondsText(seconds)).toBe(text));

  it('comes back as it was, whatever it is', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 30 * 86_400 }), (seconds) => secondsOf(secondsText(seconds)) === seconds));
  });
});
