import { describe, expect, it } from 'vitest';
import { serviceView } from '../../control/api/views.ts';
import type { Event, Service } from '../../control/core/service.ts';
import {
  activateDeed,
  type Deed,
  isSameDeed,
  releaseDeed,
  rollbackDeed,
  rotateDeed,
  sentOf,
} from '../../control/dashboard/release/verbs.ts';
import { given, onBlue, onGreen, refusal, release, rollback, set, T0 } from '../control/core/scene.ts';

const view = (service: Service) => serviceView(service, T0);
const rolledBack = (service: Service) => rollbackDeed(view(service), 'deployer');

/** What is sent, as control's core gets it. */
function sent(type: Event['type'], agreed: Deed, now = agreed): Event {
  return { ...sentOf(agreed, now, '', null), type, by: { actor: 'ann', reason: null, requestId: null } } as unknown as Event;
}

describe('what was agreed to', () => {
  it('is done under the split that the page showed, and under no other', () => {
    const seen = given(onGreen, set({ blue: 1000 }));
    const deed = rolledBack(seen);
    expect(deed.confirm).toBe('Roll back to green');
    expect(given(seen, sent('rollback', deed)).active).toBe('green');
    // Evidence was faster than the person: the same call would now go on to blue.
    expect(refusal(given(seen, rollback), sent('rollback', deed))).toBe('stale-revision');
  });

  it('is still the same under a later split from which the same is foreseen', () => {
    const [before, after] = [given(onBlue, set({ green: 1000 })), given(onBlue, set({ green: 1000 }), set({ green: 2000 }))];
    const [agreed, now] = [rolledBack(before), rolledBack(after)];
    expect(isSameDeed(agreed, now)).toBe(true);
    expect(given(after, sent('rollback', agreed, now)).revision).toBe(after.revision + 1);
  });

  it('says of which split it is, whatever it does', () => {
    const running = view(given(onBlue, release()));
    const deeds = [
      rotateDeed(view(onBlue), 'deployer'),
      activateDeed(view(onBlue), 'green', 'deployer'),
      ...['rollback', 'pause', 'promote'].map((id) => running.release && releaseDeed(running, running.release, id, 'deployer')),
    ];
    const { split } = view(onBlue);
    for (const deed of deeds.slice(0, 2)) expect(deed?.revision).toBe(split.revision);
    for (const deed of deeds.slice(2)) expect(deed?.revision).toBe(running.split.revision);
    for (const deed of deeds) {
      if (!deed) throw new Error('there is no such deed');
      const body = sentOf(deed, deed, ' so ', false);
      expect(deed.schema.safeParse(deed.takesForce ? body : sentOf(deed, deed, ' so ', null)).error).toBeUndefined();
      expect(body).toMatchObject({ ifRevision: deed.revision, reason: 'so', force: false });
    }
  });
});
