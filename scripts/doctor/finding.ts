// What `doctor` says: one finding at least for each check, so that nothing is skipped unseen. Pure.

/** `error`: visitors, data or secrets are at risk now or at the next change of slots. */
export type Level = 'ok' | 'warning' | 'error';

/** One sentence on one thing, and what to do about it. */
export interface Finding {
  /** Kebab-case name of the check, stable. */
  readonly check: string;
  readonly level: Level;
  readonly what: string;
  /** `null` where all is well. */
  readonly remedy: string | null;
}

/** Something that is not as it should be. */
export interface Wrong {
  readonly level: 'warning' | 'error';
  readonly what: string;
  readonly remedy: string;
}

/** A source that was not looked at: why, and how to have it looked at (`null` when it was left out on purpose). */
export interface Unseen {
  readonly looked: false;
  readonly why: string;
  readonly remedy: string | null;
}

/** What is wrong, or one `ok` finding that says `well`. */
export function findingsOf(check: string, well: string, wrong: readonly Wrong[]): Finding[] {
  if (wrong.length > 0) return wrong.map((one) => ({ check, ...one }));
  return [{ check, level: 'ok', what: well, remedy: null }];
}

/** The one finding of a source that was not looked at. */
export function notLookedAt(check: string, { why, remedy }: Unseen): Finding[] {
  return [{ check, level: remedy === null ? 'ok' : 'warning', what: `not looked at: ${why}`, remedy }];
}

/** The one finding of a check whose source `first` has said already why it was not looked at. */
export function notLookedAtEither(check: string, first: string, { remedy }: Unseen): Finding[] {
  return notLookedAt(check, { looked: false, why: `see ${first}.`, remedy: remedy === null ? null : `As for ${first}.` });
}

/** An error, and how to mend it. */
export function error(what: string, remedy: string): Wrong {
  return { level: 'error', what, remedy };
}

/** A warning, and how to mend it. */
export function warning(what: string, remedy: string): Wrong {
  return { level: 'warning', what, remedy };
}
