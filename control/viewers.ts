// Those who look at a service right now, each over a socket of its own. The sockets hibernate: nobody who looks on keeps the
// object in memory. What they are told is rendered once for all of them, and only if there are any. Telling must never fail.
import { log } from '../router/log.ts';
import { auditView, pointView, serviceView } from './api/views.ts';
import type { AuditEntry } from './core/audit.ts';
import type { Point } from './core/series.ts';
import type { Service } from './core/service.ts';

/** Viewers that one service takes. */
export const MAX_VIEWERS = 100;
/** A stream ends after 5 minutes: a socket that is older is of one that was never ended, and takes no place. */
const MAX_AGE_MS = 600_000;

/** What viewers are told. */
export interface News {
  readonly service: Service;
  readonly entries?: readonly AuditEntry[];
  readonly point?: Point | null;
}

/** All who look at one service. */
export class Viewers {
  private readonly state: DurableObjectState;

  constructor(state: DurableObjectState) {
    this.state = state;
  }

  /** Takes a viewer in, who is told first how things are. @returns the answer that opens its socket, or a 503 where it is one too many */
  take(news: News, now: number): Response {
    if (this.places(now) >= MAX_VIEWERS) return new Response(null, { status: 503 });
    const frames = framesOf(news, now);
    const { 0: theirs, 1: ours } = new WebSocketPair();
    this.state.acceptWebSocket(ours);
    ours.serializeAttachment(now);
    ours.send(frames);
    return new Response(null, { status: 101, webSocket: theirs });
  }

  private places(now: number): number {
    const viewers = this.state.getWebSockets();
    const lost = viewers.filter((viewer) => now - Number(viewer.deserializeAttachment()) > MAX_AGE_MS);
    for (const viewer of lost) viewer.close(1001);
    return viewers.length - lost.length;
  }

  /** Tells all who look on. @param news asked for if there is anybody */
  tell(news: () => News, now: number): void {
    try {
      const viewers = this.state.getWebSockets();
      if (viewers.length === 0) return;
      const frames = framesOf(news(), now);
      for (const viewer of viewers) send(viewer, frames);
    } catch (error) {
      log('error', 'those who look on could not be told', { error });
    }
  }
}

function send(viewer: WebSocket, frames: string): void {
  try {
    viewer.send(frames);
  } catch {
    // It is gone, or as good as gone; whoever it was comes again.
    viewer.close(1011);
  }
}

// As server-sent events, so that whoever passes them on need not look into them.
function framesOf({ service, entries = [], point = null }: News, now: number): string {
  const frames = [frame('service', serviceView(service, now))];
  for (const entry of entries) frames.push(frame('entry', auditView(entry)));
  if (point !== null) frames.push(frame('point', pointView(point)));
  return frames.join('');
}

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
