// How old what a page shows is: for what counts on between two answers of control.
import { useMemo } from 'preact/hooks';
import { useNow } from '../parts/clock.ts';

/** Seconds since `shown` became what it is, by this machine's clock alone. */
export function useSince(shown: object): number {
  const now = useNow();
  const came = useMemo(() => Date.now(), [shown]);
  return Math.max(now - came, 0) / 1000;
}
