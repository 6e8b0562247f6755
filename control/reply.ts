// What a router is answered, whether it reports or only asks: the newest split where it holds an older one, and the pace of its
// next reports.
import type { Reply } from '../router/report.ts';
import type { SplitId } from '../router/split.ts';
import { newerSplit, releaseUnderWay, type Service } from './core/service.ts';

const WATCHED_FLUSH_MS = 1_000;
/** How long routers gather while nothing is watched. */
export const IDLE_FLUSH_MS = 20_000;

/** @param held the split that the router holds @param idleFlushMs how long it gathers while nothing is watched */
export function replyTo(service: Service, held: SplitId, idleFlushMs: number): Reply {
  const split = newerSplit(service, held);
  // A stage without visitors has no watch, but the one behind it should reach the routers soon.
  const watched = service.watches.length > 0 || releaseUnderWay(service) !== undefined;
  const { latencyObjectives } = service.slo;
  return {
    flushAfterMs: watched ? WATCHED_FLUSH_MS : idleFlushMs,
    ...(split !== undefined && { split }),
    ...(latencyObjectives.length > 0 && { slowerThanMs: latencyObjectives.map(({ overMs }) => overMs) }),
  };
}
