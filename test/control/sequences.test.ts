import { expect, it } from 'vitest';
import { Sequences } from '../../control/sequences.ts';

const sent = (isolate: string, sequence: number) => ({ isolate, sequence });
const none = () => {};

it('knows a report that was taken, and any before it, of its isolate alone', () => {
  const sequences = new Sequences([['i-1', 3]]);
  sequences.take(sent('i-2', 1), none);
  const asked = [sent('i-1', 3), sent('i-1', 2), sent('i-1', 4), sent('i-2', 1), sent('i-2', 2), sent('i-3', 1)];
  expect(asked.map((one) => sequences.isTaken(one))).toEqual([true, true, false, true, false, false]);
});

it('has noted a report while it is worked on, and hands out what came of it', () => {
  const sequences = new Sequences();
  expect(sequences.take(sent('i-1', 7), () => JSON.stringify(sequences))).toBe('[["i-1",7]]');
});

it('forgets a report whose work failed', () => {
  const sequences = new Sequences([['i-1', 3]]);
  const fail = () => {
    throw new Error('no disk');
  };
  expect(() => sequences.take(sent('i-1', 4), fail)).toThrow('no disk');
  expect(sequences.isTaken(sent('i-1', 4))).toBe(false);
  expect(sequences.isTaken(sent('i-1', 3))).toBe(true);
});

it('remembers a bounded number of isolates, those that reported last', () => {
  const sequences = new Sequences();
  for (let i = 0; i < 1000; i++) sequences.take(sent(`i-${i}`, 1), none);
  sequences.take(sent('i-0', 2), none);
  sequences.take(sent('i-new', 1), none);
  expect(sequences.toJSON()).toHaveLength(1000);
  expect(['i-0', 'i-1', 'i-2', 'i-new'].map((isolate) => sequences.isTaken(sent(isolate, 1)))).toEqual([true, false, true, true]);
});
