// A stream that is kept up, without a browser: its clocks are the test's, and control is what it is told to be.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Api, Failure } from '../../control/dashboard/api.ts';
import { follow, type Listener } from '../../control/dashboard/live.ts';
import { heardTime, serverNow } from '../../control/dashboard/server-time.ts';

const START = Date.parse('2026-03-01T03:00:00Z');
const EVENT = 'event: point\ndata: {}\n\n';

/** A stream that was asked for, and what a test does with it. */
interface Asked {
  readonly at: number;
  readonly signal: AbortSignal;
  readonly say: (text: string | Uint8Array) => void;
  readonly end: () => void;
}

let asked: Asked[];
let told: string[];
let stop: () => void;

const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const seconds = (at: number) => (at - START) / 1000;

/** Follows; `refusals` are what control answers at first. */
function begin(refusals: readonly Failure[] = [], event: Listener['event'] = () => {}): void {
  const left = [...refusals];
  const utf8 = new TextEncoder();
  const open = async (_: string, signal: AbortSignal) => {
    const refusal = left.shift();
    if (refusal !== undefined) throw refusal;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        signal.addEventListener('abort', () => controller.error(new Error('aborted')));
        const say = (text: string | Uint8Array) => controller.enqueue(typeof text === 'string' ? utf8.encode(text) : text);
        asked.push({ at: Date.now(), signal, say, end: () => controller.close() });
      },
    });
  };
  stop = follow({ follow: open } as Partial<Api> as Api, '/events', {
    event: (one) => {
      told.push(`${one.event} ${one.data}`);
      event(one);
    },
    up: () => told.push('up'),
    down: (heardAt, why) => told.push(`down, heard at ${seconds(heardAt)}${why === null ? '' : `: ${why.message}`}`),
    refused: ({ message }) => told.push(`refused: ${message}`),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  const page = new EventTarget();
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('dispatchEvent', page.dispatchEvent.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  [asked, told] = [[], []];
});
afterEach(async () => {
  stop();
  await after(0);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('is stale since control was heard last, not since that was noticed', async () => {
  begin();
  await after(0);
  asked[0]?.say(EVENT);
  await after(5_000);
  asked[0]?.say(': \n\n');
  await after(14_000);
  expect(told).toEqual(['up', 'point {}', 'down, heard at 5']);
  expect(asked[0]?.signal.aborted).toBe(true);
});

it('knows within a second that the machine has slept, whose clock of timers stood meanwhile', async () => {
  begin();
  await after(0);
  asked[0]?.say(EVENT);
  await after(3_000);
  vi.setSystemTime(START + 6 * 3_600_000);
  await after(1_000);
  expect(told.slice(2)).toEqual(['down, heard at 0']);
});

it('notices silence though the clock was set back', async () => {
  begin();
  await after(0);
  asked[0]?.say(EVENT);
  await after(0);
  vi.setSystemTime(START - 3_600_000);
  await after(13_000);
  expect(told.slice(2)).toEqual(['down, heard at 0']);
});

it('begins a stream that control has ended after its time again at once', async () => {
  begin();
  await after(0);
  for (let i = 0; i < 3; i++) {
    asked[0]?.say(EVENT);
    await after(5_000);
  }
  asked[0]?.end();
  await after(0);
  expect(asked.length).toBe(2);
  expect(told.filter((one) => one.startsWith('down'))).toEqual([]);
});

it('asks ever more seldom for a stream that ends as soon as it has begun', async () => {
  begin();
  for (let ended = 0, turn = 0; turn < 400; turn++) {
    await after(100);
    const one = asked[ended];
    one?.say(EVENT);
    await after(0);
    one?.end();
    if (one !== undefined) ended += 1;
  }
  expect(asked.length).toBeLessThan(10);
});

it('takes no place among the viewers while the page is hidden for long, and is begun again once it is seen', async () => {
  begin();
  await after(0);
  const seen = (visibilityState: string) => {
    Object.assign(document, { visibilityState });
    document.dispatchEvent(new Event('visibilitychange'));
  };
  seen('hidden');
  for (let i = 0; i < 3; i++) {
    asked[0]?.say(EVENT);
    await after(5_000);
  }
  asked[0]?.end();
  await after(8 * 3_600_000);
  dispatchEvent(new Event('online'));
  await after(0);
  expect([asked.length, told.at(-1)]).toEqual([1, 'down, heard at 10']);
  seen('visible');
  await after(0);
  expect(asked.length).toBe(2);
});

it('leaves no stream open behind it of which an event could not be read', async () => {
  begin([], ({ data }) => JSON.parse(data));
  await after(0);
  asked[0]?.say('event: service\ndata: {"half\n\n');
  await after(0);
  expect([asked[0]?.signal.aborted, told.at(-1)]).toEqual([true, 'down, heard at 0']);
  await after(1_000);
  asked[1]?.say(EVENT);
  await after(0);
  expect(told.at(-1)).toBe('point {}');
});

it('reads events whose lines and letters are split over chunks', async () => {
  begin();
  await after(0);
  for (const byte of new TextEncoder().encode('event: entry\r\ndata: {"reason":"🚀 naïve"}\r\n\r\n'))
    asked[0]?.say(new Uint8Array([byte]));
  await after(0);
  expect(told).toEqual(['up', 'entry {"reason":"🚀 naïve"}']);
});

it('says why it has no place, and goes on asking; a refusal for good is the end', async () => {
  const problem = (status: number) => ({ type: '/problems/x', status, detail: '' });
  begin([new Failure('As many as can be.', problem(503)), new Failure('No such service.', problem(404))]);
  await after(60_000);
  expect(told).toEqual(['down, heard at 0: As many as can be.', 'refused: No such service.']);
});

it.each([
  ['minutes ahead', 300_000, 300_500],
  ['minutes behind', -300_000, -299_500],
  ['as good as the same', 2_000, 0],
])('goes by the time at control, that is %s', (_, offMs, expected) => {
  begin();
  heardTime(new Date(START + offMs).toUTCString());
  expect(serverNow() - Date.now()).toBe(expected);
  heardTime(null);
  expect(serverNow() - Date.now()).toBe(expected);
  heardTime(new Date(START).toUTCString());
  expect(serverNow()).toBe(Date.now());
});
