// A stream of events that is kept up: read through fetch, begun again by itself when it breaks.
import { type Api, Failure } from './api.ts';
import { serverNow } from './server-time.ts';
import { eventReader, type ServerEvent } from './sse.ts';

/** The stream says something every 5 s: after this it is broken. */
const SILENCE_MS = 12_000;
const LOOK_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** One that ends sooner is not begun again at once: whatever ends it would be asked without a pause. */
const STEADY_MS = 10_000;

/** Who is told of a stream. */
export interface Listener {
  /** An event came. @throws where it cannot be read, which breaks the stream: what it said is not known */
  readonly event: (event: ServerEvent) => void;
  /** The stream stands, at first or again: what lies between was missed. */
  readonly up: () => void;
  /** The stream broke, and was heard last at `heardAt` (ms); it is begun again by itself. `why`: what control said of it, if it did. */
  readonly down: (heardAt: number, why: Failure | null) => void;
  /** It will not be begun again: control refuses. */
  readonly refused: (failure: Failure, heardAt: number) => void;
}

/** Follows a stream until it is told to stop, by what is returned. */
export function follow(api: Api, path: string, listener: Listener): () => void {
  const stop = new AbortController();
  void keepUp(api, path, listener, stop.signal);
  return () => stop.abort();
}

async function keepUp(api: Api, path: string, listener: Listener, stopped: AbortSignal): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  let heardAt = serverNow();
  const heard = () => {
    heardAt = serverNow();
  };
  while (!stopped.aborted) {
    const began = performance.now();
    const end = await once((signal) => api.follow(path, signal), { ...listener, heard }, stopped);
    if (stopped.aborted) return;
    if (end instanceof Failure && isFinal(end)) return listener.refused(end, heardAt);
    const isSteady = !(end instanceof Failure) && performance.now() - began >= STEADY_MS;
    if (isSteady) retryMs = FIRST_RETRY_MS;
    // Nobody looks at a page that is hidden: it takes no place from those who do, and is begun again once it is seen.
    const isHidden = document.visibilityState === 'hidden';
    // Control ends each stream after some minutes: that one is begun again at once.
    if (end === 'ended' && isSteady && !isHidden) continue;
    listener.down(heardAt, end instanceof Failure && end.problem !== null ? end : null);
    await pause(isHidden ? null : retryMs, stopped);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
  }
}

/** One stream, to its end. */
async function once(
  begin: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
  { event, up, heard }: Pick<Listener, 'event' | 'up'> & { readonly heard: () => void },
  stopped: AbortSignal,
): Promise<'ended' | 'broken' | Failure> {
  const silence = silenceOf();
  let events = 0;
  try {
    const reader = (await begin(AbortSignal.any([stopped, silence.signal]))).getReader();
    const read = eventReader();
    const utf8 = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      // One that ends before it has said anything is broken, too: or it would be begun again without a pause.
      if (done) return events > 0 ? 'ended' : 'broken';
      silence.heard();
      heard();
      for (const one of read(utf8.decode(value, { stream: true }))) {
        if (events++ === 0) up();
        if (!stopped.aborted) event(one);
      }
    }
  } catch (error) {
    return error instanceof Failure ? error : 'broken';
  } finally {
    silence.end();
  }
}

/** Aborts what was not heard for long. */
function silenceOf() {
  const controller = new AbortController();
  const clocks = () => [Date.now(), performance.now()] as const;
  let last = clocks();
  // By both clocks: the one may be set back, the other stands while the machine sleeps.
  const isSilent = () => clocks().some((now, i) => now - (last[i] ?? now) > SILENCE_MS);
  const timer = setInterval(() => isSilent() && controller.abort(), LOOK_MS);
  return {
    signal: controller.signal,
    heard: () => {
      last = clocks();
    },
    end: () => {
      clearInterval(timer);
      // What broke for another reason is not read on.
      controller.abort();
    },
  };
}

// Too many viewers, or control in trouble, is over some time.
function isFinal({ problem }: Failure): boolean {
  return problem !== null && problem.status >= 400 && problem.status < 500 && problem.status !== 429;
}

/** Waits, but not while the machine has just come back online, or somebody has come back to the page; `null`: only for that. */
function pause(ms: number | null, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const seen = () => document.visibilityState === 'visible' && over();
    const over = () => {
      clearTimeout(timer);
      removeEventListener('online', over);
      document.removeEventListener('visibilitychange', seen);
      stopped.removeEventListener('abort', over);
      resolve();
    };
    const timer = ms === null ? undefined : setTimeout(over, ms);
    if (ms !== null) addEventListener('online', over);
    document.addEventListener('visibilitychange', seen);
    stopped.addEventListener('abort', over);
  });
}
