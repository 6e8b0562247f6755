// Effect `publish_split`: the only writer of a split to KV. KV is the cold path; a reply to a report is faster.
// Always writes the split in force, at most once a second (the platform's limit per key), one write in flight at a time:
// its orders are carried out one by one.
import { parseSplitText, type Split, splitKey } from '../router/split.ts';
import { within } from './within.ts';

/** Under the platform's 1 write a second to the same key: https://developers.cloudflare.com/kv/platform/limits/ */
const MIN_GAP_MS = 1_000;
const PUT_WAIT_MS = 10_000;
const GET_WAIT_MS = 2_000;
/** How long KV may go on serving an older value after a write: up to 60 s "or more", so twice that. */
const SETTLE_MS = 120_000;

/** Done, or not before a time (ms). */
export type Published = 'done' | { readonly retryAt: number };

/** Writes one service's split. */
export class Publisher {
  private readonly kv: KVNamespace;
  private readonly current: () => Split | undefined;
  private wroteAt = 0;

  /** @param current the split in force; asked anew for each write */
  constructor(kv: KVNamespace, current: () => Split | undefined) {
    this.kv = kv;
    this.current = current;
  }

  /**
   * Writes the split in force, now or at the time it says.
   * @throws what KV throws, or after 10 s without an answer
   */
  async publish(now: number): Promise<Published> {
    const retryAt = this.wroteAt + MIN_GAP_MS;
    if (now < retryAt) return { retryAt };
    const split = this.current();
    if (split === undefined) return 'done';
    try {
      await within(PUT_WAIT_MS, 'KV', this.kv.put(splitKey(split.service), JSON.stringify(split)));
    } finally {
      this.wroteAt = Date.now();
    }
    // A revision set while the write was under way has an order of its own.
    return 'done';
  }

  /** The split KV holds (`null` when it holds none that can be read), and whether it had time to settle. */
  async found(service: string, now: number): Promise<{ found: Split | null; settled: boolean }> {
    const text = await within(GET_WAIT_MS, 'KV', this.kv.get(splitKey(service), 'text'));
    return { found: parseSplitText(text, service) ?? null, settled: now - this.wroteAt > SETTLE_MS };
  }
}
