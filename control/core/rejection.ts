// Why a command was refused. A tagged union that carries the data; each names what stands in the way. Pure.

import type { ReleaseState, Verb } from './release.ts';

/** A refused command; nothing was changed. */
export type Rejection =
  | { readonly reason: 'unknown-slot'; readonly slot: string; readonly slots: readonly string[] }
  | { readonly reason: 'weights-incomplete'; readonly missing: readonly string[] }
  | { readonly reason: 'weights-off'; readonly sum: number; readonly rest: string | null }
  | { readonly reason: 'stale-revision'; readonly expected: number; readonly revision: number }
  | { readonly reason: 'no-active-slot'; readonly service: string }
  | { readonly reason: 'slot-empty'; readonly slot: string }
  | { readonly reason: 'slot-in-use'; readonly slot: string; readonly why: string }
  | { readonly reason: 'slot-leased'; readonly slot: string; readonly until: number; readonly by: string }
  | { readonly reason: 'slot-active'; readonly slot: string }
  | { readonly reason: 'lease-lost' }
  | { readonly reason: 'release-running'; readonly release: number; readonly state: ReleaseState }
  | { readonly reason: 'bake-running'; readonly slot: string; readonly until: number | null }
  | { readonly reason: 'unknown-release'; readonly release: number }
  | { readonly reason: 'release-state'; readonly release: number; readonly state: ReleaseState; readonly verb: Verb }
  | { readonly reason: 'version-rolled-back'; readonly slot: string; readonly versionId: string }
  | {
      readonly reason: 'no-idle-slot';
      readonly service: string;
      readonly wanted: 'a version' | 'room for a version';
      /** The slot whose bake keeps the only idle one, and until when. */
      readonly bakes?: string;
      readonly until?: number | null;
    }
  | { readonly reason: 'slos-off'; readonly mistake: string }
  | { readonly reason: 'nothing-to-roll-back'; readonly service: string; readonly active: string | null }
  | { readonly reason: 'split-from-the-future'; readonly epoch: number; readonly revision: number };

/** One sentence for people, with the next step where there is one. */
export function explain(r: Rejection): string {
  switch (r.reason) {
    case 'unknown-slot':
      return `There is no slot "${r.slot.slice(0, 64)}". Slots: ${r.slots.join(', ')}.`;
    case 'weights-incomplete':
      return `Only one slot may be left out, to get the rest; missing are ${r.missing.join(', ')}.`;
    case 'weights-off':
      return r.rest === null
        ? `The weights sum to ${r.sum} %, they must sum to 100 %.`
        : `The weights sum to ${r.sum} %, which leaves nothing for ${r.rest}; they may sum to 100 % at most.`;
    case 'stale-revision':
      return `The split is at revision ${r.revision}, not ${r.expected}: someone changed it meanwhile. Read it again.`;
    case 'no-active-slot':
      return `${r.service} has no active slot yet. Record a deployment, then activate its slot.`;
    case 'slot-empty':
      return `Slot ${r.slot} has no version. Record a deployment into it first.`;
    case 'slot-in-use':
      return `Slot ${r.slot} ${r.why}. Choose an idle slot; only a deployment can be forced.`;
    case 'slot-leased':
      return `Slot ${r.slot} is leased by ${r.by} until ${timeOf(r.until)}, for an upload into it. Wait for it, or choose another slot.`;
    case 'slot-active':
      return `Slot ${r.slot} is the active slot already; a release moves traffic to another one.`;
    case 'lease-lost':
      return 'That lease is no longer held: its time was over and the slot was given to somebody else, or it was closed.';
    case 'release-running':
      return `Release ${r.release} is ${words(r.state)}. ${r.state === 'pending' ? 'Start' : 'Promote'} or abort it first.`;
    case 'bake-running':
      return `The bake of ${r.slot} runs${r.until === null ? '' : ` until ${timeOf(r.until)}`}. Wait for it, or force its end.`;
    case 'unknown-release':
      return `There is no release ${r.release}.`;
    case 'release-state':
      return `Release ${r.release} is ${words(r.state)}: cannot ${r.verb}.`;
    case 'version-rolled-back':
      return `Version ${r.versionId} in slot ${r.slot} was rolled back. Deploy another one, or force it.`;
    case 'no-idle-slot':
      if (r.wanted === 'a version') return `No slot of ${r.service} but the active one has a version. Record a deployment first.`;
      if (r.bakes !== undefined)
        return `The bake of ${r.bakes} may have to return to the only idle slot of ${r.service}. Wait for its end${r.until == null ? '' : `, ${timeOf(r.until)}`}, or name the slot and force it.`;
      return `Every slot of ${r.service} is active, has visitors, is leased, or is where a bake may return to. Name a slot and force it.`;
    case 'nothing-to-roll-back':
      return r.active === null
        ? `${r.service} has no active slot to roll back to.`
        : `${r.service} is on ${r.active} with all weight, and has no former slot to return to.`;
    case 'slos-off':
      return r.mistake;
    case 'split-from-the-future':
      return `The report counts under split (${r.epoch}, ${r.revision}), which was never published here.`;
  }
}

function words(state: ReleaseState): string {
  return state.replaceAll('_', ' ');
}

/** A time of day as people read it. */
export function timeOf(at: number): string {
  const second = Math.floor(at / 1000) % 86_400;
  const parts = [second / 3600, (second / 60) % 60, second % 60].map((part) => String(Math.floor(part)).padStart(2, '0'));
  return `${parts.join(':')} UTC`;
}
