// `npm run deploy`: sets Sluice up in an account, or brings control and router there up to this clone.
import { processIo } from './cli/io.ts';
import { deploy } from './deploy/command.ts';

const { root, env, ask, stdout, stderr } = processIo();
process.exitCode = await deploy(process.argv.slice(2), {
  root,
  env,
  ask,
  say: (line) => stdout.write(`${line}\n`),
  warn: stderr.write,
});
