import { describe, expect, it } from 'vitest';
import type { AlertView, ReleaseView, ServiceView } from '../../control/api/types.ts';
import { RELEASE_STATES } from '../../control/core/release.ts';
import { byUrgency, lookOf, needsOf, summaryOf } from '../../control/dashboard/overview/needs.ts';
import { NOW, past, release, service, slotHealth, watch } from '../scripts/cli-fake.ts';

type Gate = NonNullable<ReleaseView['gate']>;

const released = (over: Partial<ReleaseView>, more: Partial<ServiceView> = {}) => service({ release: release(over), ...more });
const health = (over: Partial<ServiceView['health']>) => ({ health: { ...service().health, ...over } });
const told = (of: ServiceView) => needsOf(of, NOW).map(({ kind, sentence }) => `${kind}: ${sentence}`);
const stage = (over: Partial<NonNullable<ReleaseView['stage']>>) => ({ ...release().stage, ...over }) as ReleaseView['stage'];
const gate: Gate = {
  ...{ on: 'before-stage', stage: 3, askedAt: past(9), attempts: 1, nextAt: past(-12), refusals: [] },
  open: [{ channel: 'c1', name: 'ci-gate' }],
};
const refused: Gate = { ...gate, refusals: [{ channel: 'c1', name: 'ci-gate', status: 503, error: null }] };
const alert = (kind: AlertView['alert'], seconds: number, what = `About ${kind}.`): AlertView => ({
  ...{ at: past(seconds), alert: kind, slot: 'green', what },
});
const outage = health({ watches: [watch({ heldSince: past(180) })] });
const probe = (ok: boolean) => ({ at: past(20), ok, status: ok ? 200 : 500, milliseconds: 9 });

