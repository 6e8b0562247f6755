// The command line of `npm run deploy`: what it takes, the plan before anything, the question, and how a failure is told. The
// steps are in setup.ts.
import { parseArgs } from 'node:util';
import { EXIT, type ExitCode, Failure } from '../cli/failure.ts';
import type { Project } from '../project.ts';
import { nameOf } from './account.ts';
import { dashboardStep } from './dashboard.ts';
import { prepare } from './setup.ts';
import { interruptible, type Step, stepsTo } from './steps.ts';
import { projectOf } from './worker.ts';
import { failed, type Wrangler, wranglerIn } from './wrangler.ts';

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

/** What the command needs of the world. */
export interface Surroundings {
  /** The clone's root. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** A line on stdout. */
  readonly say: (line: string) => void;
  /** Text on stderr. */
  readonly warn: (text: string) => void;
  /** Puts a question to a person; `undefined` where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/**
 * Runs one command line.
 * @returns its exit code
 */
export async function deploy(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  try {
    await run(argv, around);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    around.warn(`\n${error.message}\n`);
    if (error.next !== undefined) around.warn(`\nNext:\n  ${error.next.replaceAll('\n', '\n  ')}\n`);
    return error.code;
  }
}

async function run(argv: readonly string[], { root, env, say, warn, ask }: Surroundings): Promise<void> {
  const options = optionsOf([...argv]);
  if (options === undefined) {
    say(USAGE);
    return;
  }
  if (!options.yes && !options.dryRun && ask === undefined)
    throw new Failure(EXIT.usage, 'Nothing was changed: there is nobody here to ask.', NOBODY_NEXT);
  const { signal } = interruptible();
  const hear = options.verbose ? warn : undefined;
  const place = { root, env, hear };
  const wrangler = wranglerIn({ ...place, signal });
  const project = await projectOf(root);
  const look = { project, env, wrangler, steady: wranglerIn(place), signal };
  const setUp = { ...look, say, step: stepsTo(say), waitMs: options.waitMs };
  if (options.dryRun) return rehearse(project, wrangler, setUp.step, say, () => prepare(setUp).then(({ lines }) => lines));

  const { lines, carryOut } = await prepare(setUp);
  for (const line of lines) say(line);
  await confirmed(options, ask);
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

async function confirmed({ yes }: Options, ask: Surroundings['ask']): Promise<void> {
  if (yes || ask === undefined) return;
  const answer = await ask('\nGo on? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(EXIT.failed, 'Nothing was changed.');
}

/** Tells the plan where the account can be seen, and builds everything. */
async function rehearse(
  project: Project,
  wrangler: Wrangler,
  step: Step,
  say: (line: string) => void,
  plan: () => Promise<readonly string[]>,
): Promise<void> {
  const lines = await plan().catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    return [`What would be done cannot be told: ${error.message}`, ...(error.next === undefined ? [] : [error.next])];
  });
  for (const line of lines) say(line);
  await dashboardStep(project.root, step);
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
  say('Dry run: nothing was changed.');
}
