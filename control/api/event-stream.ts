// A socket of a service's object → a stream of server-sent events. The object may hibernate meanwhile: whatever has a clock is
// in here. Must leave nothing open behind it, whichever end goes first.
// The format: https://html.spec.whatwg.org/multipage/server-sent-events.html

/** By when a client comes again, of which the stream has ended. */
const RETRY_MS = 1_000;
/** Bytes that wait for a client; one that is slower than that had better begin afresh. */
const MAX_QUEUED = 1_000_000;

/** How often a client hears that the stream lives, and when it ends, ms: whoever lost the right to it loses it by then. */
export interface Clocks {
  readonly beatMs: number;
  readonly endMs: number;
}

const CLOCKS: Clocks = { beatMs: 5_000, endMs: 300_000 };

/**
 * @param socket not accepted yet; its messages are whole events. It ends with the stream, and the stream with it
 * @param gone of the request: the runtime does not cancel the stream of a client that has gone
 */
export function eventStream(
  socket: WebSocket,
  gone: AbortSignal,
  { beatMs, endMs }: Clocks = CLOCKS,
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder();
  let leave = () => {};
  return new ReadableStream(
    {
      start(controller) {
        const over = new AbortController();
        const end = () => {
          leave();
          controller.close();
        };
        const say = (text: string) => {
          controller.enqueue(utf8.encode(text));
          if ((controller.desiredSize ?? 0) < 0) end();
        };
        const beat = setInterval(() => say(': \n\n'), beatMs);
        const last = setTimeout(end, endMs);
        leave = () => {
          over.abort();
          clearInterval(beat);
          clearTimeout(last);
          socket.close(1000);
        };
        const until = { signal: over.signal };
        socket.addEventListener('message', ({ data }) => say(String(data)), until);
        socket.addEventListener('close', end, until);
        socket.addEventListener('error', end, until);
        gone.addEventListener('abort', end, until);
        socket.accept();
        say(`retry: ${RETRY_MS}\n\n`);
        if (gone.aborted) end();
      },
      cancel: () => leave(),
    },
    { highWaterMark: MAX_QUEUED, size: (chunk) => chunk?.byteLength ?? 0 },
  );
}
