// `sluice activate <slot>` and `sluice rotate`: all visitors to another slot at once, of one service or of all.
import type { Command } from 'commander';
import type { ServiceView } from '../../control/api/types.ts';
import { splitText } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { warnOfDefaultSlot } from './default-slot.ts';
import { movedLines } from './done.ts';
import { EXIT, Failure } from './failure.ts';
import { type ChangeOptions, changes, confirm } from './options.ts';
import { chosenServices, lookOf, targetOf } from './target.ts';
import { jsonOf, plain, tame } from './text.ts';

interface Move {
  readonly verb: 'activate' | 'rotate';
  readonly body: object;
  /** The slot that the service is going to be on, as far as can be told beforehand. */
  readonly to: (view: ServiceView) => string | undefined;
}

/** Declares `activate`. */
export function addActivate(program: Command, shell: Shell): void {
  changes(program.command('activate'), { asks: true })
    .description('send all visitors to a slot; without --service, of all services')
    .argument('<slot>')
    .action((slot: string, { reason, ...options }: ChangeOptions) =>
      move(shell, { verb: 'activate', body: { slot, reason }, to: () => slot }, options),
    );
}

/** Declares `rotate`. */
export function addRotate(program: Command, shell: Shell): void {
  changes(program.command('rotate'), { asks: true })
    .description('activate the next slot with a version; without --service, of all services')
    .action(({ reason, ...options }: ChangeOptions) => move(shell, { verb: 'rotate', body: { reason }, to: nextSlot }, options));
}

async function move(shell: Shell, { verb, body, to }: Move, { yes, json }: Omit<ChangeOptions, 'reason'>): Promise<void> {
  const services = await chosenServices(shell);
  if (services.length === 0) throw new Failure(EXIT.failed, 'There are no services.', 'Add one to router/services.ts.');
  await confirm(shell, yes, () => question(services, to));
  const several = services.length > 1;
  const done: ServiceView[] = [];
  const failed: string[] = [];
  for (const before of services) {
    const { path, suffix } = targetOf(before.service, several || shell.service() !== undefined);
    try {
      const view = await shell.client().call<ServiceView>('POST', `${path}/${verb}`, body);
      done.push(view);
      if (!json) shell.print(movedText(shell, before, view, { several, suffix }));
      await warnOfDefaultSlot(shell, view.service, view.active);
    } catch (error) {
      // With several services, one that refuses does not keep the others from moving.
      if (!several || !(error instanceof Failure) || error.code !== EXIT.failed) throw error;
      failed.push(before.service);
      shell.warn(`${before.service}: ${plain(error.message)}`);
    }
  }
  if (json) shell.print(jsonOf(several ? { services: done } : done[0]));
  if (failed.length > 0)
    throw new Failure(EXIT.failed, `Refused for ${failed.join(', ')}.`, `sluice status --service ${failed[0]}`);
}

function question(services: readonly ServiceView[], to: Move['to']): string {
  const moves = services.map(
    (view) => `of ${view.service} to ${to(view) ?? 'the next slot'} (now ${splitText(view.split.weights)})`,
  );
  return `Send all visitors ${moves.join(', and ')} at once?`;
}

function movedText(
  shell: Shell,
  before: ServiceView,
  after: ServiceView,
  { several, suffix }: { several: boolean; suffix: string },
): string {
  const same = before.active === after.active && before.split.revision === after.split.revision;
  const lead = [several ? `${after.service}:` : '', same ? 'Nothing to change.' : ''].filter((part) => part !== '').join(' ');
  return movedLines(tame(after), lookOf(shell, suffix), plain(lead)).join('\n');
}

function nextSlot({ slots, active }: ServiceView): string | undefined {
  const names = Object.keys(slots);
  const at = active === null ? -1 : names.indexOf(active);
  const inTurn = [...names.slice(at + 1), ...names.slice(0, at + 1)];
  return inTurn.find((slot) => slot !== active && slots[slot]?.version != null);
}
