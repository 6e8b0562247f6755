import { describe, expect, it } from 'vitest';
import type { ReleaseView } from '../../control/api/types.ts';
import type { Service } from '../../control/core/service.ts';
import { isJudged, type Phase, soakOf, stampOf, standOf, stateKind, stepsOf } from '../../control/dashboard/release/stepper.ts';
import { drive, given, rollback, T0 } from '../control/core/scene.ts';
import { awaiting, later, made, onBlue, releaseOf, steer, viewOf } from './views.ts';

const pending = given(onBlue, made({}, false));
const running = given(onBlue, made());
const completed = given(running, steer('promote'));
const failed = drive(given(running, steer('skip')), 20, { blue: [40, 0], green: [40, 40] }).service;
const hooks = [{ on: 'before-start', channel: 'ci' }] as const;

const shown = (service: Service, seconds = 0): ReleaseView => releaseOf(viewOf(service, seconds));
const stand = (service: Service, seconds = 0) => standOf(shown(service, seconds), T0 + seconds * 1000);

describe('the steps of a release', () => {
  it.each<[string, Service, Phase[]]>([
    ['pending', pending, ['ahead', 'ahead', 'ahead']],
    ['running', running, ['now', 'ahead', 'ahead']],
    ['awaiting approval', awaiting(), ['done', 'now', 'ahead']],
    ['rolled back', failed, ['done', 'ended', 'not-reached']],
    ['aborted before it began', given(pending, steer('abort')), ['not-reached', 'not-reached', 'not-reached']],
    ['promoted from its first stage', completed, ['done', 'left-out', 'left-out']],
    ['rolled back in its bake, by hand', given(completed, rollback), ['done', 'left-out', 'left-out']],
    ['completed', given(running, steer('skip'), steer('skip'), steer('skip')), ['done', 'done', 'done']],
  ])('are behind, under way or ahead: %s', (_, service, phases) => {
    expect(stepsOf(shown(service)).map(({ phase }) => phase)).toEqual(phases);
  });

  it('say what each takes', () => {
    expect(stepsOf(shown(running)).map(({ number, weight, rules }) => [number, weight, rules])).toEqual([
      [1, '20 %', '1 min, at least 20 requests'],
      [2, '50 %', '1 min, at least 20 requests, then a person approves'],
      [3, '100 %', '1 min, at least 20 requests'],
    ]);
    const stages = [{ weight: 0, soakSeconds: 0, minRequests: 50, advance: 'auto' }] as const;
    expect(stepsOf(shown(given(onBlue, made({ stages })))).map(({ rules }) => rules)).toEqual(['no soak']);
  });
});

describe('the soak of a stage', () => {
  it('counts down from when it was told, and not below 0', () => {
    const soak = (seconds: number) => soakOf(shown(running, 10), seconds);
    expect(soak(0)).toMatchObject({ left: '50 s of soak left', notes: [] });
    expect(soak(20.4)).toMatchObject({ left: '30 s of soak left', share: 30.4 / 60 });
    expect(soak(500)).toMatchObject({ left: 'soaked', share: 1 });
  });

  it('stands while the clock does, and says why', () => {
    const release = shown(given(running, steer('pause')), 10);
    expect(soakOf(release, 20)).toMatchObject({
      left: '1 min of soak left',
      notes: ['the soak clock stands while it is paused'],
    });
  });

  it('says how much of the sample is there, and what is missing', () => {
    const { service } = drive(running, 3, { blue: [10, 0], green: [4, 0] });
    expect(soakOf(shown(service), 0)).toMatchObject({ sample: '12 of 20 requests, 0 errors; needs 8 more', sampleShare: 0.6 });
    const bad = drive(running, 1, { blue: [10, 0], green: [4, 1] }).service;
    expect(soakOf(shown(bad), 0)?.sample).toMatch(/^4 of 20 requests, 1 error; needs \d+ more good ones$/);
  });

  it('tells of extensions, and is none before the start', () => {
    expect(soakOf(shown(later(running, 61)), 0)?.notes).toEqual(['soak extended once']);
    expect(soakOf(shown(pending), 0)).toBeNull();
  });
});

