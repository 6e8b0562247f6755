import { describe, expect, it } from 'vitest';
import { gaugeOf, heldText, sampledText, watchAbout, watchTitle, whyNothing } from '../../control/dashboard/release/gauge.ts';
import { activate, drive, empty, given, set, T0 } from '../control/core/scene.ts';
import { made, onBlue, steer, viewOf } from './views.ts';

const running = given(onBlue, made());
const completed = given(running, steer('promote'));

describe('the gauge of evidence', () => {
  it.each<[number, number, string]>([
    [0.2, 0, 'good'],
    [1, 0, 'good'],
    [3, 0.23856, 'good'],
    [10, 0.5, 'warn'],
    [100, 1, 'bad'],
    [1e12, 1, 'bad'],
  ])('grows with the logarithm: %d', (evidence, share, kind) => {
    const gauge = gaugeOf(evidence, 100);
    expect(gauge.share).toBeCloseTo(share, 4);
    expect(gauge.kind).toBe(kind);
  });

  it('says what is needed', () => {
    expect(gaugeOf(12, 100).text).toBe('evidence 12 of 100 needed for a rollback');
  });

  it.each<[number, [string, number][]]>([
    [
      100,
      [
        ['1', 0],
        ['10', 0.5],
        ['100', 1],
      ],
    ],
    [
      20,
      [
        ['1', 0],
        ['10', 0.769],
        ['20', 1],
      ],
    ],
    [
      2,
      [
        ['1', 0],
        ['2', 1],
      ],
    ],
    [
      1e6,
      [
        ['1', 0],
        ['10', 0.167],
        ['100', 0.333],
        ['1000', 0.5],
        ['10000', 0.667],
        ['100000', 0.833],
        ['1e6', 1],
      ],
    ],
    [1, [['1', 1]]],
  ])('has a mark for each power of ten below %d, and one for it', (threshold, marks) => {
    const ticks = gaugeOf(1, threshold).ticks;
    expect(ticks.map(({ text, share }) => [text, Number(share.toFixed(3))])).toEqual(marks);
  });
});

describe('a watch', () => {
  it.each<[string, Parameters<typeof viewOf>[0], string, string]>([
    ['of a release', running, 'green under release 1', 'green has 20 % of the visitors. A rollback returns to blue.'],
    ['of a bake behind a release', completed, 'Bake of green behind release 1', '9 min left. A rollback returns to blue.'],
    ['of a bake', given(onBlue, activate('green')), 'Bake of green', '9 min left. A rollback returns to blue.'],
    [
      'of weights set by hand',
      given(onBlue, set({ green: 1000 })),
      'green beside blue',
      'green has 10 % of the visitors. A rollback returns to blue.',
    ],
  ])('says what it is: %s', (_, service, title, about) => {
    const view = viewOf(service);
    const [watch] = view.health.watches;
    if (watch === undefined) throw new Error('something must be watched');
    expect(watchTitle(watch, view.release)).toBe(title);
    expect(watchAbout(watch, view, T0 + 60_000)).toBe(about);
  });

  it('says what is missing for it to pass', () => {
    const [watch] = viewOf(drive(running, 3, { blue: [10, 0], green: [4, 0] }).service).health.watches;
    expect(watch && sampledText(watch)).toMatch(
      /^green served \d+ requests, 0 errors\. It takes \d+ more requests for it to pass\.$/,
    );
  });

  it('says why a rollback is held back, and for how long', () => {
    const both = drive(running, 30, { blue: [40, 20], green: [40, 20] });
    const view = viewOf(both.service);
    const [watch] = view.health.watches;
    if (watch?.heldSince == null) throw new Error('it must be held');
    expect(heldText(watch, view, Date.parse(watch.heldSince) + 12_000)).toBe(
      'The evidence is enough, but blue is as bad, so something both share may be down, and moving visitors would not help. The rollback of green is held back: for 12 s now, 5 min at most.',
    );
    expect(heldText({ ...watch, heldSince: null }, view, T0)).toBe('');
  });
});

describe('without a watch', () => {
  it.each([
    ['no slot is active', empty, 'No slot is active yet.'],
    [
      'all is on the active slot',
      onBlue,
      'All visitors are on blue, the active slot, and no bake runs: there is nothing to be rolled back.',
    ],
    [
      'the first stage has no weight',
      given(
        onBlue,
        made({
          stages: [
            { weight: 0, soakSeconds: 60, minRequests: 0, advance: 'auto' },
            { weight: 10_000, soakSeconds: 60, minRequests: 0, advance: 'auto' },
          ],
        }),
      ),
      'green has no visitors in this stage.',
    ],
  ])('it says why: %s', (_, service, why) => {
    const view = viewOf(service);
    expect(view.health.watches).toEqual([]);
    expect(whyNothing(view)).toBe(why);
  });
});
