// Inside → outside: what Prometheus is told of services. Pure. Counters are the totals of closed seconds, which only grow.
import { WEIGHT_TOTAL } from '../../router/split.ts';
import { decide } from '../core/decide.ts';
import { plain } from '../core/evaluate.ts';
import { ENDS, RELEASE_STATES } from '../core/release.ts';
import { releaseUnderWay, type Service, weights } from '../core/service.ts';
import { LATENCY_BOUNDS, NO_TOTALS, type SlotTotals } from '../core/totals.ts';
import { expositionOf, type Family, histogramSamples, type Sample } from './exposition.ts';

/** `GET /metrics`: the text for some services, by the states their objects have stored; `now` in ms. */
export function metricsText(services: readonly Service[], now: number): string {
  return expositionOf(
    [trafficOf, splitOf, releasesOf, evidenceOf, reportsOf, alertsOf].flatMap((families) => families(services, now)),
  );
}

function trafficOf(services: readonly Service[]): Family[] {
  const all = services.flatMap(({ name: service, slots, totals }) =>
    slots.map((slot) => ({ labels: { service, slot }, totals: totals.slots[slot] ?? NO_TOTALS })),
  );
  const count = (name: string, help: string, of: (totals: SlotTotals) => number) =>
    counter(
      name,
      help,
      all.map(({ labels, totals }) => ({ labels, value: of(totals) })),
    );
  return [
    count('requests_total', 'Requests of visitors that a slot has served, as routers reported them.', (t) => t.requests),
    count('errors_total', 'Of sluice_requests_total: the slot threw, timed out or answered 5xx.', (t) => t.errors),
    count('overridden_requests_total', 'Requests sent to a slot by x-slot; they are in no other count.', (t) => t.overridden),
    count('overridden_errors_total', 'Of sluice_overridden_requests_total: those that failed.', (t) => t.overriddenErrors),
    {
      name: 'sluice_request_duration_seconds',
      type: 'histogram',
      help: 'Time to the response headers. At most three of one visitor in one report are counted, so that the count is below sluice_requests_total. A time up to 5 % longer than a bound may count under it; the sum is an estimate from the middles of narrow buckets, off by 2.5 % at most.',
      samples: all.flatMap(({ labels, totals: { latency, latencyMs } }) =>
        // Microseconds are all there are.
        histogramSamples(labels, BOUNDS, latency, Number((latencyMs / 1000).toFixed(6))),
      ),
    },
  ];
}

const BOUNDS = LATENCY_BOUNDS.map((ms) => ms / 1000);

function splitOf(services: readonly Service[]): Family[] {
  const bySlot = (of: (service: Service, slot: string) => number) =>
    services.flatMap((s) => s.slots.map((slot): Sample => ({ labels: { service: s.name, slot }, value: of(s, slot) })));
  return [
    gauge(
      'weight_ratio',
      'Share of the visitors that the split in force gives to a slot, 0 to 1.',
      bySlot((service, slot) => (weights(service)[slot] ?? 0) / WEIGHT_TOTAL),
    ),
    gauge(
      'active',
      '1 for the active slot of a service, 0 for any other.',
      bySlot(({ active }, slot) => Number(slot === active)),
    ),
    gauge(
      'split_revision',
      'Revision of the split in force.',
      each(services, ({ revision }) => revision),
    ),
  ];
}

function releasesOf(services: readonly Service[]): Family[] {
  return [
    gauge(
      'release_state',
      '1 for the state that the newest release is in, 0 for any other; 0 for all before the first release.',
      services.flatMap(({ name: service, release }) =>
        RELEASE_STATES.map((state) => ({ labels: { service, state }, value: Number(release?.state === state) })),
      ),
    ),
    gauge(
      'release_stage',
      'Stage of the release under way, from 1; 0 while none is.',
      each(services, (service) => {
        const index = releaseUnderWay(service)?.stage?.index;
        return index === undefined ? 0 : index + 1;
      }),
    ),
    counter(
      'releases_total',
      'Releases that ended, by how; one that completed and was rolled back in its bake counts as both.',
      services.flatMap(({ name: service, totals }) =>
        ENDS.map((state) => ({ labels: { service, state }, value: totals.ended[state] })),
      ),
    ),
    counter(
      'rollbacks_total',
      'Rollbacks, by evidence, by a plan or by hand, of releases and of splits set by hand.',
      each(services, ({ totals }) => totals.rollbacks),
    ),
  ];
}

function evidenceOf(services: readonly Service[], now: number): Family[] {
  const samples = services.flatMap(({ name: service, watches, slo }) =>
    watches.map((watch) => {
      const { logEvidence, logThreshold } = decide(watch, slo, now);
      return { labels: { service, slot: watch.slot, kind: watch.kind }, value: plain(logEvidence - logThreshold) };
    }),
  );
  const help =
    'Evidence against a slot under watch, over the evidence that convicts: from 1 on it is rolled back, unless a guard holds that back. No series for a slot that is not watched. kind: split for one on trial, bake for one made active.';
  return [gauge('evidence_ratio', help, samples)];
}

function reportsOf(services: readonly Service[], now: number): Family[] {
  const lags = services.flatMap(({ name: service, reportedAt }) =>
    reportedAt === null ? [] : [{ labels: { service }, value: Math.max(now - reportedAt, 0) / 1000 }],
  );
  return [
    counter(
      'reports_total',
      'Reports of routers by what became of them. taken: counted. replayed: counted before. malformed, future: refused.',
      services.flatMap(({ name: service, reports }) =>
        OUTCOMES.map((outcome) => ({ labels: { service, outcome }, value: reports[outcome] })),
      ),
    ),
    gauge(
      'report_lag_seconds',
      'Seconds since the newest report was taken; it grows while there is no traffic. No series before the first report.',
      lags,
    ),
  ];
}

const OUTCOMES = ['taken', 'replayed', 'malformed', 'future'] as const;

function alertsOf(services: readonly Service[]): Family[] {
  const samples = services.flatMap(({ name: service, totals }) =>
    Object.entries(totals.alerts).map(([alert, value]) => ({ labels: { service, alert }, value })),
  );
  return [counter('alerts_total', 'Alerts raised, by what they are about.', samples)];
}

function each(services: readonly Service[], of: (service: Service) => number): Sample[] {
  return services.map((service) => ({ labels: { service: service.name }, value: of(service) }));
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `sluice_${name}`, type: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `sluice_${name}`, type: 'gauge', help, samples };
}
