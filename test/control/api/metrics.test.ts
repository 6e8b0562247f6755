import fc from 'fast-check';
import parse from 'parse-prometheus-text-format';
import { describe, expect, it } from 'vitest';
import { metricsText } from '../../../control/api/metrics.ts';
import { newService, type Service } from '../../../control/core/service.ts';
import { upgraded } from '../../../control/core/upgrade.ts';
import { bucketOf, merge } from '../../../router/histogram.ts';
import { drive, given, must, onBlue, onGreen, randomFrom, release, row, set, T0, taking, tick, trial } from '../core/scene.ts';
import { walks } from '../core/steps.ts';
import { type Happened, type Watcher, World } from '../core/world.ts';
import { countersOf, strictly } from './strict.ts';

const WELL = { blue: [80, 1], green: [20, 0] } as const;
const seriesOf = (service: Service, now: number) => Object.fromEntries(strictly(metricsText([service], now)).series);
const restarted = (service: Service, now: number) =>
  upgraded(JSON.parse(JSON.stringify(service)), newService(service.name, service.slots, now), now);

/** Scrapes that must not go back, in any series they ever had. */
class Scrapes {
  readonly newest = new Map<string, number>();

  scrape(services: readonly Service[], now: number): Map<string, number> {
    const counters = countersOf(strictly(metricsText(services, now)));
    for (const [name, value] of counters) {
      if (value < (this.newest.get(name) ?? 0)) throw new Error(`${name} went back: ${this.newest.get(name)} → ${value}`);
      this.newest.set(name, value);
    }
    return counters;
  }
}

