// Says aloud that what a page shows is not of now.
import { clock, duration } from '../../words.ts';
import type { Failure } from '../api.ts';
import { useNow } from './clock.ts';
import { Notice } from './notice.tsx';
import './stale.css';

/** Since when a page hears nothing, ms; nothing is shown while it does. `why`: what control says to that, if it does. */
export function Stale({ since, why = null }: { readonly since: number | null; readonly why?: Failure | null }) {
  return since === null ? null : <StaleSince since={since} why={why} />;
}

function StaleSince({ since, why }: { readonly since: number; readonly why: Failure | null }) {
  const now = useNow();
  return (
    <div class="stale">
      <Notice kind="warn">
        Stale since {clock(new Date(since).toISOString())}
        {/* It counts on: read out each second, it would drown all else. */}
        <span aria-hidden="true">, for {duration((now - since) / 1000)}</span>: {why?.message ?? 'control is not heard.'} This is
        what was last known; trying again.
      </Notice>
    </div>
  );
}
