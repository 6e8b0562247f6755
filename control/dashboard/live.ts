// A stream of events that is kept up: read through fetch, begun again by itself when it breaks.
import { type Api, Failure } from './api.ts';
import { eventReader, type ServerEvent } from './sse.ts';

/** The stream says something every 5 s: after this it is broken. */
const SILENCE_MS = 12_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;

/** Who is told of a stream. */
export interface Listener {
  /** An event came. */
  readonly event: (event: ServerEvent) => void;
  /** The stream stands, at first or again: what lies between was missed. */
  readonly up: () => void;
  /** The stream broke; it is begun again by itself. */
  readonly down: () => void;
  /** It will not be begun again: control refuses. */
  readonly refused: (failure: Failure) => void;
}

/** Follows a stream until it is told to stop, by what is returned. */
export function follow(api: Api, path: string, listener: Listener): () => void {
  const stop = new AbortController();
  void keepUp(api, path, listener, stop.signal);
  return () => stop.abort();
}

async function keepUp(api: Api, path: string, listener: Listener, stopped: AbortSignal): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!stopped.aborted) {
    const end = await once(api, path, listener, stopped);
    if (stopped.aborted) return;
    if (end instanceof Failure && isFinal(end)) return listener.refused(end);
    // Control ends each stream after some minutes: that one is begun again at once.
    if (end === 'ended') {
      retryMs = FIRST_RETRY_MS;
      continue;
    }
    listener.down();
    await pause(retryMs, stopped);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }
}

/** One stream, to its end. */
async function once(
  api: Api,
  path: string,
  { event, up }: Listener,
  stopped: AbortSignal,
): Promise<'ended' | 'broken' | Failure> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  let events = 0;
  try {
    const reader = (await api.follow(path, AbortSignal.any([stopped, silence.signal]))).getReader();
    const read = eventReader();
    const utf8 = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      // One that ends before it has said anything is broken, too: or it would be begun again without a pause.
      if (done) return events > 0 ? 'ended' : 'broken';
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const one of read(utf8.decode(value, { stream: true }))) {
        if (events++ === 0) up();
        if (!stopped.aborted) event(one);
      }
    }
  } catch (error) {
    return error instanceof Failure ? error : 'broken';
  } finally {
    clearTimeout(timer);
  }
}

// Too many viewers, or control in trouble, is over some time.
function isFinal({ problem }: Failure): boolean {
  return problem !== null && problem.status >= 400 && problem.status < 500 && problem.status !== 429;
}

/** Waits, but not while the machine has just come back online, or somebody has come back to the page. */
function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const seen = () => document.visibilityState === 'visible' && over();
    const over = () => {
      clearTimeout(timer);
      removeEventListener('online', over);
      document.removeEventListener('visibilitychange', seen);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener('online', over);
    document.addEventListener('visibilitychange', seen);
    stopped.addEventListener('abort', over, { once: true });
  });
}
