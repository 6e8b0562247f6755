// Stages as a person writes them: `10:300,50:300:200:manual,100:60`. Pure.
import { InvalidArgumentError } from 'commander';
import type { StageView } from '../../control/api/types.ts';
import { readStages } from '../../control/words.ts';

/**
 * Reads a list of stages.
 * @throws InvalidArgumentError that names the stage at fault
 */
export function parseStages(text: string): readonly StageView[] {
  const stages = readStages(text);
  if (typeof stages === 'string') throw new InvalidArgumentError(stages);
  return stages;
}
