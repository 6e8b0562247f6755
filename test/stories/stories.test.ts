import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALLOWED, type ReleaseState, type Verb } from '../../control/core/release.ts';
import { type Asked, play, storiesOf } from './story.ts';

const FOLDER = import.meta.dirname;
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));
const asked: Asked[] = [];

describe.each(files)('%s', (file) => {
  const stories = storiesOf(readFileSync(join(FOLDER, file), 'utf8'));
  it.each(stories.map((story) => [story.title, story] as const))('%s', (_, story) => {
    expect(story.lines.length).toBeGreaterThan(1);
    asked.push(...play(story));
  });
});

it('tells of every verb in every state, allowed and refused', () => {
  const states = ['pending', 'running', 'paused', 'awaiting_approval', 'held', 'completed', 'rolled_back', 'aborted'];
  const told = (state: string, verb: Verb) => {
    const allowed = ALLOWED[verb].includes(state as ReleaseState);
    return asked.some((a) => a.state === state && a.verb === verb && (a.refused === 'release-state') !== allowed);
  };
  const verbs = Object.keys(ALLOWED) as Verb[];
  const untold = states.flatMap((state) => verbs.filter((verb) => !told(state, verb)).map((verb) => `${verb} when ${state}`));
  expect(untold).toEqual([]);
});

it.each([
  ['slots blue green\n+1 => green 5', 'green is 0, not 5'],
  ['slots blue green\nsplit green=20', undefined],
  ['slots blue green\nremove blue', 'it was refused: slot-in-use'],
  ['slots blue green\nfrobnicate', 'no such event: frobnicate'],
])('notices a story that is not true: %s', (text, message) => {
  const [story] = storiesOf(`# told\n${text}`);
  const run = () => story && play(story);
  if (message === undefined) expect(run).not.toThrow();
  else expect(run).toThrow(message);
});