describe('where a release stands', () => {
  it.each<[string, Service, string, string, string]>([
    ['pending', pending, 'info', 'Not started yet', 'No visitor moves before somebody starts it.'],
    ['running', running, 'info', 'Running at stage 1 of 3 (green 20 %)', ''],
    ['asking hooks', given(onBlue, made({ hooks })), 'info', 'It asks its hook before the start', ''],
    [
      'awaiting approval',
      awaiting(),
      'warn',
      'Awaiting approval: 100 % to green, or all back to blue',
      'Stage 2 of 3 is over, with too little to go on: it needs 20 more good requests. green served 0 requests, 0 errors in it.',
    ],
    [
      'paused',
      given(running, steer('pause')),
      'warn',
      'Paused at stage 1 of 3 (green 20 %)',
      'Release 1 paused by ann in stage 1 of 3 (green 20 %).',
    ],
    [
      'held',
      later(given(onBlue, made({ onInsufficient: 'hold' })), 61),
      'warn',
      'Held at stage 1 of 3 (green 20 %)',
      'The soak of 60 s is over: green served 0 requests. It takes 20 more good requests on green.',
    ],
    ['completed', completed, 'good', 'Completed: green took over from blue', ''],
    [
      'rolled back by hand in its bake',
      given(completed, rollback),
      'bad',
      'Rolled back in its bake',
      'Rolled back: all weight to blue.',
    ],
    ['aborted', given(running, steer('abort')), 'bad', 'Aborted at stage 1 of 3 (green 20 %)', 'Release 1 aborted by ann.'],
    ['aborted before it began', given(pending, steer('abort')), 'bad', 'Aborted before it began', 'Release 1 aborted by ann.'],
  ])('is told first: %s', (_, service, kind, title, text) => {
    expect(stand(service)).toEqual({ kind, title, text });
  });

  it('says which test rolled it back, with its numbers', () => {
    expect(stand(failed)).toMatchObject({ kind: 'bad', title: 'Rolled back at stage 2 of 3 (green 50 %)' });
    expect(stand(failed).text).toMatch(/^errors \w+: \d+ of \d+ requests on green failed \(100 %\).* a rollback takes 100\.$/);
  });

  it('says that it was rolled back in its bake, where evidence did it', () => {
    const { service } = drive(completed, 20, { green: [40, 40] });
    expect(stand(service)).toMatchObject({ kind: 'bad', title: 'Rolled back in its bake' });
    expect(stepsOf(shown(service)).map(({ phase }) => phase)).toEqual(['done', 'left-out', 'left-out']);
  });

  it('is worse where it was paused since the candidate failed', () => {
    const { service } = drive(given(onBlue, made({ onFail: 'pause' })), 20, { blue: [40, 0], green: [40, 40] });
    expect(stand(service)).toMatchObject({ kind: 'bad', title: 'Paused, since green failed at stage 1 of 3 (green 20 %)' });
  });

  it('has a colour by its state', () => {
    expect([stateKind('running'), stateKind('held'), stateKind('completed'), stateKind('rolled_back')]).toEqual([
      'info',
      'warn',
      'good',
      'bad',
    ]);
  });
});

describe('a release', () => {
  it('is judged until its bake is over', () => {
    const bakes = [pending, running, completed, later(completed, 601)].map((service) => isJudged(shown(service)));
    expect(bakes).toEqual([false, true, true, false]);
  });

  it('is stamped anew by each step, and not by traffic', () => {
    const { service } = drive(running, 3, { blue: [10, 0], green: [4, 0] });
    expect(stampOf(viewOf(service))).toBe(stampOf(viewOf(running)));
    const steps = [
      onBlue,
      pending,
      running,
      given(running, steer('pause')),
      later(running, 61),
      given(running, steer('skip')),
      completed,
      later(completed, 601),
    ];
    expect(new Set(steps.map((step) => stampOf(viewOf(step)))).size).toBe(steps.length);
  });
});
