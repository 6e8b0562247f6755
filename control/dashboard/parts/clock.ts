// The time, for what counts down on a page.
import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../server-time.ts';

/** The time at control in ms, anew each second. */
export function useNow(): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
