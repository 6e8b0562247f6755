// The slots of a service, each with what there is to say of it, the active one first. Pure.
import type { DeploymentView, ServiceView, SlotHealthView } from '../../api/types.ts';
import { ago, clock, latencyText, probeText } from '../../words.ts';
import { asOf } from '../release/outcome.ts';

/** What a slot is, in a word or two, and how it looks. */
interface Mark {
  readonly text: string;
  readonly look: 'good' | 'warn' | 'bad' | '';
}

/** A slot of a service. */
export interface SlotRow {
  readonly slot: string;
  readonly marks: readonly Mark[];
  /** Percent. */
  readonly weight: number;
  readonly health: SlotHealthView | undefined;
  readonly version: DeploymentView | null;
  /** What is odd or passing about it, in sentences. */
  readonly notes: readonly string[];
}

/** The slots of a service by `now` (ms). */
export function slotRows(told: ServiceView, now: number): SlotRow[] {
  const service = asOf(told, now);
  const { active, slots, split, health } = service;
  const names = Object.keys(slots);
  const ordered = [...names.filter((slot) => slot === active), ...names.filter((slot) => slot !== active)];
  return ordered.map((slot) => ({
    slot,
    marks: marksOf(service, slot),
    weight: split.weights[slot] ?? 0,
    health: health.slots[slot],
    version: slots[slot]?.version ?? null,
    notes: notesOf(service, slot),
  }));
}

/** How the last probe of a slot went: `ok, 62 ms, 20 s ago`. */
export function probeLine(slot: string, probe: SlotHealthView['probe'] | undefined, now: number): string {
  if (probe == null) return 'none yet';
  const when = ago(probe.at, now);
  return probe.ok ? `ok, ${latencyText(probe.milliseconds)}, ${when}` : `failed: ${probeText(slot, probe)}, ${when}`;
}

/** A latency of a slot; a dash where it has had no request. */
export function quantileText(health: SlotHealthView | undefined, of: 'p50' | 'p90' | 'p99' | 'p999'): string {
  const ms = health?.[of] ?? null;
  return ms === null ? '–' : latencyText(ms);
}

function marksOf(service: ServiceView, slot: string): Mark[] {
  const { active, release, health, slots } = service;
  const isCandidate = release !== null && release.endedAt === null && release.candidate.slot === slot;
  const bakes = health.watches.some((watch) => watch.kind === 'bake' && watch.slot === slot);
  const role = isCandidate ? 'candidate' : standIn(service, slot);
  return [
    slot === active ? { text: 'active', look: 'good' } : { text: role, look: '' },
    ...(bakes ? [{ text: 'in its bake', look: '' as const }] : []),
    ...(slots[slot]?.lease == null ? [] : [{ text: 'leased', look: 'warn' as const }]),
  ];
}

// A slot is idle when it has no visitors, and none may come back to it.
function standIn({ split, health }: ServiceView, slot: string): string {
  if ((split.weights[slot] ?? 0) > 0) return 'watched';
  return health.watches.some(({ kind, returnTo }) => kind === 'bake' && returnTo === slot) ? 'kept warm' : 'idle';
}

function notesOf({ previous, active, slots }: ServiceView, slot: string): string[] {
  const lease = slots[slot]?.lease ?? null;
  return [
    ...(slot === previous && slot !== active ? ['A rollback returns here.'] : []),
    ...(lease === null ? [] : [`Reserved for an upload by ${lease.by} until ${clock(lease.until)}.`]),
  ];
}
