// Between `ingest` and `evaluate`: rows of reports → the open second of a watch, pooled over all isolates. Pure.
import { merge } from '../../router/histogram.ts';
import type { Row, Slow } from '../../router/report.ts';
import { charge, NO_CAPS } from './caps.ts';
import { type Objective, objectivesOf, type Slo } from './slo.ts';
import { addSampled, NONE, type Side, type Watch } from './watch.ts';

/** Samples of a watch that are kept, the newest. */
const KEPT_SAMPLES = 10;

/** What a row is pooled under. */
export interface Pooling {
  readonly slo: Slo;
  /** Of the split in force. */
  readonly revision: number;
  /** ms */
  readonly now: number;
}

/** Adds a row of a report to the open second, if it belongs to the watch. */
export function pool(watch: Watch, row: Row, under: Pooling): Watch {
  if (row.epoch !== watch.since.epoch || row.revision < watch.since.revision) return watch;
  if (row.slot === watch.returnTo) return onSide(watch, 'active', row, under);
  if (row.slot !== watch.slot) return watch;
  const { warmSince, samples: kept } = watch;
  const samples = row.samples === undefined ? kept : [...kept, ...row.samples].slice(-KEPT_SAMPLES);
  const isFirst = warmSince === null && row.requests > 0;
  return onSide({ ...watch, samples, warmSince: isFirst ? under.now : warmSince }, 'candidate', row, under);
}

function onSide(watch: Watch, side: 'candidate' | 'active', row: Row, { slo, revision, now }: Pooling): Watch {
  const before = watch.open[side];
  // A cold candidate's first latencies are not held against it, and without them the active slot's say nothing.
  const isCold = watch.warmSince === null || now - watch.warmSince < slo.latencyGraceSeconds * 1000;
  const caps = [...watch.caps];
  const judged = objectivesOf(slo).map((objective, i) => {
    const bad = isCold && objective.sli === 'latency' ? undefined : badOf(row, objective);
    const sum = before.judged[i] ?? NONE;
    if (bad === undefined) return sum;
    const charged = charge(caps[i] ?? NO_CAPS, bad.count, bad.by, slo, now);
    caps[i] = charged.caps;
    return addSampled(sum, { requests: row.requests, bad: charged.counted });
  });
  const after: Side = {
    requests: before.requests + row.requests,
    errors: before.errors + row.errors,
    judged,
    latency: isCold ? before.latency : merge(before.latency, row.latency ?? []),
    visitors: before.visitors + (row.revision === revision ? (row.visitors ?? 0) : 0),
  };
  return { ...watch, caps, open: { ...watch.open, [side]: after } };
}

/** The bad requests of a row by an objective; `undefined` where the router did not know of it yet. */
function badOf({ errors, errorsBy, slow }: Row, { overMs }: Objective): Pick<Slow, 'count' | 'by'> | undefined {
  if (overMs === null) return { count: errors, by: errorsBy };
  return slow?.find((s) => s.overMs === overMs);
}
