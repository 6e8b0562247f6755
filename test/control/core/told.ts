// What a row of a random walk tells of its requests, as routers report it: latencies, who sent the bad ones, samples.
import { bucketOf } from '../../../router/histogram.ts';
import { type BadBy, MAX_NAMED, type Row } from '../../../router/report.ts';
import type { Told } from './steps.ts';

/** What a row tells beside its requests and errors; as `parseReport` has it, no more of anything than there are requests. */
export function toldOf(told: Told, requests: number, errors: number, thresholds: readonly number[], now: number): Partial<Row> {
  const { ms, samples } = told;
  const by = (count: number) => whoSent(told.who, count, now);
  const slow = thresholds.map((overMs) => {
    const count = ms !== null && ms > overMs ? requests : 0;
    return { overMs, count, by: by(count) };
  });
  const sample = { path: '/', status: 500, milliseconds: 1, ray: '' };
  return {
    errorsBy: by(errors),
    ...(ms !== null && requests > 0 && { latency: [bucketOf(ms), requests] }),
    ...(thresholds.length > 0 && { slow }),
    visitors: Math.min(told.visitors, requests),
    samples: Array(Math.min(samples, errors)).fill(sample),
  };
}

function whoSent(who: Told['who'], count: number, now: number): BadBy | undefined {
  const named = Math.min(count, MAX_NAMED);
  const first = Math.floor(now / 1000) % 2 ** 31;
  switch (who) {
    case 'not noted':
      return undefined;
    case 'no room':
      return [];
    case 'one':
      return count === 0 ? [] : [7, 11, count];
    case 'each':
      return Array.from({ length: named }, (_, i) => [first + i, first + i, 1]).flat();
    case 'network':
      return Array.from({ length: named }, (_, i) => [first + i, 11, 1]).flat();
  }
}
