// The control Worker: fetch → the API, scheduled → the cron, and for routers the entrypoint that takes reports.
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { ControlBinding, Reply, Report } from '../router/report.ts';
import type { SplitId } from '../router/split.ts';
import { api } from './api/app.ts';
import { runCron } from './cron.ts';
import { ingest, newestSplit } from './ingest.ts';

export { ServiceObject } from './object.ts';
export { Registry } from './registry.ts';

/** What a router reaches over its binding, and nobody else: it has no route. */
export class Ingest extends WorkerEntrypoint<Cloudflare.Env> implements ControlBinding {
  report(report: Report): Promise<Reply> {
    return ingest(this.env, report);
  }

  split(service: string, held: SplitId): Promise<Reply> {
    return newestSplit(this.env, service, held);
  }
}

export default {
  fetch: api.fetch,
  scheduled: (controller, env) => runCron(controller.cron, env),
} satisfies ExportedHandler<Cloudflare.Env>;
