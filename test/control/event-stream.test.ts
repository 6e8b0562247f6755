// A socket and the stream that is made of it, without an object behind it.
import { afterEach, expect, it, vi } from 'vitest';
import { eventStream } from '../../control/api/event-stream.ts';
import { Follower } from '../follower.ts';

const LONG = 1_000_000;
/** Of a client that stays. */
const here = new AbortController().signal;
const FRAME = 'event: point\ndata: {"at":1}\n\n';

/** Both ends of a socket; the far one is the object's. Closings of it are noted. */
function sockets() {
  const { 0: near, 1: far } = new WebSocketPair();
  far.accept();
  const closings: number[] = [];
  far.addEventListener('close', ({ code }) => void closings.push(code));
  return { near, far, closings };
}

const closed = (closings: readonly number[]) =>
  vi.waitFor(() => expect(closings).toEqual([1000]), { timeout: 2_000, interval: 5 });

afterEach(() => vi.useRealTimers());

it('says first when to come again, and passes on what it hears, unchanged', async () => {
  const { near, far } = sockets();
  far.send(FRAME);
  const follower = new Follower(eventStream(near, here, { beatMs: LONG, endMs: LONG }));
  far.send('event: entry\ndata: {"reason":"🚀 naïve"}\n\n');
  expect((await follower.first('entry')).data).toEqual({ reason: '🚀 naïve' });
  expect(follower.text).toBe(`retry: 1000\n\n${FRAME}event: entry\ndata: {"reason":"🚀 naïve"}\n\n`);
  await follower.leave();
});

it('says every 5 s that it lives, and ends after 5 minutes', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
  const { near, far, closings } = sockets();
  const follower = new Follower(eventStream(near, here));
  vi.advanceTimersByTime(4_999);
  far.send(FRAME);
  vi.advanceTimersByTime(1);
  vi.advanceTimersByTime(294_999);
  expect(vi.getTimerCount()).toBe(2);
  vi.advanceTimersByTime(1);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  expect(await follower.end()).toBe('well');
  expect(follower.text.match(/^: \n\n/gm)).toHaveLength(60);
  await closed(closings);
});

it('ends when its socket is closed from the other side', async () => {
  const { near, far } = sockets();
  const follower = new Follower(eventStream(near, here, { beatMs: LONG, endMs: LONG }));
  far.send(FRAME);
  far.close(1001);
  expect(await follower.end()).toBe('well');
  expect(follower.names()).toBe('point');
});

it.each(['close', 'error'])('ends when its socket has no more to say: %s', async (type) => {
  const { near, closings } = sockets();
  const follower = new Follower(eventStream(near, here, { beatMs: LONG, endMs: LONG }));
  near.dispatchEvent(new Event(type));
  expect(await follower.end()).toBe('well');
  await closed(closings);
});

it('closes the socket once its reader has gone, and has no timer left', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout'] });
  const { near, far, closings } = sockets();
  const stream = eventStream(near, here);
  expect(vi.getTimerCount()).toBe(2);
  await stream.cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  far.send(FRAME);
  await closed(closings);
});

it('is ended for a reader that is too slow, with all that waited for it', async () => {
  const { near, far, closings } = sockets();
  const stream = eventStream(near, here, { beatMs: LONG, endMs: LONG });
  const frame = `event: point\ndata: "${'x'.repeat(99_980)}"\n\n`;
  for (let i = 0; i < 9; i++) far.send(frame);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(closings).toEqual([]);
  for (let i = 0; i < 9; i++) far.send(frame);
  await closed(closings);
  const follower = new Follower(stream);
  expect(await follower.end()).toBe('well');
  expect(follower.heard.length).toBeGreaterThan(9);
  expect(follower.heard.length).toBeLessThan(13);
});

it.each([
  ['leaves', 10],
  ['had left before it began', 0],
])('ends, and closes the socket, when its client %s', async (_, afterMs) => {
  const { near, far, closings } = sockets();
  const client = new AbortController();
  if (afterMs === 0) client.abort();
  const follower = new Follower(eventStream(near, client.signal, { beatMs: LONG, endMs: LONG }));
  if (afterMs > 0) setTimeout(() => client.abort(), afterMs);
  expect(await follower.end()).toBe('well');
  far.send(FRAME);
  await closed(closings);
  expect(follower.heard).toEqual([]);
});
