// A call for each write of the API that it takes, so that no write can be without a test: what it needs before, what it is
// called with, and what it leaves in the audit.
import { env } from 'cloudflare:test';
import { expect, vi } from 'vitest';
import type { Action } from '../../control/core/audit.ts';
import { registryOf } from '../../control/registry.ts';
import { announced } from './announce.ts';
import { type Answer, call, TOKEN } from './api.ts';
import { documented } from './contract.ts';
import { inbox } from './inbox.ts';

export const OVERRIDE_SECRET = 'a-secret-for-tests-of-32-letters';

/** One operation of the document. */
export interface Known {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly role: 'viewer' | 'deployer' | 'admin' | undefined;
  readonly takesBody: boolean;
  readonly queries: readonly string[];
  /** Content types of what is well. */
  readonly answers: readonly string[];
  /** Of the body: the names of its fields. */
  readonly fields: readonly string[];
}

/** All operations of the document. */
export async function operations(): Promise<Known[]> {
  const { paths } = await documented();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, parameters, requestBody, responses, 'x-role': role }]): Known => {
      const [taken] = Object.values(requestBody?.content ?? {});
      const { properties = {} } = (taken?.schema ?? {}) as { properties?: object };
      const well = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      return {
        ...{ id, path, role: role as Known['role'], method: method.toUpperCase(), takesBody: requestBody !== undefined },
        queries: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
        answers: well.flatMap(([, { content }]) => Object.keys(content ?? {})),
        fields: Object.keys(properties),
      };
    }),
  );
}

/** A write: what fills its path, and its body. */
interface Write {
  readonly body?: Record<string, unknown>;
  /** Makes what is written to. @returns parts of the path that are known only then */
  readonly prepare?: () => Promise<Record<string, string> | undefined>;
  /** What it leaves, in this order. */
  readonly rows: readonly Action[];
  /** What is noted as before and as after, in its first row. */
  readonly before?: object | null;
  readonly after?: object | null;
}

const CHANNEL = { name: 'hook', url: 'https://hooks.example.com/in', topics: ['held'] };
const PLAN = { stages: [{ weight: 50, soakSeconds: 1 }] };

/** Parts of paths, where nothing else is said. */
const PARTS: Readonly<Record<string, string>> = {
  service: 'app',
  slot: 'green',
  id: '1',
  verb: 'start',
  lease: '00000000-0000-4000-8000-000000000000',
  name: 'mine',
  who: 'ann@example.com',
};

