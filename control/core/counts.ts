// Counts of a service's slots by second and minute, and of the reports they came in. Pure.
import { type Histogram, merge, NO_LATENCIES, quantile, totalOf } from '../../router/histogram.ts';
import type { Row } from '../../router/report.ts';
import type { Service } from './service.ts';

/** How many minutes of counts health can show. */
export const KEPT_MINUTES = 10;

/** Counts of one slot. Overridden requests are apart, and decide nothing. */
export interface SlotCounts extends Pick<Row, 'requests' | 'errors' | 'overridden' | 'overriddenErrors'> {
  readonly latency: Histogram;
}

/** Counts of all slots over a second or a minute, by number of that second or minute since 1970. */
export interface CountsAt {
  readonly at: number;
  readonly slots: Readonly<Record<string, SlotCounts>>;
}

/** What became of the reports that came. */
export interface ReportCounts {
  readonly taken: number;
  /** Refused whole: no report at all, or of a split that was never published. */
  readonly malformed: number;
  readonly future: number;
  /** Taken before, and not counted again. */
  readonly replayed: number;
  /** Rows left out because nobody knows their slot. */
  readonly unknownSlots: number;
}

/** Counts of each slot since `from` (a minute since 1970), the open second included. */
export function countsSince(service: Pick<Service, 'slots' | 'minutes' | 'second'>, from: number): Record<string, SlotCounts> {
  let sum: Readonly<Record<string, SlotCounts>> = Object.fromEntries(service.slots.map((slot) => [slot, NO_COUNTS]));
  for (const minute of service.minutes) if (minute.at >= from) sum = addCounts(sum, minute.slots);
  return { ...addCounts(sum, service.second?.slots ?? {}) };
}

/** Slot by slot sums of two sets of counts. */
export function addCounts(a: CountsAt['slots'], b: CountsAt['slots']): CountsAt['slots'] {
  const sum: Record<string, SlotCounts> = { ...a };
  for (const [slot, counts] of Object.entries(b)) {
    const have = sum[slot] ?? NO_COUNTS;
    sum[slot] = {
      requests: have.requests + counts.requests,
      errors: have.errors + counts.errors,
      overridden: have.overridden + counts.overridden,
      overriddenErrors: have.overriddenErrors + counts.overriddenErrors,
      latency: merge(have.latency, counts.latency),
    };
  }
  return sum;
}

/** No requests. */
export const NO_COUNTS: SlotCounts = { requests: 0, errors: 0, overridden: 0, overriddenErrors: 0, latency: NO_LATENCIES };

/** Latencies of a slot in the last whole minutes that hold `atLeast` of them, or in all that are kept. */
export function recentLatencies({ minutes }: Pick<Service, 'minutes'>, slot: string, atLeast: number): Histogram {
  let sum = NO_LATENCIES;
  for (let i = minutes.length - 1; i >= 0 && totalOf(sum) < atLeast; i--)
    sum = merge(sum, minutes[i]?.slots[slot]?.latency ?? NO_LATENCIES);
  return sum;
}

/** A quantile (0 to 1) as it is shown: ms, three digits; `null` of none. */
export function quantileMs(latency: Histogram, q: number): number | null {
  const ms = quantile(latency, q);
  return ms === null ? null : Number(ms.toPrecision(3));
}
