// Checks of the files: what a slot must not have of its own, since every slot would have it. Pure.
import type { ConfigFile, Project } from '../project.ts';
import { classesOf, cronsOf } from './check-control.ts';
import { type Finding, findingsOf, type Wrong, warning } from './finding.ts';
import type { Gathered } from './gathered.ts';

/** A slot's name and its config. */
interface SlotFile {
  readonly slot: string;
  readonly file: ConfigFile;
}

/** The slots of a project whose config is known. */
function slotFiles({ slots }: Project): SlotFile[] {
  return slots.flatMap(({ slot, file }) => (file === undefined ? [] : [{ slot, file }]));
}

/** No slot has crons or queue consumers: each slot's would run. */
export function checkSlotTriggers({ project }: Gathered): Finding[] {
  const wrong = slotFiles(project).flatMap(({ slot, file }) => {
    const found: Wrong[] = [];
    const apart = 'Move the handler to a Worker of its own, beside the slots';
    if (cronsOf(file).length > 0)
      found.push(
        warning(
          `${file.path} has crons (${cronsOf(file).join(', ')}): they run in ${slot} whether it is active or idle, and again in every other slot that has them.`,
          `${apart}, and drop [triggers] from ${file.path}.`,
        ),
      );
    for (const { queue } of file.config.queues.consumers ?? [])
      found.push(
        warning(
          `${file.path} consumes the queue ${queue}: ${slot} takes its messages whether it is active or idle, and a queue has one consumer.`,
          `${apart}, and drop the consumer from ${file.path}.`,
        ),
      );
    return found;
  });
  return findingsOf('slot-triggers', 'No slot has crons or queue consumers of its own.', wrong);
}

/** No slot hosts a Durable Object class. */
export function checkSlotObjects({ project }: Gathered): Finding[] {
  const hosts = new Map<string, SlotFile[]>();
  for (const one of slotFiles(project)) {
    const bound = one.file.config.durable_objects.bindings.filter(({ script_name }) => script_name === undefined);
    const classes = [...bound.map((b) => b.class_name), ...classesOf(one.file, 'sqlite'), ...classesOf(one.file, 'legacy')];
    for (const name of new Set(classes)) hosts.set(name, [...(hosts.get(name) ?? []), one]);
  }
  const wrong = [...hosts].map(([name, by]) => {
    const slots = by.map(({ slot }) => slot).join(' and ');
    const what =
      by.length > 1
        ? `The Durable Object class ${name} is hosted in ${slots}: that is ${by.length} separate states. What was written by way of one slot is not there in another, also after a promote or rollback.`
        : `The Durable Object class ${name} is hosted in ${slots} alone: other slots do not reach its state by default.`;
    const files = by.map(({ file }) => file.path).join(' and ');
    const remedy = `Host ${name} in a Worker of its own, and bind it in each slot with script_name = "<that Worker>"; drop it from the migrations of ${files}.`;
    return warning(what, remedy);
  });
  return findingsOf('slot-objects', 'No slot hosts a Durable Object class.', wrong);
}

/** No slot has an address of its own, which leads around the router. */
export function checkSlotAddresses({ project }: Gathered): Finding[] {
  const wrong = slotFiles(project).flatMap(({ slot, file: { path, config } }) => {
    const found: Wrong[] = [];
    const around = `visitors can reach ${slot} around the router, unsplit and uncounted`;
    const routes = routesOf(config);
    if (routes.length > 0)
      found.push(
        warning(
          `${path} has routes of its own (${routes.map(({ pattern }) => pattern).join(', ')}): ${around}.`,
          `Move them to the router's wrangler config.`,
        ),
      );
    // Where a config does not say, wrangler gives a Worker without routes an address on workers.dev.
    if (config.workers_dev ?? routes.length === 0)
      found.push(warning(`${path} puts ${slot} on workers.dev: ${around}.`, `Add to ${path}: workers_dev = false`));
    if (config.preview_urls) found.push(warning(`${path} has preview URLs: ${around}.`, `Add to ${path}: preview_urls = false`));
    return found;
  });
  return findingsOf('slot-addresses', 'No slot can be reached around the router.', wrong);
}

/** The routes of a config: the pattern, and whether it is a custom domain. */
export function routesOf({ route, routes }: ConfigFile['config']): { pattern: string; custom: boolean }[] {
  return [...(routes ?? []), ...(route === undefined ? [] : [route])].map((one) =>
    typeof one === 'string'
      ? { pattern: one, custom: false }
      : { pattern: one.pattern, custom: 'custom_domain' in one && one.custom_domain === true },
  );
}
