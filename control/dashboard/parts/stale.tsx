// Says aloud that what a page shows is not of now.
import { clock, duration } from '../../words.ts';
import { useNow } from './clock.ts';
import { Notice } from './notice.tsx';

/** Since when a page hears nothing, ms; nothing is shown while it does. */
export function Stale({ since }: { readonly since: number | null }) {
  const now = useNow();
  if (since === null) return null;
  return (
    <Notice kind="warn">
      Stale since {clock(new Date(since).toISOString())}, for {duration((now - since) / 1000)}: control is not heard. This is what
      was last known; trying again.
    </Notice>
  );
}
