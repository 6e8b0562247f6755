// Whether somebody has to decide something about a service, and what: read off what control says of it. Pure.
import type { ReleaseView, ServiceView } from '../../api/types.ts';
import { ago, duration, gateText, percent, placeOf, probeText, reasonOf } from '../../words.ts';

/** What there may be to decide, the most urgent first. */
const KINDS = [
  'no-active',
  'both-bad',
  'failed',
  'probe',
  'held',
  'approval',
  'alert',
  'rolled-back',
  'paused',
  'pending',
] as const;

/** What there is to decide. */
type NeedKind = (typeof KINDS)[number];

/** Something to decide. */
export interface Need {
  readonly kind: NeedKind;
  /** What it is, in a sentence or two. */
  readonly sentence: string;
}

/** A service, and what there is to decide about it. */
export interface Looked {
  readonly service: ServiceView;
  readonly needs: readonly Need[];
}

const URGENT: ReadonlySet<NeedKind> = new Set<NeedKind>(['no-active', 'both-bad', 'failed', 'probe']);
/** Nobody waits for these in a hurry. */
const CALM: ReadonlySet<NeedKind> = new Set<NeedKind>(['paused', 'pending']);
const ALERT_MS = 3_600_000;
const ROLLED_BACK_MS = 86_400_000;

/** What there is to decide about a service by `now` (ms), the most urgent first. */
export function needsOf(service: ServiceView, now: number): Need[] {
  const { active, release } = service;
  const noActive: Need = {
    kind: 'no-active',
    sentence: 'No slot is active: visitors go to the default slot of router/services.ts.',
  };
  return [
    ...(active === null ? [noActive] : []),
    ...(release === null ? [] : releaseNeeds(service, release, now)),
    ...outageNeeds(service, now),
    ...probeNeeds(service, now),
    ...alertNeeds(service, now),
  ].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/** Services with what there is to decide about them: the most urgent first, the others as they came. */
export function byUrgency(services: readonly ServiceView[], now: number): Looked[] {
  const looked = services.map((service) => ({ service, needs: needsOf(service, now) }));
  const rank = ({ needs: [first] }: Looked) => (first === undefined ? KINDS.length : KINDS.indexOf(first.kind));
  return looked.sort((a, b) => rank(a) - rank(b));
}

/** How many services there is something to decide about, in a sentence. */
export function summaryOf(looked: readonly Looked[]): string {
  const [first, ...more] = looked.filter(({ needs }) => needs.length > 0);
  if (first === undefined) return 'Nothing needs a decision.';
  if (more.length === 0) return `${first.service.service} needs a decision.`;
  return `${more.length + 1} of ${looked.length} services need a decision.`;
}

/** How a need looks: bad, a warning, or only to be known. */
export function lookOf({ kind }: Need): 'bad' | 'warn' | 'info' {
  return URGENT.has(kind) ? 'bad' : CALM.has(kind) ? 'info' : 'warn';
}

function releaseNeeds(service: ServiceView, release: ReleaseView, now: number): Need[] {
  const { id, state, why, stage, gate, candidate, plan } = release;
  const at = placeOf(release);
  const asks = gate === null ? '' : ` It ${gateText(gate, now)}.`;
  switch (state) {
    case 'pending': {
      const then = `${candidate.slot} then gets ${percent(plan.stages[0]?.weight ?? 0)}`;
      if (gate === null) return [{ kind: 'pending', sentence: `Release ${id} waits to be started; ${then}.` }];
      return gate.refusals.length === 0 ? [] : [{ kind: 'held', sentence: `Release ${id} may not start. ${why ?? asks.trim()}` }];
    }
    case 'awaiting_approval':
      return [{ kind: 'approval', sentence: `Release ${id} awaits approval${at}.` }];
    case 'held': {
      const kind = isOutage(service, candidate.slot) ? 'both-bad' : 'held';
      return [{ kind, sentence: `Release ${id} is held${at}.${why === null ? asks : ` ${why}`}` }];
    }
    case 'paused':
      return [{ kind: stage?.verdict === 'fail' ? 'failed' : 'paused', sentence: why ?? `Release ${id} is paused${at}.` }];
    case 'rolled_back':
      return isAnswered(service, release, now) ? [] : [{ kind: 'rolled-back', sentence: rolledBackText(release, now) }];
    default:
      return [];
  }
}

/** Whether somebody has seen to a rollback: there is another version in the slot, or the slot serves all the same, or it was long ago. */
function isAnswered({ slots, active }: ServiceView, { candidate, endedAt }: ReleaseView, now: number): boolean {
  const isOther = slots[candidate.slot]?.version?.id !== candidate.version?.id;
  return isOther || active === candidate.slot || endedAt === null || now - Date.parse(endedAt) > ROLLED_BACK_MS;
}

function rolledBackText(release: ReleaseView, now: number): string {
  const when = release.endedAt === null ? '' : ` ${ago(release.endedAt, now)}`;
  const reason = reasonOf(release);
  return `Release ${release.id} was rolled back${when}${placeOf(release)}.${reason === null ? '' : ` ${reason}`}`;
}

function isOutage({ health }: ServiceView, slot: string): boolean {
  return health.watches.some((watch) => watch.slot === slot && watch.heldSince !== null);
}

// Of a release that is held, the release tells.
function outageNeeds({ health, release }: ServiceView, now: number): Need[] {
  const told = release?.state === 'held' ? release.candidate.slot : null;
  return health.watches.flatMap(({ slot, returnTo, heldSince }) => {
    if (heldSince === null || slot === told) return [];
    const since = duration((now - Date.parse(heldSince)) / 1000);
    const sentence = `${slot} and ${returnTo} are both bad, for ${since}: something both share may be down, so ${slot} is not rolled back.`;
    return [{ kind: 'both-bad' as const, sentence }];
  });
}

function probeNeeds({ split, health }: ServiceView, now: number): Need[] {
  return Object.entries(health.slots).flatMap(([slot, { probe }]) => {
    const weight = split.weights[slot] ?? 0;
    if (probe === null || probe.ok || weight === 0) return [];
    const sentence = `The probe of ${slot}, which has ${percent(weight)}, failed ${ago(probe.at, now)}: ${probeText(slot, probe)}.`;
    return [{ kind: 'probe' as const, sentence }];
  });
}

// The newest, and how many there are; both slots bad is told above for as long as they are.
function alertNeeds({ health }: ServiceView, now: number): Need[] {
  const isNow = health.watches.some(({ heldSince }) => heldSince !== null);
  const recent = health.alerts.filter(({ at, alert }) => now - Date.parse(at) < ALERT_MS && !(isNow && alert === 'both-bad'));
  const newest = recent.at(-1);
  if (newest === undefined) return [];
  const lead = recent.length === 1 ? 'Alert' : `${recent.length} alerts in the last hour, the newest`;
  return [{ kind: 'alert', sentence: `${lead} ${ago(newest.at, now)}: ${newest.what}` }];
}
