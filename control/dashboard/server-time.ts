// The time as control has it: all times on a page are its, and the clock of a desk or a phone may be minutes off.

/** Answers say the time in whole seconds, and travel: a difference below this is none. */
const NEAR_MS = 3_000;

let aheadMs = 0;

/** Notes the time at which control answered, as the `date` of its answer has it; one without a time changes nothing. */
export function heardTime(date: string | null): void {
  // On average it is half a second later than it says.
  const found = Date.parse(date ?? '') + 500 - Date.now();
  if (Math.abs(found - aheadMs) > NEAR_MS) aheadMs = Math.abs(found) > NEAR_MS ? found : 0;
}

/** The time at control, ms. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}
