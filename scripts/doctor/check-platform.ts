// Checks of what is deployed, as the platform lists it: Workers, secrets, vars and bindings. Pure.
import type { Project } from '../project.ts';
import { filesOf } from './check-bindings.ts';
import { LOCAL_SETTINGS } from './check-exposure.ts';
import { bySlotsOfService, compareSlots } from './check-parity.ts';
import { error, type Finding, findingsOf, notLookedAt, notLookedAtEither, type Wrong, warning } from './finding.ts';
import type { DeployedBinding, Gathered, PlatformSeen, WorkerSeen } from './gathered.ts';

/** Every check of the platform; without a look at it, one finding for all. */
export function checkPlatform({ project, platform }: Gathered): Finding[] {
  if (!platform.looked) return notLookedAt('platform', platform);
  return [
    ...checkDeployed(project, platform),
    ...checkSecrets(project, platform),
    ...checkDeployedSettings(project, platform),
    ...checkDeployedBindings(project, platform),
    ...checkDeployedParity(project, platform),
  ];
}

function checkDeployed(project: Project, { workers }: PlatformSeen): Finding[] {
  const wrong = workers
    .filter(({ deployed }) => !deployed)
    .map(({ name }) => {
      const slot = project.slots.find(({ worker }) => worker === name);
      const path = filesOf(project).find(({ config }) => config.name === name)?.path;
      const remedy = slot === undefined ? deployOf(project, path) : `sluice deploy --slot ${slot.slot}`;
      return warning(`${name} is not deployed.`, remedy);
    });
  return findingsOf('deployed', `${workers.map(({ name }) => name).join(', ')}.`, wrong);
}

function checkSecrets({ router, control, services }: Project, { workers }: PlatformSeen): Finding[] {
  const signed = services.filter(({ override = 'signed' }) => override === 'signed').map(({ name }) => name);
  const wanted = [
    { file: control, secret: 'ADMIN_TOKEN', without: 'control answers nobody' },
    ...(signed.length === 0 ? [] : [router, control]).map((file) => ({
      file,
      secret: 'OVERRIDE_SECRET',
      without: `nobody can look at an idle slot of ${signed.join(', ')}, the smoke check of a deploy neither`,
    })),
  ];
  const live = wanted.flatMap((want) => {
    const worker = workers.find(({ name, deployed }) => deployed && name === want.file.config.name);
    return worker === undefined ? [] : [{ ...want, worker }];
  });
  const wrong = live.flatMap(({ worker, file, secret, without }): Wrong[] => {
    if (worker.secrets.includes(secret)) return [];
    const same = secret === 'OVERRIDE_SECRET' ? ', the same on router and control' : '';
    const remedy = `npx wrangler secret put ${secret} -c ${file.path}  (32 characters or more${same})`;
    return [error(`${worker.name} has no secret ${secret}: ${without}.`, remedy)];
  });
  const list = live.map(({ worker, secret }) => `${secret} on ${worker.name}`).join(', ');
  return findingsOf('secrets', live.length === 0 ? 'Nothing that needs one is deployed.' : `${list}.`, wrong);
}

function checkDeployedSettings(project: Project, platform: PlatformSeen): Finding[] {
  if (!platform.bindings.looked) return notLookedAt('deployed-settings', platform.bindings);
  const paths = new Map(filesOf(project).map(({ path, config }) => [config.name, path]));
  const wrong = platform.workers.flatMap(({ name: worker, bindings = [] }) =>
    bindings
      .filter(({ name, type }) => isLocal(name, type))
      .map(({ name }) =>
        error(
          `${worker} is deployed with the var ${name}, which ${LOCAL_SETTINGS[name]}.`,
          `Deploy it again without: ${deployOf(project, paths.get(worker))}`,
        ),
      ),
  );
  return findingsOf('deployed-settings', 'Nothing deployed has vars of the local run.', wrong);
}

// Control goes out with its dashboard, which wrangler by itself would not build.
function deployOf({ control }: Project, path: string | undefined): string {
  return path === control.path ? 'npm run deploy' : `npx wrangler deploy -c ${path}`;
}

function isLocal(name: string, type: string): boolean {
  const isSecret = name === 'ADMIN_TOKEN' || name.startsWith('OVERRIDE_SECRET');
  return Object.hasOwn(LOCAL_SETTINGS, name) && !(isSecret && type === 'secret_text');
}

/** The deployed router and control are bound as the files say. */
function checkDeployedBindings(project: Project, platform: PlatformSeen): Finding[] {
  if (!platform.bindings.looked) return notLookedAtEither('deployed-bindings', 'deployed-settings', platform.bindings);
  const wrong = [project.router, project.control].flatMap(({ path, config }): Wrong[] => {
    const bindings = platform.workers.find(({ name, deployed }) => deployed && name === config.name)?.bindings;
    if (bindings === undefined) return [];
    const wanted: DeployedBinding[] = [
      ...(config.services ?? []).map(({ binding: name, service, entrypoint }) => ({
        name,
        type: 'service',
        service,
        entrypoint,
      })),
      ...config.kv_namespaces.map(({ binding: name, id }) => ({ name, type: 'kv_namespace', namespace_id: id })),
    ];
    return wanted.flatMap((want) => {
      const has = bindings.find(({ name }) => name === want.name);
      if (has !== undefined && target(has) === target(want)) return [];
      const now = has === undefined ? 'does not have it' : `has ${target(has)}`;
      const what = `${path} binds ${want.name} to ${target(want)}; what is deployed of ${config.name} ${now}.`;
      return [error(what, deployOf(project, path))];
    });
  });
  return findingsOf('deployed-bindings', 'Router and control are bound as their configs say.', wrong);
}

function target({ type, service, entrypoint, namespace_id }: DeployedBinding): string {
  if (type === 'kv_namespace') return `namespace ${namespace_id}`;
  if (type !== 'service') return `a ${type}`;
  return entrypoint === undefined || entrypoint === 'default' ? `${service}` : `${service}#${entrypoint}`;
}

/** What is deployed in the slots of a service has the same vars, bindings and secrets. */
function checkDeployedParity(project: Project, { workers }: PlatformSeen): Finding[] {
  const wrong = bySlotsOfService(project).flatMap((slots) => {
    const seen = slots.flatMap(({ slot, worker }) => {
      const found = workers.find(({ name, deployed }) => deployed && name === worker);
      return found === undefined ? [] : [{ slot, names: deployedNames(found) }];
    });
    return compareSlots(seen, (slot) => slots.find((one) => one.slot === slot)?.worker ?? slot);
  });
  return findingsOf('deployed-parity', 'What is deployed in the slots has the same secrets, vars and bindings.', wrong);
}

function deployedNames({ secrets, bindings = [] }: WorkerSeen): ReadonlyMap<string, string> {
  const kinds: Readonly<Record<string, string>> = { plain_text: 'var', json: 'var', secret_text: 'secret' };
  const others = bindings.map(({ name, type }) => [name, kinds[type] ?? `binding (${type})`] as const);
  return new Map([...others, ...secrets.map((name) => [name, 'secret'] as const)]);
}
