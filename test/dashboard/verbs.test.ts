import { describe, expect, it } from 'vitest';
import type { Role } from '../../control/api/types.ts';
import type { Verb } from '../../control/core/release.ts';
import type { Service } from '../../control/core/service.ts';
import {
  activateDeed,
  type Deed,
  isSameDeed,
  releaseDeed,
  rollbackDeed,
  rotateDeed,
  splitDeed,
  steerDeed,
  steerDeeds,
} from '../../control/dashboard/release/verbs.ts';
import { activate, by, given, must, rollback, set, setSlos, T0 } from '../control/core/scene.ts';
import { awaiting, later, made, onBlue, releaseOf, steer, viewOf } from './views.ts';

const pending = given(onBlue, made({}, false));
const running = given(onBlue, made());
const paused = given(running, steer('pause'));
const completed = given(running, steer('promote'));
const rolledBack = given(running, rollback);
const hooks = [
  { on: 'before-start', channel: 'ci' },
  { on: 'before-stage', channel: 'ci' },
  { on: 'before-stage', channel: 'freeze' },
  { on: 'before-promote', channel: 'ci' },
] as const;
const atGate = given(onBlue, made({ hooks }));

function on(service: Service, verb: Verb, role: Role = 'deployer'): Deed {
  const view = viewOf(service);
  return steerDeed(view, releaseOf(view), verb, role);
}

