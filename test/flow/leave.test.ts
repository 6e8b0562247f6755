// Visitors who leave before the answer, on a socket of workerd itself: the proxies of a local run do not pass a leaving on.
import { connect } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Report } from '../../router/report.ts';
import { freePort } from './local.ts';

const ROOT = join(import.meta.dirname, '../..');
const slot = {
  modules: true,
  script: `export default { fetch: () => new Promise((r) => setTimeout(() => r(new Response('late')), 4000)) }`,
};
const control = `
  import { WorkerEntrypoint } from 'cloudflare:workers';
  const reports = [];
  export class Ingest extends WorkerEntrypoint {
    report(report) { reports.push(report); return { flushAfterMs: 200 }; }
    split() { return { flushAfterMs: 200 }; }
  }
  export default { fetch: () => Response.json(reports) };
`;

let workers: Miniflare;
let port: number;
beforeAll(async () => {
  port = await freePort();
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'router/index.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    external: ['cloudflare:*'],
  });
  const dates = { compatibilityDate: '2026-07-01' };
  workers = new Miniflare({
    workers: [
      {
        ...{ ...dates, name: 'router', modules: true, script: outputFiles[0]?.text ?? '' },
        compatibilityFlags: ['enable_request_signal'],
        serviceBindings: { BLUE: 'blue', GREEN: 'blue', CONTROL: { name: 'control', entrypoint: 'Ingest' } },
        unsafeDirectSockets: [{ host: '127.0.0.1', port }],
      },
      { ...dates, ...slot, name: 'blue' },
      { ...dates, name: 'control', modules: true, script: control },
    ],
  });
  await workers.ready;
});
afterAll(() => workers.dispose());

async function reported(): Promise<Report[]> {
  const response = await (await workers.getWorker('control')).fetch('http://control.example/');
  return (await response.json()) as Report[];
}

/** A visitor whose connection breaks off after so long. */
function leaveAfter(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nhost: shop.example\r\n\r\n');
      setTimeout(() => {
        socket.resetAndDestroy();
        resolve();
      }, ms);
    });
    socket.on('error', () => undefined);
  });
}

it('counts who leaves with the age of the request, as no error, without another request to see to it', async () => {
  await Promise.all([leaveAfter(300), leaveAfter(300), leaveAfter(1200)]);
  const sum = async () => {
    const rows = (await reported()).flatMap(({ rows: all }) => all);
    const latency = rows.flatMap(({ latency: pairs = [] }) => pairs.filter((_, i) => i % 2 === 0));
    return {
      requests: rows.reduce((n, { requests }) => n + requests, 0),
      errors: rows.reduce((n, { errors }) => n + errors, 0),
      latency,
    };
  };
  await vi.waitFor(async () => expect((await sum()).requests).toBe(3), { timeout: 3000, interval: 100 });
  const { errors, latency } = await sum();
  expect(errors).toBe(0);
  // 300 ms lie in bucket 165, 1,200 ms in 193; the slot would have taken 4 s (217).
  expect(Math.min(...latency)).toBeGreaterThanOrEqual(164);
  expect(Math.max(...latency)).toBeLessThan(200);
});
