// How far a release is, in few words. Pure.
import type { ReleaseView } from '../../api/types.ts';
import { ago, duration, percent, secondsUntil } from '../../words.ts';

/** `stage 2 of 3, green 50 %, 2 min 30 s left`; of one that is over, when it ended and what is left of its bake. */
export function progressText({ stage, plan, candidate, from, endedAt, bake, gate }: ReleaseView, now: number): string {
  if (endedAt !== null) {
    const left = bake === null || bake.over ? '' : `, bake with ${duration(secondsUntil(bake.endsAt, now))} left`;
    return `${ago(endedAt, now)}${left}`;
  }
  if (stage === null) return `${from.slot} to ${candidate.slot}, not started`;
  const where = `stage ${stage.number} of ${plan.stages.length}, ${candidate.slot} ${percent(stage.weight)}`;
  if (gate !== null) return `${where}, at its hooks`;
  const left = Math.max(0, stage.soakNeededSeconds - stage.soakedSeconds);
  return `${where}, ${left > 0 ? `${duration(left)} left` : 'soaked'}`;
}