describe('a verb of a release', () => {
  it.each<[Verb, string, Service, string, string]>([
    [
      'start',
      'pending',
      pending,
      'Start: 20 % to green',
      'Release 1 begins with stage 1 of 3 for 1 min at least. green (v12) goes from 0 % to 20 % of the visitors, blue (v11) from 100 % to 80 %.',
    ],
    [
      'start',
      'pending, with a hook',
      given(onBlue, made({ hooks }, false)),
      'Start: ask its hooks, then 20 % to green',
      'Release 1 begins with stage 1 of 3 for 1 min at least. Its hook before the start is asked first, and no visitor moves before it lets the release pass. Then: green (v12) goes from 0 % to 20 % of the visitors, blue (v11) from 100 % to 80 %.',
    ],
    [
      'skip',
      'asking its hooks',
      atGate,
      'Skip: 20 % to green',
      'Release 1 begins with stage 1 of 3 for 1 min at least. Its hook before the start is passed over. green (v12) goes from 0 % to 20 % of the visitors, blue (v11) from 100 % to 80 %.',
    ],
    [
      'abort',
      'pending',
      pending,
      'Abort the release of green',
      'No visitor moves: blue (v11) has all of them. Release 1 ends as aborted, before it began.',
    ],
    [
      'pause',
      'running',
      running,
      'Pause green at 20 %',
      'green (v12) keeps 20 % of the visitors, and the soak clock stops. Evidence against green is judged all the same, and enough of it still rolls it back.',
    ],
    [
      'pause',
      'running by a plan that pauses',
      given(onBlue, made({ onFail: 'pause' })),
      'Pause green at 20 %',
      'green (v12) keeps 20 % of the visitors, and the soak clock stops. Evidence against green is judged all the same.',
    ],
    [
      'resume',
      'paused',
      paused,
      'Resume green at 20 %',
      'green (v12) keeps 20 % of the visitors. The soak clock of stage 1 of 3 runs on, with 1 min left.',
    ],
    [
      'skip',
      'running',
      running,
      'Skip: 50 % to green',
      'The rest of stage 1 of 3 is left out. Release 1 goes on to stage 2 of 3 for 1 min at least, then waits for approval. green (v12) goes from 20 % to 50 % of the visitors, blue (v11) from 80 % to 50 %.',
    ],
    [
      'skip',
      'in its last stage',
      given(running, steer('skip'), steer('skip')),
      'Skip: all to green',
      'The rest of stage 3 of 3 is left out. No visitor moves: green (v12) has all of them. green becomes the active slot, in place of blue. A bake watches it for 10 min, and goes back to blue if it fails. Release 1 ends as completed.',
    ],
    [
      'promote',
      'running',
      running,
      'Promote green',
      'The rest of stage 1 of 3, and the 2 stages behind it, are left out. All visitors go to green (v12); blue gets none. green becomes the active slot, in place of blue. A bake watches it for 10 min, and goes back to blue if it fails. Release 1 ends as completed.',
    ],
    [
      'promote',
      'with hooks ahead',
      given(atGate, steer('skip')),
      'Promote green',
      'The rest of stage 1 of 3, and the 2 stages behind it, are left out. Its hooks before stage 2, before stage 3 and before completion are passed over. All visitors go to green (v12); blue gets none. green becomes the active slot, in place of blue. A bake watches it for 10 min, and goes back to blue if it fails. Release 1 ends as completed.',
    ],
    [
      'approve',
      'awaiting approval',
      awaiting(),
      'Approve: 100 % to green',
      'Release 1 goes on to stage 3 of 3 for 1 min at least. All visitors go to green (v12); blue gets none.',
    ],
    [
      'approve',
      'awaiting approval, with hooks',
      awaiting({ hooks: hooks.slice(1) }),
      'Approve: ask its hooks, then 100 % to green',
      'Release 1 goes on to stage 3 of 3 for 1 min at least. Its hooks before stage 3 are asked first, and no visitor moves before they let the release pass. Then: All visitors go to green (v12); blue gets none.',
    ],
    [
      'deny',
      'awaiting approval',
      awaiting(),
      'Deny: all to blue',
      'All visitors go to blue (v11); green gets none. Release 1 ends as aborted.',
    ],
    [
      'abort',
      'running',
      running,
      'Abort: all to blue',
      'All visitors go to blue (v11); green gets none. Release 1 ends as aborted.',
    ],
    [
      'retry',
      'aborted',
      given(running, steer('abort')),
      'Retry: 20 % to green',
      'A new release of green (v12) is made by the same plan, ours, and begins with stage 1 of 3 for 1 min at least. green (v12) goes from 0 % to 20 % of the visitors, blue (v11) from 100 % to 80 %.',
    ],
  ])('%s says what it will do to one that is %s', (verb, _, service, confirm, does) => {
    const deed = on(service, verb);
    expect(deed).toMatchObject({
      confirm,
      does,
      whyNot: null,
      force: null,
      method: 'POST',
      path: `/services/app/releases/1/${verb}`,
    });
    expect(deed.schema.safeParse({ ...deed.body, reason: null, force: false }).success).toBe(true);
  });

  it('says that evidence is forgotten where somebody goes on with one that failed', () => {
    const stage = running.release?.stage;
    if (running.release == null || stage == null) throw new Error('it must be in a stage');
    const failed: Service = { ...running, release: { ...running.release, state: 'paused', failed: true } };
    expect(on(failed, 'resume').does).toMatch(/Evidence against green is gathered afresh\.$/);
    expect(on(failed, 'skip').does).toMatch(/Evidence against green is gathered afresh\.$/);
    expect(on(failed, 'promote').does).not.toMatch(/afresh/);
  });

  it.each<[Verb, Service, string]>([
    ['approve', running, 'Release 1 is running: cannot approve.'],
    ['resume', awaiting(), 'Release 1 is awaiting approval: cannot resume.'],
    ['retry', completed, 'Release 1 is completed: cannot retry.'],
    ['skip', pending, 'Release 1 is pending: cannot skip.'],
    [
      'start',
      given(pending, activate('green')),
      'Slot green is the active slot already; a release moves traffic to another one.',
    ],
  ])('%s says why it cannot be done', (verb, service, why) => {
    expect(on(service, verb)).toMatchObject({ whyNot: why, does: '' });
  });

  it('says that a role is not enough, whatever the state', () => {
    expect(on(running, 'pause', 'viewer').whyNot).toBe('Takes the role deployer; you are viewer.');
    expect(on(running, 'approve', 'viewer').whyNot).toBe('Takes the role deployer; you are viewer.');
    expect(on(running, 'pause', 'admin').whyNot).toBeNull();
  });

  it('takes force for a version that was rolled back, and says so', () => {
    expect(on(rolledBack, 'retry')).toMatchObject({
      whyNot: null,
      force: 'Version green-id was rolled back: release it all the same.',
    });
  });

  it('takes force to end a bake, and says what else it does', () => {
    const aborted = given(running, steer('abort'));
    const deed = on(given(aborted, activate('green'), activate('blue')), 'retry');
    expect(deed.force).toBe('The bake of blue is not over: end it now.');
    expect(deed.does).toMatch(/It is forced, which also takes a version that was rolled back before\.$/);
  });

  it.each<[string, Service, string[]]>([
    ['pending', pending, ['start', 'abort']],
    ['asking its hooks', atGate, ['start', 'skip', 'abort']],
    ['running', running, ['pause', 'skip', 'promote', 'abort']],
    ['awaiting approval', awaiting(), ['approve', 'deny', 'promote']],
    ['awaiting approval, with hooks ahead', awaiting({ hooks: hooks.slice(1) }), ['approve', 'deny', 'skip', 'promote']],
    ['paused', paused, ['resume', 'skip', 'promote', 'abort']],
    ['in its bake', completed, ['rollback']],
    ['completed, its bake over', later(completed, 601), []],
    ['rolled back', rolledBack, ['retry']],
  ])('is offered where it makes sense: %s', (_, service, ids) => {
    const view = viewOf(service);
    const deeds = steerDeeds(view, releaseOf(view), 'deployer');
    expect(deeds.map(({ id }) => id)).toEqual(ids);
    expect(deeds.filter(({ whyNot }) => whyNot !== null)).toEqual([]);
    expect(ids.map((id) => releaseDeed(view, releaseOf(view), id, 'deployer')?.id)).toEqual(ids);
  });

  it('is another one once its release has moved on, or the slots have', () => {
    const view = viewOf(running);
    const skip = (service: Service) => on(service, 'skip');
    expect(isSameDeed(skip(running), skip(later(running, 5)))).toBe(true);
    expect(isSameDeed(skip(running), skip(given(running, steer('skip'))))).toBe(false);
    expect(isSameDeed(on(running, 'pause'), on(paused, 'pause'))).toBe(false);
    expect(isSameDeed(on(running, 'abort'), steerDeed(view, { ...releaseOf(view), id: 2 }, 'abort', 'deployer'))).toBe(false);
  });
});

