import { expect, it } from 'vitest';
import { fromWire, toWire } from '../../control/durable.ts';

it('carries any text to an object as ASCII, which is all a header may hold', () => {
  const argument = { reason: '🚀 naïve 版本\n"quoted" \u2028 \\u0041', nested: [{ ключ: null }] };
  const wire = toWire(argument);
  expect(wire).toMatch(/^[\x20-\x7e]+$/);
  expect(fromWire(wire)).toEqual(argument);
});
