// What the charts are made of, asked for and kept: points and changes of a service in a range of time.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AuditPage, PointView } from '../../api/types.ts';
import type { Failure } from '../api.ts';
import { useAnswer } from '../parts/answer.tsx';
import type { LiveService } from '../parts/live-service.ts';
import { serverNow } from '../server-time.ts';
import { servicePath } from '../service-path.ts';
import { type Change, changesOf } from './changes.ts';
import { mergedSpans, type Span, spansOf } from './rows.ts';

const MINUTE_MS = 60_000;
/** Older points are whole minutes. */
export const FINE_MINUTES = 15;
const MOST_MINUTES = 360;
/** Changes of a range that are known at most; who has more in it looks into the audit. */
const MOST_ENTRIES = 500;

/** A service over some time. */
export interface Traffic {
  /** The range that is known: the one asked for before, until the answer is here. */
  readonly minutes: number;
  /** Oldest first; `null` until there is an answer. */
  readonly spans: readonly Span[] | null;
  /** Oldest first. */
  readonly changes: readonly Change[];
  readonly failure: Failure | null;
}

/** Points and changes of the last minutes of a service; the stream goes over what was asked for, which is asked for anew with each stream: one that broke has missed something. */
export function useTraffic(name: string, minutes: number, live: LiveService): Traffic {
  // The figures at the beginning are of a minute, too.
  const path = `${servicePath(name)}/series?minutes=${Math.min(minutes + 1, MOST_MINUTES)}`;
  const asked = useAnswer<{ points: PointView[] }>(path, minutes > FINE_MINUTES ? MINUTE_MS : undefined, live.streams);
  const last = useLast(asked.answer, minutes);
  const points = last?.answer.points;
  const old = useMemo(() => (points === undefined ? null : spansOf(points)), [points]);
  const spans = useMemo(() => (old === null ? null : mergedSpans(old, spansOf(live.points))), [old, live.points]);
  const changes = useChanges(name, minutes, live);
  const failure = asked.failure ?? changes.failure;
  return { minutes: last?.minutes ?? minutes, spans, changes: changes.list, failure };
}

function useChanges(name: string, minutes: number, { entries, streams }: LiveService) {
  // From when on is fixed with each stream; whatever came since then came over it.
  const since = useMemo(() => serverNow() - minutes * MINUTE_MS, [minutes, streams]);
  const query = new URLSearchParams({ service: name, since: new Date(since).toISOString(), limit: String(MOST_ENTRIES) });
  const { answer, failure } = useAnswer<AuditPage>(`/audit?${query}`);
  const last = useLast(answer, minutes);
  const old = last?.answer.entries;
  const list = useMemo(() => changesOf([...(old ?? []), ...entries]), [old, entries]);
  return { list, failure };
}

/** The last answer there was, and of which range, while there is none to another question. */
function useLast<T>(answer: T | null, minutes: number): { readonly answer: T; readonly minutes: number } | null {
  const last = useRef<{ readonly answer: T; readonly minutes: number } | null>(null);
  if (answer !== null && last.current?.answer !== answer) last.current = { answer, minutes };
  return last.current;
}

/** Whether somebody can see the page. */
export function useSeen(): boolean {
  const [isSeen, setSeen] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const changed = () => setSeen(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);
  return isSeen;
}
