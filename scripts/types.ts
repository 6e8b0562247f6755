// `npm run types`: the compiler over each part of the project, which have different globals.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PARTS = [
  'router',
  'control',
  'control/dashboard',
  'slots',
  'scripts',
  'test',
  'test/control',
  'test/dashboard',
  'test/browser',
].filter((part) => existsSync(`${part}/tsconfig.json`));
const failed = PARTS.filter((part) => spawnSync('tsc', ['-p', part], { stdio: 'inherit' }).status !== 0);
if (failed.length > 0) console.error(`types: ${failed.join(', ')} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
