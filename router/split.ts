// Contract in, for the stage `load`: what control publishes and the router reads. Pure.
// A split is named by (epoch, revision). Parsing fails safe: whatever is not a split is `undefined`.
import { hash32 } from './assign.ts';

/** All weights of a split sum to this; a weight is a number of buckets. */
export const WEIGHT_TOTAL = 10_000;
/** Raised when an older router could no longer read the split. */
export const SPLIT_SCHEMA = 1;

/** Epochs are seconds of a clock; one beyond this is garbage, and must not leave us without a higher one. */
const MAX_EPOCH = 1e12;

/** Buckets from the end of the range before it (0 for the first) up to, not including, `end`. */
export type BucketRange = readonly [slot: string, end: number];

/** The share of visitors per slot, as published. */
export interface Split {
  readonly schema: typeof SPLIT_SCHEMA;
  readonly service: string;
  readonly epoch: number;
  readonly revision: number;
  readonly salt: string;
  readonly active: string;
  /** Ascending, the last one ending at `WEIGHT_TOTAL`. */
  readonly ranges: readonly BucketRange[];
}

/** Names a split; the higher pair is the newer split. */
export interface SplitId {
  readonly epoch: number;
  readonly revision: number;
}

/** What stands for the split where none is held; below every other. */
export const NO_SPLIT: SplitId = { epoch: 0, revision: 0 };

/** A split made ready for `assign`: a look-up per request, no search. */
export interface CompiledSplit extends SplitId {
  readonly seed: number;
  readonly active: string;
  readonly slots: readonly string[];
  /** Bucket → index in `slots`. */
  readonly slotOfBucket: Uint8Array;
  /** Whether a slot other than the active one has weight. */
  readonly mixed: boolean;
}

/** The KV key of a service's split. */
export function splitKey(service: string): string {
  return `split:${service}`;
}

/** Whether `a` is newer than `b`; anything is newer than nothing. */
export function isNewer(a: SplitId, b: SplitId | undefined): boolean {
  return b === undefined || a.epoch > b.epoch || (a.epoch === b.epoch && a.revision > b.revision);
}

/** A split from its JSON text, or `undefined` when the text is none of this service and schema. */
export function parseSplitText(text: string | null, service: string): Split | undefined {
  if (text === null) return undefined;
  try {
    return parseSplit(JSON.parse(text), service);
  } catch {
    return undefined;
  }
}

/** A split from an untrusted value, or `undefined` when it is none of this service and schema. */
export function parseSplit(value: unknown, service: string): Split | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const split = value as Partial<Split>;
  const sound =
    split.schema === SPLIT_SCHEMA &&
    split.service === service &&
    isCount(split.epoch) &&
    split.epoch < MAX_EPOCH &&
    isCount(split.revision) &&
    typeof split.salt === 'string' &&
    typeof split.active === 'string' &&
    areRanges(split.ranges);
  return sound ? (split as Split) : undefined;
}

/**
 * @param slots the slots this router can reach, at most 255
 * @param fallback the slot that gets the buckets of a slot unknown here, unless the active one is known
 */
export function compileSplit(split: Split, slots: readonly string[], fallback: string): CompiledSplit {
  const slotOfBucket = new Uint8Array(WEIGHT_TOTAL);
  const spare = Math.max(slots.indexOf(slots.includes(split.active) ? split.active : fallback), 0);
  let start = 0;
  let mixed = false;
  for (const [slot, end] of split.ranges) {
    const index = slots.indexOf(slot);
    slotOfBucket.fill(index < 0 ? spare : index, start, end);
    mixed ||= slot !== split.active;
    start = end;
  }
  const { epoch, revision, active, salt } = split;
  return { epoch, revision, active, slots, slotOfBucket, mixed, seed: hash32(salt, 0) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areRanges(value: unknown): value is BucketRange[] {
  if (!Array.isArray(value)) return false;
  let start = 0;
  for (const range of value) {
    if (!Array.isArray(range) || typeof range[0] !== 'string') return false;
    if (!Number.isInteger(range[1]) || range[1] <= start) return false;
    start = range[1];
  }
  return start === WEIGHT_TOTAL;
}
