// The time, for what counts down on a page.
import { useEffect, useState } from 'preact/hooks';
import { serverNow } from '../server-time.ts';

/** The time at control in ms, anew each second while it is asked for. */
export function useNow(isRunning = true): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!isRunning) return;
    setNow(serverNow());
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
