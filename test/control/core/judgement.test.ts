// The judgement as a whole, through `transition`: latencies, visitors, isolates, and a service that hardly anybody visits.
import { describe, expect, it } from 'vitest';
import { decide } from '../../../control/core/decide.ts';
import { logEvidence } from '../../../control/core/evaluate.ts';
import { type Service, weights } from '../../../control/core/service.ts';
import { bucketOf, countAbove, type Histogram, LAST_BUCKET, sparse } from '../../../router/histogram.ts';
import type { Row } from '../../../router/report.ts';
import {
  by,
  drive,
  given,
  must,
  onBlue,
  randomFrom,
  release,
  row,
  type Served,
  set,
  setSlos,
  T0,
  tick,
  trial,
  watchOn,
} from './scene.ts';
import { settled } from './world.ts';

/** Latencies around 40 ms, some of them ten times as long, all of them `factor` times that. */
function latenciesOf(random: () => number, count: number, factor = 1): Histogram {
  const buckets = new Uint32Array(LAST_BUCKET + 1);
  for (let i = 0; i < count; i++) {
    const ms = 40 * Math.exp(0.6 * (random() + random() + random() - 1.5)) * (random() < 0.02 ? 10 : 1) * factor;
    buckets[bucketOf(ms)] = (buckets[bucketOf(ms)] ?? 0) + 1;
  }
  return sparse(buckets);
}

/** A second of 80 and 20 requests, the candidate's `factor` times as slow. */
function second(random: () => number, factor: number): Served {
  const [blue, green] = [latenciesOf(random, 80), latenciesOf(random, 20, factor)];
  const slow = (latency: Histogram) => [{ overMs: 200, count: countAbove(latency, bucketOf(200)) }];
  return { blue: [80, 0, { latency: blue, slow: slow(blue) }], green: [20, 0, { latency: green, slow: slow(green) }] };
}

describe('a candidate', () => {
  it('twice as slow is rolled back within half a minute after its grace, for its latency', () => {
    for (const seed of [1, 2, 3]) {
      const random = randomFrom(seed);
      const { audit } = drive(trial, 60, () => second(random, 2));
      expect(audit.map(({ action }) => action)).toEqual(['rolled_back']);
      // The first request came a second after the start; then the grace; one second is open.
      const seconds = ((audit[0]?.at ?? 0) - T0) / 1000;
      expect(seconds).toBeGreaterThan(31);
      expect(seconds).toBeLessThanOrEqual(61);
      expect(audit[0]?.reason).toMatch(/^latency p\d\d relative: \d+ of \d+ requests on green took longer than \d+(\.\d+)? ms/);
    }
  });

  it('as fast as the active slot is left alone', () => {
    for (const seed of [1, 2, 3]) {
      const random = randomFrom(seed);
      const { service, actions } = drive(trial, 600, () => second(random, 1));
      expect(actions).toEqual([]);
      expect(watchOn(service).thresholds?.second).toBeGreaterThanOrEqual(540);
    }
  });

  it('slow while it is cold is left alone', () => {
    const random = randomFrom(4);
    const { actions } = drive(trial, 300, (at) => second(random, at < 30 ? 5 : 1));
    expect(actions).toEqual([]);
  });

  it('that turns slow after twenty good minutes is found within a minute', () => {
    const random = randomFrom(5);
    const { audit } = drive(trial, 1260, (at) => second(random, at < 1200 ? 1 : 2));
    expect(audit.map(({ action }) => action)).toEqual(['rolled_back']);
    expect(audit[0]?.at ?? 0).toBeGreaterThan(T0 + 1200_000);
  });

  it('that breaks an objective of latency in a bake is rolled back by it', () => {
    const latencyObjectives = [{ overMs: 200, maxShare: 0.05 }];
    const baking = given(onBlue, setSlos({ latencyObjectives }), { type: 'activate', slot: 'green', by });
    const random = randomFrom(6);
    const { service, audit } = drive(baking, 60, () => ({ green: second(random, 6).green ?? [0, 0] }));
    expect([service.active, audit.at(-1)?.action]).toEqual(['blue', 'rolled_back']);
    expect(audit.at(-1)?.reason).toMatch(/^latency over 200 ms absolute: .*; the objective is 5 %\./);
  });

  it('of thresholds has those of seconds before, not of the second that is judged', () => {
    const fast: Partial<Row> = { latency: [100, 200] };
    const slow: Partial<Row> = { latency: [150, 200] };
    const warm = drive(given(onBlue, setSlos({ latencyGraceSeconds: 0 }), set({ green: 2000 })), 1, {
      blue: [200, 0, fast],
      green: [1, 0],
    });
    const thresholds = (service: Service) => watchOn(service).thresholds?.buckets;
    const first = must(warm.service, { type: 'report', rows: [row(warm.service, 'blue', 200, 0, slow)] }, T0 + 2000).service;
    expect(thresholds(first)).toBeUndefined();
    expect(thresholds(must(first, tick, T0 + 3000).service)).toEqual([100, 100, 100]);
  });
});

describe('bad requests of', () => {
  const failing = (who: (at: number) => readonly number[]) =>
    drive(trial, 600, (at) => {
      const errorsBy = who(at);
      return { blue: [80, 0], green: [20, errorsBy.length / 3, { errorsBy }] };
    });

  it.each<[string, (at: number) => readonly number[], number]>([
    ['one visitor roll nobody back', () => [1, 11, 1], 2000],
    ['two visitors roll nobody back', (at) => [1 + (at % 2), 11 + (at % 2), 1], 2000],
    ['three visitors do', (at) => [1 + (at % 3), 11 + (at % 3), 1], 0],
    ['many visitors of one network roll nobody back', (at) => [at, 11, 1], 2000],
    ['many visitors of two networks do', (at) => [at, 11 + (at % 2), 1], 0],
    ['many visitors of no network do', (at) => [at, 0, 1], 0],
    ['nobody who is named roll nobody back', () => [], 2000],
  ])('%s', (_, who, weight) => {
    expect(weights(failing(who).service).green).toBe(weight);
  });
});

