// Stage `load`: the split to serve by. The only reader of KV, and never once per request.
// Memory first; between 30 and 60 s old it is refreshed behind the response, beyond that KV gets 200 ms.
// Whatever fails, the request goes on: with the last good split, or with none (the default slot).
// No request waits for a promise of another one: the platform may cancel that one.
import { log } from './log.ts';
import type { ControlBinding, Reply } from './report.ts';
import {
  type CompiledSplit,
  compileSplit,
  isNewer,
  NO_SPLIT,
  parseSplit,
  parseSplitText,
  type Split,
  splitKey,
} from './split.ts';
import { within } from './within.ts';

const FRESH_MS = 30_000;
const STALE_MS = 60_000;
const STALE_WAIT_MS = 200;
const COLD_WAIT_MS = 1_000;
/** After a look-up that brought nothing, requests go on without one for so long. */
const PAUSE_MS = 1_000;
/** The shortest the platform allows: https://developers.cloudflare.com/kv/api/read-key-value-pairs/ */
const KV_CACHE_SECONDS = 30;

/** Where a service's split comes from and what it must fit. */
export interface SplitSource {
  readonly service: string;
  readonly slots: readonly string[];
  readonly defaultSlot: string;
  readonly kv: KVNamespace | undefined;
  readonly control: ControlBinding | undefined;
}

/** The split an isolate holds of one service. */
export interface SplitMemory {
  held: CompiledSplit | undefined;
  /** When KV or control last said that nothing newer is known to them, ms. */
  confirmedAt: number;
  /** Until then no request looks the split up, ms. */
  pausedUntil: number;
}

/** An empty memory. */
export function newMemory(): SplitMemory {
  return { held: undefined, confirmedAt: 0, pausedUntil: 0 };
}

type Found = CompiledSplit | undefined;

/**
 * The split to serve by; at once where memory will do.
 * @param now ms
 * @param defer keeps a promise alive behind the response
 * @returns `undefined` when there is none to be had. Never rejects.
 */
export function load(
  source: SplitSource,
  memory: SplitMemory,
  now: number,
  defer: (work: Promise<unknown>) => void,
): Found | Promise<Found> {
  const age = now - memory.confirmedAt;
  if ((memory.held !== undefined && age < FRESH_MS) || now < memory.pausedUntil) return memory.held;
  if (memory.held === undefined) return loadCold(source, memory, defer);
  const reading = fromKv(source, memory);
  defer(reading);
  if (age >= STALE_MS) return heldWithin(STALE_WAIT_MS, reading, memory);
  memory.pausedUntil = now + PAUSE_MS;
  return memory.held;
}

/** Takes a split over unless it is older than the one held; either way what is held is now confirmed. */
export function adopt(source: SplitSource, memory: SplitMemory, split: Split | undefined): void {
  if (split !== undefined && isNewer(split, memory.held)) memory.held = compileSplit(split, source.slots, source.defaultSlot);
  memory.confirmedAt = Date.now();
}

/** Takes over what a reply of control brings. */
export function adoptReply(source: SplitSource, memory: SplitMemory, reply: Reply): void {
  if (reply.refused === undefined) adopt(source, memory, parseSplit(reply.split, source.service));
}

// KV and control side by side; the first that has a split decides, the other may still bring a newer one.
function loadCold(source: SplitSource, memory: SplitMemory, defer: (work: Promise<unknown>) => void): Promise<Found> {
  const asked = [fromKv(source, memory), fromControl(source, memory)];
  defer(Promise.all(asked));
  const first = Promise.any(asked.map(async (found) => (await found) ?? Promise.reject()));
  return heldWithin(COLD_WAIT_MS, first, memory);
}

async function fromKv(source: SplitSource, memory: SplitMemory): Promise<Found> {
  try {
    const text = await source.kv?.get(splitKey(source.service), { type: 'text', cacheTtl: KV_CACHE_SECONDS });
    const split = parseSplitText(text ?? null, source.service);
    if (split !== undefined) adopt(source, memory, split);
    else memory.pausedUntil = Date.now() + PAUSE_MS;
  } catch (error) {
    memory.pausedUntil = Date.now() + PAUSE_MS;
    log('warn', 'KV gave no split', { service: source.service, error });
  }
  return memory.held;
}

async function fromControl(source: SplitSource, memory: SplitMemory): Promise<Found> {
  try {
    const reply = await source.control?.split(source.service, NO_SPLIT);
    if (reply?.split !== undefined) adoptReply(source, memory, reply);
  } catch (error) {
    log('warn', 'control gave no split', { service: source.service, error });
  }
  return memory.held;
}

/** What is held when `work` is done or `ms` have passed, whichever comes first. */
async function heldWithin(ms: number, work: Promise<Found>, memory: SplitMemory): Promise<Found> {
  try {
    await within(ms, work);
  } catch {
    memory.pausedUntil = Date.now() + PAUSE_MS;
  }
  return memory.held;
}
