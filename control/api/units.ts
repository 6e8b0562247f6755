// Inside → outside, figure by figure: buckets to percent, milliseconds to ISO times. Pure.

/** Buckets → percent, for every slot. */
export function percents(of: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(of).map(([slot, weight]) => [slot, weight / 100]));
}

/** A time as the API shows it. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A time as the API shows it, `null` for none. */
export function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

/** Something of each slot. */
export function bySlot<T>(slots: readonly string[], view: (slot: string) => T): Record<string, T> {
  return Object.fromEntries(slots.map((slot) => [slot, view(slot)]));
}
