// Inside → outside, figure by figure: buckets to percent, logarithms to evidence, milliseconds to ISO times. Pure.

/** Buckets → percent, for every slot. */
export function percents(of: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(of).map(([slot, weight]) => [slot, weight / 100]));
}

/** Evidence from its logarithm; beyond the range of a number it is shown as the largest one. */
export function plain(log: number): number {
  return Number(Math.min(Math.exp(log), Number.MAX_VALUE).toPrecision(6));
}

/** A time as the API shows it. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}