describe('metrics', () => {
  it('tell of the traffic of each slot', () => {
    const latency = merge(merge(taking(5, 4) ?? [], taking(300, 3) ?? []), taking(60_000, 2) ?? []);
    const { service, until } = drive(trial, 10, {
      blue: [80, 1],
      green: [20, 2, { latency, overridden: 5, overriddenErrors: 3 }],
    });
    const series = seriesOf(must(service, tick, until).service, until);
    const bucket = (slot: string, le: string) =>
      series[`sluice_request_duration_seconds_bucket{service="app",slot="${slot}",le="${le}"}`];
    expect(series).toMatchObject({
      'sluice_requests_total{service="app",slot="blue"}': 800,
      'sluice_errors_total{service="app",slot="blue"}': 10,
      'sluice_requests_total{service="app",slot="green"}': 200,
      'sluice_errors_total{service="app",slot="green"}': 20,
      'sluice_overridden_requests_total{service="app",slot="green"}': 50,
      'sluice_overridden_errors_total{service="app",slot="green"}': 30,
      'sluice_request_duration_seconds_count{service="app",slot="green"}': 90,
      'sluice_request_duration_seconds_sum{service="app",slot="green"}': expect.closeTo(40 * 0.005 + 30 * 0.3 + 20 * 60, -2),
      'sluice_request_duration_seconds_count{service="app",slot="blue"}': 0,
    });
    expect(['0.005', '0.25', '0.5', '30', '+Inf'].map((le) => bucket('green', le))).toEqual([40, 40, 70, 70, 90]);
    expect(bucket('blue', '+Inf')).toBe(0);
  });

  it('tell where traffic goes', () => {
    expect(seriesOf(trial, T0)).toMatchObject({
      'sluice_weight_ratio{service="app",slot="blue"}': 0.8,
      'sluice_weight_ratio{service="app",slot="green"}': 0.2,
      'sluice_active{service="app",slot="blue"}': 1,
      'sluice_active{service="app",slot="green"}': 0,
      'sluice_split_revision{service="app"}': 2,
    });
  });

  it('tell where a release stands, and that there is none', () => {
    const stateOf = (service: Service) => {
      const states = Object.entries(seriesOf(service, T0)).filter(([name]) => name.startsWith('sluice_release_state'));
      expect(states).toHaveLength(8);
      return states.flatMap(([name, value]) => (value === 1 ? [/state="(\w+)"/.exec(name)?.[1]] : []));
    };
    const stage = (service: Service) => seriesOf(service, T0)['sluice_release_stage{service="app"}'];
    const running = given(onBlue, release({}, { soakSeconds: 5 }));
    const done = drive(running, 8, WELL).service;
    const out = drive(running, 9, { blue: [80, 0], green: [20, 20] }).service;
    expect([onBlue, running, done, out].map(stateOf)).toEqual([[], ['running'], ['completed'], ['rolled_back']]);
    expect([onBlue, running, done].map(stage)).toEqual([0, 1, 0]);
    expect(seriesOf(done, T0)['sluice_releases_total{service="app",state="completed"}']).toBe(1);
    expect(seriesOf(out, T0)).toMatchObject({
      'sluice_releases_total{service="app",state="rolled_back"}': 1,
      'sluice_rollbacks_total{service="app"}': 1,
    });
  });

  it('tell how far evidence against a watched slot has come: below 1 until it convicts', () => {
    const on = { service: 'app', slot: 'green' };
    const evidence = (service: Service, now = T0) =>
      parse(metricsText([service], now)).find(({ name }) => name === 'sluice_evidence_ratio')?.metrics;
    expect(evidence(onBlue)).toBeUndefined();
    expect(evidence(trial)).toEqual([{ labels: { ...on, kind: 'split' }, value: expect.stringMatching(/^0\.00/) }]);
    expect(evidence(onGreen)).toMatchObject([{ labels: { ...on, kind: 'bake' } }]);
    const bad = (errors: number) => drive(trial, 2, { blue: [80, 0], green: [20, errors] });
    const held = drive(trial, 30, { blue: [80, 32], green: [20, 8] });
    const [some, more, over] = [bad(1), bad(2), held].map(({ service, until }) =>
      Number(evidence(must(service, tick, until).service)?.[0]?.value),
    );
    expect(some).toBeLessThan(more ?? 0);
    expect(more).toBeLessThan(1);
    expect(held.service.watches[0]?.heldSince).not.toBeNull();
    expect(over).toBeGreaterThanOrEqual(1);
  });

  it('tell of reports, and since when there are none', () => {
    const lag = (service: Service, now: number) => seriesOf(service, now)['sluice_report_lag_seconds{service="app"}'];
    expect(lag(trial, T0)).toBeUndefined();
    const { service } = drive(trial, 3, WELL);
    expect([lag(service, T0 + 3000), lag(service, T0 + 63_500), lag(service, T0)]).toEqual([0, 60.5, 0]);
    const refused = given(
      service,
      ...(['malformed', 'future', 'replayed', 'replayed'] as const).map((why) => ({ type: 'note_refused', why }) as const),
    );
    expect(
      ['taken', 'malformed', 'future', 'replayed'].map(
        (o) => seriesOf(refused, T0)[`sluice_reports_total{service="app",outcome="${o}"}`],
      ),
    ).toEqual([3, 1, 1, 2]);
  });

  it('name every kind of alert from the start', () => {
    const { service } = drive(trial, 1, { purple: [1, 0] });
    expect(seriesOf(trial, T0)['sluice_alerts_total{service="app",alert="unknown-slot"}']).toBe(0);
    expect(seriesOf(service, T0)['sluice_alerts_total{service="app",alert="unknown-slot"}']).toBe(1);
  });

  it('are read by a parser as they were written', () => {
    const { service, until } = drive(trial, 5, { blue: [80, 1, { latency: taking(9, 70) }] });
    const text = metricsText([service], until);
    const { series, helps } = strictly(text);
    const families = parse(text);
    expect(families.map(({ name, help }) => [name, help])).toEqual([...helps]);
    const figures = families
      .filter(({ type }) => type !== 'HISTOGRAM')
      .flatMap(({ name, metrics }) =>
        metrics.map(({ labels = {}, value }) => {
          const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
          return [`${name}{${pairs.join(',')}}`, Number(value)] as const;
        }),
      );
    expect(new Map(figures)).toEqual(new Map([...series].filter(([name]) => !name.includes('_seconds_'))));
    expect(figures.length).toBeGreaterThan(30);
  });

  it('say of every family what it is', () => {
    const { helps, types } = strictly(metricsText([drive(trial, 1, WELL).service], T0));
    expect([...types.keys()]).toEqual([...helps.keys()]);
    const counted = [
      'requests',
      'errors',
      'overridden_requests',
      'overridden_errors',
      'releases',
      'rollbacks',
      'reports',
      'alerts',
    ];
    const shown = ['weight_ratio', 'active', 'split_revision', 'release_state', 'release_stage', 'evidence_ratio'];
    const timed = ['request_duration_seconds', 'report_lag_seconds'];
    expect(new Set(types.keys())).toEqual(
      new Set([...counted.map((name) => `sluice_${name}_total`), ...[...shown, ...timed].map((name) => `sluice_${name}`)]),
    );
    for (const [name, help] of helps)
      expect([name, help]).toEqual([expect.stringMatching(/^sluice_/), expect.stringMatching(/^[A-Z1].*\.$/)]);
  });

  it('of several services stand side by side, whatever they are called', () => {
    const odd = { ...newService('a"b\\c\nd', ['x"y', 'z'], T0), active: 'z' };
    const text = metricsText([trial, odd], T0);
    strictly(text);
    const active = parse(text).find(({ name }) => name === 'sluice_active');
    expect(active?.metrics.map(({ labels }) => [labels?.service, labels?.slot])).toEqual([
      ['app', 'blue'],
      ['app', 'green'],
      ['a"b\\c\nd', 'x"y'],
      ['a"b\\c\nd', 'z'],
    ]);
    expect(metricsText([], T0)).toBe('');
  });
});