it('the sample of a stage is what its own split sent', () => {
  const stages = [1000, 5000].map((weight) => ({ weight, soakSeconds: 5, minRequests: 20, advance: 'auto' as const }));
  const first = given(onBlue, release({ stages }));
  const second = drive(first, 8, { blue: [90, 0], green: [10, 0] });
  expect(second.service.release?.stage?.index).toBe(1);
  const served = ({ release: of }: Service) => of?.stage?.served;
  const before = served(second.service);
  const late = drive(second.service, 1, { green: [500, 1, { revision: first.revision }] }, second.until).service;
  expect(served(late)).toEqual(before);
  expect(watchOn(late).open.candidate.requests).toBe(500);
  const own = drive(second.service, 1, { green: [500, 1] }, second.until).service;
  const [errors] = before?.judged ?? [];
  expect(served(own)?.judged).toEqual([{ requests: (errors?.requests ?? 0) + 500, bad: 1 }]);
});

it('a thousand isolates of one request a second are judged as one of a thousand', () => {
  const news = { latencyGraceSeconds: 0, latencyObjectives: [{ overMs: 2000, maxShare: 0.05 }] };
  const begun = drive(given(onBlue, setSlos(news), release()), 1, { green: [1, 0] }, T0).service;
  const random = randomFrom(8);
  let [one, many] = [begun, begun];
  for (let at = 1; at <= 6; at++) {
    const requests = Array.from({ length: 1000 }, (_, i): Row => {
      const slot = random() < 0.2 ? 'green' : 'blue';
      const ms = 40 / (1 - random());
      const failed = random() < (slot === 'green' ? 0.01 : 0.005) ? 1 : 0;
      const slow = { overMs: 2000, count: ms > 2000 ? 1 : 0, ...(ms > 2000 && { by: [i, 0, 1] }) };
      const errorsBy = failed ? [i, 0, 1] : [];
      return row(begun, slot, 1, failed, { latency: [bucketOf(ms), 1], slow: [slow], errorsBy, visitors: 1 });
    });
    one = must(
      one,
      { type: 'report', rows: ['blue', 'green'].map((slot) => summed(requests.filter((r) => r.slot === slot))) },
      T0 + at * 1000,
    ).service;
    requests.forEach((request, i) => {
      many = must(many, { type: 'report', rows: [request] }, T0 + at * 1000 + (i % 999)).service;
    });
  }
  const judged = ({ watches, release: of }: Service) => ({ watches, served: of?.stage?.served });
  expect(judged(many)).toEqual(judged(one));
  const evidence = watchOn(one).tests.map((test) => logEvidence(test.evidence));
  expect(evidence.filter((log) => Math.abs(log - Math.log(1 / 2)) < 1e-9)).toEqual([]);
});

/** Rows of one slot as one isolate would report them. */
function summed(rows: readonly Row[]): Row {
  const [first] = rows;
  if (first === undefined) throw new Error('a slot had no request');
  const buckets = new Uint32Array(LAST_BUCKET + 1);
  for (const { latency = [] } of rows) buckets[latency[0] ?? 0] = (buckets[latency[0] ?? 0] ?? 0) + 1;
  const sum = (of: (r: Row) => number) => rows.reduce((total, r) => total + of(r), 0);
  const by = rows.flatMap(({ slow }) => slow?.[0]?.by ?? []);
  return {
    ...first,
    requests: rows.length,
    errors: sum(({ errors }) => errors),
    errorsBy: rows.flatMap(({ errorsBy = [] }) => errorsBy),
    latency: sparse(buckets),
    slow: [{ overMs: 2000, count: by.length / 3, by }],
    visitors: rows.length,
  };
}

describe('a service that had no visitors for an hour', () => {
  const idle = Array.from({ length: 60 }).reduce(
    (s: Service, _, minute) => must(s, tick, T0 + (minute + 1) * 60_000).service,
    given(onBlue, release()),
  );

  it('waits, and says what it waits for', () => {
    expect(idle.release).toMatchObject({ state: 'held', heldFor: 'insufficient' });
    expect(idle.release?.why).toContain('It takes 20 more good requests on green.');
  });

  it.each<[string, Served, number, RegExp]>([
    ['a good request', { green: [1, 0, { latency: [100, 1], visitors: 1 }] }, 49, /0 of 1 request on green failed \(0 %\)/],
    ['a bad request', { green: [1, 1, { latency: [100, 1], visitors: 1 }] }, 99, /1 of 1 request on green failed \(100 %\)/],
    ['a request on the active slot', { blue: [1, 0, { latency: [100, 1], visitors: 1 }] }, 50, /^green has had no requests yet/],
  ])('is insufficient after %s, by a number', (_, served, needs, reason) => {
    const { service } = drive(idle, 1, served, T0 + 3_600_500);
    const { service: after, decisions } = must(service, tick, T0 + 3_661_000);
    const decision = decisions.find(({ routine }) => routine);
    expect(decision).toMatchObject({ verdict: 'insufficient', reason: expect.stringMatching(reason) });
    expect(decision?.reason).not.toMatch(/NaN|Infinity|undefined/);
    expect(decide(watchOn(after), after.slo, T0 + 3_661_000)).toMatchObject({ verdict: 'insufficient', needs });
    expect(settled([after, decisions])).toBeDefined();
    for (const { evidence } of watchOn(after).tests) expect(logEvidence(evidence)).toBeLessThan(Math.log(100));
  });
});
