// `npm run deploy`: sets Sluice up in an account, or brings control and router there up to this clone. Says first what it will
// do, and asks. The steps are in deploy/setup.ts.
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { EXIT, Failure } from './cli/failure.ts';
import { nameOf } from './deploy/account.ts';
import { prepare } from './deploy/setup.ts';
import { interruptible, type Step, stepsTo } from './deploy/steps.ts';
import { projectOf } from './deploy/worker.ts';
import { failed, type Wrangler, wranglerIn } from './deploy/wrangler.ts';
import type { Project } from './project.ts';

const USAGE = `npm run deploy [-- <options>]

Sets Sluice up in your Cloudflare account: KV, slots, control, router. Run again, it brings control and router
up to this clone, and goes on where a run has failed. It never deploys a slot that is there: sluice deploy does.

  --yes             do not ask
  --dry-run         tell what would be done, and build; changes nothing
  --wait <seconds>  how long a new address may take to answer (120)
  --verbose         show wrangler's output
`;

const NOBODY_NEXT = 'npm run deploy -- --dry-run   tells what would be done\nnpm run deploy -- --yes       does it';
const AGAIN = 'Mend it and run this again: it goes on where it stopped.';

interface Options {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly waitMs: number;
  readonly verbose: boolean;
}

run().catch((error: unknown) => {
  if (!(error instanceof Failure)) throw error;
  console.error(`\n${error.message}`);
  if (error.next !== undefined) console.error(`\nNext:\n  ${error.next.replaceAll('\n', '\n  ')}`);
  process.exitCode = error.code;
});

async function run(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  if (!options.yes && !options.dryRun && !process.stdin.isTTY)
    throw new Failure(EXIT.usage, 'Nothing was changed: there is nobody here to ask.', NOBODY_NEXT);
  const root = join(import.meta.dirname, '..');
  const { signal } = interruptible();
  const hear = options.verbose ? (text: string) => void process.stderr.write(text) : undefined;
  const place = { root, env: process.env, hear };
  const wrangler = wranglerIn({ ...place, signal });
  const project = await projectOf(root);
  const say = (line: string) => console.log(line);
  const look = { project, env: process.env, wrangler, steady: wranglerIn(place), signal };
  const setUp = { ...look, say, step: stepsTo(say), waitMs: options.waitMs };
  if (options.dryRun) return rehearse(project, wrangler, setUp.step, () => prepare(setUp).then(({ lines }) => lines));

  const { lines, carryOut } = await prepare(setUp);
  for (const line of lines) say(line);
  await confirmed(options);
  try {
    await carryOut();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, signal.aborted ? `Interrupted. ${error.message}` : error.message, error.next ?? AGAIN);
  }
}

function optionsOf(args: string[]): Options | undefined {
  const flags = { yes: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, verbose: { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { ...flags, help: { type: 'boolean', short: 'h' }, wait: { type: 'string' } },
    });
    if (values.help) return undefined;
    const seconds = Number(values.wait ?? 120);
    if (!(seconds >= 0 && seconds <= 3600)) throw new Error('--wait takes seconds, from 0 to 3600.');
    return {
      yes: values.yes === true,
      dryRun: values['dry-run'] === true,
      waitMs: seconds * 1000,
      verbose: values.verbose === true,
    };
  } catch (error) {
    throw new Failure(EXIT.usage, error instanceof Error ? error.message : String(error), 'npm run deploy -- --help');
  }
}

async function confirmed({ yes }: Options): Promise<void> {
  if (yes) return;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await asking.question('\nGo on? [y/N] ');
  asking.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(EXIT.failed, 'Nothing was changed.');
}

/** Tells the plan where the account can be seen, and builds everything. */
async function rehearse(project: Project, wrangler: Wrangler, step: Step, plan: () => Promise<readonly string[]>): Promise<void> {
  const lines = await plan().catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return [`What would be done cannot be told: ${error.message}`, ...(error.next === undefined ? [] : [error.next])];
  });
  for (const line of lines) console.log(line);
  // Two services may share a Worker.
  const slots = new Set(project.slots.flatMap(({ file }) => (file === undefined ? [] : [file])));
  const builds = [...slots, project.control, project.router].map((file) => {
    const build = async () => {
      const run = await wrangler(['deploy', '--dry-run', '-c', file.path]);
      if (!run.ok) throw failed(run, `wrangler could not build ${nameOf(file)}`);
    };
    return step(`Build of ${nameOf(file)}`, build, () => `${nameOf(file)} builds from ${file.path}`);
  });
  await Promise.all(builds);
  console.log('Dry run: nothing was changed.');
}
