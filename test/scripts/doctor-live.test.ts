import { beforeAll, expect, it } from 'vitest';
import type { Gathered } from '../../scripts/doctor/gathered.ts';
import { KV_ID } from './clone.ts';
import { bad, type Case, CHECKS, Change, expectFinding, findingsOf, OK, readGood } from './doctor-project.ts';

// What control, the public route and the platform answered.
let good: Gathered;
beforeAll(async () => {
  good = await readGood();
});

const CASES: readonly Case[] = [
  [
    'control',
    'warning',
    'not looked at: down.',
    'start it',
    (c) => {
      c.gathered.control = { looked: false, why: 'down.', remedy: 'start it' };
    },
  ],
  [
    'control',
    'error',
    'does not know the service app',
    'npm run deploy',
    (c) => {
      c.live('control').services = [];
    },
  ],
  [
    'control',
    'error',
    'slots blue, green in router/services.ts, but blue, red at control',
    'Deploy control again',
    (c) => {
      c.live('control').services = [{ service: 'app', active: 'blue', slots: ['blue', 'red'], defaultPlan: 'standard' }];
    },
  ],
  [
    'default-slot',
    'error',
    'green is active, but visitors of app get blue',
    "defaultSlot: 'green'",
    (c) => {
      for (const service of c.live('control').services) service.active = 'green';
    },
  ],
  [
    'default-slot',
    'warning',
    'app has no active slot yet',
    'sluice activate',
    (c) => {
      for (const service of c.live('control').services) service.active = null;
    },
  ],
  [
    'default-plan',
    'error',
    'the plan slow, which does not exist',
    '"defaultPlan":"standard"',
    (c) => {
      for (const service of c.live('control').services) service.defaultPlan = 'slow';
    },
  ],
  [
    'dev-token',
    'error',
    'takes the token "sluice-dev"',
    'secret put ADMIN_TOKEN',
    (c) => {
      c.live('devToken').status = 200;
    },
  ],
  [
    'dev-token',
    'error',
    'has no fit ADMIN_TOKEN',
    'secret put ADMIN_TOKEN',
    (c) => {
      c.live('devToken').status = 503;
    },
  ],
  [
    'dev-token',
    'warning',
    'answered 404',
    'SLUICE_URL',
    (c) => {
      c.live('devToken').status = 404;
    },
  ],
  [
    'dev-token',
    'warning',
    'not looked at',
    'set',
    (c) => {
      c.gathered.devToken = { looked: false, why: 'local.', remedy: 'set it' };
    },
  ],
  [
    'dashboard',
    'warning',
    'There is no dashboard at https://control.example/services (status 401).',
    'npm run deploy',
    (c) => Object.assign(c.live('page').answers[1] ?? {}, { status: 401, type: 'application/problem+json', policy: null }),
  ],
  [
    'dashboard',
    'warning',
    'There is no dashboard at https://control.example/ (status 200).',
    'npm run deploy',
    (c) => Object.assign(c.live('page').answers[0] ?? {}, { type: 'application/json' }),
  ],
  [
    'dashboard',
    'error',
    'The dashboard at https://control.example/ comes without its content-security-policy',
    'in front of control',
    (c) => Object.assign(c.live('page').answers[0] ?? {}, { policy: null }),
  ],
  [
    'dashboard',
    'error',
    'The dashboard at https://control.example/services comes without its content-security-policy',
    'in front of control',
    (c) => Object.assign(c.live('page').answers[1] ?? {}, { policy: "default-src 'none'; script-src 'unsafe-inline'" }),
  ],
  [
    'dashboard',
    'warning',
    'is not the one that was built last in this clone',
    'npm run deploy',
    (c) => {
      c.live('page').built = '<another page>';
    },
  ],
  [
    'open-override',
    'error',
    'Anyone may choose a slot at https://app.example, though the policy is signed',
    'LOCAL_OVERRIDE',
    (c) => {
      c.live('router').override = { ...OK, slot: 'green', reason: 'override' };
    },
  ],
  [
    'open-override',
    'error',
    'though the policy is signed',
    'LOCAL_OVERRIDE',
    (c) => {
      c.live('router').override = { ...OK, status: 400, slot: null, reason: null, problem: 'unknown-slot' };
    },
  ],
  [
    'open-override',
    'warning',
    'No service owns https://app.example',
    'SLUICE_ROUTER_URL',
    (c) => {
      c.live('router').override = { ...OK, status: 404, slot: null, reason: null, problem: 'no-service' };
    },
  ],
  [
    'open-override',
    'error',
    'is no Sluice router (status 200',
    'SLUICE_ROUTER_URL',
    (c) => {
      c.live('router').override = { ...OK, slot: null, reason: null };
    },
  ],
  [
    'cache-in-front',
    'warning',
    'cf-cache-status: HIT',
    'Turn Workers Caching off',
    (c) => {
      c.live('router').again.cacheStatus = 'HIT';
    },
  ],
  [
    'cache-in-front',
    'warning',
    'age: 12',
    'Turn Workers Caching off',
    (c) => {
      c.live('router').again.age = '12';
    },
  ],
  [
    'deployed',
    'warning',
    'sluice-green is not deployed',
    'sluice deploy --slot green',
    (c) => {
      c.worker('sluice-green').self.deployed = false;
    },
  ],
  [
    'deployed',
    'warning',
    'sluice-control is not deployed',
    'npm run deploy',
    (c) => {
      c.worker('sluice-control').self.deployed = false;
    },
  ],
  [
    'secrets',
    'error',
    'sluice-control has no secret ADMIN_TOKEN',
    'secret put ADMIN_TOKEN -c control/wrangler.toml',
    (c) => {
      c.worker('sluice-control').self.secrets = ['OVERRIDE_SECRET'];
    },
  ],
  [
    'secrets',
    'error',
    'sluice-router has no secret OVERRIDE_SECRET',
    'secret put OVERRIDE_SECRET -c wrangler.toml',
    (c) => {
      c.app.override = undefined;
      c.worker('sluice-router').self.secrets = [];
    },
  ],
  [
    'secrets',
    'error',
    'sluice-control has no secret OVERRIDE_SECRET',
    'the same on router and control',
    (c) => {
      c.worker('sluice-control').self.secrets = ['ADMIN_TOKEN'];
    },
  ],
  [
    'deployed-settings',
    'error',
    'sluice-router is deployed with the var LOCAL_OVERRIDE',
    'wrangler deploy -c wrangler.toml',
    (c) => {
      c.worker('sluice-router').bindings.push({ name: 'LOCAL_OVERRIDE', type: 'plain_text' });
    },
  ],
  [
    'deployed-settings',
    'error',
    'sluice-router is deployed with the var OVERRIDE_SECRET_PREVIOUS',
    'wrangler deploy -c wrangler.toml',
    (c) => {
      c.worker('sluice-router').bindings.push({ name: 'OVERRIDE_SECRET_PREVIOUS', type: 'plain_text' });
    },
  ],
  [
    'deployed-settings',
    'error',
    'sluice-control is deployed with the var ADMIN_TOKEN',
    'npm run deploy',
    (c) => {
      for (const binding of c.worker('sluice-control').bindings) if (binding.name === 'ADMIN_TOKEN') binding.type = 'plain_text';
    },
  ],
  [
    'deployed-bindings',
    'error',
    'what is deployed of sluice-router does not have it',
    'npx wrangler deploy -c wrangler.toml',
    (c) => {
      const { self, bindings } = c.worker('sluice-router');
      self.bindings = bindings.filter(({ name }) => name !== 'GREEN');
    },
  ],
  [
    'deployed-bindings',
    'error',
    `SPLITS to namespace ${KV_ID}; what is deployed of sluice-control has namespace abc`,
    'deploy',
    (c) => {
      for (const binding of c.worker('sluice-control').bindings) if (binding.name === 'SPLITS') binding.namespace_id = 'abc';
    },
  ],
  [
    'deployed-bindings',
    'error',
    'sluice-control#Ingest; what is deployed of sluice-router has sluice-control.',
    'deploy',
    (c) => {
      for (const binding of c.worker('sluice-router').bindings) if (binding.name === 'CONTROL') binding.entrypoint = undefined;
    },
  ],
  [
    'deployed-parity',
    'warning',
    'blue has the secret API_KEY, green does not',
    'Add API_KEY to sluice-green',
    (c) => {
      c.worker('sluice-blue').self.secrets = ['API_KEY'];
    },
  ],
  [
    'deployed-parity',
    'warning',
    'green has the var API, blue does not',
    'Add API to sluice-blue',
    (c) => {
      c.worker('sluice-green').bindings.push({ name: 'API', type: 'plain_text' });
    },
  ],
];

it.each(CASES)('%s: %s, %s', (...fault) => expectFinding(fault));

it('sources that were not looked at are a finding of every check that needs them, and no error', () => {
  const unseen = { looked: false, why: 'not now.', remedy: 'later' } as const;
  const findings = findingsOf({ ...good, control: unseen, devToken: unseen, page: unseen, router: unseen, platform: unseen });
  expect(findings.map(({ check }) => check)).toEqual([...CHECKS.slice(0, CHECKS.indexOf('deployed')), 'platform']);
  expect(bad(findings).map(({ level, what }) => [level, what.startsWith('not looked at: ')])).toEqual(
    Array(8).fill(['warning', true]),
  );
  const change = new Change();
  change.live('platform').bindings = unseen;
  for (const worker of change.live('platform').workers) worker.bindings = undefined;
  expect(bad(findingsOf(change.gathered)).map(({ check }) => check)).toEqual(['deployed-settings', 'deployed-bindings']);
});
