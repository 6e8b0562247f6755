// A control plane of fixed answers, and a terminal, clock and keyboard that are not there: what the CLI's tests run it against.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type {
  AuditView,
  DecisionView,
  ReleaseView,
  ServiceView,
  SlosView,
  SlotHealthView,
  WatchView,
} from '../../control/api/types.ts';
import type { Io } from '../../scripts/cli/io.ts';
import { run } from '../../scripts/cli/main.ts';

/** The time of every test. */
export const NOW = Date.parse('2026-03-01T12:00:00.000Z');

/** `seconds` before that time, as the API writes it; negative for after. */
export const past = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

const version = (slot: string) => ({
  kind: 'version' as const,
  ...{ id: 1, slot, versionId: `sample-${slot}`, tag: null, message: null, author: null, source: null, at: past(3600) },
});

/** Objectives and guards as they are unless a service says otherwise. */
export function slos(over: Partial<SlosView> = {}): SlosView {
  return {
    ...{ errorObjective: 0.01, errorRatio: 1.5, latencyObjectives: [], latencyRatio: 1.2, falseRollbackChance: 0.01 },
    ...{ minBad: 5, minEffect: 0.001, minRequests: 50, perVisitorCap: 2, perNetworkCap: 4 },
    ...{ latencyGraceSeconds: 30, holdSeconds: 300, bakeSeconds: 600 },
    ...over,
  };
}

/** What a slot answered lately: nothing. */
export function slotHealth(over: Partial<SlotHealthView> = {}): SlotHealthView {
  return { ...{ requests: 0, errors: 0, errorShare: 0, p50: null, p90: null, p99: null, p999: null, probe: null }, ...over };
}

/** A service on blue, with nothing going on. */
export function service(over: Partial<ServiceView> = {}): ServiceView {
  const slot = (name: string) => ({ version: version(name), lease: null, overridden: { requests: 0, errors: 0 } });
  const reports = { taken: 0, malformed: 0, future: 0, replayed: 0, unknownSlots: 0 };
  return {
    ...{ service: 'app', active: 'blue', previous: null, defaultPlan: 'standard', release: null },
    split: { epoch: 1, revision: 14, weights: { blue: 100, green: 0 }, salt: 's', updatedAt: past(180) },
    slots: { blue: slot('blue'), green: slot('green') },
    health: {
      ...{ windowSeconds: 600, slo: slos(), watches: [], alerts: [], reports },
      slots: { blue: slotHealth(), green: slotHealth() },
    },
    ...over,
  };
}

/** Release 7 from blue to green, in the second of three stages. */
export function release(over: Partial<ReleaseView> = {}): ReleaseView {
  const stage = { soakSeconds: 300, minRequests: 50, advance: 'auto' as const };
  const bucket = [10, 50, 100].map((weight) => ({ ...stage, weight }));
  return {
    ...{ id: 7, service: 'app', name: null, state: 'running', why: null, bake: null, createdBy: 'admin' },
    candidate: { slot: 'green', version: version('green') },
    from: { slot: 'blue', version: version('blue') },
    plan: {
      name: 'standard',
      builtIn: true,
      stages: bucket,
      onFail: 'rollback',
      onInsufficient: 'extend',
      bakeSeconds: 600,
      hooks: [],
    },
    gate: null,
    stage: {
      ...{ number: 2, weight: 50, startedAt: past(150), soakSeconds: 300, soakNeededSeconds: 300, soakedSeconds: 150 },
      ...{ requests: 37, errors: 1, minRequests: 50, extensions: 0, verdict: 'insufficient', needs: 13, clock: 'running' },
    },
    ...{ createdAt: past(500), startedAt: past(450), endedAt: null },
    ...over,
  };
}

/** A watch of green. */
export function watch(over: Partial<WatchView> = {}): WatchView {
  return {
    ...{ slot: 'green', kind: 'split', returnTo: 'blue', startedAt: past(150), endsAt: null, heldSince: null },
    ...{ requests: 37, errors: 1, verdict: 'insufficient', needs: 13, evidence: 10, threshold: 100, cause: 'errors relative' },
    slos: [
      {
        ...{ sli: 'errors' as const, overMs: null, objective: 0.01, observed: 1 / 37, evidence: 4.2, needed: 500 },
        ...{ verdict: 'insufficient' as const, needs: 63 },
      },
    ],
    ...{ tests: [], capped: 0 },
    ...over,
  };
}

