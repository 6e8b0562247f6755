// A point of the live chart.

/** What a slot answered within some seconds; quantiles in ms, `null` of none. */
export interface SlotPoint {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

/** Some seconds of a service. Slots without a request are left out. */
export interface Point {
  /** ISO time at which it begins. */
  readonly at: string;
  readonly seconds: number;
  readonly slots: Readonly<Record<string, SlotPoint>>;
}
