// Random walks of the real object, over the API, aborted at random moments: what was answered is never lost, KV never
// goes back, and ends with the split in force. The walk is drawn from its seed. The clock of the walk is an hour ahead
// of the platform's, so that alarms come when the walk has them come.
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ALLOWED, type ReleaseState, type Verb } from '../../control/core/release.ts';
import { splitOf } from '../../control/core/service.ts';
import { ingest } from '../../control/ingest.ts';
import { isNewer, NO_SPLIT, parseSplitText, type Split, type SplitId } from '../../router/split.ts';
import { app, call, freshApp, stub } from './api.ts';

const APP = '/v1/services/app';
const STEPS = 40;
const FATES = ['dies before the write', 'dies while it writes', 'dies before it strikes off', 'KV fails', 'KV is slow'] as const;
const PLAN = { bakeSeconds: 10, onInsufficient: 'hold', onFail: 'rollback' };
const STAGES = [
  { weight: 10, soakSeconds: 3, minRequests: 5 },
  { weight: 50, soakSeconds: 3, minRequests: 5, advance: 'manual' },
];

type Fate = 'lives' | (typeof FATES)[number];
type Ask = readonly [method: string, path: string, body?: Record<string, unknown>];
/** What an answer said, to be asked again after a crash. */
type Told = (view: Awaited<ReturnType<typeof call>>['body']) => [now: unknown, told: unknown];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise<never>(() => {});
const inKv = async () => parseSplitText(await env.SPLITS.get('split:app'), 'app');
const standing = ({ active, previous, split }: { active: unknown; previous: unknown; split: unknown }) => [
  active,
  previous,
  split,
];

function ordersIn({ sql }: DurableObjectStorage): number {
  return Number(sql.exec('SELECT count(*) AS n FROM outbox').one().n);
}

class CrashWalk {
  private readonly random: () => number;
  private now = Date.now() + 3_600_000;
  private fate: Fate = 'lives';
  private hasBegun = false;
  private written: SplitId = NO_SPLIT;
  private step = 0;
  private sequence = 0;
  private revision = 0;
  private leases: string[] = [];
  /** Reasons of the commands that were answered 2xx and did something. */
  private readonly owed: string[] = [];
  crashes = 0;

  constructor(seed: number) {
    this.random = drawFrom(seed);
  }

  async run(): Promise<void> {
    await this.tapKv();
    for (this.step = 1; this.step <= STEPS; this.step++) {
      this.pass(this.pick([0, 1000, 1000, 3000, 3000, 11_000, 300_000]));
      this.fate = this.random() < 0.4 ? this.pick(FATES) : 'lives';
      const told = await this.act();
      if (this.fate.startsWith('dies')) await this.die(told);
      await this.noOrderIsLost();
    }
    await this.settle();
  }

  /** @returns what is to be asked again, of an answer that was 2xx */
  private async act(): Promise<Told | undefined> {
    const { body: view } = await call('GET', APP);
    this.revision = view.split.revision;
    const kind = this.random();
    if (kind < 0.15) await this.alarm();
    else if (kind < 0.35) await this.traffic(this.pick([0, 0, 10]));
    else return this.ask(this.draw(view.release));
    return undefined;
  }

  private async ask([method, path, body = {}]: Ask): Promise<Told | undefined> {
    const reason = `step ${this.step}`;
    const { status, body: answer } = await call(method, `${APP}${path}`, method === 'DELETE' ? undefined : { ...body, reason });
    expect(status, JSON.stringify(answer)).toBeLessThan(500);
    if (status >= 300) return undefined;
    const isNoChange = answer.split?.revision === this.revision;
    if (method !== 'DELETE' && !isNoChange) this.owed.push(reason);
    if (answer.split !== undefined) return (view) => [standing(view), standing(answer)];
    // A release whose soak is over moves on with the next event, at the same instant.
    if (answer.stage?.soakedSeconds >= answer.stage?.soakNeededSeconds) return undefined;
    if (answer.state !== undefined) return (view) => [view.release, answer];
    if (answer.versionId !== undefined) return (view) => [view.slots[answer.slot].version, answer];
    if (answer.lease !== undefined) this.leases.push(answer.lease);
    if (answer.lease !== undefined) return (view) => [view.slots[answer.slot].lease?.until, answer.until];
    return undefined;
  }

  private draw(release: { id: number; state: ReleaseState } | null): Ask {
    const slot = this.pick(['blue', 'green']);
    const force = this.random() < 0.3;
    const versionId = `v-${this.step}`;
    const verbs = (Object.keys(ALLOWED) as Verb[]).filter((verb) => release !== null && ALLOWED[verb].includes(release.state));
    const steer = (): Ask => ['POST', `/releases/${release?.id}/${this.pick(verbs)}`, { force }];
    const asks: (() => Ask)[] = [
      () => ['PUT', '/split', { weights: { green: Math.floor(this.random() * 10_001) / 100 } }],
      () => ['POST', '/activate', { slot }],
      () => ['POST', '/rollback'],
      () => ['POST', '/deployments', { versionId, force, ...(force ? { slot } : {}) }],
      () => ['POST', '/deployments/lease'],
      () => ['POST', '/deployments', { versionId, lease: this.leases.pop() ?? null }],
      () => ['DELETE', `/deployments/lease/${this.leases.pop() ?? 'none'}`],
      () => ['POST', '/releases', { stages: STAGES, ...PLAN, autoStart: this.random() < 0.7, force: true }],
    ];
    return verbs.length > 0 && this.random() < 0.6 ? steer() : this.pick(asks)();
  }

