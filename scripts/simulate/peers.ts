// The rules of other tools, as they document them, at their best: what each would have done on the same seconds.
// They look at the candidate alone, at fixed times, against fixed limits.
import { bucketOf, countAbove, merge, NO_LATENCIES, totalOf } from '../../router/histogram.ts';
import type { Second } from './traffic.ts';

/** The limits a rule checks: share of errors, and, where a service has one, share of requests slower than a threshold. */
export interface Limits {
  readonly maxErrorShare: number;
  readonly latency: { readonly overMs: number; readonly maxShare: number } | null;
}

/** A rule on its way through a trace. */
export interface Peer {
  readonly name: string;
  /** Seconds at which it rolled back. */
  rolledBackAt: number | undefined;
  /** Takes in second `t`. */
  second(t: number, second: Second): void;
}

const CHECK_SECONDS = 60;

/** How a rule counts its checks. */
interface Counting {
  /** Failed checks that roll back. */
  readonly failures: number;
  /** A check that passes forgives those before. */
  readonly inARow: boolean;
  /** A check without requests fails. */
  readonly emptyFails: boolean;
  /** Checks between the last failed one and the rollback. */
  readonly late: number;
}

/** Checks the candidate every 60 s, over those 60 s. */
function checks(name: string, { failures, inARow, emptyFails, late }: Counting, limits: Limits): Peer {
  let requests = 0;
  let errors = 0;
  let latency = NO_LATENCIES;
  let failed = 0;
  return {
    name,
    rolledBackAt: undefined,
    second(t, { candidate }) {
      requests += candidate.requests;
      errors += candidate.errors;
      if (limits.latency !== null) latency = merge(latency, candidate.latency);
      if ((t + 1) % CHECK_SECONDS !== 0) return;
      const isBad = requests === 0 ? emptyFails : errors > limits.maxErrorShare * requests || isSlow(latency, limits);
      if (isBad) failed++;
      else if (inARow) failed = 0;
      if (failed >= failures) this.rolledBackAt ??= t + 1 + late * CHECK_SECONDS;
      requests = 0;
      errors = 0;
      latency = NO_LATENCIES;
    },
  };
}

function isSlow(latency: typeof NO_LATENCIES, { latency: limit }: Limits): boolean {
  return limit !== null && countAbove(latency, bucketOf(limit.overMs)) > limit.maxShare * totalOf(latency);
}

function anyError(): Peer {
  return {
    name: 'any error',
    rolledBackAt: undefined,
    second(t, { candidate }) {
      if (candidate.errors > 0) this.rolledBackAt ??= t + 1;
    },
  };
}

/** All of them, at the start of a trace. */
export function peersFor(limits: Limits): Peer[] {
  return [
    // CanaryRoll: three failed health checks in a row; a look a minute.
    checks('CanaryRoll', { failures: 3, inARow: true, emptyFails: false, late: 0 }, limits),
    // Flagger (pkg/controller/scheduler.go): interval 60 s, threshold 5. Failed checks add up, one without values is one,
    // and the check after the last of them rolls back.
    checks('Flagger', { failures: 5, inARow: false, emptyFails: true, late: 1 }, limits),
    // Health Mediated Deployments: the first violation reverts, no data passes. It knows latency only, of both slots blended;
    // here it is given errors, and the candidate's own.
    checks('HMD', { failures: 1, inARow: true, emptyFails: false, late: 0 }, limits),
    anyError(),
  ];
}
