// `status --watch`: on a terminal a picture redrawn each second, elsewhere a block whenever there is news.

import type { ServiceView } from '../../control/api/types.ts';
import { duration } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { line } from './layout.ts';
import { answerOf, chosenServices, linesOf, lookOf } from './target.ts';
import { clip, jsonOf, tame } from './text.ts';
import { newsOf } from './view-status.ts';

const EVERY_MS = 1_000;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR = '\x1b[2J';

/**
 * Follows the service of --service, or all, until Ctrl-C. Goes on while control is away.
 * @throws Failure when the first look fails, or control refuses
 */
export async function watchStatus(shell: Shell, json: boolean): Promise<void> {
  const picture = shell.live && !json;
  let services = await chosenServices(shell);
  let awaySince: number | undefined;
  let told = '';
  shell.interrupted();
  if (picture) shell.write(HIDE_CURSOR + CLEAR);
  try {
    while (!shell.interrupted()) {
      if (picture) shell.write(frame(pictureLines(shell, services, awaySince), shell.rows()));
      else told = tellNews(shell, services, { json, told });
      await shell.sleep(EVERY_MS);
      if (shell.interrupted()) break;
      const seen = await look(shell);
      if (seen === undefined && awaySince === undefined && !picture)
        shell.warn('Control does not answer. Trying again each second.');
      if (seen !== undefined && awaySince !== undefined && !picture) shell.warn('Control answers again.');
      awaySince = seen === undefined ? (awaySince ?? shell.now()) : undefined;
      services = seen ?? services;
    }
  } finally {
    // Behind the ^C that terminals echo.
    if (picture) shell.write(`${SHOW_CURSOR}\n`);
  }
}

/** A picture over the one before: each line clears what is left of the old one, so that nothing flickers. */
export function frame(lines: readonly string[], rows: number): string {
  // A picture higher than the terminal would scroll, and no longer lie over the last one.
  const fits = lines.length < rows ? lines : [...lines.slice(0, Math.max(1, rows - 2)), '…'];
  return `\x1b[H${fits.map((text) => `${text}\x1b[K\n`).join('')}\x1b[J`;
}

function pictureLines(shell: Shell, services: readonly ServiceView[], awaySince: number | undefined): string[] {
  const { width, style, now } = lookOf(shell);
  const away =
    awaySince === undefined
      ? []
      : [
          line([['red', `Control has not answered for ${duration((now - awaySince) / 1000)}; this is what was last known.`]], {
            width,
            style,
          }),
        ];
  return [...away, ...linesOf(shell, tame(services), { watched: true }), style('dim', clip('Ctrl-C ends the watch.', width))];
}

function tellNews(shell: Shell, services: readonly ServiceView[], { json, told }: { json: boolean; told: string }): string {
  const news = newsOf(services);
  if (news === told) return told;
  if (json) shell.print(jsonOf(answerOf(services), 0));
  else shell.print([new Date(shell.now()).toISOString(), ...linesOf(shell, tame(services)), ''].join('\n'));
  return news;
}

async function look(shell: Shell): Promise<ServiceView[] | undefined> {
  try {
    return await chosenServices(shell);
  } catch (error) {
    if (error instanceof Failure && error.code === EXIT.unreachable) return undefined;
    throw error;
  }
}
