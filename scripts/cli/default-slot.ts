// What serves when no split can be had: the default slot of router/services.ts, which a move of traffic leaves as it is.
import { readServices } from '../project.ts';
import type { Shell } from './cli.ts';
import { plain } from './text.ts';

/** Warns when the clone's default slot of `service` is not the slot that became active. */
export async function warnOfDefaultSlot(shell: Shell, service: string, active: string | null): Promise<void> {
  // Only advice: a clone without the file, or with mistakes in it, is no reason to fail after the move.
  const services = await readServices(shell.root).catch(() => []);
  const entry = services.find(({ name }) => name === service);
  if (entry === undefined || active === null || entry.defaultSlot === active) return;
  shell.warn(plain(`Note: where no split can be had, ${entry.defaultSlot} still serves ${service} (router/services.ts).`));
}
