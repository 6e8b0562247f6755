import { describe, expect, it } from 'vitest';
import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import { progressText } from '../../control/dashboard/overview/progress.ts';
import { changeOf } from '../../control/dashboard/service/changes.ts';
import { probeLine, quantileText, slotRows } from '../../control/dashboard/service/slot-rows.ts';
import { clock, grouped } from '../../control/words.ts';
import { NOW, past, release, service, slotHealth, watch } from '../scripts/cli-fake.ts';

const stage = (over: Partial<NonNullable<ReleaseView['stage']>>) => ({ ...release().stage, ...over }) as ReleaseView['stage'];
const split = (green: number, revision: number, epoch = 1): ServiceView['split'] => ({
  ...{ epoch, revision, weights: { blue: 100 - green, green }, salt: 's', updatedAt: past(1) },
});
const at = (over: Partial<ServiceView>) => service({ split: split(50, 15), release: release(), ...over });

describe('what became other of a service', () => {
  it.each<[string, Partial<ServiceView>, string | null]>([
    ['figures alone', { release: release({ stage: stage({ requests: 99 }) }) }, null],
    [
      'the stage and the split with it',
      { split: split(100, 16), release: release({ stage: stage({ number: 3, weight: 100 }) }) },
      'Release 7 is running at stage 3 of 3 (green 100 %); the split is green 100 % (revision 16).',
    ],
    [
      'an approval that is wanted',
      { release: release({ state: 'awaiting_approval' }) },
      'Release 7 awaits approval at stage 2 of 3 (green 50 %).',
    ],
    ['a release that is held', { release: release({ state: 'held' }) }, 'Release 7 is held at stage 2 of 3 (green 50 %).'],
    ['a release that is paused', { release: release({ state: 'paused' }) }, 'Release 7 is paused at stage 2 of 3 (green 50 %).'],
    [
      'a rollback',
      { split: split(0, 16), release: release({ state: 'rolled_back' }) },
      'Release 7 was rolled back to blue; the split is blue 100 % (revision 16).',
    ],
    ['a release that is aborted', { release: release({ state: 'aborted' }) }, 'Release 7 was aborted.'],
    [
      'a release that is completed',
      { active: 'green', split: split(100, 16), release: release({ state: 'completed' }) },
      'Release 7 is completed; the split is green 100 % (revision 16); green is active.',
    ],
    [
      'a new release',
      { release: release({ id: 8, state: 'pending', stage: null }) },
      'Release 8 of green waits to be started, with 10 % at first.',
    ],
    ['a split by hand', { split: split(20, 16) }, 'The split is blue 80 %, green 20 % (revision 16).'],
    ['a split of another epoch', { split: split(50, 15, 2) }, 'The split is blue 50 %, green 50 % (revision 15).'],
    ['no active slot any more', { active: null }, 'No slot is active.'],
  ])('tells %s', (_, after, wanted) => expect(changeOf(at({}), at(after))).toBe(wanted));
});

describe('the slots of a service', () => {
  const marks = (of: ServiceView) =>
    slotRows(of, NOW).map(({ slot, marks: all }) => [slot, ...all.map(({ text }) => text)].join(' '));

  it('puts the active one first and says what each is', () => {
    expect(marks(service({ active: 'green', split: split(100, 16) }))).toEqual(['green active', 'blue idle']);
    expect(marks(service({ split: split(20, 16) }))).toEqual(['blue active', 'green watched']);
    const none = { ...split(0, 0), weights: { blue: 0, green: 0 } };
    expect(marks(service({ active: null, split: none }))).toEqual(['blue idle', 'green idle']);
    expect(marks(service({ release: release() }))).toEqual(['blue active', 'green candidate']);
    expect(marks(service({ release: release({ state: 'aborted', endedAt: past(1) }) }))).toEqual(['blue active', 'green idle']);
  });

  it('marks a slot in its bake, and where a rollback returns to', () => {
    const watches = [watch({ kind: 'bake', slot: 'green' })];
    const of = service({ active: 'green', previous: 'blue', split: split(100, 16), health: { ...service().health, watches } });
    expect(marks(of)).toEqual(['green active in its bake', 'blue kept warm']);
    expect(slotRows(of, NOW).map(({ notes }) => notes)).toEqual([[], ['A rollback returns here.']]);
  });

  it('tells of a lease for as long as it is good', () => {
    const leased = (until: string) => {
      const { blue, green } = service().slots;
      return service({
        slots: { ...(blue && { blue }), ...(green && { green: { ...green, lease: { until, by: 'token:ci' } } }) },
      });
    };
    const [, row] = slotRows(leased(past(-60)), NOW);
    expect(row?.notes).toEqual([`Reserved for an upload by token:ci until ${clock(past(-60))}.`]);
    expect(row?.marks.map(({ text }) => text)).toEqual(['idle', 'leased']);
    const [, over] = slotRows(leased(past(1)), NOW);
    expect([over?.notes, over?.marks.map(({ text }) => text)]).toEqual([[], ['idle']]);
  });

  it.each([
    [probeLine('green', null, NOW), 'none yet'],
    [probeLine('green', { at: past(20), ok: true, status: 200, milliseconds: 62 }, NOW), 'ok, 62 ms, 20 s ago'],
    [probeLine('green', { at: past(20), ok: false, status: 500, milliseconds: 62 }, NOW), 'failed: status 500, 20 s ago'],
    [quantileText(undefined, 'p99'), '–'],
    [quantileText(slotHealth(), 'p99'), '–'],
    [quantileText(slotHealth({ p999: 1234 }), 'p999'), '1.2 s'],
    [quantileText(slotHealth({ p50: 0 }), 'p50'), '<1 ms'],
    [grouped(0), '0'],
    [grouped(999), '999'],
    [grouped(1_204_331), '1\u202f204\u202f331'],
  ])('%s', (given, wanted) => expect(given).toBe(wanted));
});

describe('how far a release is', () => {
  it.each<[string, Partial<ReleaseView>, string]>([
    ['before its start', { state: 'pending', stage: null }, 'blue to green, not started'],
    ['in a stage', {}, 'stage 2 of 3, green 50 %, 2 min 30 s left'],
    ['at the end of a soak', { stage: stage({ soakedSeconds: 301 }) }, 'stage 2 of 3, green 50 %, soaked'],
    [
      'at its hooks',
      { gate: { on: 'before-stage', stage: 3, askedAt: past(9), attempts: 1, nextAt: null, open: [], refusals: [] } },
      'stage 2 of 3, green 50 %, at its hooks',
    ],
    ['at its end', { state: 'aborted', endedAt: past(7200) }, '2 h ago'],
    [
      'in its bake',
      { state: 'completed', endedAt: past(60), bake: { endsAt: past(-540), over: false } },
      '1 min ago, bake with 9 min left',
    ],
    ['behind its bake', { state: 'completed', endedAt: past(60), bake: { endsAt: past(-540), over: true } }, '1 min ago'],
  ])('is told %s', (_, over, wanted) => expect(progressText(release(over), NOW)).toBe(wanted));
});
