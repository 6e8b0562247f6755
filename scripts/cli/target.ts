// Which service a verb is about: the one of --service, the only one there is, or all of them.

import type { ReleaseView, ServiceView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import type { Look } from './layout.ts';
import { jsonOf, tame } from './text.ts';
import { overviewLines, statusLines } from './view-status.ts';

/** A service, and what commands suggested for it end with. */
export interface Target {
  readonly name: string;
  /** Its place in the API. */
  readonly path: string;
  /** ` --service shop` where one was named, else nothing. */
  readonly suffix: string;
}

/**
 * The service to work on.
 * @throws Failure (usage) that lists them, when there are several and none was named
 */
export async function oneService(shell: Shell): Promise<Target> {
  const named = shell.service();
  if (named !== undefined) return targetOf(named, true);
  const { services } = await shell.client().call<{ services: ServiceView[] }>('GET', '/services');
  const [only, ...others] = services;
  if (only === undefined) throw new Failure(EXIT.failed, 'There are no services.', 'Add one to router/services.ts.');
  if (others.length === 0) return targetOf(only.service, false);
  const names = services.map(({ service }) => service).join(', ');
  throw new Failure(
    EXIT.usage,
    `There are ${services.length} services: ${names}. This needs one.`,
    `Add --service ${only.service}`,
  );
}

/** The service of --service, or all. */
export async function chosenServices(shell: Shell): Promise<ServiceView[]> {
  const named = shell.service();
  if (named !== undefined) return [await shell.client().call<ServiceView>('GET', targetOf(named, true).path)];
  return (await shell.client().call<{ services: ServiceView[] }>('GET', '/services')).services;
}

/** The answer of the API that `services` came in: one service by itself, or all. */
export function answerOf(services: readonly ServiceView[]): unknown {
  return services.length === 1 ? services[0] : { services };
}

/** One service in full, or a table of several. Expects harmless texts. Who watches is not told to watch. */
export function linesOf(shell: Shell, services: readonly ServiceView[], { watched = false } = {}): string[] {
  const [first, ...others] = services;
  const named = shell.service();
  const look = lookOf(shell, named === undefined ? '' : ` --service ${named}`);
  return first === undefined || others.length > 0 ? overviewLines(services, look) : statusLines(first, { ...look, watched });
}

/** `named` when its name must be in the commands suggested. */
export function targetOf(name: string, named: boolean): Target {
  return { name, path: `/services/${encodeURIComponent(name)}`, suffix: named ? ` --service ${name}` : '' };
}

/**
 * The release `id` of the service, or its newest.
 * @throws Failure when it has none
 */
export async function releaseOf(shell: Shell, { name, path, suffix }: Target, id: number | undefined): Promise<ReleaseView> {
  if (id !== undefined) return shell.client().call<ReleaseView>('GET', `${path}/releases/${id}`);
  const { release } = await shell.client().call<ServiceView>('GET', path);
  if (release === null) throw new Failure(EXIT.failed, `${name} has had no release yet.`, `sluice release start${suffix}`);
  return release;
}

/** How to draw for this terminal. */
export function lookOf(shell: Shell, suffix = ''): Look {
  return { now: shell.now(), width: shell.columns(), style: shell.style, suffix };
}

/** Prints what the API answered: as JSON as it is, or as lines made of it with every text in it made harmless. */
export function show<T>(shell: Shell, json: boolean | undefined, answer: T, lines: (view: T) => readonly string[]): void {
  shell.print(json ? jsonOf(answer) : lines(tame(answer)).join('\n').trimEnd());
}
