// One service as it is now: its stream of events as state of a page.
import { useEffect, useState } from 'preact/hooks';
import type { AuditView, PointView, ServiceView } from '../../api/types.ts';
import type { Failure } from '../api.ts';
import { follow } from '../live.ts';
import { serverNow } from '../server-time.ts';
import { servicePath } from '../service-path.ts';
import { useSession } from '../session.tsx';
import type { ServerEvent } from '../sse.ts';

/** Of what control answers when all places to look on are taken. */
const CROWDED = '/problems/too-many-viewers';
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
  /** Why the stream does not stand, where control says so; it is begun again by itself. */
  readonly trouble: Failure | null;
  /** Why there will be nothing more. */
  readonly failure: Failure | null;
  /** How often the stream was begun, or the service looked at without one: what was missed between two is to be asked for anew. */
  readonly streams: number;
}

const NOTHING: LiveService = {
  service: null,
  points: [],
  entries: [],
  staleSince: null,
  trouble: null,
  failure: null,
  streams: 0,
};

/** Follows a service for as long as the page is shown. */
export function useLiveService(name: string): LiveService {
  const { api } = useSession();
  const [live, setLive] = useState<LiveService>(NOTHING);
  useEffect(() => {
    const path = servicePath(name);
    const put = (news: Partial<LiveService>) => setLive((last) => ({ ...last, ...news }));
    let isOver = false;
    // Who finds no place among the viewers looks in from time to time, as often as a place is asked for.
    const lookIn = () =>
      api.call<ServiceView>('GET', path).then(
        (service) => !isOver && setLive((last) => (last.trouble === null ? last : seen(last, service))),
        () => {},
      );
    setLive(NOTHING);
    const stop = follow(api, `${path}/events`, {
      event: (event) => {
        const news = newsOf(event);
        setLive((last) => withNews(last, news));
      },
      up: () => setLive((last) => ({ ...last, staleSince: null, trouble: null, streams: last.streams + 1 })),
      down: (heardAt, trouble) => {
        setLive((last) => ({ ...last, trouble, staleSince: last.staleSince ?? heardAt }));
        if (trouble?.problem?.type === CROWDED) void lookIn();
      },
      refused: (failure, heardAt) => put({ failure, staleSince: heardAt }),
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [api, name]);
  return live;
}

// All else that is shown is asked for anew with it, as after a stream that missed something.
function seen(live: LiveService, service: ServiceView): LiveService {
  return { ...live, service, staleSince: serverNow(), streams: live.streams + 1 };
}

type News =
  | { readonly service: ServiceView }
  | { readonly entry: AuditView }
  | { readonly point: PointView }
  | { readonly nothing: true };

/** What an event says. @throws where that cannot be read */
function newsOf({ event, data }: ServerEvent): News {
  if (event === 'service') return { service: JSON.parse(data) };
  if (event === 'entry') return { entry: JSON.parse(data) };
  return event === 'point' ? { point: JSON.parse(data) } : { nothing: true };
}

/** What is known after some news. */
function withNews(live: LiveService, news: News): LiveService {
  if ('service' in news) return { ...live, service: news.service };
  if ('entry' in news) return { ...live, entries: [news.entry, ...live.entries].slice(0, KEPT_ENTRIES) };
  if (!('point' in news)) return live;
  const before = live.points.filter(({ at }) => at !== news.point.at);
  return { ...live, points: [...before, news.point].slice(-KEPT_POINTS) };
}
