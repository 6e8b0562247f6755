// The commands that make sense next, by what a service or release is now. Pure.
import type { ReleaseView, ServiceView } from '../../control/api/types.ts';

/** Commands to try after a look at a service, best first. */
export function stepsOf(view: ServiceView, now: number): string[] {
  const { release, active, slots, split, health } = view;
  if (release !== null && release.endedAt === null) return stepsOfRelease(release, now);
  const filled = Object.keys(slots).filter((slot) => slots[slot]?.version !== null);
  if (active === null) return filled[0] === undefined ? ['sluice deploy'] : [`sluice activate ${filled[0]}`];
  const baking = health.watches.some(({ kind }) => kind === 'bake');
  if (baking) return ['sluice status --watch', 'sluice rollback'];
  const visited = Object.keys(slots).filter((slot) => slot !== active && (split.weights[slot] ?? 0) > 0);
  if (visited[0] !== undefined) return ['sluice status --watch', 'sluice rollback', `sluice activate ${visited[0]}`];
  if (release !== null && release.state !== 'completed') return stepsOfRelease(release, now);
  const idle = filled.filter((slot) => slot !== active);
  return idle.length === 0 ? ['sluice deploy'] : ['sluice release start', 'sluice deploy'];
}

/** Commands to try after a look at a release, best first. */
export function stepsOfRelease({ id, state, bake, gate }: ReleaseView, now: number): string[] {
  if (gate !== null) return [`sluice release explain ${id}`, `sluice release skip ${id}`, `sluice release abort ${id}`];
  switch (state) {
    case 'pending':
      return [`sluice release start ${id}`, `sluice release abort ${id}`];
    case 'running':
      return ['sluice status --watch', `sluice release pause ${id}`, `sluice release abort ${id}`];
    case 'paused':
      return [`sluice release resume ${id}`, `sluice release abort ${id}`];
    case 'awaiting_approval':
      return [`sluice release approve ${id}`, `sluice release deny ${id}`];
    case 'held':
      return [`sluice release explain ${id}`, `sluice release skip ${id}`, `sluice release abort ${id}`];
    case 'completed':
      return bake !== null && !bake.over && Date.parse(bake.endsAt) > now
        ? ['sluice status --watch', 'sluice rollback']
        : ['sluice status'];
    case 'rolled_back':
      return [`sluice release explain ${id}`, 'sluice deploy'];
    case 'aborted':
      return [`sluice release explain ${id}`, `sluice release retry ${id}`];
  }
}
