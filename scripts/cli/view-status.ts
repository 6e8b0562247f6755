// `status` as lines: one service in full, or several as a table; and what makes it worth printing again. Pure.

import type { AlertView, ServiceView } from '../../control/api/types.ts';
import { ago } from '../../control/words.ts';
import { type Look, labelled, nextLines } from './layout.ts';
import { stepsOf } from './steps.ts';
import { isOver, releaseLines, watchLines } from './view-release.ts';
import { servicesTable, slotLines } from './view-slots.ts';

const ALERT_MS = 3_600_000;
const MOST_ALERTS = 3;
const LINES_OF_ALERT = 4;

/** One service in full. */
export function statusLines(view: ServiceView, { watched = false, ...look }: Look & { readonly watched?: boolean }): string[] {
  const next = stepsOf(view, look.now).filter((step) => !watched || step !== 'sluice status --watch');
  const { release, health } = view;
  const running = release !== null && !isOver(release) ? release.candidate.slot : null;
  const inRelease = health.watches.filter(({ slot }) => slot === running);
  const others = health.watches.filter(({ slot }) => slot !== running);
  return [
    ...slotLines(view, look),
    ...(release === null ? [] : ['', ...releaseLines(release, look)]),
    ...inRelease.flatMap((watch) => watchLines(watch, { inRelease: true }, look)),
    ...others.flatMap((watch) => ['', ...watchLines(watch, { inRelease: false }, look)]),
    ...alertLines(health.alerts, look),
    '',
    ...nextLines(next, look),
  ];
}

/** Several services, a line each. */
export function overviewLines(services: readonly ServiceView[], look: Look): string[] {
  const [first] = services;
  if (first === undefined) return ['There are no services. Add one to router/services.ts.'];
  return [...servicesTable(services, look), '', ...nextLines([`sluice status --service ${first.service}`], look)];
}

// Those of the last hour, the newest first.
function alertLines(alerts: readonly AlertView[], look: Look): string[] {
  const newest = alerts.filter(({ at }) => look.now - Date.parse(at) < ALERT_MS).slice(-MOST_ALERTS);
  const told = newest.reverse().map(({ at, what }) => `${ago(at, look.now)}: ${what}`);
  return told.flatMap((text, i) => [...(i === 0 ? [''] : []), ...labelled('Alert', text, look, LINES_OF_ALERT)]);
}

// At a gate it says when its hooks are asked again, which is no news.
function whyOf({ why, gate }: NonNullable<ServiceView['release']>) {
  return gate === null ? why : [gate.on, gate.refusals.map(({ channel, status }) => [channel, status])];
}

/** What a change of is news; counts and clocks are not. */
export function newsOf(services: readonly ServiceView[]): string {
  return JSON.stringify(
    services.map(({ active, split, slots, release, health }) => [
      active,
      split.weights,
      Object.values(slots).map(({ version, lease }) => [version?.id, lease?.until]),
      release === null ? null : [release.id, release.state, whyOf(release), release.stage?.number, release.stage?.verdict],
      health.watches.map(({ slot, kind, verdict }) => [slot, kind, verdict]),
      health.alerts.at(-1)?.at,
      Object.values(health.slots).map(({ probe }) => probe?.ok),
    ]),
  );
}
