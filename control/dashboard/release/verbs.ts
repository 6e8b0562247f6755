// Every verb of a service and its release, as somebody of a role has it now: whether it can be done, what it will do, and the call. Pure.
import type * as z from 'zod';
import { activateBody, moveBody, splitBody, steerBody } from '../../api/schemas.ts';
import type { BySlot, ReleaseView, Role, ServiceView } from '../../api/types.ts';
import { explain, type Rejection } from '../../core/rejection.ts';
import type { Verb } from '../../core/release.ts';
import { whyNotRole } from '../../setting-words.ts';
import { percent, splitText } from '../../words.ts';
import { servicePath } from '../service-path.ts';
import {
  type Foreseen,
  foreseeActivate,
  foreseeRollback,
  foreseeRotate,
  foreseeSplit,
  foreseeSteer,
  nextWithVersion,
  type Outcome,
} from './outcome.ts';
import { moveText, steerText } from './says.ts';

/** A verb as it stands now. */
export interface Deed {
  /** Which it is: `approve`, `activate green`. */
  readonly id: string;
  /** Of the button that opens it. */
  readonly label: string;
  /** `Approve release 7`. */
  readonly title: string;
  /** What it will do; empty where it cannot be done. */
  readonly does: string;
  /** Of the button that confirms it; it names the slot. */
  readonly confirm: string;
  /** Why it cannot be done now, or not by this role. */
  readonly whyNot: string | null;
  /** It moves all visitors at once, or ends a release. */
  readonly isDanger: boolean;
  /** What somebody must agree to besides, for it needs force. */
  readonly force: string | null;
  /** Whether force is anything to it. */
  readonly takesForce: boolean;
  readonly method: 'POST' | 'PUT';
  /** Below `/v1`. */
  readonly path: string;
  /** Without the reason, without force, and without the revision. */
  readonly body: object;
  /** Of the split that it was foreseen from: under another one it would do something else. */
  readonly revision: number;
  readonly schema: z.ZodType;
}

const LABEL: Readonly<Record<Verb, string>> = {
  start: 'Start',
  approve: 'Approve',
  deny: 'Deny',
  pause: 'Pause',
  resume: 'Resume',
  skip: 'Skip',
  promote: 'Promote',
  abort: 'Abort',
  retry: 'Retry',
};

// To deny is one of the two answers that are asked for.
const DANGEROUS: readonly Verb[] = ['promote', 'abort'];
const FORCED: readonly Verb[] = ['start', 'retry'];

const FORCED_RETRY = ' It is forced, which also takes a version that was rolled back before.';

/** A verb of a release, the newest or one before. */
export function steerDeed(view: ServiceView, release: ReleaseView, verb: Verb, role: Role): Deed {
  const foreseen = foreseeSteer(view, release, verb);
  const forced = 'refused' in foreseen ? [] : foreseen.forced;
  // Whatever it is forced for.
  const isForced = verb === 'retry' && forced.length > 0 && forced.every(({ reason }) => reason !== 'version-rolled-back');
  const isPending = release.state === 'pending';
  return deed(role, foreseen, {
    id: verb,
    label: verb === 'skip' && isPending ? 'Skip the hooks' : LABEL[verb],
    title: `${LABEL[verb]} release ${release.id}`,
    does: (outcome) => `${steerText(view, release, verb, outcome)}${isForced ? FORCED_RETRY : ''}`,
    confirm: (outcome) => steerConfirm(release, verb, outcome),
    isDanger: DANGEROUS.includes(verb) && !(verb === 'abort' && isPending),
    takesForce: FORCED.includes(verb) || (verb === 'skip' && isPending),
    method: 'POST',
    path: `${servicePath(view.service)}/releases/${release.id}/${verb}`,
    body: {},
    revision: view.split.revision,
    schema: steerBody,
  });
}

/** The verbs that make sense for a release as it is, best first. */
export function steerDeeds(view: ServiceView, release: ReleaseView, role: Role): Deed[] {
  const verbs = verbsOf(release).map((verb) => steerDeed(view, release, verb, role));
  const isBaking = release.id === view.release?.id && release.bake?.over === false;
  return isBaking ? [...verbs, rollbackDeed(view, role)] : verbs;
}

/** All that can be asked about a release that is shown: its verbs, and the rollback of its bake. */
export function releaseDeed(view: ServiceView, release: ReleaseView, id: string, role: Role): Deed | undefined {
  if (id === 'rollback') return rollbackDeed(view, role);
  const verb = (Object.keys(LABEL) as Verb[]).find((one) => one === id);
  return verb && steerDeed(view, release, verb, role);
}

function verbsOf({ state, gate, plan, stage }: ReleaseView): Verb[] {
  switch (state) {
    case 'pending':
      return gate === null ? ['start', 'abort'] : ['start', 'skip', 'abort'];
    case 'running':
      return ['pause', 'skip', 'promote', 'abort'];
    case 'awaiting_approval': {
      // Without hooks ahead to pass over it would be to approve.
      const on = stage?.number === plan.stages.length ? 'before-promote' : 'before-stage';
      return plan.hooks.some((hook) => hook.on === on) ? ['approve', 'deny', 'skip', 'promote'] : ['approve', 'deny', 'promote'];
    }
    case 'paused':
      return ['resume', 'skip', 'promote', 'abort'];
    case 'held':
      return ['skip', 'pause', 'promote', 'abort'];
    case 'completed':
      return [];
    case 'rolled_back':
    case 'aborted':
      return ['retry'];
  }
}

