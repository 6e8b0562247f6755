import { describe, expect, it } from 'vitest';
import type { AuditView } from '../../../control/api/types.ts';
import { type Change, changesOf, fullLabel, labelsOf, linesOf, type Room } from '../../../control/dashboard/chart/changes.ts';
import { at } from './points.ts';

type Standing = Extract<AuditView['after'], { readonly weights: unknown }>;

function standing(revision: number, green: number, more: Partial<Standing> = {}): Standing {
  return { active: 'blue', revision, weights: { blue: 100 - green, green }, ...more };
}

function entry(
  action: AuditView['action'],
  before: AuditView['before'],
  after: AuditView['after'],
  more: Partial<AuditView> = {},
) {
  const about = { service: 'app', actor: 'sluice', role: null, reason: null, alert: null, requestId: null };
  return { ...about, at: new Date(at(0)).toISOString(), action, what: 'It was done.', before, after, ...more };
}

const running = (stage: number | null) => ({ release: { id: 3, state: stage === null ? 'pending' : 'running', stage } });

describe('changesOf', () => {
  it.each<[string, AuditView, string, string]>([
    ['weights set', entry('split_set', standing(11, 0), standing(12, 50)), 'revision', 'rev 12: green 50 %'],
    ['all weight on the active slot', entry('split_set', standing(11, 50), standing(12, 0)), 'revision', 'rev 12: blue 100 %'],
    [
      'another active slot',
      entry('slot_activated', standing(11, 0), standing(12, 100, { active: 'green' })),
      'revision',
      'rev 12: green active',
    ],
    [
      'a release begins',
      entry('release_started', standing(11, 0, running(null)), standing(12, 10, running(1))),
      'stage',
      'stage 1',
    ],
    ['a stage', entry('stage_advanced', standing(11, 10, running(1)), standing(12, 50, running(2))), 'stage', 'stage 2'],
    [
      'a stage without weight',
      entry('release_started', standing(11, 0, running(null)), standing(11, 0, running(1))),
      'stage',
      'stage 1',
    ],
    [
      'a promotion',
      entry('release_promoted', standing(11, 50, running(2)), standing(12, 100, { active: 'green' })),
      'stage',
      'promoted',
    ],
    ['the end of its stages', entry('release_completed', standing(11, 50, running(2)), standing(12, 100)), 'stage', 'promoted'],
    ['an abort', entry('release_aborted', standing(11, 50, running(2)), standing(12, 0)), 'stage', 'aborted'],
    [
      'a rollback of a release',
      entry('release_rolled_back', standing(11, 50, running(2)), standing(12, 0)),
      'rollback',
      'rolled back',
    ],
    [
      'a rollback that moved nobody',
      entry('release_rolled_back', standing(11, 0, running(1)), standing(11, 0)),
      'rollback',
      'rolled back',
    ],
    [
      'a rollback by hand',
      entry('rolled_back', standing(11, 50), standing(12, 0), { reason: 'it hurts' }),
      'rollback',
      'rolled back',
    ],
  ])('tells of %s', (_, given, kind, label) => {
    expect(changesOf([given]).map((change) => [change.kind, change.label])).toEqual([[kind, label]]);
  });

  it.each<[string, AuditView]>([
    ['that changed no split', entry('release_paused', standing(11, 50, running(2)), standing(11, 50, running(2)))],
    ['about something else', entry('token_created', null, { kind: 'token' })],
    ['about an objective', entry('slos_set', null, null)],
  ])('leaves out an entry %s', (_, given) => {
    expect(changesOf([given])).toEqual([]);
  });

  it('takes an entry once that was asked for and came over the stream, and sorts by time', () => {
    const early = entry('split_set', standing(11, 0), standing(12, 5));
    const late = entry('split_set', standing(12, 5), standing(13, 6), { at: new Date(at(9)).toISOString() });
    expect(changesOf([late, early, { ...early }]).map(({ revision }) => revision)).toEqual([12, 13]);
  });

  it('says who it was by, but for Sluice itself', () => {
    const by = (actor: string) => changesOf([entry('split_set', standing(11, 0), standing(12, 5), { actor })])[0];
    const said = (actor: string) => fullLabel(by(actor) ?? { label: '', by: null });
    expect(by('sluice')?.by).toBe(null);
    expect(said('sluice')).toBe('rev 12: green 5 %');
    expect(said('ada@example.com')).toBe('rev 12: green 5 % by ada');
    expect(said('a-very-long-name-of-a-token')).toBe('rev 12: green 5 % by a-very-long-n…');
  });
});

function change(seconds: number, kind: Change['kind'], label: string, by: string | null = null): Change {
  return { at: at(seconds), kind, label, by, revision: seconds, entry: entry('split_set', null, null) };
}

// A pixel a second, and six a letter.
const room: Room = {
  left: 0,
  right: 600,
  rows: 2,
  place: (of) => (of.at - at(0)) / 1000,
  width: (text) => text.length * 6,
};
const texts = (changes: readonly Change[], within: Partial<Room> = {}) =>
  labelsOf(changes, { ...room, ...within }).map(({ text }) => text);

describe('labelsOf', () => {
  it('never puts one over another, nor beyond the chart', () => {
    const changes = Array.from({ length: 200 }, (_, i) =>
      change(i * 3, i % 7 === 0 ? 'stage' : 'revision', `rev ${i}: green 5 %`, 'ada'),
    );
    const labels = labelsOf(changes, room);
    expect(labels.length).toBeGreaterThan(5);
    for (const [i, a] of labels.entries()) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.left + a.width).toBeLessThanOrEqual(600);
      for (const b of labels.slice(i + 1))
        expect(a.row !== b.row || a.left >= b.left + b.width || b.left >= a.left + a.width).toBe(true);
    }
  });

  it('lets rollbacks win, then stages, then the newest', () => {
    const crowd = [
      change(300, 'rollback', 'rolled back'),
      change(301, 'stage', 'stage 1'),
      change(302, 'revision', 'rev 8: green 1 %'),
      change(303, 'revision', 'rev 9: green 1 %'),
    ];
    const within = (rows: number) => texts(crowd, { left: 290, right: 420, rows });
    expect(within(1)).toEqual(['rolled back']);
    expect(within(2)).toEqual(['rolled back', 'stage 1']);
    expect(within(3)).toEqual(['rolled back', 'stage 1', 'rev 9: green 1 %']);
    expect(within(4)).toEqual(['rolled back', 'stage 1', 'rev 9: green 1 %', 'rev 8: green 1 %']);
  });

  it('leaves out who it was by where only that finds no room', () => {
    expect(texts([change(10, 'stage', 'stage 1', 'ada')], { right: 100 })).toEqual(['stage 1 by ada']);
    expect(texts([change(10, 'stage', 'stage 1', 'ada')], { right: 80 })).toEqual(['stage 1']);
  });

  it('puts a label before its line at the right end', () => {
    const [label] = labelsOf([change(590, 'stage', 'stage 1')], room);
    expect(label).toMatchObject({ left: 590 - 4 - 42, width: 42, row: 0 });
  });
});

describe('linesOf', () => {
  it('leaves out revisions that are next to another line, and keeps each rollback and stage', () => {
    const changes = [
      change(100, 'revision', 'a'),
      change(101, 'rollback', 'b'),
      change(102, 'stage', 'c'),
      change(103, 'revision', 'd'),
      change(120, 'revision', 'e'),
    ];
    expect(
      linesOf(changes, room.place)
        .map(({ label }) => label)
        .sort(),
    ).toEqual(['b', 'c', 'e']);
  });
});
