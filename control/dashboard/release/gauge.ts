// Evidence as a gauge on its way to a rollback, and what is judged at all. Pure.
import type { ReleaseView, ServiceView, WatchView } from '../../api/types.ts';
import { isUnderWay } from '../../core/release.ts';
import { duration, figure, percent, sampleText, secondsUntil, towardsRollback } from '../../words.ts';
import type { Kind } from './stepper.ts';

/** A gauge: evidence on a logarithmic scale, since evidence multiplies. */
interface Gauge {
  /** How far it is, 0 (evidence of 1, or less) to 1 (a rollback). */
  readonly share: number;
  readonly kind: Kind;
  /** `evidence 12 of 100 needed for a rollback`. */
  readonly text: string;
  /** Powers of ten on the way, and where they stand, 0 to 1. */
  readonly ticks: readonly { readonly text: string; readonly share: number }[];
}

const MOST_TICKS = 6;

/** The gauge of some evidence. */
export function gaugeOf(evidence: number, threshold: number): Gauge {
  const share = towardsRollback(evidence, threshold);
  const kind = share >= 1 ? 'bad' : share >= 0.5 ? 'warn' : 'good';
  return {
    share,
    kind,
    text: `evidence ${figure(evidence)} of ${figure(threshold)} needed for a rollback`,
    ticks: ticksOf(threshold),
  };
}

function ticksOf(threshold: number): Gauge['ticks'] {
  const last = { text: figure(threshold), share: 1 };
  if (!(threshold > 1)) return [last];
  const powers = Math.ceil(Math.log10(threshold) - 1e-9);
  const step = Math.ceil(powers / MOST_TICKS);
  const ticks = Array.from({ length: Math.ceil(powers / step) }, (_, i) => 10 ** (i * step));
  return [...ticks.map((at) => ({ text: figure(at), share: towardsRollback(at, threshold) })), last];
}

/** What a watch is of: a release, its bake, a bake of a slot made active by hand, weights set by hand. */
export function watchTitle({ slot, kind, returnTo }: WatchView, release: ReleaseView | null): string {
  if (kind === 'bake')
    return release?.bake?.over === false && release.candidate.slot === slot
      ? `Bake of ${slot} behind release ${release.id}`
      : `Bake of ${slot}`;
  if (release !== null && isUnderWay(release) && release.candidate.slot === slot) return `${slot} under release ${release.id}`;
  return `${slot} beside ${returnTo}`;
}

/** What a watch comes to: where a rollback goes, how long a bake still takes. */
export function watchAbout({ kind, endsAt, returnTo, slot }: WatchView, { split }: ServiceView, now: number): string {
  const back = `A rollback returns to ${returnTo}.`;
  if (kind === 'bake' && endsAt !== null) return `${duration(secondsUntil(endsAt, now))} left. ${back}`;
  return `${slot} has ${percent(split.weights[slot] ?? 0)} of the visitors. ${back}`;
}

/** What a slot has served under a watch, and what is missing for it to pass. */
export function sampledText({ requests, errors, needs, slot }: WatchView): string {
  const missing = needs > 0 ? ` It takes ${needs} more ${errors > 0 ? 'good ' : ''}requests for it to pass.` : '';
  return `${slot} served ${sampleText(requests, errors)}.${missing}`;
}

/** Why a rollback is held back, and for how long at most; empty where it is not. */
export function heldText({ heldSince, returnTo, slot }: WatchView, { health }: ServiceView, now: number): string {
  if (heldSince === null) return '';
  const held = Math.max(now - Date.parse(heldSince), 0) / 1000;
  return `The evidence is enough, but ${returnTo} is as bad, so something both share may be down, and moving visitors would not help. The rollback of ${slot} is held back: for ${duration(held)} now, ${duration(health.slo.holdSeconds)} at most.`;
}

/** Why nothing is judged, in a sentence. */
export function whyNothing({ active, split, release }: ServiceView): string {
  if (active === null) return 'No slot is active yet.';
  if (release !== null && isUnderWay(release) && (split.weights[release.candidate.slot] ?? 0) === 0)
    return `${release.candidate.slot} has no visitors in this stage.`;
  return `All visitors are on ${active}, the active slot, and no bake runs: there is nothing to be rolled back.`;
}
