// Chance that can be repeated: a seeded generator, and the draws that traffic needs. Pure.

/** The next number, 0 to 1 (1 not included). */
export type Random = () => number;

/** Above this mean, counts are drawn from the normal distribution. */
const NORMAL_FROM = 30;

/** A generator (mulberry32, by Tommy Ettinger, public domain): the same seed gives the same numbers. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A 32-bit hash of nobody in particular. */
export function anyHash(random: Random): number {
  return Math.floor(random() * 2 ** 32);
}

/** A draw of the standard normal distribution (Box and Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How many of a rare kind come, `mean` on average. */
export function poisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > NORMAL_FROM) return Math.max(Math.round(mean + Math.sqrt(mean) * normal(random)), 0);
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > floor; product *= random()) count++;
  return count;
}

/** How many of `trials` come true, each with chance `share`. */
export function binomial(random: Random, trials: number, share: number): number {
  if (trials === 0 || share <= 0) return 0;
  if (share >= 1) return trials;
  if (share > 0.5) return trials - binomial(random, trials, 1 - share);
  const mean = trials * share;
  if (mean > NORMAL_FROM) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - share)) * normal(random));
    return Math.min(Math.max(drawn, 0), trials);
  }
  // From one that comes true to the next: the gaps are geometric.
  const log = Math.log1p(-share);
  let count = 0;
  for (let at = 0; ; count++) {
    at += Math.floor(Math.log(1 - random()) / log) + 1;
    if (at > trials) return count;
  }
}
