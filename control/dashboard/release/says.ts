// What a verb will do, in a few exact sentences that name slots, weights and versions. Pure.
import type { BySlot, ReleaseView, ServiceView } from '../../api/types.ts';
import { channelsBefore, placeOf } from '../../core/gate.ts';
import type { Verb } from '../../core/release.ts';
import { duration, percent, versionName } from '../../words.ts';
import type { Outcome } from './outcome.ts';

/** `green (v12)`: a slot with what is in it now. */
export function slotText({ slots }: ServiceView, slot: string): string {
  const version = slots[slot]?.version ?? null;
  return version === null ? slot : `${slot} (${version.tag ?? versionName(version)})`;
}

/** `stage 2 of 3`. */
function stageText({ plan, stage }: ReleaseView, number = stage?.number ?? 1): string {
  return `stage ${number} of ${plan.stages.length}`;
}

/** Who goes where: `All visitors go to blue (v12); green gets none.` */
function movesText(view: ServiceView, weights: BySlot<number>): string {
  const before = view.split.weights;
  const slots = Object.keys(view.slots);
  const gain = (slot: string) => (weights[slot] ?? 0) - (before[slot] ?? 0);
  const changed = slots.filter((slot) => gain(slot) !== 0).sort((a, b) => gain(b) - gain(a));
  const sole = slots.find((slot) => weights[slot] === 100);
  if (changed.length === 0)
    return sole === undefined ? 'No visitor moves.' : `No visitor moves: ${slotText(view, sole)} has all of them.`;
  if (sole === undefined) {
    const share = (slot: string) => `${percent(before[slot] ?? 0)} to ${percent(weights[slot] ?? 0)}`;
    const [first = '', ...others] = changed;
    const rest = others.map((slot) => `, ${slotText(view, slot)} from ${share(slot)}`);
    return `${slotText(view, first)} goes from ${share(first)} of the visitors${rest.join('')}.`;
  }
  const losing = changed.filter((slot) => slot !== sole);
  const none = losing.length === 0 ? '' : `; ${and(losing)} ${losing.length === 1 ? 'gets' : 'get'} none`;
  return `All visitors go to ${slotText(view, sole)}${none}.`;
}

/** What a verb of a release will do. */
export function steerText(view: ServiceView, release: ReleaseView, verb: Verb, outcome: Outcome): string {
  const { asks, next } = outcome;
  const lead = leadOf(view, release, verb, outcome);
  // Both say that everybody stays.
  if (verb === 'pause' || verb === 'resume') return sentences(lead, forgottenText(release, outcome));
  if (asks === null || next === null) return sentences(lead, changesOf(view, release, outcome));
  return sentences(lead, askedText(release, asks), `Then: ${changesOf(view, release, next)}`);
}

/** What follows from moving visitors at once: another active slot, a bake that begins or ends, a release that ends. */
export function moveText(view: ServiceView, outcome: Outcome): string {
  const { release } = view;
  const ended = release !== null && outcome.state !== null ? endText(view, release, outcome) : '';
  const bake = view.health.watches.find(({ kind }) => kind === 'bake');
  const ends = bake !== undefined && (bake.slot !== outcome.active || (outcome.weights[bake.slot] ?? 0) === 0);
  const stuck =
    release !== null && release.state === 'pending' && release.candidate.slot === outcome.active
      ? `Release ${release.id}, which is to bring ${release.candidate.slot}, can then no longer be started.`
      : '';
  return sentences(
    movesText(view, outcome.weights),
    activeText(view, outcome),
    bakeText(outcome),
    ends ? `The bake of ${bake.slot} ends.` : '',
    ended,
    stuck,
  );
}

function changesOf(view: ServiceView, release: ReleaseView, outcome: Outcome): string {
  return sentences(
    movesText(view, outcome.weights),
    activeText(view, outcome),
    bakeText(outcome),
    endText(view, release, outcome),
    forgottenText(release, outcome),
  );
}

