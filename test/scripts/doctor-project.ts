// A project without a fault, ways to give it one, and what doctor then must say.
import { expect } from 'vitest';
import { diagnose } from '../../scripts/doctor/diagnose.ts';
import type { Finding, Level } from '../../scripts/doctor/finding.ts';
import type { Gathered, PageAnswer, VisitSeen } from '../../scripts/doctor/gathered.ts';
import { readProject } from '../../scripts/project.ts';
import { cloneConfigs, KV_ID } from './clone.ts';

type Draft<T> = T extends (infer U)[] | readonly (infer U)[]
  ? Draft<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Draft<T[K]> }
    : T;
type Seen<K extends keyof Gathered> = Extract<Draft<Gathered[K]>, { looked: true }>;

/** Every check, in the order of the report. */
export const CHECKS = [
  'names',
  'slot-bindings',
  'control-binding',
  'kv-id',
  'durable-objects',
  'crons',
  'routes',
  'router-cache',
  'request-signal',
  'override',
  'local-settings',
  'access',
  'bad-tokens',
  'slot-triggers',
  'slot-objects',
  'slot-addresses',
  'slot-parity',
  'control',
  'default-slot',
  'default-plan',
  'dev-token',
  'dashboard',
  'open-override',
  'cache-in-front',
  'deployed',
  'secrets',
  'deployed-settings',
  'deployed-bindings',
  'deployed-parity',
];

/** What a visitor gets when all is well. */
export const OK: VisitSeen = { status: 200, slot: 'blue', reason: 'split', problem: null, cacheStatus: 'DYNAMIC', age: null };
let good: Gathered;

/** A project in which everything is as it should be. Read once, by the real reader. */
export async function readGood(): Promise<Gathered> {
  good ??= await makeGood();
  return good;
}

async function makeGood(): Promise<Gathered> {
  const project = await readProject(cloneConfigs());
  const secret = (name: string) => ({ name, type: 'secret_text' });
  const service = (name: string, worker: string, entrypoint?: string) => ({ name, type: 'service', service: worker, entrypoint });
  const slots = [service('BLUE', 'sluice-blue'), service('GREEN', 'sluice-green')];
  const kv = { name: 'SPLITS', type: 'kv_namespace', namespace_id: KV_ID };
  const slot = [
    { name: 'SLOT', type: 'plain_text' },
    { name: 'CF_VERSION_METADATA', type: 'version_metadata' },
  ];
  const router = [kv, service('CONTROL', 'sluice-control', 'Ingest'), ...slots, secret('OVERRIDE_SECRET')];
  const control = [kv, ...slots, secret('ADMIN_TOKEN'), secret('OVERRIDE_SECRET')];
  return {
    project,
    control: {
      looked: true,
      url: 'https://control.example',
      services: [{ service: 'app', active: 'blue', slots: ['blue', 'green'], defaultPlan: 'standard' }],
      plans: ['cautious', 'standard', 'instant'],
    },
    devToken: { looked: true, url: 'https://control.example', status: 401 },
    page: { looked: true, url: 'https://control.example', answers: ['/', '/services'].map(answerAt), built: '<page>' },
    router: {
      looked: true,
      url: 'https://app.example',
      service: 'app',
      override: { ...OK, status: 403, slot: null, reason: null, problem: 'override-refused' },
      again: OK,
    },
    platform: {
      looked: true,
      bindings: { looked: true },
      workers: [
        { name: 'sluice-router', deployed: true, secrets: ['OVERRIDE_SECRET'], bindings: router },
        { name: 'sluice-control', deployed: true, secrets: ['ADMIN_TOKEN', 'OVERRIDE_SECRET'], bindings: control },
        { name: 'sluice-blue', deployed: true, secrets: [], bindings: [...slot] },
        { name: 'sluice-green', deployed: true, secrets: [], bindings: slot },
      ],
    },
  };
}

function answerAt(path: string): PageAnswer {
  return { path, status: 200, type: 'text/html; charset=utf-8', policy: "default-src 'none'; script-src 'self'", html: '<page>' };
}

/** The good project, changed in one place. */
export class Change {
  readonly gathered = structuredClone(good) as Draft<Gathered>;
  readonly router = this.gathered.project.router.config;
  readonly control = this.gathered.project.control.config;
  readonly services = this.gathered.project.services;
  readonly app = this.gathered.project.services[0] as Draft<Gathered['project']['services'][number]>;

  slot(name: 'blue' | 'green') {
    const found = this.gathered.project.slots.find(({ slot }) => slot === name);
    if (found?.file === undefined) throw new Error(`${name} has no config`);
    return { ...found, self: found, config: found.file.config };
  }
  live<K extends 'control' | 'devToken' | 'page' | 'router' | 'platform'>(part: K): Seen<K> {
    return this.gathered[part] as Seen<K>;
  }
  worker(name: string) {
    const found = this.live('platform').workers.find((worker) => worker.name === name);
    if (found?.bindings === undefined) throw new Error(`${name} is not there`);
    return { ...found, self: found, bindings: found.bindings };
  }
}

/** What doctor says of it. */
export const findingsOf = (gathered: Gathered): Finding[] => diagnose(gathered).flatMap(({ findings }) => findings);
/** Warnings and errors. */
export const bad = (findings: readonly Finding[]) => findings.filter(({ level }) => level !== 'ok');

/** Check, level, a part of what is said, a part of the remedy, and the one thing that is not as it should be. */
export type Case = readonly [check: string, level: Level, what: string, remedy: string, spoil: (c: Change) => void];

/** Whether doctor says this of a project that has this one fault, and finds no error elsewhere. */
export function expectFinding([check, level, what, remedy, spoil]: Case): void {
  const change = new Change();
  spoil(change);
  const findings = bad(findingsOf(change.gathered));
  const found = findings.filter((finding) => finding.check === check);
  expect(found).toContainEqual({ check, level, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) });
  // A fault may show in two places, as a warning.
  expect(findings.filter((finding) => finding.check !== check && finding.level === 'error')).toEqual([]);
}
