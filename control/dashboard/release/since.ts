// How old what a page shows is: for what counts on between two answers of control.
import { useMemo } from 'preact/hooks';
import { useNow } from '../parts/clock.ts';
import { serverNow } from '../server-time.ts';

/** Seconds since `shown` became what it is. */
export function useSince(shown: object): number {
  const now = useNow();
  const came = useMemo(serverNow, [shown]);
  return Math.max(now - came, 0) / 1000;
}
