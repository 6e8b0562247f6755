import { expect, it } from 'vitest';
import { overrideSlot } from '../../router/override.ts';

it.each<[string, 'open' | 'signed' | 'off', string | number]>([
  ['green', 'open', 'green'],
  ['purple', 'open', 400],
  ['', 'open', 400],
  ['constructor', 'open', 400],
  ['green', 'signed', 403],
  ['purple', 'signed', 403],
  ['green', 'off', 403],
])('x-slot %j under policy %s gives %s', (asked, policy, expected) => {
  const slot = overrideSlot(asked, policy, ['blue', 'green']);
  expect(slot instanceof Response ? slot.status : slot).toBe(expected);
  if (slot instanceof Response) expect(slot.headers.get('content-type')).toBe('application/problem+json');
});
