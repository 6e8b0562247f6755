// Checks of slots against each other: what one has and another lacks is missed on the day traffic moves. Pure.
import type { ConfigFile, Project, SlotWorker } from '../project.ts';
import { type Finding, findingsOf, type Wrong, warning } from './finding.ts';
import type { Gathered } from './gathered.ts';

/** Name of a var, secret or binding → its kind. */
export type Names = ReadonlyMap<string, string>;

/** A slot, and the names it has. */
export interface Having {
  readonly slot: string;
  readonly names: Names;
}

/** Parts of a wrangler config whose entries are bound by `name`, not `binding`. */
const NAMED = ['durable_objects', 'send_email', 'ratelimits', 'unsafe', 'logfwdr'];

/** The vars and bindings of the slots of each service are the same, and so is their compatibility. */
export function checkSlotParity({ project }: Gathered): Finding[] {
  const wrong = bySlotsOfService(project).flatMap((slots) => {
    const files = slots.flatMap(({ slot, file }) => (file === undefined ? [] : [{ slot, file }]));
    const having = files.map(({ slot, file }) => ({ slot, names: namesOf(file.config) }));
    const pathOf = (slot: string) => files.find((one) => one.slot === slot)?.file.path ?? slot;
    return [...compareSlots(having, pathOf), ...compareCompatibility(files)];
  });
  return findingsOf('slot-parity', 'All slots have the same vars, bindings and compatibility settings.', wrong);
}

/** The slots of a project, a list a service. */
export function bySlotsOfService({ services, slots }: Project): SlotWorker[][] {
  return services.map(({ name }) => slots.filter(({ service }) => service === name));
}

/**
 * What some slots have and others lack, or have as another kind.
 * @param placeOf where to add what a slot lacks: a file or a Worker
 */
export function compareSlots(having: readonly Having[], placeOf: (slot: string) => string): Wrong[] {
  const all = new Set(having.flatMap(({ names }) => [...names.keys()]));
  return [...all].sort().flatMap((name) => {
    const [owners, lacking] = [having.filter((one) => one.names.has(name)), having.filter((one) => !one.names.has(name))];
    const kinds = [...new Set(owners.map((one) => one.names.get(name) ?? ''))];
    const list = (slots: readonly Having[]) => slots.map(({ slot }) => slot).join(' and ');
    const places = lacking.map(({ slot }) => placeOf(slot)).join(' and ');
    if (kinds.length > 1) {
      const each = owners.map((one) => `${one.names.get(name)} in ${one.slot}`).join(', ');
      return [warning(`${name} is not the same in all slots: ${each}.`, 'Make it the same kind in each slot.')];
    }
    if (lacking.length === 0) return [];
    const what = `${list(owners)} has the ${kinds[0]} ${name}, ${list(lacking)} does not.`;
    return [warning(what, `Add ${name} to ${places}, or drop it from ${list(owners)}.`)];
  });
}

/** The vars and bindings of a wrangler config, by name. */
export function namesOf(config: ConfigFile['config']): Names {
  const names = new Map<string, string>(Object.keys(config.vars).map((name) => [name, 'var']));
  for (const [part, value] of Object.entries(config)) {
    for (const item of itemsOf(value)) {
      const name = item.binding ?? (NAMED.includes(part) ? item.name : undefined);
      if (typeof name === 'string') names.set(name, `binding (${part})`);
    }
  }
  return names;
}

function itemsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'object' && item !== null);
  if (typeof value !== 'object' || value === null) return [];
  const { bindings, producers } = value as Record<string, unknown>;
  return [value as Record<string, unknown>, ...itemsOf(bindings ?? []), ...itemsOf(producers ?? [])];
}

function compareCompatibility(files: readonly { readonly slot: string; readonly file: ConfigFile }[]): Wrong[] {
  const differ = (what: string, settingOf: (config: ConfigFile['config']) => string): Wrong[] => {
    const values = files.map(({ slot, file }) => ({ slot, value: settingOf(file.config) }));
    if (new Set(values.map(({ value }) => value)).size < 2) return [];
    const each = values.map(({ slot, value }) => `${value || 'none'} in ${slot}`).join(', ');
    const remedy = `Make them the same in ${files.map(({ file }) => file.path).join(' and ')}, unless the new version is about that.`;
    return [warning(`${what} differ: ${each}.`, remedy)];
  };
  return [
    ...differ('Compatibility dates', (config) => config.compatibility_date ?? ''),
    ...differ('Compatibility flags', (config) => [...config.compatibility_flags].sort().join(', ')),
  ];
}
