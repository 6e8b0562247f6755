// What must hold of the gates of a release in a random walk: nothing passes one that was not let through by all its hooks but by
// hand, nothing stays at one for ever, and late answers change nothing. Knows of the walk only what was answered in it.
import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../../control/core/change.ts';
import { askingOf, isAsked } from '../../../control/core/gate.ts';
import type { Release } from '../../../control/core/release.ts';
import { type Event, nextDeadline, releaseUnderWay, type Service } from '../../../control/core/service.ts';
import { transition } from '../../../control/core/transition.ts';
import type { Happened, World } from './world.ts';

/** Watches the gates of one walk; `must` throws. */
export class Gates {
  /** Channels that let a gate pass, by release and number of the gate. */
  private readonly let = new Map<string, Set<string>>();
  private readonly must: (holds: boolean, what: string, seen?: unknown) => void;

  constructor(must: Gates['must']) {
    this.must = must;
  }

  happened({ event, now, before }: Happened, change: Change, world: World): void {
    const { service } = change;
    this.goesOn(service, world);
    if (event.type === 'hook_answered') this.answered(event, before, service, now);
    this.letPass(event, before, change);
    if (event.type === 'rollback') this.must(releaseUnderWay(service) === undefined, 'a rollback waits', service.release);
  }

  private answered(event: Extract<Event, { type: 'hook_answered' }>, before: Service, after: Service, now: number): void {
    const { asking, answers } = event;
    // What any event would have brought about, since each judges first what is due.
    const beside = transition(before, { type: 'note_refused', why: 'malformed' }, now);
    if (!beside.ok) throw new Error('a report cannot be refused twice');
    const { release } = beside.value.service;
    if (!isAsked(release, asking)) {
      this.must(isDeepStrictEqual(release, after.release), 'a late answer counted', [event, release, after.release]);
      return;
    }
    const passed = answers.filter(({ status }) => status !== null && status >= 200 && status < 300);
    const key = `${asking.release}.${asking.number}`;
    this.let.set(key, new Set([...(this.let.get(key) ?? []), ...passed.map(({ channel }) => channel)]));
  }

  private letPass(event: Event, before: Service, { service, replaced }: Change): void {
    for (const is of [replaced, service.release]) {
      if (is === null) continue;
      const was = before.release?.id === is.id ? before.release : null;
      const entered = stagesEntered(was, is);
      const isByHand = event.type === 'steer_release' && event.release === is.id && ['skip', 'promote'].includes(event.verb);
      for (const stage of isByHand ? entered.slice(0, -1) : entered) this.allLet(is, was, stage);
    }
  }

  private allLet(is: Release, was: Release | null, stage: number): void {
    const on = stage === 0 ? 'before-start' : stage < is.plan.stages.length ? 'before-stage' : 'before-promote';
    const passed = was?.gate?.stage === stage ? this.let.get(`${is.id}.${was.gate.number}`) : undefined;
    for (const hook of is.plan.hooks)
      this.must(hook.on !== on || passed?.has(hook.channel) === true, 'it passed a hook that did not let it', [hook, stage, is]);
  }

  /** At a gate somebody is asked, or will be; or it was let through, and an outage is waited for. */
  private goesOn(service: Service, { disk }: World): void {
    const { release, watches } = service;
    if (release?.state === 'held') this.must((release.heldFor === 'hook') === (release.gate !== null), 'it is held at no gate');
    if (release === null || release.gate === null) return;
    const { gate, state } = release;
    this.must(['pending', 'running', 'held'].includes(state), 'a release is at a gate in another state', state);
    const asking = askingOf(release);
    const order = JSON.stringify({ type: 'call_hook', asking, channels: gate.open });
    const orders = [...disk.outbox.values()];
    if (asking !== undefined) this.must(orders.includes(order), 'nobody asks the hooks', orders);
    else if (gate.nextAt !== null)
      this.must((nextDeadline(service) ?? Number.POSITIVE_INFINITY) <= gate.nextAt, 'the hooks are never asked again', gate);
    else {
      const isOutage = watches.some(({ slot, heldSince }) => slot === release.candidate && heldSince !== null);
      this.must(isOutage, 'it was let through and stays', release);
    }
  }
}

/** The stages that a release entered, the one behind the last for its completion. */
function stagesEntered(was: Release | null, is: Release): number[] {
  const first = (was?.stage?.index ?? -1) + 1;
  const entered = Array.from({ length: (is.stage?.index ?? -1) + 1 - first }, (_, i) => first + i);
  const isCompleted = is.state === 'completed' && was?.state !== 'completed';
  return isCompleted ? [...entered, is.plan.stages.length] : entered;
}
