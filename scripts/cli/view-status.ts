// `status` as lines: one service in full, or several as a table; and what makes it worth printing again. Pure.
import { type Look, nextLines } from './layout.ts';
import { stepsOf } from './steps.ts';
import type { ServiceView } from './types.ts';
import { isOver, releaseLines, watchLines } from './view-release.ts';
import { servicesTable, slotLines } from './view-slots.ts';

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

/** What a change of is news; counts and clocks are not. */
export function newsOf(services: readonly ServiceView[]): string {
  return JSON.stringify(
    services.map(({ active, split, slots, release, health }) => [
      active,
      split.weights,
      Object.values(slots).map(({ version, lease }) => [version?.id, lease?.until]),
      release === null ? null : [release.id, release.state, release.why, release.stage?.number, release.stage?.verdict],
      health.watches.map(({ slot, kind, verdict }) => [slot, kind, verdict]),
      Object.values(health.slots).map(({ probe }) => probe?.ok),
    ]),
  );
}
