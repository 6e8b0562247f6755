import { describe, expect, it } from 'vitest';
import { planView } from '../../control/api/release-views.ts';
import { releaseBody } from '../../control/api/schemas.ts';
import { BUILT_IN_PLANS } from '../../control/core/plan.ts';
import { bodyOf, candidatesOf, draftOf, planText, releaseOf, whyNoRelease } from '../../control/dashboard/release/new-release.ts';
import { steerDeed } from '../../control/dashboard/release/verbs.ts';
import { activate, both, empty, given, must, onA } from '../control/core/scene.ts';
import { made, onBlue, viewOf } from './views.ts';

const plans = BUILT_IN_PLANS.map(planView);
const onC = given(onA, activate('c'));

describe('a new release', () => {
  it('is of the next slot with a version, by the default plan, and starts at once', () => {
    expect(draftOf(viewOf(onC))).toMatchObject({ slot: 'a', plan: 'standard', isStarted: true, isForced: false });
  });

  it('may be of every slot but the active one, and says which cannot be', () => {
    const emptied = must(onA, { type: 'remove_version', slot: 'b', by: { actor: 'ann', reason: null, requestId: 'r' } }).service;
    expect(candidatesOf(viewOf(emptied))).toEqual([
      { slot: 'b', whyNot: 'Slot b has no version. Record a deployment into it first.' },
      { slot: 'c', whyNot: null },
    ]);
    expect(draftOf(viewOf(emptied)).slot).toBe('c');
  });

  it.each([
    ['one runs', given(onBlue, made()), 'Release 1 is running. Promote or abort it first.'],
    ['one waits for its start', given(onBlue, made({}, false)), 'Release 1 is pending. Start or abort it first.'],
    ['no slot is active', both, 'app has no active slot yet. Record a deployment, then activate its slot.'],
    ['nothing was deployed', empty, 'app has no active slot yet. Record a deployment, then activate its slot.'],
    ['all is well', onBlue, null],
  ])('cannot be made where %s', (_, service, why) => {
    expect(whyNoRelease(viewOf(service))).toBe(why);
  });

  it('is sent as control takes it', () => {
    const draft = { ...draftOf(viewOf(onBlue)), name: '  winter ' };
    expect(bodyOf(draft)).toEqual({ slot: 'green', plan: 'standard', name: 'winter', autoStart: true, force: false });
    const own = bodyOf({ ...draft, plan: null, stages: '10:300,100:60:5:manual' });
    expect(own).toMatchObject({
      stages: [
        { weight: 10, soakSeconds: 300 },
        { weight: 100, soakSeconds: 60, minRequests: 5, advance: 'manual' },
      ],
    });
    expect(releaseBody.safeParse(own).success).toBe(true);
  });

  it('says what is wrong with stages of its own', () => {
    expect(bodyOf({ ...draftOf(viewOf(onBlue)), plan: null, stages: '10:300,half' })).toMatch(
      /^Stage 2, "half", is not of the form/,
    );
  });

  it('says what its start will do', () => {
    const view = viewOf(onBlue);
    const release = releaseOf(view, { ...draftOf(view), plan: null, stages: '25:60' }, plans);
    expect(release && steerDeed(view, release, 'start', 'admin')).toMatchObject({
      confirm: 'Start: 25 % to green',
      does: 'Release 1 begins with stage 1 of 1 for 1 min at least. green (v12) goes from 0 % to 25 % of the visitors, blue (v11) from 100 % to 75 %.',
    });
  });

  it('is none while its plan is not known, or its stages cannot be read', () => {
    const view = viewOf(onBlue);
    expect(releaseOf(view, draftOf(view), [])).toBeNull();
    expect(releaseOf(view, { ...draftOf(view), plan: null, stages: 'x' }, plans)).toBeNull();
  });

  it('has a plan that is told in words', () => {
    const [, standard] = plans;
    expect(standard && planText(standard)).toBe(
      '10 % 5 min → 50 % 5 min → 100 % 5 min. If the candidate fails, it rolls back. If requests are too few, it extends the soak, three times at most, then holds. Bake: 10 min.',
    );
  });
});