describe('what there is to decide', () => {
  it.each<[string, ServiceView, string[]]>([
    ['nothing is going on', service(), []],
    [
      'no slot is active',
      service({ active: null }),
      ['no-active: No slot is active: visitors go to the default slot of router/services.ts.'],
    ],
    [
      'a release is pending',
      released({ state: 'pending', stage: null }),
      ['pending: Release 7 waits to be started; green then gets 10 %.'],
    ],
    ['it asks its hooks before the start', released({ state: 'pending', stage: null, gate }), []],
    [
      'its hooks refuse the start',
      released({ state: 'pending', stage: null, gate: refused, why: 'Hook ci-gate answered 503.' }),
      ['held: Release 7 may not start. Hook ci-gate answered 503.'],
    ],
    ['it is running', released({}), []],
    ['it is running, and asks its hooks', released({ gate }), []],
    [
      'it awaits approval',
      released({ state: 'awaiting_approval' }),
      ['approval: Release 7 awaits approval at stage 2 of 3 (green 50 %).'],
    ],
    [
      'it is held for want of requests',
      released({ state: 'held', why: 'It takes 13 more good requests on green.' }),
      ['held: Release 7 is held at stage 2 of 3 (green 50 %). It takes 13 more good requests on green.'],
    ],
    [
      'it is held by a hook that has not said why',
      released({ state: 'held', gate }),
      ['held: Release 7 is held at stage 2 of 3 (green 50 %). It asks ci-gate before stage 3, again in 12 s.'],
    ],
    [
      'it is held since both slots are bad, which is told once',
      released({ state: 'held', why: 'blue is as bad as green.' }, outage),
      ['both-bad: Release 7 is held at stage 2 of 3 (green 50 %). blue is as bad as green.'],
    ],
    [
      'somebody paused it',
      released({ state: 'paused', why: 'Release 7 paused by ann in stage 2 of 3 (green 50 %). Lunch.' }),
      ['paused: Release 7 paused by ann in stage 2 of 3 (green 50 %). Lunch.'],
    ],
    [
      'it is paused since its candidate failed',
      released({ state: 'paused', stage: stage({ verdict: 'fail' }), why: 'Release 7 paused: the candidate failed.' }),
      ['failed: Release 7 paused: the candidate failed.'],
    ],
    [
      'it is paused and nobody said why',
      released({ state: 'paused', why: null }),
      ['paused: Release 7 is paused at stage 2 of 3 (green 50 %).'],
    ],
    ['it is completed', released({ state: 'completed', endedAt: past(60), bake: { endsAt: past(-60), over: false } }), []],
    ['it was aborted', released({ state: 'aborted', endedAt: past(60) }), []],
    [
      'it was rolled back',
      released({ state: 'rolled_back', endedAt: past(300), why: 'Release 7 rolled back in stage 2. 7 of 12 requests failed.' }),
      ['rolled-back: Release 7 was rolled back 5 min ago at stage 2 of 3 (green 50 %). 7 of 12 requests failed.'],
    ],
    ['it was rolled back a day ago', released({ state: 'rolled_back', endedAt: past(86_401) }), []],
    ['its slot was activated all the same', released({ state: 'rolled_back', endedAt: past(300) }, { active: 'green' }), []],
    [
      'another version is in its slot',
      released(
        { state: 'rolled_back', endedAt: past(300) },
        { slots: { ...service().slots, green: { version: null, lease: null, overridden: { requests: 0, errors: 0 } } } },
      ),
      [],
    ],
    [
      'both slots are bad, without a release',
      service(outage),
      ['both-bad: green and blue are both bad, for 3 min: something both share may be down, so green is not rolled back.'],
    ],
    [
      'the probe of a slot with visitors fails',
      service(health({ slots: { blue: slotHealth({ probe: probe(false) }), green: slotHealth({ probe: probe(false) }) } })),
      ['probe: The probe of blue, which has 100 %, failed 20 s ago: status 500.'],
    ],
    ['all probes are well', service(health({ slots: { blue: slotHealth({ probe: probe(true) }), green: slotHealth() } })), []],
    [
      'there are alerts of the last hour, of which the newest is told',
      service(
        health({
          alerts: [alert('capped', 3601), alert('sample-ratio', 90, 'Old.'), alert('capped', 60), alert('sample-ratio', 5)],
        }),
      ),
      ['alert: 3 alerts in the last hour, the newest 5 s ago: About sample-ratio.'],
    ],
    [
      'both slots were bad, and are not any more',
      service(health({ alerts: [alert('both-bad', 60)] })),
      ['alert: Alert 1 min ago: About both-bad.'],
    ],
  ])('%s', (_, of, wanted) => expect(told(of)).toEqual(wanted));

  it('tells of both slots bad once while they are', () => {
    const of = service(health({ watches: [watch({ heldSince: past(180) })], alerts: [alert('both-bad', 180)] }));
    expect(needsOf(of, NOW).map(({ kind }) => kind)).toEqual(['both-bad']);
  });

  it('tells the most urgent first', () => {
    const alerts = [alert('capped', 60)];
    const of = service({ active: null, release: release({ state: 'awaiting_approval' }), ...health({ alerts }) });
    expect(needsOf(of, NOW).map(({ kind }) => kind)).toEqual(['no-active', 'approval', 'alert']);
    expect(needsOf(of, NOW).map(lookOf)).toEqual(['bad', 'warn', 'warn']);
    const slots = { blue: slotHealth({ probe: probe(false) }), green: slotHealth() };
    const waits = released({ state: 'pending', stage: null }, health({ slots }));
    expect(needsOf(waits, NOW).map((need) => [need.kind, lookOf(need)])).toEqual([
      ['probe', 'bad'],
      ['pending', 'info'],
    ]);
  });

  it.each(RELEASE_STATES)('has sentences without gaps for a release that is %s', (state) => {
    for (const of of [released({ state }), released({ state, stage: null, why: null, gate: refused })])
      for (const { sentence } of needsOf(of, NOW)) expect(sentence).toMatch(/^[A-Z](?!.*(?: {2}|undefined|null|\.\.)).*\.$/);
  });
});

describe('several services', () => {
  const named = (name: string, over: Partial<ServiceView>) => service({ service: name, ...over });
  const waits = release({ state: 'awaiting_approval' });
  const all = [named('a', {}), named('b', { release: waits }), named('c', {}), named('d', { active: null })];

  it('puts those first that need a decision, and keeps the order of the others', () => {
    expect(byUrgency(all, NOW).map(({ service: { service: name } }) => name)).toEqual(['d', 'b', 'a', 'c']);
    expect(all.map(({ service: name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([
    [[0, 2], 'Nothing needs a decision.'],
    [[0, 1], 'b needs a decision.'],
    [[0, 1, 2, 3], '2 of 4 services need a decision.'],
  ])('sums %j up', (which, wanted) => {
    const some = all.filter((_, i) => which.includes(i));
    expect(summaryOf(byUrgency(some, NOW))).toBe(wanted);
  });
});
