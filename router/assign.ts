// Stage `assign`: visitor key + compiled split → the visitor's hash → slot. Pure, no allocation.
import type { CompiledSplit } from './split.ts';

/**
 * MurmurHash3 (x86, 32 bit) of the UTF-16 little-endian bytes of `text`, whose finalizer lets every input bit reach
 * every output bit. Source: Austin Appleby, SMHasher. Frozen in test/vectors/assign.json.
 * @param seed unsigned 32 bit; a hash of the salt, so that one visitor falls anew under each salt
 * @returns unsigned 32 bit
 */
export function hash32(text: string, seed: number): number {
  let hash = seed | 0;
  const pairs = text.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    hash ^= scramble(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (pairs < text.length) hash ^= scramble(text.charCodeAt(pairs));
  hash ^= text.length << 1;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The bucket of a hash: 0 to 9,999, each as likely to within 2e-6 of its share. */
export function bucketOf(hash: number): number {
  return hash % 10_000;
}

/** The hash that a visitor is known by under a split: it decides the slot, and names the visitor in reports. */
export function visitorOf(split: CompiledSplit, key: string): number {
  return hash32(key, split.seed);
}

/** The slot that holds the bucket of a visitor. */
export function assign(split: CompiledSplit, visitor: number): string {
  const index = split.slotOfBucket[bucketOf(visitor)] ?? 0;
  return split.slots[index] ?? split.active;
}
