// What must hold after every event of a random walk, whatever the event and wherever the object died. Each check throws
// with what it saw. Words as in the README; `peak` is the latest time seen: a clock that jumps back counts as standing still.
import { isDeepStrictEqual } from 'node:util';
import { KEPT_ALERTS } from '../../../control/core/alert.ts';
import type { Caps, Table } from '../../../control/core/caps.ts';
import type { Change } from '../../../control/core/change.ts';
import { KEPT_MINUTES } from '../../../control/core/counts.ts';
import { decide } from '../../../control/core/decide.ts';
import { logEvidence } from '../../../control/core/evaluate.ts';
import { leaseOf } from '../../../control/core/lease.ts';
import { isOver, isUnderWay, type Release, type ReleaseState, soakedMs, stageOf } from '../../../control/core/release.ts';
import { bakeOf, nextDeadline, type Service, splitOf, weights } from '../../../control/core/service.ts';
import { objectivesOf, rulesOf } from '../../../control/core/slo.ts';
import type { WatchTest } from '../../../control/core/watch.ts';
import { isNewer, NO_SPLIT, parseSplit, type Split, type SplitId, WEIGHT_TOTAL } from '../../../router/split.ts';
import { Gates } from './gates.ts';
import { type Happened, settled, type Watcher, type World } from './world.ts';

/** Where a release may go from a state, within one event. */
const EDGES: Readonly<Record<ReleaseState, readonly ReleaseState[]>> = {
  // Let through by its hooks, it goes at once through stages that lack nothing.
  pending: ['running', 'awaiting_approval', 'held', 'completed', 'rolled_back', 'aborted'],
  running: ['paused', 'awaiting_approval', 'held', 'completed', 'rolled_back', 'aborted'],
  paused: ['running', 'completed', 'rolled_back', 'aborted'],
  awaiting_approval: ['running', 'paused', 'completed', 'rolled_back', 'aborted'],
  held: ['running', 'paused', 'awaiting_approval', 'completed', 'rolled_back', 'aborted'],
  completed: ['rolled_back'],
  rolled_back: [],
  aborted: [],
};

/** Minutes of a test: as many as hold the most bad requests that guards may ask for, and a few that are quiet. */
const MOST_RECENT = 103;

/** Throws unless `holds`. */
export function must(holds: boolean, what: string, seen?: unknown): void {
  if (!holds) throw new Error(seen === undefined ? what : `${what}: ${JSON.stringify(seen)}`);
}

/** Watches one walk. */
export class Invariants implements Watcher {
  private peak = 0;
  private at = 0;
  private written: SplitId = NO_SPLIT;
  private readonly contents = new Map<string, string>();
  private records = 0;
  private readonly newest = new Map<number, Release>();
  /** The release whose bake runs. */
  private baking: number | null = null;
  private soak = { key: '', ms: 0, stored: 0 };
  private readonly gates = new Gates(must);

  happened(what: Happened, world: World): void {
    const { event, now, before, result, counts } = what;
    const passed = Math.max(now - this.at, 0);
    this.at = now;
    this.peak = Math.max(this.peak, now);
    this.clockRan(before, passed);
    if (!counts || !result.ok) return;
    const after = result.value.service;
    soundState(after);
    soundJudgement(after, now);
    settled(result.value.decisions);
    soundSplit(after);
    must(!isNewer(before, after), 'the split went back', [before.epoch, before.revision, after.epoch, after.revision]);
    this.oneContent(splitOf(after));
    this.visitorsOnlyWhereTheyMayBe(before, after);
    this.numbered(result.value);
    this.releasesMoved(before, result.value);
    releaseOwnsSplit(after);
    releaseGoesOn(after, this.peak);
    this.gates.happened(what, result.value, world);
    this.soaked(after, now);
    if (event.type === 'tick') must((nextDeadline(after) ?? now + 1) > now, 'the alarm would come at once, for ever');
    if (event.type === 'reconcile') healed(after, event.found);
    if ('by' in event) told(result.value, before, event.by.requestId, world);
  }

  published(split: Split): void {
    must(!isNewer(this.written, split), 'KV went back', [this.written, split]);
    this.written = split;
    this.oneContent(split);
  }

  /** At the end, when the object has lived and the alarm has come. */
  ended(world: World): void {
    const split = splitOf(world.service);
    must(world.disk.outbox.size === 0, 'an order was left over', [...world.disk.outbox]);
    if (split !== undefined) must(world.kv === JSON.stringify(split), 'KV does not hold the split in force', [world.kv, split]);
    for (const [id, seen] of this.newest) {
      const kept = id === world.service.release?.id ? world.service.release : world.disk.releases.get(id);
      must(kept?.state === seen.state, 'a release is not on record as it ended', [id, kept?.state, seen.state]);
    }
  }

