// A clone of the project's configs in a folder of its own, to be mutated and read by the real reader.
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FILES = [
  'wrangler.toml',
  'control/wrangler.toml',
  'slots/blue/wrangler.toml',
  'slots/green/wrangler.toml',
  'router/services.ts',
  'router/config.ts',
];

/** The KV id of a clone that has been set up. */
export const KV_ID = '0123456789abcdef0123456789abcdef';

/**
 * Copies the configs, with a KV id as after a set-up.
 * @param edits file → what to make of its text
 * @returns the folder
 */
export function cloneConfigs(edits: Readonly<Record<string, (text: string) => string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'sluice-clone-'));
  for (const file of FILES) cpSync(join(ROOT, file), join(root, file), { recursive: true });
  for (const file of ['wrangler.toml', 'control/wrangler.toml'])
    rewrite(join(root, file), (text) => text.replace(/0{32}/, KV_ID));
  for (const [file, edit] of Object.entries(edits)) rewrite(join(root, file), edit);
  return root;
}

function rewrite(path: string, edit: (text: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = edit(before);
  if (after === before) throw new Error(`the edit of ${path} changes nothing`);
  writeFileSync(path, after);
}