describe('counters', () => {
  it('count every report once, and go up alone, over restarts', () => {
    const random = randomFrom(7);
    const upTo = (most: number) => Math.floor(random() * (most + 1));
    const sums = { requests: 0, errors: 0, latencies: 0 };
    const scrapes = new Scrapes();
    let service: Service = trial;
    let now = T0;
    for (let report = 0; report < 500; report++) {
      now += upTo(900);
      const requests = upTo(50);
      const errors = Math.min(upTo(2), requests);
      const latencies = upTo(requests);
      const latency = latencies === 0 ? [] : [bucketOf(random() ** 4 * 150_000), latencies];
      sums.requests += requests;
      sums.errors += errors;
      sums.latencies += latencies;
      service = must(
        service,
        { type: 'report', rows: [row(service, report % 2 === 0 ? 'blue' : 'green', requests, errors, { latency })] },
        now,
      ).service;
      if (random() < 0.1) service = restarted(service, now);
      if (random() < 0.3) scrapes.scrape([service], now);
    }
    const last = scrapes.scrape([must(service, tick, now + 1000).service], now);
    const sumOf = (name: string) => [...last].reduce((sum, [of, value]) => sum + (of.startsWith(`${name}{`) ? value : 0), 0);
    expect(sumOf('sluice_requests_total')).toBe(sums.requests);
    expect(sumOf('sluice_errors_total')).toBe(sums.errors);
    expect(sumOf('sluice_request_duration_seconds_count')).toBe(sums.latencies);
    expect(sumOf('sluice_reports_total')).toBe(500);
  });

  it('never go back by what is stored, whatever happens and wherever the object dies', () => {
    const seen = new Set<string>();
    const go = (scrapes: Scrapes): Watcher => ({
      happened: (_: Happened, { disk, now }: World) => {
        for (const [name, value] of scrapes.scrape([disk.service], now))
          if (value > 0) seen.add(name.replace(/slot="\w+",le.*/, ''));
      },
      published: () => {},
    });
    fc.assert(
      fc.property(walks, (walk) => new World(walk.slots, go(new Scrapes())).walk(walk)),
      { numRuns: 100 },
    );
    for (const name of [
      'rollbacks_total{service="app"}',
      'releases_total{service="app",state="completed"}',
      'alerts_total{service="app",alert="unknown-slot"}',
    ])
      expect(seen).toContain(`sluice_${name}`);
  }, 30_000);

  it('of a slot that is taken out end, and go on when it comes back', () => {
    const green = 'sluice_requests_total{service="app",slot="green"}';
    const { service, until } = drive(given(onBlue, set({ green: 2000 })), 5, WELL);
    const configure = (of: Service, ...slots: string[]) => must(of, { type: 'configure', slots }, until).service;
    const without = configure(service, 'blue', 'red');
    const again = configure(without, 'blue', 'green');
    expect([service, without, again].map((s) => seriesOf(s, until)[green])).toEqual([80, undefined, 100]);
  });
});
