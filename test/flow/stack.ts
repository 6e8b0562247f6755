// All Workers together in one workerd, from the project's own configs, driven from outside; and visitors for them.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestHarness } from 'wrangler';
import type { Document } from '../../control/api/document.ts';
import { contractOf } from '../contract.ts';

export const TOKEN = 'a-test-token-of-more-than-32-characters';
const ROOT = join(import.meta.dirname, '../..');

process.env.X_LOCAL_OBSERVABILITY = 'false';

/** What a visitor got. */
export interface Visit {
  readonly at: number;
  readonly status: number;
  readonly slot: string | null;
  readonly reason: string | null;
  readonly cookie: string | undefined;
  readonly text: string;
}

export const OVERRIDE_SECRET = 'a-secret-for-tests-of-32-letters';
export const OVERRIDE_SECRET_PREVIOUS = 'the-secret-that-was-in-use-before';

/** Starts the stack, empty or set up as the local run is; `signed` leaves the override policy as services.ts has it. */
export async function startStack({ setUp = true, signed = false } = {}) {
  const harness = createTestHarness({
    root: ROOT,
    workers: [
      {
        configPath: 'wrangler.toml',
        vars: signed ? {} : { LOCAL_OVERRIDE: 'open' },
        secrets: { OVERRIDE_SECRET, OVERRIDE_SECRET_PREVIOUS },
      },
      { configPath: 'control/wrangler.toml', vars: { IDLE_FLUSH_MS: '1000' }, secrets: { ADMIN_TOKEN: TOKEN, OVERRIDE_SECRET } },
      { configPath: 'slots/blue/wrangler.toml', vars: { FAULTS: 'on' } },
      // Without the version of .dev.vars, as it is when deployed.
      { configPath: 'slots/green/wrangler.toml', vars: { FAULTS: 'on', VERSION: '' } },
    ],
  });
  const { url } = await harness.listen();
  const base = url.origin;
  const control = harness.getWorker('sluice-control');
  const misfits = contractOf((await (await control.fetch('http://control.example/openapi.json')).json()) as Document);

  async function api(method: string, path: string, body?: object) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const url = `http://control.example/v1${path}`;
    const response = await control.fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const wrong = await misfits(method, url, response);
    if (wrong.length > 0) throw new Error(`${method} ${path} answers otherwise than the document says:\n${wrong.join('\n')}`);
    // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for
    return { status: response.status, body: (await response.json()) as any };
  }

  async function visit(path = '/', headers: Record<string, string> = {}, method = 'GET'): Promise<Visit> {
    const at = Date.now();
    const response = await fetch(base + path, { headers, method });
    const [cookie] = response.headers.getSetCookie().filter((c) => c.startsWith('sluice_key='));
    const text = await response.text();
    return {
      at,
      status: response.status,
      slot: response.headers.get('x-slot'),
      reason: response.headers.get('x-slot-reason'),
      cookie: cookie?.split(';')[0],
      text,
    };
  }

  /** `perSecond` visitors for `seconds`, or until `until` holds of what they got. */
  async function drive(
    perSecond: number,
    seconds: number,
    until: (visits: readonly Visit[]) => boolean = () => false,
  ): Promise<Visit[]> {
    const visits: Visit[] = [];
    const under: Promise<unknown>[] = [];
    const start = Date.now();
    while (Date.now() - start < seconds * 1000 && !until(visits)) {
      for (let due = Math.floor(((Date.now() - start) / 1000) * perSecond); under.length < due; )
        under.push(visit().then((v) => visits.push(v)));
      await sleep(5);
    }
    await Promise.all(under);
    return visits;
  }

  const fault = (slot: string, knobs: object | null) =>
    fetch(`${base}/__fault`, {
      method: knobs === null ? 'DELETE' : 'POST',
      headers: { 'x-slot': slot },
      body: knobs === null ? null : JSON.stringify(knobs),
    });

  async function setWeight(green: number): Promise<void> {
    const { status } = await api('PUT', '/services/app/split', { weights: { green } });
    if (status !== 200) throw new Error(`split: ${status}`);
    await arrived();
  }

  /** Waits until the router serves by the newest split. */
  async function arrived(): Promise<void> {
    const { body } = await api('GET', '/services/app');
    for (let i = 0; i < 100; i++) {
      const echo = await visit('/echo-me', { 'x-slot': 'blue' });
      if (JSON.parse(echo.text).headers['x-sluice-revision'] === String(body.split.revision)) return;
      await sleep(50);
    }
    throw new Error(`the router never got revision ${body.split.revision}`);
  }

  async function prepare(): Promise<void> {
    for (const slot of ['blue', 'green']) await api('POST', '/services/app/deployments', { slot, versionId: `v-${slot}` });
    await api('POST', '/services/app/rotate');
  }
  if (setUp) await prepare();
  const kv = ((await control.getEnv()) as { SPLITS: KVNamespace }).SPLITS;
  const cron = () => control.scheduled({ cron: '* * * * *' });
  return {
    harness,
    base,
    control,
    api,
    visit,
    drive,
    fault,
    setWeight,
    arrived,
    kv,
    cron,
    prepare,
    close: () => harness.close(),
  };
}

/** A running stack. */
export type Stack = Awaited<ReturnType<typeof startStack>>;
