// Why a command was refused. A tagged union that carries the data; each names what stands in the way. Pure.

/** A refused command; nothing was changed. */
export type Rejection =
  | { readonly reason: 'unknown-slot'; readonly slot: string; readonly slots: readonly string[] }
  | { readonly reason: 'weights-incomplete'; readonly missing: readonly string[] }
  | { readonly reason: 'weights-off'; readonly sum: number; readonly rest: string | null }
  | { readonly reason: 'stale-revision'; readonly expected: number; readonly revision: number }
  | { readonly reason: 'no-active-slot'; readonly service: string }
  | { readonly reason: 'slot-empty'; readonly slot: string }
  | { readonly reason: 'slot-in-use'; readonly slot: string; readonly why: string }
  | { readonly reason: 'no-idle-slot'; readonly service: string; readonly wanted: 'a version' | 'room for a version' }
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
      return `Slot ${r.slot} ${r.why}. Choose an idle slot, or force it.`;
    case 'no-idle-slot':
      return r.wanted === 'a version'
        ? `No slot of ${r.service} but the active one has a version. Record a deployment first.`
        : `Every slot of ${r.service} is active, has visitors, or is where a bake may return to. Roll back, or name a slot and force it.`;
    case 'nothing-to-roll-back':
      return r.active === null
        ? `${r.service} has no active slot to roll back to.`
        : `${r.service} is on ${r.active} with all weight, and has no former slot to return to.`;
    case 'split-from-the-future':
      return `The report counts under split (${r.epoch}, ${r.revision}), which was never published here.`;
  }
}
