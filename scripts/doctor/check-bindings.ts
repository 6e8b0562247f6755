// Checks of the files: who is bound to whom. Router → slots, control and KV; control → slots and KV. Pure.
import type { ConfigFile, Project, SlotWorker } from '../project.ts';
import { error, type Finding, findingsOf, type Wrong, warning } from './finding.ts';
import type { Gathered } from './gathered.ts';

const ENTRYPOINT = 'Ingest';

/** Every Worker has a name, and a name of its own. */
export function checkNames({ project }: Gathered): Finding[] {
  const taken = new Map<string, string>();
  const wrong: Wrong[] = [];
  for (const { path, config } of filesOf(project)) {
    const owner = taken.get(config.name ?? '');
    if (config.name === undefined) wrong.push(error(`${path} has no name.`, `Add name = "sluice-…" to ${path}.`));
    else if (owner !== undefined)
      wrong.push(
        error(
          `${path} and ${owner} both deploy the Worker ${config.name}: one would replace the other.`,
          `Give ${path} another name, and use it in the service bindings.`,
        ),
      );
    taken.set(config.name ?? '', path);
  }
  return findingsOf('names', `${[...taken.keys()].join(', ')}.`, wrong);
}

/** Each slot of services.ts is bound in router and control, to a Worker of its own that the clone has. */
export function checkSlotBindings({ project }: Gathered): Finding[] {
  const owners = new Map<string, string>();
  const wrong = project.slots.flatMap((slot) => {
    const found = wrongOfSlot(project, slot);
    const owner = owners.get(slot.worker ?? '');
    if (slot.worker !== undefined && owner !== undefined) found.push(twoSlotsOneWorker(project, slot, owner));
    owners.set(slot.worker ?? '', `${slot.slot} of ${slot.service}`);
    return found;
  });
  const list = project.slots.map(({ slot, binding, worker }) => `${slot} → ${binding} → ${worker}`);
  return findingsOf('slot-bindings', `${list.join(', ')}.`, wrong);
}

function twoSlotsOneWorker({ router }: Project, { service, slot, worker, binding }: SlotWorker, owner: string): Wrong {
  const what = `Slots ${owner} and ${slot} of ${service} are both the Worker ${worker}: a split between them is none.`;
  return error(what, `Bind ${binding} to another Worker in ${router.path}.`);
}

function wrongOfSlot({ router, control }: Project, { service, slot, binding, worker, file }: SlotWorker): Wrong[] {
  if (worker === undefined)
    return [
      error(
        `Slot ${slot} of ${service} needs the service binding ${binding}, which ${router.path} lacks: the router answers 503 for all of ${service}.`,
        `Add to ${router.path}: [[services]] binding = "${binding}" service = "<the Worker of ${slot}>"`,
      ),
    ];
  const wrong: Wrong[] = [];
  if (file === undefined)
    wrong.push(
      error(
        `Slot ${slot} of ${service} is the Worker ${worker}, which no slots/*/wrangler.toml defines: it cannot be deployed or looked at.`,
        `Mend the name at ${binding} in ${router.path}, or put its config into slots/${slot}/wrangler.toml.`,
      ),
    );
  const probed = control.config.services?.find((bound) => bound.binding === binding)?.service;
  const line = `[[services]] binding = "${binding}" service = "${worker}"`;
  if (probed === undefined)
    wrong.push(warning(`${control.path} lacks ${binding}: slot ${slot} is not probed.`, `Add to ${control.path}: ${line}`));
  else if (probed !== worker)
    wrong.push(
      error(
        `${binding} is ${worker} in ${router.path}, but ${probed} in ${control.path}: probes look at another Worker.`,
        `Bind the same one in ${control.path}: ${line}`,
      ),
    );
  return wrong;
}

/** The router reports to control's entrypoint. */
export function checkControlBinding({ project: { router, control } }: Gathered): Finding[] {
  const bound = router.config.services?.find(({ binding }) => binding === 'CONTROL');
  const right = bound?.service === control.config.name && bound?.entrypoint === ENTRYPOINT;
  const remedy = `In ${router.path}: [[services]] binding = "CONTROL" service = "${control.config.name}" entrypoint = "${ENTRYPOINT}"`;
  const lost = 'no report would arrive, and nothing be judged or rolled back';
  const what =
    bound === undefined
      ? `${router.path} has no binding CONTROL: ${lost}.`
      : `CONTROL is ${bound.service}, entrypoint ${bound.entrypoint ?? 'default'}, not ${control.config.name}, entrypoint ${ENTRYPOINT}: ${lost}.`;
  return findingsOf('control-binding', `CONTROL → ${bound?.service}, ${ENTRYPOINT}.`, right ? [] : [error(what, remedy)]);
}

/** Router and control share one KV namespace, a real one. */
export function checkKv({ project: { router, control } }: Gathered): Finding[] {
  const create = `npx wrangler kv namespace create SPLITS, and put the id it prints into ${router.path} and ${control.path}`;
  const wrong: Wrong[] = [];
  const [here, there] = [router, control].map(({ path, config }) => {
    const bound = config.kv_namespaces?.find(({ binding }) => binding === 'SPLITS');
    if (bound === undefined) wrong.push(error(`${path} has no KV namespace SPLITS.`, `Add it to ${path}: ${create}.`));
    return bound === undefined ? undefined : (bound.id ?? '');
  });
  const holders = [...(isPlaceholder(here) ? [router.path] : []), ...(isPlaceholder(there) ? [control.path] : [])];
  if (holders.length > 0)
    wrong.push(
      error(
        `SPLITS still has the placeholder for an id in ${holders.join(' and ')}.`,
        `Run npm run deploy, which makes the namespace and writes its id there.`,
      ),
    );
  if (wrong.length === 0 && here !== there)
    wrong.push(
      error(
        `SPLITS is ${here} in ${router.path}, but ${there} in ${control.path}: routers would never see a split.`,
        `Put the same id into both.`,
      ),
    );
  return findingsOf('kv-id', `SPLITS is ${here} in router and control.`, wrong);
}

function isPlaceholder(id: string | undefined): boolean {
  return id !== undefined && /^0*$/.test(id);
}

/** Every config of the project, each once: router, control, slots. */
export function filesOf({ router, control, slots }: Project): ConfigFile[] {
  const files = slots.flatMap(({ file }) => file ?? []);
  return [router, control, ...new Map(files.map((file) => [file.path, file])).values()];
}