/** By operation. */
export const WRITES: Readonly<Record<string, Write>> = {
  setSplit: {
    body: { weights: { green: 10 } },
    rows: ['split_set'],
    before: { weights: { blue: 100, green: 0 } },
    after: { weights: { blue: 90, green: 10 } },
  },
  activateSlot: { body: { slot: 'green' }, rows: ['slot_activated'], before: { active: 'blue' }, after: { active: 'green' } },
  rotate: { rows: ['slot_activated'], before: { active: 'blue' }, after: { active: 'green' } },
  rollback: {
    prepare: () => done(call('PUT', '/v1/services/app/split', { weights: { green: 10 } })),
    rows: ['rolled_back'],
    before: { weights: { blue: 90, green: 10 } },
    after: { weights: { blue: 100, green: 0 } },
  },
  removeVersion: { rows: ['version_removed'], before: { kind: 'version', versionId: 'v-green' }, after: null },
  setSettings: {
    body: { defaultPlan: 'cautious' },
    rows: ['default_plan_set'],
    before: { kind: 'setting', defaultPlan: 'standard' },
    after: { kind: 'setting', defaultPlan: 'cautious' },
  },
  createRelease: { body: { ...PLAN, name: 'first' }, rows: ['release_created'], after: { release: { id: 1, state: 'pending' } } },
  steerRelease: {
    prepare: () => done(call('POST', '/v1/services/app/releases', PLAN)),
    rows: ['release_started'],
    before: { release: { id: 1, state: 'pending' } },
    after: { release: { id: 1, state: 'running' }, weights: { blue: 50, green: 50 } },
  },
  recordDeployment: {
    body: { slot: 'green', versionId: 'v2' },
    rows: ['deployment_recorded'],
    before: { kind: 'version', versionId: 'v-green' },
    after: { kind: 'version', versionId: 'v2', slot: 'green' },
  },
  leaseSlot: { body: { slot: 'green' }, rows: ['slot_leased'], before: null, after: { kind: 'lease', slot: 'green' } },
  returnLease: {
    prepare: async () => ({ lease: (await call('POST', '/v1/services/app/deployments/lease', { slot: 'green' })).body.lease }),
    rows: ['lease_returned'],
    before: { kind: 'lease', slot: 'green' },
    after: null,
  },
  signPreview: { body: { slot: 'green' }, rows: ['preview_signed'], before: null, after: { kind: 'preview', slot: 'green' } },
  putPlan: { body: PLAN, rows: ['plan_set'], before: null, after: { name: 'mine', stages: [{ weight: 50 }] } },
  deletePlan: {
    prepare: () => done(call('PUT', '/v1/plans/mine', PLAN)),
    rows: ['plan_deleted'],
    before: { name: 'mine' },
    after: null,
  },
  createChannel: {
    body: { ...CHANNEL, kind: 'webhook' },
    rows: ['channel_set'],
    before: null,
    after: { kind: 'channel', of: 'webhook', name: 'hook', url: 'hooks.example.com/…' },
  },
  putChannel: {
    body: { ...CHANNEL, name: 'other' },
    prepare: async () => ({ id: (await made()).id }),
    rows: ['channel_set'],
    before: { kind: 'channel', name: 'hook' },
    after: { kind: 'channel', name: 'other' },
  },
  deleteChannel: {
    prepare: async () => ({ id: (await made()).id }),
    rows: ['channel_deleted'],
    before: { kind: 'channel', name: 'hook' },
    after: null,
  },
  testChannel: { prepare: async () => ({ id: (await made()).id }), rows: ['channel_tested'], before: null, after: null },
  redeliver: { prepare: () => died(), rows: ['delivery_repeated'], before: null, after: null },
  setSlos: { body: { minBad: 7 }, rows: ['slos_set'], before: { minBad: 5 }, after: { minBad: 7 } },
  createToken: {
    body: { name: 'ci', role: 'viewer' },
    rows: ['token_created'],
    before: null,
    after: { kind: 'token', name: 'ci', role: 'viewer', team: null, services: null, revokedAt: null },
  },
  revokeToken: {
    prepare: async () => ({ id: (await call('POST', '/v1/tokens', { name: 'ci', role: 'viewer' })).body.id }),
    rows: ['token_revoked'],
    before: { kind: 'token', name: 'ci', revokedAt: null },
    after: { kind: 'token', name: 'ci', revokedAt: expect.any(String) },
  },
  putTeam: {
    body: { services: ['app'] },
    rows: ['team_set'],
    before: null,
    after: { kind: 'team', name: 'mine', services: ['app'] },
  },
  deleteTeam: {
    prepare: () => done(call('PUT', '/v1/teams/mine', { services: [] })),
    rows: ['team_deleted'],
    before: { kind: 'team', name: 'mine', services: [] },
    after: null,
  },
  putPerson: {
    body: { role: 'deployer' },
    rows: ['person_set'],
    before: null,
    after: { kind: 'person', who: 'ann@example.com', role: 'deployer', team: null },
  },
  deletePerson: {
    prepare: () => done(call('PUT', '/v1/people/ann@example.com', { role: 'viewer' })),
    rows: ['person_deleted'],
    before: { kind: 'person', who: 'ann@example.com', role: 'viewer' },
    after: null,
  },
};

async function done(answer: Promise<Answer>): Promise<undefined> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(JSON.stringify(body));
}

async function made(url = CHANNEL.url): Promise<{ id: string }> {
  const { status, body } = await call('POST', '/v1/channels', { ...CHANNEL, url, kind: 'webhook' });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
}

/** A message whose receiver is gone. */
async function died(): Promise<{ id: string; delivery: string }> {
  const { name } = await inbox({ status: 410 });
  const { id } = await made(`https://hooks.example.com/${name}`);
  await registryOf(env).announce({ announcement: announced('app.1.1') });
  await vi.waitFor(async () => {
    const { deliveries } = (await call('GET', `/v1/channels/${id}/deliveries?state=dead`)).body;
    expect(deliveries).toHaveLength(1);
  });
  return { id, delivery: `app.1.1_${id}` };
}

/** A path, its parts filled in. */
export function pathOf({ path }: Pick<Known, 'path'>, parts: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? PARTS[name] ?? '1'));
}

/** Calls a write as its fixture says. */
export function write(operation: Known, token = TOKEN, parts: Readonly<Record<string, string>> = {}, more: object = {}) {
  const { body = {} } = WRITES[operation.id] ?? {};
  const given = operation.takesBody ? { ...body, ...more } : undefined;
  return call(operation.method, pathOf(operation, parts), given, token, { vars: { OVERRIDE_SECRET } });
}

/** A token of an owner of that role. */
export async function tokenFor(role: string, more: object = {}): Promise<string> {
  const { status, body } = await call('POST', '/v1/tokens', { name: `the ${role}`, role, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.token;
}

/** Everything that owners can list: what must not change where a call is refused. */
export async function everything(): Promise<unknown[]> {
  const listings = (await operations()).filter(
    ({ method, path, role, answers }) =>
      method === 'GET' &&
      role !== undefined &&
      answers.includes('application/json') &&
      !path.replace('{service}', '').includes('{'),
  );
  const all = [];
  for (const listing of listings) all.push([listing.id, (await call('GET', pathOf(listing))).body]);
  // That a token was used is noted also where its holder may not do a thing.
  return JSON.parse(JSON.stringify(all, (key, value) => (key === 'lastUsedAt' ? undefined : value)));
}