/** What is particular to the verb, ahead of who goes where. */
function leadOf(view: ServiceView, release: ReleaseView, verb: Verb, { passesOver, enters, next }: Outcome): string {
  const { id, stage, candidate, plan } = release;
  const entered = enters ?? next?.enters ?? null;
  const begins = entered === null ? '' : `${stageText(release, entered)}${soakOf(release, entered)}`;
  const slot = slotText(view, candidate.slot);
  switch (verb) {
    case 'start':
      return `Release ${id} begins with ${begins}.`;
    case 'retry':
      return `A new release of ${slot} is made by the same ${plan.name === null ? 'stages' : `plan, ${plan.name},`} and begins with ${begins}.`;
    case 'approve':
      return entered === null ? `Release ${id} goes on to completion.` : `Release ${id} goes on to ${begins}.`;
    case 'pause':
      return `${slot} keeps ${percent(stage?.weight ?? 0)} of the visitors, and the soak clock stops. ${pausedText(release)}`;
    case 'resume':
      return `${slot} keeps ${percent(stage?.weight ?? 0)} of the visitors. ${resumedText(release)}`;
    case 'skip': {
      const left = stage === null ? '' : `The rest of ${stageText(release)} is left out.`;
      const on = entered === null ? '' : `Release ${id} ${stage === null ? 'begins with' : 'goes on to'} ${begins}.`;
      return sentences(left, on, passedText(release, passesOver));
    }
    case 'promote': {
      const ahead = plan.stages.length - (stage?.number ?? 0);
      const left =
        ahead === 0
          ? stageText(release)
          : `${stageText(release)}, and ${ahead === 1 ? 'the stage' : `the ${ahead} stages`} behind it,`;
      return sentences(`The rest of ${left} ${ahead === 0 ? 'is' : 'are'} left out.`, passedText(release, passesOver));
    }
    case 'deny':
    case 'abort':
      return '';
  }
}

function soakOf({ plan }: ReleaseView, number: number): string {
  const { soakSeconds = 0, advance = 'auto' } = plan.stages[number - 1] ?? {};
  const soak = soakSeconds === 0 ? '' : ` for ${duration(soakSeconds)} at least`;
  return `${soak}${advance === 'manual' ? ', then waits for approval' : ''}`;
}

function pausedText({ plan, candidate, gate }: ReleaseView): string {
  const judged = `Evidence against ${candidate.slot} is judged all the same${plan.onFail === 'rollback' ? ', and enough of it still rolls it back' : ''}.`;
  return gate === null ? judged : `${judged} Its hooks are asked anew once it is resumed.`;
}

function resumedText(release: ReleaseView): string {
  const { soakNeededSeconds = 0, soakedSeconds = 0 } = release.stage ?? {};
  const left = Math.max(soakNeededSeconds - soakedSeconds, 0);
  const soak = left === 0 ? 'is over' : `runs on, with ${duration(left)} left`;
  return `The soak clock of ${stageText(release)} ${soak}.`;
}

function askedText({ plan }: ReleaseView, stage: number): string {
  const place = placeOf(plan, stage);
  return channelsBefore(plan, stage).length === 1
    ? `Its hook ${place} is asked first, and no visitor moves before it lets the release pass.`
    : `Its hooks ${place} are asked first, and no visitor moves before they let the release pass.`;
}

function passedText({ plan }: ReleaseView, stages: readonly number[]): string {
  if (stages.length === 0) return '';
  const count = stages.reduce((sum, stage) => sum + channelsBefore(plan, stage).length, 0);
  return `Its ${count === 1 ? 'hook' : 'hooks'} ${and(stages.map((stage) => placeOf(plan, stage)))} ${count === 1 ? 'is' : 'are'} passed over.`;
}

function activeText({ active }: ServiceView, outcome: Outcome): string {
  if (outcome.active === null || outcome.active === active) return '';
  return `${outcome.active} becomes the active slot${active === null ? '' : `, in place of ${active}`}.`;
}

function bakeText({ bake }: Outcome): string {
  if (bake === null) return '';
  return `A bake watches it for ${duration(bake.seconds)}, and goes back to ${bake.returnTo} if it fails.`;
}

function endText(view: ServiceView, release: ReleaseView, { state }: Outcome): string {
  const { id, candidate } = release;
  if (state === 'aborted') return `Release ${id} ends as aborted${release.stage === null ? ', before it began' : ''}.`;
  if (state === 'completed') return `Release ${id} ends as completed.`;
  if (state !== 'rolled_back') return '';
  return `Release ${id} ends as rolled back; a retry of ${slotText(view, candidate.slot)} has to be forced.`;
}

function forgottenText({ candidate }: ReleaseView, { forgets }: Outcome): string {
  return forgets ? `Evidence against ${candidate.slot} is gathered afresh.` : '';
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function and(list: readonly string[]): string {
  return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}
