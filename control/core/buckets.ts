// Behind `publish`: weights → bucket ranges. Pure.
// A change of weights hands over only the difference, from the slots that shrink to those that grow, so that assignment
// is exact, monotone, and moves as few visitors as can be, for any number of slots.
import { type BucketRange, WEIGHT_TOTAL } from '../../router/split.ts';

/** Slot → buckets; whole numbers that sum to `WEIGHT_TOTAL`. */
export type Weights = Readonly<Record<string, number>>;

interface Piece {
  slot: string;
  start: number;
  end: number;
}

/** The weights of `ranges`, with 0 for every other slot named. */
export function weightsOf(ranges: readonly BucketRange[], slots: readonly string[]): Record<string, number> {
  const weights = Object.fromEntries(slots.map((slot) => [slot, 0]));
  for (const { slot, start, end } of piecesOf(ranges)) weights[slot] = (weights[slot] ?? 0) + end - start;
  return weights;
}

/** One range a slot, in the order of the weights. */
export function tidyRanges(weights: Weights): BucketRange[] {
  let end = 0;
  const pieces = Object.entries(weights).map(([slot, weight]) => {
    end += weight;
    return { slot, start: end - weight, end };
  });
  return joinPieces(pieces.filter((piece) => piece.end > piece.start));
}

/**
 * @param ranges any sound ranges
 * @param weights whole numbers that sum to `WEIGHT_TOTAL`
 * @returns ranges with just those weights, every bucket that need not move left where it is
 */
export function moveBuckets(ranges: readonly BucketRange[], weights: Weights): BucketRange[] {
  const held = weightsOf(ranges, Object.keys(weights));
  const wanting = new Map<string, number>();
  for (const [slot, weight] of Object.entries(weights))
    if (weight > (held[slot] ?? 0)) wanting.set(slot, weight - (held[slot] ?? 0));
  const { kept, freed } = freePieces(piecesOf(ranges), (slot) => (held[slot] ?? 0) - (weights[slot] ?? 0));
  return joinPieces([...kept, ...handOut(freed, wanting, kept)]);
}

// The smallest pieces of a shrinking slot go first, so that ranges tidy themselves over many changes.
function freePieces(pieces: Piece[], excessOf: (slot: string) => number): { kept: Piece[]; freed: Piece[] } {
  const kept: Piece[] = [];
  const freed: Piece[] = [];
  const excess = new Map<string, number>();
  for (const piece of pieces.sort((a, b) => size(a) - size(b) || a.start - b.start)) {
    const left = excess.get(piece.slot) ?? Math.max(excessOf(piece.slot), 0);
    const give = Math.min(left, size(piece));
    excess.set(piece.slot, left - give);
    if (give > 0) freed.push({ ...piece, start: piece.end - give });
    if (give < size(piece)) kept.push({ ...piece, end: piece.end - give });
  }
  return { kept, freed };
}

// A freed piece goes to a growing slot beside it where there is one, which makes no new range.
function handOut(freed: Piece[], wanting: Map<string, number>, kept: readonly Piece[]): Piece[] {
  const given: Piece[] = [];
  for (const piece of freed.sort((a, b) => a.start - b.start)) {
    while (size(piece) > 0) {
      const beside = [...kept, ...given].find((other) => other.end === piece.start && wanting.has(other.slot));
      const after = kept.find((other) => other.start === piece.end && wanting.has(other.slot));
      const slot = beside?.slot ?? after?.slot ?? [...wanting.keys()][0];
      if (slot === undefined) throw new Error('more buckets freed than wanted: the weights do not sum to the total');
      const want = wanting.get(slot) ?? 0;
      const take = Math.min(want, size(piece));
      if (take === want) wanting.delete(slot);
      else wanting.set(slot, want - take);
      // What goes to the neighbour behind is cut from the end, so that it touches that neighbour.
      const fromEnd = beside === undefined && after !== undefined;
      given.push(
        fromEnd ? { slot, start: piece.end - take, end: piece.end } : { slot, start: piece.start, end: piece.start + take },
      );
      if (fromEnd) piece.end -= take;
      else piece.start += take;
    }
  }
  return given;
}

function piecesOf(ranges: readonly BucketRange[]): Piece[] {
  return ranges.map(([slot, end], i) => ({ slot, start: ranges[i - 1]?.[1] ?? 0, end }));
}

function joinPieces(pieces: Piece[]): BucketRange[] {
  const joined: [string, number][] = [];
  for (const { slot, end } of pieces.sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last?.[0] === slot) last[1] = end;
    else joined.push([slot, end]);
  }
  return joined;
}

function size(piece: Piece): number {
  return piece.end - piece.start;
}

/** All weight on one slot. */
export function allOn(slot: string, slots: readonly string[]): Record<string, number> {
  return Object.fromEntries(slots.map((s) => [s, s === slot ? WEIGHT_TOTAL : 0]));
}
