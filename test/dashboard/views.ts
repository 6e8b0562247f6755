// What a page shows of a service, for tests: as control would answer, of services as events made them.
import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import { serviceView } from '../../control/api/views.ts';
import { PLAN_DEFAULTS, type Plan, type Stage } from '../../control/core/plan.ts';
import type { Verb } from '../../control/core/release.ts';
import { type Event, newService, type Service } from '../../control/core/service.ts';
import { activate, by, given, must, T0 } from '../control/core/scene.ts';

const version = (slot: string, tag: string): Event => {
  const told = { versionId: `${slot}-id`, tag, message: null, author: null, source: null };
  return { type: 'record_deployment', slot, version: told, force: false, lease: null, by };
};

/** Blue is active with v11, green has v12. */
export const onBlue = given(
  newService('app', ['blue', 'green'], T0),
  version('blue', 'v11'),
  version('green', 'v12'),
  activate('blue'),
);

/** A release of green in three stages, of which the second is manual. */
export function made(news: Partial<Plan> = {}, isStarted = true): Event {
  const stage = (weight: number, more: Partial<Stage> = {}): Stage => {
    return { weight, soakSeconds: 60, minRequests: 20, advance: 'auto', ...more };
  };
  const stages = [stage(2000), stage(5000, { advance: 'manual' }), stage(10_000)];
  const plan = { name: 'ours', stages, ...PLAN_DEFAULTS, ...news };
  return { type: 'create_release', slot: 'green', plan, name: null, autoStart: isStarted, force: false, by };
}

/** A verb on a release. */
export function steer(verb: Verb, release = 1): Event {
  return { type: 'steer_release', release, verb, force: false, past: null, by };
}

/** After so many seconds. */
export function later(service: Service, seconds: number): Service {
  return must(service, { type: 'tick' }, T0 + seconds * 1000).service;
}

/** A release that waits for approval behind its second stage: without a sample, as its plan allows. */
export function awaiting(news: Partial<Plan> = {}): Service {
  return later(given(onBlue, made({ onInsufficient: 'promote', ...news }), steer('skip')), 61);
}

/** What the page is told of a service. */
export function viewOf(service: Service, seconds = 0): ServiceView {
  return serviceView(service, T0 + seconds * 1000);
}

/** The release that a page is told of; throws where there is none. */
export function releaseOf({ release }: ServiceView): ReleaseView {
  if (release === null) throw new Error('there must be a release');
  return release;
}
