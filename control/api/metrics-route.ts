// `/metrics`: figures of the services the caller reaches, for Prometheus.
import { objectOf } from '../ingest.ts';
import { servicesFor } from './call.ts';
import { type Api, plain } from './endpoint.ts';
import { EXPOSITION_TYPE } from './exposition.ts';
import { metricsText } from './metrics.ts';

/** Puts the route on the API. */
export function addMetrics(api: Api): void {
  const about = { id: 'getMetrics', summary: 'Figures for Prometheus.', tag: 'System', type: EXPOSITION_TYPE } as const;
  plain(api, { path: '/metrics', role: 'viewer', ...about }, async (c) => {
    const all = await Promise.all(servicesFor(c.get('actor')).map((name) => objectOf(c.env, name).meter()));
    return metricsText(all, Date.now());
  });
}
