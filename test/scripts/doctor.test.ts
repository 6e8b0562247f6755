import { beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../../scripts/doctor/diagnose.ts';
import type { Level } from '../../scripts/doctor/finding.ts';
import type { Gathered } from '../../scripts/doctor/gathered.ts';
import { linesOf, summaryOf } from '../../scripts/doctor/print.ts';
import { readProject } from '../../scripts/project.ts';
import { cloneConfigs, KV_ID } from './clone.ts';
import { bad, type Case, CHECKS, Change, expectFinding, findingsOf, OK, readGood } from './doctor-project.ts';

let good: Gathered;
beforeAll(async () => {
  good = await readGood();
});

describe('a good project', () => {
  it('is ok in every check, each with one finding and no remedy', () => {
    const findings = findingsOf(good);
    expect(findings.map(({ check }) => check)).toEqual(CHECKS);
    expect(bad(findings)).toEqual([]);
    expect(findings.every(({ remedy, what }) => remedy === null && what !== '')).toBe(true);
  });
});

const cron = '0 * * * *';
const objects = { bindings: [{ name: 'ROOM', class_name: 'Room' }] };
const queue = { queue: 'mails', type: 'worker' as const };
const v1 = { tag: 'v1', new_sqlite_classes: ['Room'] };

const CASES: readonly Case[] = [
  [
    'names',
    'error',
    'both deploy the Worker sluice-router',
    'Give control/wrangler.toml another name',
    (c) => {
      c.control.name = 'sluice-router';
      for (const bound of c.router.services ?? []) if (bound.binding === 'CONTROL') bound.service = 'sluice-router';
      c.live('platform').workers = [];
    },
  ],
  [
    'slot-bindings',
    'error',
    'needs the service binding GREEN, which wrangler.toml lacks',
    'binding = "GREEN"',
    (c) => {
      c.slot('green').self.worker = undefined;
      c.slot('green').self.file = undefined;
    },
  ],
  [
    'slot-bindings',
    'error',
    'which no slots/*/wrangler.toml defines',
    'slots/green/wrangler.toml',
    (c) => {
      c.slot('green').self.file = undefined;
    },
  ],
  [
    'slot-bindings',
    'error',
    'blue of app and green of app are both the Worker sluice-blue',
    'Bind GREEN to another Worker',
    (c) => {
      c.slot('green').self.worker = 'sluice-blue';
      for (const bound of c.control.services ?? []) bound.service = 'sluice-blue';
      c.live('platform').bindings = { looked: true };
      c.worker('sluice-control').self.bindings = undefined;
    },
  ],
  [
    'slot-bindings',
    'warning',
    'control/wrangler.toml lacks GREEN',
    'service = "sluice-green"',
    (c) => {
      c.control.services = c.control.services?.filter(({ binding }) => binding !== 'GREEN');
    },
  ],
  [
    'slot-bindings',
    'error',
    'but sluice-old in control/wrangler.toml',
    'binding = "GREEN" service = "sluice-green"',
    (c) => {
      for (const bound of c.control.services ?? []) if (bound.binding === 'GREEN') bound.service = 'sluice-old';
      c.worker('sluice-control').self.bindings = undefined;
    },
  ],
  [
    'control-binding',
    'error',
    'no binding CONTROL',
    'entrypoint = "Ingest"',
    (c) => {
      c.router.services = c.router.services?.filter(({ binding }) => binding !== 'CONTROL');
    },
  ],
  [
    'control-binding',
    'error',
    'entrypoint default, not sluice-control, entrypoint Ingest',
    'entrypoint = "Ingest"',
    (c) => {
      for (const bound of c.router.services ?? []) if (bound.binding === 'CONTROL') bound.entrypoint = undefined;
      c.worker('sluice-router').self.bindings = undefined;
    },
  ],
  [
    'control-binding',
    'error',
    'CONTROL is other',
    'service = "sluice-control"',
    (c) => {
      for (const bound of c.router.services ?? []) if (bound.binding === 'CONTROL') bound.service = 'other';
      c.worker('sluice-router').self.bindings = undefined;
    },
  ],
  [
    'kv-id',
    'error',
    'placeholder for an id in wrangler.toml and control/wrangler.toml',
    'npm run deploy',
    (c) => {
      for (const config of [c.router, c.control]) config.kv_namespaces = [{ binding: 'SPLITS', id: '0'.repeat(32) }];
      for (const name of ['sluice-router', 'sluice-control']) c.worker(name).self.bindings = undefined;
    },
  ],
  [
    'kv-id',
    'error',
    'placeholder for an id in control/wrangler.toml',
    'npm run deploy',
    (c) => {
      c.control.kv_namespaces = [{ binding: 'SPLITS' }];
      c.worker('sluice-control').self.bindings = undefined;
    },
  ],
  [
    'kv-id',
    'error',
    `${KV_ID} in wrangler.toml, but abc in control`,
    'Put the same id into both',
    (c) => {
      c.control.kv_namespaces = [{ binding: 'SPLITS', id: 'abc' }];
      c.worker('sluice-control').self.bindings = undefined;
    },
  ],
  [
    'kv-id',
    'error',
    'wrangler.toml has no KV namespace SPLITS',
    'kv namespace create SPLITS',
    (c) => {
      c.router.kv_namespaces = [];
    },
  ],
  [
    'durable-objects',
    'error',
    'does not bind SERVICE_OBJECT',
    'class_name = "ServiceObject"',
    (c) => {
      c.control.durable_objects.bindings = [];
    },
  ],
  [
    'durable-objects',
    'error',
    'ServiceObject in control/wrangler.toml has no migration',
    'new_sqlite_classes = ["ServiceObject"]',
    (c) => {
      c.control.migrations = [];
    },
  ],
  [
    'durable-objects',
    'error',
    'The class Shard in control/wrangler.toml has no migration',
    'new_sqlite_classes = ["Shard"]',
    (c) => {
      c.control.durable_objects.bindings.push({ name: 'SHARD', class_name: 'Shard' });
    },
  ],
  [
    'durable-objects',
    'error',
    'ServiceObject in control/wrangler.toml has no migration',
    'new_sqlite_classes',
    (c) => {
      c.control.migrations.push({ tag: 'v2', deleted_classes: ['ServiceObject'] });
    },
  ],
  [
    'durable-objects',
    'error',
    'made by new_classes, without SQLite',
    'new_sqlite_classes',
    (c) => {
      c.control.migrations = [{ tag: 'v1', new_classes: ['ServiceObject'] }];
    },
  ],
  [
    'crons',
    'error',
    'has no cron "* * * * *"',
    'crons = ["* * * * *"]',
    (c) => {
      c.control.triggers = { crons: [] };
    },
  ],
  [
    'crons',
    'error',
    'has the cron "0 * * * *", which control does not know',
    'Drop it',
    (c) => {
      c.control.triggers = { crons: ['* * * * *', cron] };
    },
  ],
  [
    'crons',
    'error',
    'the router has no handler',
    'Drop [triggers] from wrangler.toml',
    (c) => {
      c.router.triggers = { crons: [cron] };
    },
  ],
  [
    'routes',
    'warning',
    'neither routes nor workers_dev',
    'route =',
    (c) => {
      c.router.workers_dev = false;
    },
  ],
  [
    'routes',
    'warning',
    'app is to serve shop.example.com, which no route',
    'pattern = "shop.example.com/*"',
    (c) => {
      c.app.routes = ['shop.example.com/*'];
    },
  ],
  [
    'routes',
    'warning',
    'belongs to no service',
    'router/services.ts',
    (c) => {
      c.app.routes = ['shop.example.com/*'];
      c.router.routes = ['shop.example.com/*', 'example.com/*'];
    },
  ],
  [
    'router-cache',
    'error',
    '[cache] of wrangler.toml turns Workers Caching on',
    'enabled = false',
    (c) => {
      c.router.cache = { enabled: true };
    },
  ],
  [
    'request-signal',
    'error',
    'wrangler.toml lacks the flag enable_request_signal',
    'compatibility_flags = ["enable_request_signal"]',
    (c) => {
      c.router.compatibility_flags = ['nodejs_compat'];
    },
  ],
  [
    'router-cache',
    'error',
    '[exports.default.cache]',
    'enabled = false',
    (c) => {
      c.router.exports = { default: { type: 'worker', cache: { enabled: true } } };
    },
  ],
  [
    'override',
    'warning',
    'Anyone may choose a slot of app',
    "override: 'signed'",
    (c) => {
      c.app.override = 'open';
    },
  ],
  [
    'local-settings',
    'error',
    'control/wrangler.toml sets the var LOCAL_DEV',
    'Drop LOCAL_DEV',
    (c) => {
      c.control.vars.LOCAL_DEV = '1';
    },
  ],
  [
    'local-settings',
    'error',
    'wrangler.toml sets the var LOCAL_OVERRIDE',
    'Drop LOCAL_OVERRIDE',
    (c) => {
      c.router.vars.LOCAL_OVERRIDE = 'open';
    },
  ],
  [
    'local-settings',
    'error',
    'sets the var IDLE_FLUSH_MS',
    'Drop IDLE_FLUSH_MS',
    (c) => {
      c.control.vars.IDLE_FLUSH_MS = '1000';
    },
  ],
  [
    'local-settings',
    'error',
    'ADMIN_TOKEN, which is a secret',
    'wrangler secret put ADMIN_TOKEN -c control/wrangler.toml',
    (c) => {
      c.control.vars.ADMIN_TOKEN = 'x'.repeat(32);
    },
  ],
  [
    'local-settings',
    'error',
    'OVERRIDE_SECRET, which is a secret',
    'wrangler secret put OVERRIDE_SECRET -c wrangler.toml',
    (c) => {
      c.router.vars.OVERRIDE_SECRET = 'x'.repeat(32);
    },
  ],
  [
    'local-settings',
    'error',
    'OVERRIDE_SECRET_PREVIOUS, which is a secret',
    'wrangler secret put OVERRIDE_SECRET_PREVIOUS -c wrangler.toml',
    (c) => {
      c.router.vars.OVERRIDE_SECRET_PREVIOUS = 'x'.repeat(32);
    },
  ],
  [
    'local-settings',
    'error',
    'slots/blue/wrangler.toml sets the var FAULTS',
    '.dev.vars',
    (c) => {
      for (const slot of ['blue', 'green'] as const) c.slot(slot).config.vars.FAULTS = 'on';
    },
  ],
  [
    'access',
    'error',
    'sets ACCESS_TEAM_DOMAIN without ACCESS_AUD: nobody gets into control by Cloudflare Access',
    'Add ACCESS_AUD to [vars] of control/wrangler.toml (the audience tag of the Access application)',
    (c) => {
      c.control.vars.ACCESS_TEAM_DOMAIN = 'acme.cloudflareaccess.com';
    },
  ],
  [
    'access',
    'error',
    'sets ACCESS_AUD without ACCESS_TEAM_DOMAIN',
    '(<team>.cloudflareaccess.com), or drop ACCESS_AUD',
    (c) => {
      c.control.vars = { ...c.control.vars, ACCESS_AUD: 'f00d', ACCESS_TEAM_DOMAIN: '' };
    },
  ],
  [
    'bad-tokens',
    'warning',
    'control/wrangler.toml does not bind BAD_TOKENS: whoever tries tokens at control is not slowed',
    'name = "BAD_TOKENS"',
    (c) => {
      c.control.ratelimits = [];
    },
  ],
  [
    'slot-triggers',
    'warning',
    'slots/green/wrangler.toml has crons (0 * * * *)',
    'drop [triggers]',
    (c) => {
      c.slot('green').config.triggers = { crons: [cron] };
    },
  ],
  [
    'slot-triggers',
    'warning',
    'slots/blue/wrangler.toml consumes the queue mails',
    'drop the consumer',
    (c) => {
      c.slot('blue').config.queues.consumers = [queue];
    },
  ],
  [
    'slot-objects',
    'warning',
    'Room is hosted in blue and green: that is 2 separate states',
    'script_name',
    (c) => {
      for (const slot of ['blue', 'green'] as const)
        Object.assign(c.slot(slot).config, { durable_objects: objects, migrations: [v1] });
    },
  ],
  [
    'slot-objects',
    'warning',
    'Room is hosted in green alone',
    'script_name',
    (c) => {
      c.slot('green').config.migrations = [v1];
    },
  ],
  [
    'slot-addresses',
    'warning',
    'slots/blue/wrangler.toml puts blue on workers.dev',
    'workers_dev = false',
    (c) => {
      c.slot('blue').config.workers_dev = undefined;
    },
  ],
  [
    'slot-addresses',
    'warning',
    'slots/blue/wrangler.toml has routes of its own (x.example/*)',
    "the router's wrangler config",
    (c) => {
      c.slot('blue').config.routes = ['x.example/*'];
    },
  ],
  [
    'slot-addresses',
    'warning',
    'has preview URLs',
    'preview_urls = false',
    (c) => {
      c.slot('blue').config.preview_urls = true;
    },
  ],
  [
    'slot-parity',
    'warning',
    'blue has the var API, green does not',
    'Add API to slots/green/wrangler.toml',
    (c) => {
      c.slot('blue').config.vars.API = 'x';
    },
  ],
  [
    'slot-parity',
    'warning',
    'green has the binding (kv_namespaces) STORE, blue does not',
    'slots/blue/wrangler.toml',
    (c) => {
      c.slot('green').config.kv_namespaces = [{ binding: 'STORE', id: 'a' }];
    },
  ],
  [
    'slot-parity',
    'warning',
    'green has the binding (durable_objects) ROOM, blue does not',
    'slots/blue/wrangler.toml',
    (c) => {
      c.slot('green').config.durable_objects.bindings = [{ name: 'ROOM', class_name: 'Room', script_name: 'rooms' }];
    },
  ],
  [
    'slot-parity',
    'warning',
    'X is not the same in all slots: var in blue, binding (ai) in green',
    'same kind',
    (c) => {
      c.slot('blue').config.vars.X = 'x';
      c.slot('green').config.ai = { binding: 'X' };
    },
  ],
  [
    'slot-parity',
    'warning',
    'Compatibility dates differ: 2026-07-01 in blue, 2025-01-01 in green',
    'Make them the same',
    (c) => {
      c.slot('green').config.compatibility_date = '2025-01-01';
    },
  ],
  [
    'slot-parity',
    'warning',
    'Compatibility flags differ: none in blue, nodejs_compat in green',
    'Make them the same',
    (c) => {
      c.slot('green').config.compatibility_flags = ['nodejs_compat'];
    },
  ],
];

it.each(CASES)('%s: %s, %s', (...fault) => expectFinding(fault));

it('is ok with what is allowed', () => {
  const change = new Change();
  change.app.routes = ['shop.example.com/*', '*.example.org/a/*'];
  change.router.routes = ['*example.com/*', { pattern: 'www.example.org', custom_domain: true }];
  change.control.exports = { Shard: { type: 'durable-object', storage: 'sqlite' } };
  change.control.durable_objects.bindings.push({ name: 'SHARD', class_name: 'Shard' });
  change.app.override = 'off';
  change.live('router').override.problem = 'override-off';
  for (const name of ['sluice-router', 'sluice-control']) change.worker(name).self.secrets = ['ADMIN_TOKEN'];
  expect(bad(findingsOf(change.gathered))).toEqual([]);
});

it('takes settings of Access that are both there, and limits of the older spelling', () => {
  const change = new Change();
  change.control.vars.ACCESS_TEAM_DOMAIN = 'acme.cloudflareaccess.com';
  change.worker('sluice-control').self.secrets.push('ACCESS_AUD');
  change.control.ratelimits = [];
  change.control.unsafe = { bindings: [{ name: 'BAD_TOKENS', type: 'ratelimit' }] };
  const findings = findingsOf(change.gathered);
  expect(bad(findings)).toEqual([]);
  expect(findings.find(({ check }) => check === 'access')?.what).toContain('people by Cloudflare Access');
});

it('wants no OVERRIDE_SECRET where no service has signed overrides, and takes an open route that is meant to be', () => {
  const change = new Change();
  change.app.override = 'open';
  change.live('router').override = { ...OK, slot: 'green', reason: 'override' };
  change.worker('sluice-router').self.secrets = [];
  expect(bad(findingsOf(change.gathered)).map(({ check, level }) => [check, level])).toEqual([
    ['override', 'warning'],
    ['open-override', 'warning'],
  ]);
});

it('prints at most 80 columns, every word of it, and how many there are', () => {
  for (const [, , , , spoil] of CASES) {
    const change = new Change();
    spoil(change);
    const groups = diagnose(change.gathered);
    const lines = linesOf(groups, (_, text) => text);
    expect(lines.filter((line) => line.length > 80 && line.includes(' ', 12))).toEqual([]);
    const words = lines.join(' ').split(/\s+/);
    for (const { check, what, remedy } of groups.flatMap(({ findings }) => findings))
      expect(words).toEqual(expect.arrayContaining(`${check}: ${what} ${remedy ?? ''}`.trim().split(/\s+/)));
  }
  expect(summaryOf(findingsOf(good))).toBe('0 errors, 0 warnings, 29 ok.');
});

describe('read by the real reader', () => {
  it.each<[string, string, Level, string, string, (text: string) => string]>([
    ['wrangler.toml', 'kv-id', 'error', 'placeholder', 'npm run deploy', (text) => text.replace(KV_ID, '0'.repeat(32))],
    [
      'wrangler.toml',
      'slot-bindings',
      'error',
      'which wrangler.toml lacks',
      'GREEN',
      (text) => text.replace('"GREEN"', '"GREN"'),
    ],
    ['control/wrangler.toml', 'crons', 'error', 'has no cron', 'crons = ', (text) => text.replace(/\[triggers\]\n.*\n/, '')],
    [
      'control/wrangler.toml',
      'durable-objects',
      'error',
      'no migration',
      'migrations',
      (text) => text.replace(/\[\[migrations\]\]\n.*\n.*\n/, ''),
    ],
    [
      'slots/green/wrangler.toml',
      'slot-addresses',
      'warning',
      'workers.dev',
      'workers_dev = false',
      (text) => text.replace(/workers_dev.*/, ''),
    ],
    [
      'slots/green/wrangler.toml',
      'slot-parity',
      'warning',
      'green has the var EXTRA',
      'slots/blue',
      (text) => text.replace('[vars]', '[vars]\nEXTRA = "1"'),
    ],
    [
      'slots/green/wrangler.toml',
      'slot-triggers',
      'warning',
      'has crons',
      'triggers',
      (text) => `${text}\n[triggers]\ncrons = ["0 0 * * *"]\n`,
    ],
    [
      'slots/green/wrangler.toml',
      'slot-parity',
      'warning',
      'binding (queues) MAILS',
      'MAILS',
      (text) => `${text}\n[[queues.producers]]\nbinding = "MAILS"\nqueue = "mails"\n`,
    ],
    ['router/services.ts', 'override', 'warning', 'Anyone may choose', 'signed', (text) => text.replace("'signed'", "'open'")],
  ])('%s: %s', async (file, check, level, what, remedy, edit) => {
    const project = await readProject(cloneConfigs({ [file]: edit }));
    const unseen = { looked: false, why: 'offline.', remedy: null } as const;
    const gathered = { project, control: unseen, devToken: unseen, page: unseen, router: unseen, platform: unseen };
    const found = { check, level, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) };
    expect(bad(findingsOf(gathered))).toContainEqual(found);
  });
});
