// What became other of a service, in one sentence for those who hear the page rather than see it. Pure.
import type { ReleaseView, ServiceView } from '../../api/types.ts';
import { percent, placeOf, splitText } from '../../words.ts';

/** What of its release or split became other; `null` where nothing did that is news. */
export function changeOf(before: ServiceView, after: ServiceView): string | null {
  const release = isSame(before.release, after.release) ? [] : releaseText(after.release);
  const { split, active } = after;
  const isPublished = before.split.revision !== split.revision || before.split.epoch !== split.epoch;
  const moved = isPublished ? [`the split is ${splitText(split.weights)} (revision ${split.revision})`] : [];
  const activated = before.active === active ? [] : [active === null ? 'no slot is active' : `${active} is active`];
  const text = [...release, ...moved, ...activated].join('; ');
  return text === '' ? null : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isSame(before: ReleaseView | null, after: ReleaseView | null): boolean {
  return before?.id === after?.id && before?.state === after?.state && before?.stage?.number === after?.stage?.number;
}

function releaseText(release: ReleaseView | null): string[] {
  if (release === null) return [];
  const { id, state, candidate, from, plan } = release;
  const at = placeOf(release);
  switch (state) {
    case 'pending':
      return [`release ${id} of ${candidate.slot} waits to be started, with ${percent(plan.stages[0]?.weight ?? 0)} at first`];
    case 'awaiting_approval':
      return [`release ${id} awaits approval${at}`];
    case 'completed':
      return [`release ${id} is completed`];
    case 'rolled_back':
      return [`release ${id} was rolled back to ${from.slot}`];
    case 'aborted':
      return [`release ${id} was aborted`];
    default:
      return [`release ${id} is ${state}${at}`];
  }
}
