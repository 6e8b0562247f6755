// The outbox at work: orders of each type in a lane of their own, side by side, so that a publish waits for nothing else.
// Orders come from the store and stay there until they were carried out: after a crash they are run again.
import { log } from '../router/log.ts';
import type { Effect } from './core/effect.ts';
import { runEffect, type Tools } from './effects.ts';
import type { Order, Store } from './store.ts';

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000];

type Lane = Effect['type'];

/** How many orders of a lane are under way at once. One: they are carried out in order, and a later one waits for an earlier. */
const AT_ONCE: Readonly<Record<Lane, number>> = { publish_split: 1, call_hook: 4, announce: 1 };

/** The lanes, the most urgent first. */
export const LANES = Object.keys(AT_ONCE) as readonly Lane[];

/** Carries orders out. */
export class Outbox {
  private readonly of: string;
  private readonly store: Store;
  private readonly tools: () => Tools;
  private readonly guard: () => Promise<void>;
  /** Orders under way, as they stand in the store. */
  private readonly underWay: Readonly<Record<Lane, Set<string>>> = {
    publish_split: new Set(),
    call_hook: new Set(),
    announce: new Set(),
  };

  /**
   * @param of whose orders they are, for those who read logs
   * @param guard is awaited when an order is under way and nothing of it was done yet
   */
  constructor(of: string, store: Store, tools: () => Tools, guard: () => Promise<void>) {
    this.of = of;
    this.store = store;
    this.tools = tools;
    this.guard = guard;
  }

  /** Begins to carry out what is due in a lane, as far as it has room. @returns the work, each to its end; none where there is none */
  begin(lane: Lane): Promise<void>[] {
    const work: Promise<void>[] = [];
    for (let order = this.due(lane); order !== undefined; order = this.due(lane)) work.push(this.work(lane, order));
    return work;
  }

  /** Whether any order is under way. */
  isBusy(): boolean {
    return LANES.some((lane) => this.underWay[lane].size > 0);
  }

  /** When the next order is due that is not under way, ms. */
  nextAt(): number | null {
    // A lane that is full goes on by itself.
    const free = LANES.filter((lane) => this.underWay[lane].size < AT_ONCE[lane]);
    const times = free.flatMap((lane) => this.waiting(lane).map(({ dueAt }) => dueAt));
    return times.length === 0 ? null : Math.min(...times);
  }

  private due(lane: Lane): Order | undefined {
    if (this.underWay[lane].size >= AT_ONCE[lane]) return undefined;
    return this.waiting(lane).find(({ dueAt }) => dueAt <= Date.now());
  }

  private waiting(lane: Lane): Order[] {
    return this.store.orders(lane, AT_ONCE[lane]).filter((order) => !this.underWay[lane].has(nameOf(order)));
  }

  private async work(lane: Lane, first: Order): Promise<void> {
    for (let order: Order | undefined = first; order !== undefined; order = this.due(lane)) {
      this.underWay[lane].add(nameOf(order));
      try {
        await this.carryOut(order);
      } finally {
        this.underWay[lane].delete(nameOf(order));
      }
    }
  }

  private async carryOut(order: Order): Promise<void> {
    const now = Date.now();
    try {
      await this.guard();
      const outcome = await runEffect(order.effect, this.tools(), now);
      if (outcome === 'done') this.store.fulfil(order);
      else this.store.postpone(order, Math.max(outcome.retryAt, now + 1), order.attempts);
    } catch (error) {
      const wait = RETRY_MS[Math.min(order.attempts, RETRY_MS.length - 1)] ?? 0;
      const details = { service: this.of, effect: order.effect.type, retryAfterMs: wait, error };
      log('warn', 'an effect failed, it will be tried again', details);
      this.store.postpone(order, now + wait, order.attempts + 1);
    }
  }
}

// A newer order may stand under the same key meanwhile, and is one of its own.
function nameOf({ key, effect }: Order): string {
  return `${key} ${JSON.stringify(effect)}`;
}
