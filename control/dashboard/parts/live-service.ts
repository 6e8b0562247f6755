// One service as it is now: its stream of events as state of a page.
import { useEffect, useState } from 'preact/hooks';
import type { AuditView, PointView, ServiceView } from '../../api/types.ts';
import type { Failure } from '../api.ts';
import { follow } from '../live.ts';
import { servicePath } from '../service-path.ts';
import { useSession } from '../session.tsx';
import type { ServerEvent } from '../sse.ts';

/** Entries that came over the stream and are kept. */
const KEPT_ENTRIES = 200;
/** Half an hour of 5 s. */
const KEPT_POINTS = 360;

/** A service, followed. */
export interface LiveService {
  /** `null` until it is known. */
  readonly service: ServiceView | null;
  /** What came since the page was opened, oldest first; the last one may still grow. */
  readonly points: readonly PointView[];
  /** Entries of the audit that came since the page was opened, newest first. */
  readonly entries: readonly AuditView[];
  /** Since when nothing is heard, ms; `null` while the stream stands. */
  readonly staleSince: number | null;
  /** Why there will be nothing more. */
  readonly failure: Failure | null;
  /** How often the stream was begun: what was missed between two is to be asked for anew. */
  readonly streams: number;
}

const NOTHING: LiveService = { service: null, points: [], entries: [], staleSince: null, failure: null, streams: 0 };

/** Follows a service for as long as the page is shown. */
export function useLiveService(name: string): LiveService {
  const { api } = useSession();
  const [live, setLive] = useState<LiveService>(NOTHING);
  useEffect(() => {
    setLive(NOTHING);
    return follow(api, `${servicePath(name)}/events`, {
      event: (event) => setLive((last) => withEvent(last, event)),
      up: () => setLive((last) => ({ ...last, staleSince: null, streams: last.streams + 1 })),
      down: () => setLive((last) => ({ ...last, staleSince: last.staleSince ?? Date.now() })),
      refused: (failure) => setLive((last) => ({ ...last, failure, staleSince: last.staleSince ?? Date.now() })),
    });
  }, [api, name]);
  return live;
}

/** What is known after an event. Pure. */
function withEvent(live: LiveService, { event, data }: ServerEvent): LiveService {
  if (event === 'service') return { ...live, service: JSON.parse(data) };
  if (event === 'entry') return { ...live, entries: [JSON.parse(data), ...live.entries].slice(0, KEPT_ENTRIES) };
  if (event !== 'point') return live;
  const point: PointView = JSON.parse(data);
  const before = live.points.filter(({ at }) => at !== point.at);
  return { ...live, points: [...before, point].slice(-KEPT_POINTS) };
}