  private oneContent(split: Split | undefined): void {
    if (split === undefined) return;
    const id = `${split.epoch}.${split.revision}`;
    const text = JSON.stringify(split);
    must((this.contents.get(id) ?? text) === text, 'two splits under one revision', [this.contents.get(id), text]);
    this.contents.set(id, text);
  }

  private visitorsOnlyWhereTheyMayBe(before: Service, after: Service): void {
    const held = weights(before);
    for (const [slot, weight] of Object.entries(weights(after))) {
      if (weight <= (held[slot] ?? 0)) continue;
      must(Object.hasOwn(after.versions, slot), 'visitors came to a slot without a version', slot);
      must(leaseOf(after, slot, this.peak) === undefined, 'visitors came to a leased slot', slot);
    }
  }

  private numbered({ service, deployments, splits }: Change): void {
    const ids = [...deployments, ...splits].map(({ id }) => id).sort((a, b) => a - b);
    for (const id of ids) {
      must(id === this.records + 1, 'records are not numbered one by one', [this.records, ids]);
      this.records = id;
    }
    must(service.deployments === this.records, 'the count of records is off', [service.deployments, this.records]);
  }

  private releasesMoved(before: Service, { service, replaced }: Change): void {
    const { release, releases } = service;
    must((release?.id ?? 0) === releases, 'the count of releases is off', [release?.id, releases]);
    must(release !== null || before.release === null, 'the newest release is gone');
    if (release === null) return;
    if (release.id !== before.release?.id) {
      must(release.id === this.newest.size + 1, 'releases are not numbered one by one', release.id);
      must(before.release?.id === replaced?.id, 'nobody says how the former release ended', before.release?.id);
      must(replaced === null || isOver(replaced), 'two releases at a time', replaced);
      if (replaced !== null) this.tookWay(replaced);
    }
    this.tookWay(release);
    const hasBake =
      release.state === 'completed' && bakeOf(service)?.slot === release.candidate && service.active === release.candidate;
    const goesOn = this.baking === release.id || before.release?.state !== 'completed';
    this.baking = hasBake && goesOn ? release.id : null;
  }

  private tookWay(release: Release): void {
    const was = this.newest.get(release.id)?.state ?? release.state;
    must(was === release.state || EDGES[was].includes(release.state), 'a release took a way there is not', [was, release.state]);
    const isLate = was === 'completed' && release.state !== was && this.baking !== release.id;
    must(!isLate, 'a release was rolled back after its bake', release.id);
    this.newest.set(release.id, release);
  }

  private clockRan({ release }: Service, passed: number): void {
    if (release?.state === 'running' && release.gate === null) this.soak.ms += passed;
  }

  private soaked({ release }: Service, now: number): void {
    if (release?.stage == null) return;
    const { stage } = release;
    const runs = release.state === 'running' && release.gate === null;
    must((stage.soakingSince !== null) === runs, 'the soak clock is not as the state', release.state);
    const key = [release.id, stage.index, stage.startedAt, release.candidateVersion?.id].join();
    if (key !== this.soak.key) this.soak = { key, ms: 0, stored: 0 };
    must(stage.soakedMs >= this.soak.stored, 'soak was lost', [this.soak.stored, stage.soakedMs]);
    must(soakedMs(stage, now) <= this.soak.ms, 'more soak than time', [soakedMs(stage, now), this.soak.ms]);
    this.soak.stored = stage.soakedMs;
  }
}

function soundState(service: Service): void {
  const { slots, active, previous, versions, leases, rolledBack, watches } = service;
  must(
    Object.keys(leases).every((slot) => slots.includes(slot)),
    'a slot there is not is leased',
    leases,
  );
  must(rolledBack.length <= 20, 'the rolled back are too many');
  for (const slot of [active, previous])
    must(slot === null || Object.hasOwn(versions, slot), 'active or previous has no version', [
      active,
      previous,
      Object.keys(versions),
    ]);
  must(previous === null || previous !== active, 'the former slot is the active one', active);
  const held = weights(service);
  for (const slot of slots)
    if (slot !== active && (held[slot] ?? 0) > 0)
      must(
        watches.some((watch) => watch.slot === slot),
        'a slot on trial is not watched',
        slot,
      );
}