describe('a move', () => {
  const trial = given(onBlue, set({ green: 1000 }));
  const onGreen = given(onBlue, activate('green'));

  it.each<[string, Deed, string, string]>([
    [
      'back to where a release began',
      rollbackDeed(viewOf(running), 'deployer'),
      'Roll back to blue',
      'All visitors go to blue (v11); green gets none. Release 1 ends as rolled back; a retry of green (v12) has to be forced.',
    ],
    [
      'back to the active slot',
      rollbackDeed(viewOf(trial), 'deployer'),
      'Roll back to blue',
      'All visitors go to blue (v11); green gets none.',
    ],
    [
      'back to the former slot',
      rollbackDeed(viewOf(later(onGreen, 601)), 'deployer'),
      'Roll back to blue',
      'All visitors go to blue (v11); green gets none. blue becomes the active slot, in place of green.',
    ],
    [
      'back from a bake',
      rollbackDeed(viewOf(onGreen), 'deployer'),
      'Roll back to blue',
      'All visitors go to blue (v11); green gets none. blue becomes the active slot, in place of green. The bake of green ends.',
    ],
    [
      'back from the bake of a release',
      rollbackDeed(viewOf(completed), 'deployer'),
      'Roll back to blue',
      'All visitors go to blue (v11); green gets none. blue becomes the active slot, in place of green. The bake of green ends. Release 1 ends as rolled back; a retry of green (v12) has to be forced.',
    ],
    [
      'to the next slot',
      rotateDeed(viewOf(onBlue), 'deployer'),
      'Rotate to green',
      'All visitors go to green (v12); blue gets none. green becomes the active slot, in place of blue. A bake watches it for 10 min, and goes back to blue if it fails.',
    ],
    [
      'to a slot, without a bake',
      activateDeed(viewOf(given(onBlue, setSlos({ bakeSeconds: 0 }))), 'green', 'deployer'),
      'Activate green with all visitors',
      'All visitors go to green (v12); blue gets none. green becomes the active slot, in place of blue.',
    ],
    [
      'to the active slot, wholly',
      activateDeed(viewOf(trial), 'blue', 'deployer'),
      'Activate blue with all visitors',
      'All visitors go to blue (v11); green gets none.',
    ],
    [
      'to the candidate of a release that waits',
      activateDeed(viewOf(pending), 'green', 'deployer'),
      'Activate green with all visitors',
      'All visitors go to green (v12); blue gets none. green becomes the active slot, in place of blue. A bake watches it for 10 min, and goes back to blue if it fails. Release 1, which is to bring green, can then no longer be started.',
    ],
    [
      'by weights',
      splitDeed(viewOf(onBlue), { blue: 87.5, green: 12.5 }, 'deployer'),
      'Set blue 87.5 %, green 12.5 %',
      'green (v12) goes from 0 % to 12.5 % of the visitors, blue (v11) from 100 % to 87.5 %. green is then judged beside blue, and rolled back to it on failing.',
    ],
  ])('%s says what it will do', (_, deed, confirm, does) => {
    expect(deed).toMatchObject({ confirm, does, whyNot: null });
    expect(deed.schema.safeParse({ ...deed.body, reason: null }).success).toBe(true);
  });

  it.each<[string, Deed, string]>([
    [
      'there is nowhere to go back to',
      rollbackDeed(viewOf(onBlue), 'deployer'),
      'app is on blue with all weight, and has no former slot to return to.',
    ],
    ['a release runs', activateDeed(viewOf(running), 'green', 'deployer'), 'Release 1 is running. Promote or abort it first.'],
    [
      'a release runs, by weights',
      splitDeed(viewOf(running), { blue: 50, green: 50 }, 'deployer'),
      'Release 1 is running. Promote or abort it first.',
    ],
    [
      'a version is uploaded into the slot',
      rotateDeed(viewOf(must(onBlue, { type: 'lease_slot', slot: 'green', lease: 'l', by }, T0).service), 'deployer'),
      'Slot green is leased by ann until 11:21:40 UTC, for an upload into it. Wait for it, or choose another slot.',
    ],
    ['the role is not enough', rotateDeed(viewOf(onBlue), 'viewer'), 'Takes the role deployer; you are viewer.'],
  ])('says why it cannot be done: %s', (_, deed, why) => {
    expect(deed.whyNot).toBe(why);
  });

  it('sets weights only of the split that is shown', () => {
    expect(splitDeed(viewOf(onBlue), { blue: 50, green: 50 }, 'deployer')).toMatchObject({
      body: { weights: { blue: 50, green: 50 } },
      revision: onBlue.revision,
    });
  });
});
