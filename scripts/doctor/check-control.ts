// Checks of the files: what control and router run by themselves. Durable Object classes, crons. Pure.
import type { ConfigFile } from '../project.ts';
import { error, type Finding, findingsOf, type Wrong } from './finding.ts';
import type { Gathered } from './gathered.ts';

const CRON = '* * * * *';
const CLASS = 'ServiceObject';
const BINDING = 'SERVICE_OBJECT';

/** Control binds its object, and each class it hosts has a migration. */
export function checkObjects({ project: { control } }: Gathered): Finding[] {
  const { path, config } = control;
  const wrong: Wrong[] = [];
  const bindings = config.durable_objects.bindings;
  const bound = bindings.find(({ name }) => name === BINDING);
  if (bound?.class_name !== CLASS || bound.script_name !== undefined)
    wrong.push(
      error(
        `${path} does not bind ${BINDING} to its own class ${CLASS}: control can hold no state.`,
        `Add to ${path}: [[durable_objects.bindings]] name = "${BINDING}" class_name = "${CLASS}"`,
      ),
    );
  const sqlite = classesOf(control, 'sqlite');
  const all = [...sqlite, ...classesOf(control, 'legacy')];
  const hosted = new Set([CLASS, ...bindings.filter((b) => b.script_name === undefined).map((b) => b.class_name)]);
  for (const name of hosted) {
    const remedy = `Add to ${path}: [[migrations]] tag = "<a new tag>" new_sqlite_classes = ["${name}"]`;
    if (!all.includes(name)) wrong.push(error(`The class ${name} in ${path} has no migration: its deploy is refused.`, remedy));
  }
  if (all.includes(CLASS) && !sqlite.includes(CLASS))
    wrong.push(
      error(
        `${CLASS} is made by new_classes, without SQLite, which it stores its state in.`,
        `List it under new_sqlite_classes. Where it was deployed so, delete that class first: it cannot be changed.`,
      ),
    );
  return findingsOf('durable-objects', `${[...hosted].join(', ')}, each with a migration.`, wrong);
}

/** The classes that a config hosts in the end, by how they store. */
export function classesOf({ config }: ConfigFile, storage: 'sqlite' | 'legacy'): string[] {
  let classes: string[] = [];
  const renamed = (name: string, list: readonly { from: string; to: string }[] | undefined) =>
    list?.find(({ from }) => from === name)?.to ?? name;
  for (const migration of config.migrations) {
    const made = (storage === 'sqlite' ? migration.new_sqlite_classes : migration.new_classes) ?? [];
    const gone = migration.deleted_classes ?? [];
    const kept = classes.filter((name) => !gone.includes(name)).map((name) => renamed(name, migration.renamed_classes));
    classes = [...kept, ...made];
  }
  for (const [name, item] of Object.entries(config.exports ?? {})) {
    if (item.type !== 'durable-object' || !('storage' in item)) continue;
    if ((item.storage === 'sqlite') === (storage === 'sqlite')) classes.push(name);
  }
  return classes;
}

/** Control's cron fires each minute, and no other does; the router has none. */
export function checkCrons({ project: { router, control } }: Gathered): Finding[] {
  const wrong: Wrong[] = [];
  const crons = cronsOf(control);
  if (!crons.includes(CRON))
    wrong.push(
      error(
        `${control.path} has no cron "${CRON}": nothing probes, heals KV, or goes on with what an outage cut off.`,
        `Add to ${control.path}: [triggers] crons = ["${CRON}"]`,
      ),
    );
  for (const cron of crons.filter((one) => one !== CRON))
    wrong.push(
      error(`${control.path} has the cron "${cron}", which control does not know: it throws.`, `Drop it from ${control.path}.`),
    );
  if (cronsOf(router).length > 0)
    wrong.push(
      error(
        `${router.path} has a cron, but the router has no handler for any: it fails.`,
        `Drop [triggers] from ${router.path}.`,
      ),
    );
  return findingsOf('crons', `control has "${CRON}", the router none.`, wrong);
}

/** The crons of a config. */
export function cronsOf({ config }: ConfigFile): readonly string[] {
  return config.triggers?.crons ?? [];
}
