// Which reports of each router isolate were taken, so that one that comes again counts once. Bounded: the isolate that has
// been silent for longest is forgotten first.

/** Isolates whose last sequence is remembered. */
const MAX_ISOLATES = 1_000;

/** Of which isolate a report is, and its number there. */
interface Sent {
  readonly isolate: string;
  readonly sequence: number;
}

/** The sequence of the last report of each isolate. */
export class Sequences {
  private readonly last: Map<string, number>;

  /** @param saved what `toJSON` gave, the oldest first */
  constructor(saved: Iterable<readonly [string, number]> = []) {
    this.last = new Map(saved);
  }

  /** Whether a report was taken before. */
  isTaken({ isolate, sequence }: Sent): boolean {
    return sequence <= (this.last.get(isolate) ?? 0);
  }

  /** Takes a report: it is noted before `work`, which stores it together with the counts, and is not where `work` throws. */
  take<T>({ isolate, sequence }: Sent, work: () => T): T {
    const last = this.last.get(isolate) ?? 0;
    this.remember(isolate, sequence);
    try {
      return work();
    } catch (error) {
      // It counted nowhere, and will be sent again.
      this.remember(isolate, last);
      throw error;
    }
  }

  /** As it is stored. */
  toJSON(): [string, number][] {
    return [...this.last];
  }

  private remember(isolate: string, sequence: number): void {
    this.last.delete(isolate);
    this.last.set(isolate, sequence);
    const [oldest] = this.last.keys();
    if (this.last.size > MAX_ISOLATES && oldest !== undefined) this.last.delete(oldest);
  }
}
