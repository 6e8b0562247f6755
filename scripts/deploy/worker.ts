// Which Worker a slot's version is deployed as: the one that the router binds, by the config that carries its name.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { EXIT, Failure } from '../cli/failure.ts';
import { type Project, readProject } from '../project.ts';

/** A Worker to deploy, and its config (relative to the root where it lies within). */
export interface SlotConfig {
  readonly worker: string;
  readonly path: string;
  /** Of the config: where its code is. */
  readonly folder: string;
}

/**
 * The clone's project.
 * @throws Failure that names the file to mend
 */
export async function projectOf(root: string): Promise<Project> {
  try {
    return await readProject(root);
  } catch (error) {
    throw new Failure(EXIT.failed, error instanceof Error ? error.message : String(error));
  }
}

/**
 * The Worker of a slot, with the config to deploy it by.
 * @param given a config to use in place of the one found below slots/, from the working directory
 * @throws Failure when there is none, or when its name is not that of the Worker behind the slot
 */
export async function configOf(project: Project, service: string, slot: string, given?: string): Promise<SlotConfig> {
  const entry = project.slots.find((known) => known.service === service && known.slot === slot);
  if (entry === undefined)
    throw new Failure(
      EXIT.failed,
      `router/services.ts has no slot ${slot} of ${service}.`,
      'Run this in the clone that was deployed.',
    );
  const { worker, binding } = entry;
  if (worker === undefined)
    throw new Failure(
      EXIT.failed,
      `The router binds no Worker as ${binding}, which slot ${slot} of ${service} needs.`,
      `Add a [[services]] entry with binding = "${binding}" to ${project.router.path}.`,
    );
  if (given !== undefined) return named(project.root, worker, slot, given);
  if (entry.file === undefined)
    throw new Failure(
      EXIT.failed,
      `No config below slots/ has the name ${worker}, which is the Worker behind ${slot}.`,
      'Name the config of your Worker with --config.',
    );
  return { worker, path: entry.file.path, folder: join(project.root, dirname(entry.file.path)) };
}

// Deployed under another name it would be live where nobody looks, or replace a Worker that is none of ours.
async function named(root: string, worker: string, slot: string, given: string): Promise<SlotConfig> {
  const absolute = resolve(given);
  if (!existsSync(absolute)) throw new Failure(EXIT.usage, `There is no ${given}.`);
  const { unstable_readConfig: readConfig } = await import('wrangler');
  let name: string | undefined;
  try {
    name = readConfig({ config: absolute }, { hideWarnings: true }).name;
  } catch (error) {
    throw new Failure(EXIT.failed, `${given} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (name !== worker)
    throw new Failure(
      EXIT.failed,
      `${given} is the config of ${name === undefined ? 'a Worker without a name' : name}, but the Worker behind ${slot} is ${worker}.`,
      `Set name = "${worker}" in it, or bind ${slot} to that Worker in wrangler.toml.`,
    );
  const within = relative(root, absolute);
  return { worker, path: within.startsWith('..') || isAbsolute(within) ? absolute : within, folder: dirname(absolute) };
}