function soundJudgement({ watches, slo, alerts, minutes, release }: Service, now: number): void {
  must(alerts.length <= KEPT_ALERTS, 'the alerts are too many', alerts.length);
  must(minutes.length <= KEPT_MINUTES, 'the minutes are too many', minutes.length);
  const objectives = objectivesOf(slo).length;
  for (const watch of watches) {
    const rules = rulesOf(slo, { compares: watch.kind === 'split' });
    must(
      isDeepStrictEqual(
        watch.tests.map(({ rule }) => rule),
        rules,
      ),
      'the tests are not those of the objectives',
      [slo, watch.slot],
    );
    const { caps, open, tests, samples, alerted } = watch;
    const lengths = [caps.length, open.candidate.judged.length, open.active.judged.length];
    must(
      lengths.every((length) => length === objectives),
      'an objective is judged without its counts',
      lengths,
    );
    must(
      tests.every((test) => test.recent.length <= MOST_RECENT),
      'a test remembers too much',
      tests.map((t) => t.recent.length),
    );
    must(tests.every(soundTest), 'a test has judged more bad requests than requests, or its evidence is not finite', tests);
    must(caps.every(soundCaps), 'a table of visitors is not bounded');
    must(samples.length <= 10 && new Set(alerted).size === alerted.length, 'samples or alerts of a watch are too many', [
      samples,
      alerted,
    ]);
    const { logEvidence: log, needs } = decide(watch, slo, now);
    must(Number.isFinite(log) && Number.isSafeInteger(needs) && needs >= 0, 'a verdict without numbers', [log, needs]);
  }
  const isSampled = release?.stage == null || isOver(release) || release.stage.served.judged.length === objectives;
  must(isSampled, 'a stage has no sample for an objective', release?.stage);
}

function soundTest({ evidence, total, recent }: WatchTest): boolean {
  const sums = [total, ...recent].flatMap(({ candidate, active }) => [candidate, active]);
  return Number.isFinite(logEvidence(evidence)) && sums.every(({ requests, bad }) => bad >= 0 && bad <= requests);
}

function soundCaps({ visitors, networks, swallowed }: Caps): boolean {
  const sizeOf = (shards: Table['fresh']) => Object.values(shards).reduce((sum, shard) => sum + Object.keys(shard).length, 0);
  return (
    [visitors, networks].every(
      ({ fresh, freshSize, old }) => sizeOf(fresh) === freshSize && freshSize <= 5000 && sizeOf(old) <= 5000,
    ) && swallowed >= 0
  );
}

function soundSplit(service: Service): void {
  const split = splitOf(service);
  must(split !== undefined || service.ranges.length === 0, 'weights without an active slot', service.ranges);
  if (split === undefined) return;
  must(parseSplit(split, service.name) !== undefined, 'no router can read the split', split);
  const all = Object.entries(weights(service));
  must(all.reduce((sum, [, weight]) => sum + weight, 0) === WEIGHT_TOTAL, 'the weights do not sum to 100 %', all);
  must(
    all.every(([slot]) => service.slots.includes(slot)),
    'a slot there is not has weight',
    all,
  );
}

function releaseOwnsSplit(service: Service): void {
  const { release, active } = service;
  if (release === null || !isUnderWay(release)) return;
  must(active === release.from, 'the active slot changed under a release', [active, release.from]);
  const held = weights(service);
  const { weight } = stageOf(release);
  must(held[release.candidate] === weight, 'the candidate has not the weight of its stage', [held, release]);
  must(held[release.from] === WEIGHT_TOTAL - weight, 'the rest is not on the active slot', held);
}

/** A release that is held is let go by evidence, some day. */
function releaseGoesOn({ release, watches }: Service, now: number): void {
  if (release?.state !== 'held' || release.stage === null || release.heldFor === 'hook') return;
  if (release.heldFor === 'insufficient') {
    const isSoaked = soakedMs(release.stage, now) >= stageOf(release).soakSeconds * 1000;
    must(isSoaked, 'a release is held before its soak is over', release);
  } else {
    const isHeld = watches.some(({ slot, heldSince }) => slot === release.candidate && heldSince !== null);
    must(isHeld, 'a release is held and nothing will let it go', [release.heldFor, watches.map((w) => w.slot)]);
  }
}

/** A router that took what was found in KV takes the split in force over it. */
function healed(service: Service, found: Split | null): void {
  const split = splitOf(service);
  if (found === null || split === undefined) return;
  must(isNewer(split, found) || JSON.stringify(split) === JSON.stringify(found), 'routers would keep what KV held', found);
}

/** A command that did something is in the audit, stored with it. */
function told({ service, audit }: Change, before: Service, request: string | null, { disk }: World): void {
  const entries = audit.filter(({ requestId }) => requestId === request).length;
  const stored = disk.requests.filter((id) => id === request).length;
  must(entries === stored, 'the audit stored is not the audit of the event', [entries, stored]);
  if (entries > 0) return;
  const part = ({ versions, leases, defaultPlan, slo }: Service) => [versions, leases, defaultPlan, slo];
  must(isDeepStrictEqual(part(service), part(before)), 'a command left no trace', request);
}