/** All visitors back to the active slot, or to the one before. */
export function rollbackDeed(view: ServiceView, role: Role): Deed {
  return moveDeed(view, role, foreseeRollback(view), {
    id: 'rollback',
    label: 'Roll back',
    confirm: ({ weights }) => `Roll back to ${soleOf(weights)}`,
    path: `${servicePath(view.service)}/rollback`,
  });
}

/** The next slot with a version made active at once. */
export function rotateDeed(view: ServiceView, role: Role): Deed {
  return moveDeed(view, role, foreseeRotate(view), {
    id: 'rotate',
    label: 'Rotate',
    confirm: () => `Rotate to ${nextWithVersion(view)}`,
    path: `${servicePath(view.service)}/rotate`,
  });
}

/** A slot made active at once. */
export function activateDeed(view: ServiceView, slot: string, role: Role): Deed {
  return moveDeed(view, role, foreseeActivate(view, slot), {
    id: `activate ${slot}`,
    label: `Activate ${slot}`,
    confirm: () => `Activate ${slot} with all visitors`,
    path: `${servicePath(view.service)}/activate`,
    body: { slot },
    schema: activateBody,
  });
}

/** Weights set by hand, of every slot, if the split is still what the page shows. */
export function splitDeed(view: ServiceView, weights: BySlot<number>, role: Role): Deed {
  return moveDeed(view, role, foreseeSplit(view, weights), {
    id: 'split',
    label: 'Set weights',
    does: (outcome) => `${moveText(view, outcome)}${judgedText(view, weights)}`,
    confirm: () => `Set ${splitText(weights)}`,
    method: 'PUT',
    path: `${servicePath(view.service)}/split`,
    body: { weights },
    schema: splitBody,
    isDanger: false,
  });
}

/** Whether two deeds are one and the same: what somebody agreed to when they saw the one holds for the other. */
export function isSameDeed(a: Deed, b: Deed): boolean {
  const seen = ({ path, does, confirm, whyNot, force, body }: Deed) => JSON.stringify([path, does, confirm, whyNot, force, body]);
  return seen(a) === seen(b);
}

/** What is sent once somebody agrees. `seen`: the split that they agreed over, or one from which the same was foreseen. */
export function sentOf(agreed: Deed, seen: Pick<Deed, 'revision'>, reason: string, isForced: boolean | null): object {
  const force = isForced === null ? {} : { force: isForced };
  return { ...agreed.body, ifRevision: seen.revision, reason: reason.trim() || null, ...force };
}

type Told = Omit<Deed, 'does' | 'confirm' | 'whyNot' | 'force'> & {
  readonly does: (outcome: Outcome) => string;
  readonly confirm: (outcome: Outcome) => string;
};

function moveDeed(
  view: ServiceView,
  role: Role,
  foreseen: Foreseen,
  told: Pick<Told, 'id' | 'label' | 'confirm' | 'path'> & Partial<Told>,
): Deed {
  return deed(role, foreseen, {
    title: `${told.label}: ${view.service}`,
    does: (outcome) => moveText(view, outcome),
    isDanger: true,
    takesForce: false,
    method: 'POST',
    body: {},
    revision: view.split.revision,
    schema: moveBody,
    ...told,
  });
}

function deed(role: Role, foreseen: Foreseen, told: Told): Deed {
  const byRole = whyNotRole(role, 'deployer');
  if ('refused' in foreseen)
    return { ...told, does: '', confirm: told.label, force: null, whyNot: byRole ?? explain(foreseen.refused) };
  const force = foreseen.forced.length === 0 ? null : foreseen.forced.map(forceText).join(' ');
  return { ...told, does: told.does(foreseen), confirm: told.confirm(foreseen), force, whyNot: byRole };
}

function forceText(rejection: Rejection): string {
  if (rejection.reason === 'version-rolled-back')
    return `Version ${rejection.versionId} was rolled back: release it all the same.`;
  if (rejection.reason === 'bake-running') return `The bake of ${rejection.slot} is not over: end it now.`;
  return explain(rejection);
}

function steerConfirm(release: ReleaseView, verb: Verb, outcome: Outcome): string {
  const { candidate, from, stage } = release;
  const { slot } = candidate;
  const { next } = outcome;
  const on = onward(slot, next ?? outcome);
  const asked = next === null ? on : `ask its hooks, then ${on}`;
  switch (verb) {
    case 'start':
    case 'approve':
    case 'retry':
      return `${LABEL[verb]}: ${asked}`;
    case 'skip':
      return `Skip: ${on}`;
    case 'deny':
    case 'abort':
      return stage === null ? `Abort the release of ${slot}` : `${LABEL[verb]}: all to ${from.slot}`;
    case 'pause':
    case 'resume':
      return `${LABEL[verb]} ${slot} at ${percent(stage?.weight ?? 0)}`;
    case 'promote':
      return `Promote ${slot}`;
  }
}

function onward(slot: string, { weights, state }: Outcome): string {
  return state === 'completed' ? `all to ${slot}` : `${percent(weights[slot] ?? 0)} to ${slot}`;
}

function judgedText({ active }: ServiceView, weights: BySlot<number>): string {
  const tried = Object.keys(weights).filter((slot) => slot !== active && (weights[slot] ?? 0) > 0);
  return tried.length === 0
    ? ''
    : ` ${tried.join(', ')} ${tried.length === 1 ? 'is' : 'are'} then judged beside ${active}, and rolled back to it on failing.`;
}

function soleOf(weights: BySlot<number>): string {
  return Object.keys(weights).find((slot) => weights[slot] === 100) ?? '';
}
