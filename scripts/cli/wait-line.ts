// How `release wait` tells of progress: on a terminal one line that is written over, elsewhere a line for each change.

import type { ReleaseView } from '../../control/api/types.ts';
import { clock, count, duration, gateText, placeOf, stateName } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { clip, plain } from './text.ts';
import { isOver } from './view-release.ts';

/** Tells of a release that is waited for. */
export interface Teller {
  /** Expects harmless texts. */
  tell(release: ReleaseView): void;
  warn(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** A teller for this terminal; with `json` it leaves stdout alone. */
export function tellerOf(shell: Shell, json: boolean): Teller {
  const live = shell.live && !json;
  let told = '';
  let drawn = false;
  const draw = (text: string) => {
    shell.write(`\r${text}\x1b[K`);
    drawn = text !== '';
  };
  const clear = () => {
    if (drawn) draw('');
  };
  return {
    clear,
    warn: (text) => {
      clear();
      shell.warn(plain(text));
    },
    tell: (release) => {
      if (live) return isOver(release) ? clear() : draw(clip(progressText(release, shell.now()), shell.columns() - 1));
      const { state, stage, gate } = release;
      const news = `${state} ${stage?.number} ${gate?.on} ${gate?.refusals.map(({ channel, status }) => `${channel} ${status}`)}`;
      if (news === told) return;
      told = news;
      const text = `${clock(new Date(shell.now()).toISOString())}  ${progressText(release, shell.now())}`;
      if (json) shell.warn(text);
      else shell.print(text);
    },
  };
}

function progressText(release: ReleaseView, now: number): string {
  const { id, state, stage, gate } = release;
  if (gate !== null) return `Release ${id} is ${stateName(state)}${placeOf(release)}; it ${gateText(gate, now)}`;
  if (stage === null || isOver(release)) return `Release ${id} is ${stateName(state)}.`;
  const left = duration(Math.max(0, stage.soakNeededSeconds - stage.soakedSeconds));
  const hint =
    state === 'awaiting_approval' ? `sluice release approve ${id}` : `${left} left, ${count(stage.requests, 'request')}`;
  return `Release ${id} is ${stateName(state)}${placeOf(release)}; ${hint}`;
}
