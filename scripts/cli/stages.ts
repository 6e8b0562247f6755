// Stages as a person writes them: `10:300,50:300:200:manual,100:60`. Pure.
import { InvalidArgumentError } from 'commander';
import type { StageView } from '../../control/api/types.ts';

/** What to write, for help and errors. */
export const STAGES_FORM = 'weight:soakSeconds[:minRequests][:manual],…';

/**
 * Reads a list of stages.
 * @throws InvalidArgumentError that names the stage at fault
 */
export function parseStages(text: string): StageView[] {
  return text.split(',').map((part, i) => parseStage(part.trim(), i + 1));
}

function parseStage(text: string, number: number): StageView {
  const parts = text.split(':');
  const advance = parts.at(-1) === 'manual' || parts.at(-1) === 'auto' ? (parts.pop() as 'manual' | 'auto') : undefined;
  const [weight = '', soak = '', sample, ...more] = parts;
  const fits = [weight, soak, sample ?? '0'].every((figure) => /^\d+(\.\d+)?$/.test(figure));
  if (!fits || more.length > 0)
    throw new InvalidArgumentError(`Stage ${number}, "${text}", is not of the form ${STAGES_FORM} (such as 10:300:50:manual).`);
  return {
    weight: Number(weight),
    soakSeconds: Number(soak),
    ...(sample === undefined ? {} : { minRequests: Number(sample) }),
    ...(advance === undefined ? {} : { advance }),
  };
}
