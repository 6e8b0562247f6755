// The one change that `npm run deploy` makes to files: the id of the KV namespace, and not a byte beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, Failure } from '../cli/failure.ts';

/**
 * Replaces the id `from` by `to` in a wrangler config.
 * @throws Failure when it is not there exactly once
 */
export function writeId(root: string, path: string, from: string, to: string): void {
  const text = readFileSync(join(root, path), 'utf8');
  const parts = text.split(`"${from}"`);
  if (parts.length !== 2)
    throw new Failure(
      EXIT.failed,
      `The id "${from}" stands ${parts.length - 1} times in ${path}, so that it is not clear which one is that of SPLITS.`,
      `Write "${to}" there as the id of SPLITS, and run this again.`,
    );
  writeFileSync(join(root, path), parts.join(`"${to}"`));
}
