// The engine at work outside its object: `transition` itself, the code that control runs, with a release under way and the
// seconds of a trace for reports. The clock is the trace's.
import { decide } from '../../control/core/decide.ts';
import type { Decision } from '../../control/core/decision.ts';
import type { Plan, Stage } from '../../control/core/plan.ts';
import { PLAN_DEFAULTS } from '../../control/core/plan.ts';
import { type Event, newService, nextDeadline, type Service, weights } from '../../control/core/service.ts';
import type { Slo } from '../../control/core/slo.ts';
import { transition } from '../../control/core/transition.ts';
import { bucketOf, countAbove, type Histogram } from '../../router/histogram.ts';
import type { Row, Slow } from '../../router/report.ts';
import type { Second, Served } from './traffic.ts';

/** Which slots are compared. */
export interface Slots {
  readonly active: string;
  readonly candidate: string;
}

const SLOTS: Slots = { active: 'blue', candidate: 'green' };

/** A whole number of minutes since 1970, so that minutes of the trace are minutes of the engine. */
const START_MS = 1_795_000_020_000;
const BY = { actor: 'simulation', reason: null, requestId: null };
const FOR_EVER_SECONDS = 30 * 86_400;

/** The end of a release that did not make it. */
export interface Conviction {
  /** Seconds of the trace at which the convicting second was over. */
  readonly at: number;
  readonly decision: Decision;
}

/** What a second of a slot brings beside counts. */
export type SlotSecond = Served & { readonly slow?: readonly Slow[] };

/** A plan that keeps the candidate at one weight (percent). */
export function steady(percent: number): Plan {
  const stage: Stage = { weight: Math.round(percent * 100), soakSeconds: FOR_EVER_SECONDS, minRequests: 0, advance: 'manual' };
  return { name: null, stages: [stage], ...PLAN_DEFAULTS };
}

/** One service with a release under way. */
export class Lab {
  service: Service;
  /** How the release was convicted, once it was. */
  convicted: Conviction | undefined;
  /** Seconds of the trace at which its rollback was held back first. */
  heldAt: number | undefined;
  private now = START_MS;
  private readonly slots: Slots;

  constructor(plan: Plan, slo: Slo, slots = SLOTS) {
    const { active, candidate } = slots;
    this.slots = slots;
    this.service = { ...newService('app', [active, candidate], START_MS), slo };
    for (const slot of [active, candidate]) {
      const version = { versionId: slot, tag: null, message: null, author: null, source: null };
      this.happen({ type: 'record_deployment', slot, version, force: false, lease: null, by: BY });
    }
    this.happen({ type: 'activate', slot: active, by: BY });
    this.happen({ type: 'create_release', slot: candidate, plan, name: null, autoStart: true, force: false, by: BY });
  }

  /** The candidate's weight, 0 to 1. */
  get weight(): number {
    return (weights(this.service)[this.slots.candidate] ?? 0) / 10_000;
  }

  /** log 10 of the evidence against the candidate; of that which convicted it, once it was. */
  get log10Evidence(): number {
    const watch = this.service.watches.find(({ slot }) => slot === this.slots.candidate);
    const log =
      watch === undefined ? this.convicted?.decision.logEvidence : decide(watch, this.service.slo, this.now).logEvidence;
    return (log ?? 0) / Math.LN10;
  }

  /** Whether the release is still on its way. */
  get isUnderWay(): boolean {
    return this.service.release?.endedAt === null;
  }

  /** Lets time pass to `t` seconds of the trace: deadlines come when they are due. A time that is past changes nothing. */
  passTo(t: number): void {
    const until = START_MS + Math.floor(t * 1000);
    for (;;) {
      const open = this.service.second === null ? Number.POSITIVE_INFINITY : (this.service.second.at + 1) * 1000;
      const due = Math.min(open, nextDeadline(this.service) ?? Number.POSITIVE_INFINITY);
      if (due > until || due === Number.POSITIVE_INFINITY) break;
      this.now = Math.max(this.now, due);
      this.happen({ type: 'tick' });
      // What is due and does not move is waiting for requests.
      if ((nextDeadline(this.service) ?? Number.POSITIVE_INFINITY) <= this.now) break;
    }
    this.now = Math.max(this.now, until);
  }

  /** Takes in what the slots served at the present time. */
  serve(second: { readonly candidate?: SlotSecond; readonly active?: SlotSecond }): void {
    const rows: Row[] = [];
    if (second.candidate !== undefined) rows.push(this.row(this.slots.candidate, second.candidate));
    if (second.active !== undefined) rows.push(this.row(this.slots.active, second.active));
    this.happen({ type: 'report', rows });
  }

  /** Passes to second `t`, and takes in what came in it. */
  second(t: number, { candidate, active }: Second): void {
    this.passTo(t);
    if (candidate.requests + active.requests === 0) return;
    const { latencyObjectives } = this.service.slo;
    const withSlow = (served: Served) =>
      latencyObjectives.length === 0
        ? served
        : { ...served, slow: latencyObjectives.map(({ overMs }) => slowIn(served.latency, overMs)) };
    this.serve({ candidate: withSlow(candidate), active: withSlow(active) });
  }

  private row(slot: string, served: SlotSecond): Row {
    const { epoch, revision } = this.service;
    return { epoch, revision, slot, overridden: 0, overriddenErrors: 0, ...served };
  }

  private happen(event: Event): void {
    const result = transition(this.service, event, this.now);
    if (!result.ok) throw new Error(`the simulation asked for what is refused: ${result.rejection.reason}`);
    this.service = result.value.service;
    const { audit, decisions } = result.value;
    if (audit.some(({ action }) => action === 'rollback_held')) this.heldAt ??= (this.now - START_MS) / 1000;
    const decision = decisions.find(({ did, verdict }) => did === 'rolled back' && verdict === 'fail');
    if (decision !== undefined) this.convicted = { at: (this.now - START_MS) / 1000, decision };
  }
}

/** Latencies of a histogram over a threshold; those in its own bucket do not count. */
function slowIn(latency: Histogram, overMs: number): Slow {
  return { overMs, count: countAbove(latency, bucketOf(overMs)) };
}
