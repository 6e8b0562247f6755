// Simulated traffic: a scenario and a seed → what each of two slots serves, second by second. The same for every rule.
import { bucketOf, type Histogram, LAST_BUCKET, sparse } from '../../router/histogram.ts';
import { anyHash, binomial, normal, poisson, type Random, randomFrom } from './random.ts';

/** What one slot served in one second. */
export interface Served {
  readonly requests: number;
  readonly errors: number;
  /** [visitor, network, count, …] of the errors; left out where nobody knows. */
  readonly errorsBy?: readonly number[];
  readonly latency: Histogram;
}

/** One second of both slots. */
export interface Second {
  readonly candidate: Served;
  readonly active: Served;
}

/** How a slot fares from a time on. */
export interface Behaviour {
  /** Share of requests that fail, 0 to 1. */
  readonly errorRate: number;
  /** Latencies are so many times as long. */
  readonly slower: number;
  /** Share of requests that take 1.1 s longer. */
  readonly stalls: number;
}

/** What errors of healthy traffic look like. */
export type Shape = 'plain' | 'drift' | 'bursts' | 'clumps' | 'noisy';

/** What is simulated. */
export interface Scenario {
  /** Requests a second, of both slots. */
  readonly perSecond: number;
  /** Share of errors of the active slot, and of a healthy candidate; what `shape` makes of it comes on top. */
  readonly errorRate: number;
  readonly shape: Shape;
  /** What the candidate does from `turnsAt` (s) on; `undefined`: nothing is wrong. */
  readonly candidate?: Behaviour;
  readonly turnsAt: number;
}

/** Median and spread of healthy latencies, log-normal: p90 is 108 ms, p99 202 ms. */
const MEDIAN_MS = 50;
const SIGMA = 0.6;
const STALL_MS = 1100;
/** A burst lasts a second and comes twice a minute. */
const BURST_CHANCE = 1 / 30;
const BURST_FACTOR = 30;
const MOST_BURST = 0.5;
/** Errors of one visitor in a clump. */
const CLUMP = 5;
const DRIFT_SECONDS = 1200;
const SAMPLED_UP_TO = 60;
const SHARES_SAMPLE = 200_000;
const SHARES = new Map<string, readonly (readonly [bucket: number, share: number])[]>();
const WELL: Behaviour = { errorRate: 0, slower: 1, stalls: 0 };

/** The highest share of errors that lasts a while in a scenario with nothing wrong. */
export function highestRate({ errorRate, shape }: Pick<Scenario, 'errorRate' | 'shape'>): number {
  if (shape === 'drift') return errorRate * Math.sqrt(10);
  return shape === 'bursts' ? errorRate + BURST_CHANCE * Math.min(errorRate * (BURST_FACTOR - 1), MOST_BURST) : errorRate;
}

/** Traffic of a scenario. */
export class Traffic {
  private readonly scenario: Scenario;
  private readonly random: Random;
  private readonly crawler: number;

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario;
    this.random = randomFrom(seed);
    this.crawler = anyHash(this.random);
  }

  /**
   * What comes in second `t`.
   * @param weight of the candidate, 0 to 1
   */
  second(t: number, weight: number): Second {
    const { scenario, random } = this;
    const rate = this.commonRate(t);
    const bad = scenario.candidate !== undefined && t >= scenario.turnsAt ? scenario.candidate : WELL;
    const own = { ...bad, errorRate: rate + (1 - rate) * bad.errorRate };
    const candidate = this.served(poisson(random, scenario.perSecond * weight), own);
    const active = this.served(poisson(random, scenario.perSecond * (1 - weight)), { ...WELL, errorRate: rate });
    return { candidate: scenario.shape === 'noisy' && weight > 0 ? this.withCrawler(candidate) : candidate, active };
  }

  private commonRate(t: number): number {
    const { errorRate, shape } = this.scenario;
    // Up and down tenfold, in twenty minutes.
    if (shape === 'drift') return errorRate * 10 ** (0.5 * Math.sin((2 * Math.PI * t) / DRIFT_SECONDS));
    if (shape === 'bursts' && this.random() < BURST_CHANCE) return Math.min(errorRate * BURST_FACTOR, MOST_BURST);
    return errorRate;
  }

  private served(requests: number, behaviour: Behaviour): Served {
    const errors = this.errors(requests, behaviour.errorRate);
    return {
      requests: Math.max(requests, errors.count),
      errors: errors.count,
      errorsBy: errors.by,
      latency: this.latencies(requests, behaviour),
    };
  }

  private errors(requests: number, rate: number): { count: number; by: number[] } {
    const { random } = this;
    const size = this.scenario.shape === 'clumps' ? CLUMP : 1;
    const visitors = size === 1 ? binomial(random, requests, rate) : poisson(random, (requests * rate) / size);
    const by: number[] = [];
    for (let i = 0; i < visitors; i++) by.push(anyHash(random), anyHash(random), size);
    return { count: visitors * size, by };
  }

  // One visitor of the candidate asks for something broken, once a second, all the time.
  private withCrawler({ requests, errors, errorsBy = [], latency }: Served): Served {
    return { requests: requests + 1, errors: errors + 1, errorsBy: [...errorsBy, this.crawler, this.crawler, 1], latency };
  }

  private latencies(requests: number, { slower, stalls }: Behaviour): Histogram {
    const counts = new Uint32Array(LAST_BUCKET + 1);
    const count = (bucket: number, by: number) => {
      counts[bucket] = (counts[bucket] ?? 0) + by;
    };
    if (requests <= SAMPLED_UP_TO) {
      for (let i = 0; i < requests; i++) count(bucketOf(latencyOf(this.random, slower, stalls)), 1);
    } else {
      for (const [bucket, share] of this.bucketShares(slower, stalls)) count(bucket, poisson(this.random, requests * share));
    }
    return sparse(counts);
  }

  // Many requests are drawn bucket by bucket: the shares are those of a large sample, drawn once for all.
  private bucketShares(slower: number, stalls: number): readonly (readonly [bucket: number, share: number])[] {
    const key = `${slower} ${stalls}`;
    const known = SHARES.get(key);
    if (known !== undefined) return known;
    const counts = new Uint32Array(LAST_BUCKET + 1);
    const random = randomFrom(1);
    for (let i = 0; i < SHARES_SAMPLE; i++) {
      const bucket = bucketOf(latencyOf(random, slower, stalls));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    const shares = [...counts.entries()]
      .filter(([, count]) => count > 0)
      .map(([bucket, count]) => [bucket, count / SHARES_SAMPLE] as const);
    SHARES.set(key, shares);
    return shares;
  }
}

function latencyOf(random: Random, slower: number, stalls: number): number {
  const stalled = stalls > 0 && random() < stalls ? STALL_MS : 0;
  return MEDIAN_MS * slower * Math.exp(SIGMA * normal(random)) + stalled;
}