  private async traffic(errors: number): Promise<void> {
    for (let second = 0; second < 3; second++) {
      const { epoch, revision } = await app().read();
      const row = { epoch, revision, requests: 10, overridden: 0, overriddenErrors: 0 };
      const rows = [
        { ...row, slot: 'blue', errors: 0 },
        { ...row, slot: 'green', errors },
      ];
      const sealed = { schema: 1, service: 'app', isolate: 'i-1', sequence: ++this.sequence, held: { epoch, revision }, rows };
      expect((await ingest(env, sealed)).refused).toBeUndefined();
      this.pass(1000);
    }
  }

  private async alarm(): Promise<void> {
    const rung = runDurableObjectAlarm(stub()).catch(() => false);
    // One that waits for a write that never ends does not come back.
    if (!this.fate.startsWith('dies')) await rung;
  }

  /** The object dies, and the next one has to know what was answered. */
  private async die(told: Told | undefined): Promise<void> {
    for (let i = 0; i < 10 && !this.hasBegun; i++) await pause(2);
    // An alarm that comes while a write is under way finds nothing to do.
    if (this.hasBegun && this.random() < 0.3) await runDurableObjectAlarm(stub());
    await runInDurableObject(stub(), (_, state) => state.abort('crash')).catch(() => {});
    this.crashes++;
    this.fate = 'lives';
    await this.tapKv();
    if (told !== undefined) {
      const [now, then] = told((await call('GET', APP)).body);
      expect(now, `after step ${this.step}`).toEqual(then);
    }
    await this.nothingIsLost();
  }

  /** An order that is left has an alarm; where none is, KV holds the split in force. */
  private async noOrderIsLost(): Promise<void> {
    // First, since reading judges what is due, which may leave an order.
    const service = await app().read();
    const [alarm, orders] = await runInDurableObject(stub(), async (_, { storage }) => [
      await storage.getAlarm(),
      ordersIn(storage),
    ]);
    if (orders !== 0) expect(alarm, `the alarm of an order, after step ${this.step}`).not.toBeNull();
    else expect(await inKv(), `KV, after step ${this.step}`).toEqual(splitOf(service));
  }

  private async nothingIsLost(): Promise<void> {
    const { entries } = (await call('GET', '/v1/audit?limit=1000')).body;
    const reasons = new Set(entries.map((entry: { reason: string | null }) => entry.reason));
    expect(this.owed.filter((reason) => !reasons.has(reason))).toEqual([]);
  }

  /** The alarm alone brings KV to the split in force. */
  private async settle(): Promise<void> {
    this.fate = 'lives';
    while ((await this.ordersLeft()) > 0) {
      this.pass(31_000);
      const hasRung = await runDurableObjectAlarm(stub());
      // A slow write may just have come to its end, which needs no alarm.
      if (!hasRung) expect(await this.ordersLeft(), 'orders left without an alarm').toBe(0);
    }
    await this.noOrderIsLost();
    await this.nothingIsLost();
    const { releases } = (await call('GET', `${APP}/releases`)).body;
    const open = releases.filter(({ endedAt }: { endedAt: string | null }) => endedAt === null);
    expect(open.length).toBeLessThanOrEqual(1);
  }

  private ordersLeft(): Promise<number> {
    return runInDurableObject(stub(), (_, { storage }) => ordersIn(storage));
  }

  private async tapKv(): Promise<void> {
    await runInDurableObject(stub(), (object) => {
      const { publisher } = object as unknown as { publisher: { kv: KVNamespace } };
      const { kv } = publisher;
      const put = (key: string, value: string) => this.put(kv, key, value);
      publisher.kv = { get: kv.get.bind(kv), put } as unknown as KVNamespace;
    });
  }

  private async put(kv: KVNamespace, key: string, value: string): Promise<void> {
    this.hasBegun = true;
    const { fate } = this;
    if (fate === 'KV fails') throw new Error('KV is down');
    if (fate === 'dies before the write') return never();
    // A write that nobody waits for any more must not come after those of the object's next life.
    if (fate === 'KV is slow' && (await this.diesWithin(30))) return never();
    const write = kv.put(key, value);
    this.wrote(JSON.parse(value));
    if (fate === 'dies while it writes') return never();
    await write;
    return fate.startsWith('dies') ? never() : undefined;
  }

  private async diesWithin(ms: number): Promise<boolean> {
    const life = this.crashes;
    await pause(ms);
    return this.crashes > life;
  }

  private wrote(split: Split): void {
    expect(isNewer(this.written, split), `KV goes back to ${split.revision} in step ${this.step}`).toBe(false);
    this.written = split;
  }

  private pass(ms: number): void {
    this.now += ms;
    this.hasBegun = false;
    vi.setSystemTime(this.now);
  }

  private pick<T>(of: readonly T[]): T {
    const one = of[Math.floor(this.random() * of.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }
}

beforeEach(freshApp);
afterEach(() => vi.useRealTimers());

it.each([1, 2, 3, 4])('loses nothing it answered, wherever it dies (seed %i)', async (seed) => {
  const walk = new CrashWalk(seed);
  await walk.run();
  expect(walk.crashes).toBeGreaterThan(3);
});

/** Numbers from 0 to below 1, by a seed (mulberry32). */
function drawFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