/** A decision on release 7: its first stage has passed. */
export function decision(over: Partial<DecisionView> = {}): DecisionView {
  return {
    ...{ at: past(300), release: 7, stage: 1, verdict: 'pass', did: 'advanced to stage 2', routine: false },
    ...{ reason: 'The soak of 300 s is over.', rule: 'errors absolute', evidence: 1, threshold: 100, tests: [], samples: [] },
    candidate: { slot: 'green', requests: 60, errors: 0 },
    active: { slot: 'blue', requests: 500, errors: 0 },
    ...over,
  };
}

/** An entry of the audit, of something a deployer did. */
export function auditEntry(over: Partial<AuditView> = {}): AuditView {
  return {
    ...{ at: past(5), service: 'app', actor: 'token:ci', role: 'deployer', action: 'split_set', what: 'Done.' },
    ...{ reason: null, alert: null, before: null, after: null, requestId: null },
    ...over,
  };
}

/** A call that came in. */
export interface Call {
  readonly call: string;
  readonly body: unknown;
}

type Answer = unknown | ((body: unknown) => unknown);

/** An answer other than 200. */
export class Status {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** In place of an answer: the connection breaks off, before or within it. */
export const HANG_UP = Symbol('hang up');
export const BREAK_OFF = Symbol('break off');

/** An answer that is sent as it is, and that may break off behind it. */
export class Raw {
  readonly text: string;
  readonly breaksOff: boolean;

  constructor(text: string, { breaksOff = false } = {}) {
    this.text = text;
    this.breaksOff = breaksOff;
  }
}

/** A refusal as the API words it. */
export function problem(status: number, reason: string, more: object = {}): Status {
  return new Status(status, { type: `/problems/${reason}`, title: reason, status, detail: `Refused: ${reason}.`, ...more });
}

/** A control that answers `METHOD /path` (under /v1, without the query) as `answers` says, and else 404. */
export async function startControl(answers: Record<string, Answer>) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const [path = ''] = (request.url ?? '').replace('/v1', '').split('?');
      calls.push({ call: `${request.method} ${(request.url ?? '').replace('/v1', '')}`, body });
      const answer = answers[`${request.method} ${path}`] ?? problem(404, 'not-found');
      const given = typeof answer === 'function' ? (answer as (body: unknown) => unknown)(body) : answer;
      if (given === HANG_UP) return response.destroy();
      const { status, body: sent } = given instanceof Status ? given : { status: 200, body: given };
      response.writeHead(status, { 'content-type': 'application/json', 'x-sluice': 'control', connection: 'close' });
      if (given === BREAK_OFF) return response.write('{', () => response.destroy());
      if (!(sent instanceof Raw)) response.end(JSON.stringify(sent));
      else if (sent.breaksOff) response.write(sent.text, () => response.destroy());
      else response.end(sent.text);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** What changed something. */
  const changes = () => calls.filter(({ call }) => !call.startsWith('GET'));
  return { url, calls, changes, answers, stop: () => stop(server) };
}

/** How the command line is met. */
export interface Setting {
  readonly url?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly terminal?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  /** Milliseconds since 1970 at its beginning; else `NOW`. */
  readonly now?: number;
  readonly answer?: string;
  /** What comes on standard input. */
  readonly input?: string;
  /** Called before each sleep with its number, from 1; `stop` is Ctrl-C. */
  readonly onSleep?: (number: number, stop: () => void) => void;
}

/** Runs `sluice …` in this process. Time passes only in sleeps. */
export async function sluice(argv: readonly string[], setting: Setting = {}) {
  const { terminal = false, answer, rows = 24, columns = 80 } = setting;
  const written = { out: '', err: '' };
  const asked: string[] = [];
  const began = setting.now ?? NOW;
  let now = began;
  let sleeps = 0;
  let stopped = false;
  const output = (to: 'out' | 'err') => ({
    write: (text: string) => {
      written[to] += text;
    },
    ...{ isTerminal: terminal, colours: false, columns: () => columns, rows: () => rows },
  });
  const io: Io = {
    root: join(import.meta.dirname, '../..'),
    env: { SLUICE_URL: setting.url, ...setting.env },
    ...{ stdout: output('out'), stderr: output('err'), now: () => now, interrupted: () => stopped },
    ask:
      answer === undefined
        ? undefined
        : async (question) => {
            asked.push(question);
            return answer;
          },
    input: async () => setting.input ?? '',
    sleep: async (milliseconds) => {
      now += milliseconds;
      setting.onSleep?.(++sleeps, () => {
        stopped = true;
      });
    },
  };
  const code = await run(argv, io);
  return { code, ...written, asked, seconds: (now - began) / 1000 };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? undefined : JSON.parse(text);
}

function stop(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}
