// Requests on their way through the router, for the tests of what is observed, sealed and flushed.
import type { Outcome, Passage } from '../../router/observe.ts';
import { compileSplit } from '../../router/split.ts';

export const WELL: Outcome = { failed: false, status: 200 };
export const BAD: Outcome = { failed: true, status: 503 };

/** Ten percent on green. */
export const SPLIT = compileSplit(
  {
    schema: 1,
    service: 'app',
    epoch: 1_795_247_935,
    revision: 3,
    salt: 's',
    active: 'blue',
    ranges: [
      ['blue', 9000],
      ['green', 10_000],
    ],
  },
  ['blue', 'green'],
  'blue',
);

interface Sent extends Partial<Passage> {
  readonly url?: string;
  readonly headers?: Record<string, string>;
}

/** A request of visitor 1 to green that set out at 0 ms, but for what is told otherwise. */
export function newPassage({ url = 'https://app.example/', headers = {}, ...rest }: Sent = {}): Passage {
  const request = new Request(url, { headers });
  const known = { split: SPLIT, slot: 'green', overridden: false, visitor: 1, startedAt: 0, counted: false, abandoned: false };
  return { request, ...known, ...rest };
}

/** The header that tells where a request came from. */
export function from(address: string): Record<string, string> {
  return { 'cf-connecting-ip': address };
}

/** A request each of so many visitors. */
export function visitors(count: number, slot = 'green', first = 1): Passage[] {
  return Array.from({ length: count }, (_, i) => newPassage({ visitor: first + i, slot }));
}
