// `sluice simulate`: what the engine would do: with a plan and so much traffic, or with a recorded trace.

import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { StageView } from '../../control/api/types.ts';
import { STAGES_FORM } from '../../control/words.ts';
import { type Asked, candidatesOf, planFor, positive, share, sloFor } from '../simulate/asked.ts';
import { foreseenBad, foreseenWell } from '../simulate/forecast.ts';
import { plot } from '../simulate/plot.ts';
import { replay } from '../simulate/replay.ts';
import { LineError, readTrace, TraceError } from '../simulate/trace.ts';
import { curve } from '../simulate/trial.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { natural, seconds } from './options.ts';
import { parseStages } from './stages.ts';
import { lookOf, show } from './target.ts';
import { forecastLines, replayLines } from './view-simulate.ts';

interface Options extends Asked {
  readonly stages?: readonly StageView[];
  readonly plan?: string;
  readonly slos?: boolean;
  readonly rate: number;
  readonly errors: number;
  readonly after: number;
  readonly runs: number;
  readonly seed: number;
  readonly svg?: string;
  readonly replay?: string;
  readonly active?: string;
  readonly candidate?: string;
  readonly json?: boolean;
}

const PLOTTED_SECONDS = 600;

/** Declares `simulate`. */
export function addSimulate(program: Command, shell: Shell): void {
  program
    .command('simulate')
    .description('when a bad candidate would be caught, and a good one let pass; or replay a recorded trace')
    .option('--plan <name>', 'the plan of the release', 'standard')
    .addOption(new Option('--stages <list>', `stages in its place: ${STAGES_FORM}`).argParser(parseStages))
    .option('--rate <n>', 'requests a second', positive, 20)
    .addOption(new Option('--errors <percent>', 'errors that are usual').argParser(share).default(0.001, '0.1'))
    .option('--fails <percent>', 'the candidate fails so many requests beside', share)
    .option('--slower <factor>', 'its latencies are so many times as long', positive)
    .option('--stalls <percent>', 'so many of its requests take 1.1 s longer', share)
    .option('--after <seconds>', 'it turns bad so long after the start', seconds, 0)
    .option('--runs <n>', 'releases of each kind', natural, 40)
    .option('--seed <n>', 'other chances', natural, 1)
    .option('--replay <file>', 'a trace of JSON lines, - for stdin: {"t":0,"slots":{"blue":{"requests":9,"errors":0}}}')
    .addOption(new Option('--active <slot>', 'of the trace').default('blue'))
    .addOption(new Option('--candidate <slot>', 'of the trace').default('green'))
    .option('--slos', "judge by the service's objectives, asked of control; the defaults if left out")
    .option('--svg <file>', 'draw the evidence over time')
    .option('--json', 'print the figures as JSON')
    .action((options: Options) =>
      options.replay === undefined ? foresee(shell, options) : replayed(shell, options, options.replay),
    );
}

async function foresee(shell: Shell, options: Options): Promise<void> {
  const plan = await planFor(shell, options);
  const slo = await sloFor(shell, options.slos);
  const { rate: perSecond, errors: errorRate, after: turnsAt, runs, seed } = options;
  const question = { plan, slo, perSecond, errorRate, runs, seed };
  const candidates = candidatesOf(options);
  const rows = candidates.map(({ name, candidate }) => ({ candidate: name, ...foreseenBad(question, candidate, turnsAt) }));
  if (options.svg !== undefined) {
    const trial = { plan, slo, seconds: turnsAt + PLOTTED_SECONDS, seed };
    const curves = candidates
      .slice(0, 5)
      .map(({ name, candidate }) =>
        curve(name, { ...trial, scenario: { perSecond, errorRate, shape: 'plain', turnsAt, candidate } }),
      );
    const title = `Evidence against a candidate, ${plan.name === null ? 'own stages' : `plan ${plan.name}`}, ${perSecond} requests/s`;
    await save(options.svg, plot(title, curves, -Math.log10(slo.falseRollbackChance)));
  }
  const healthy = foreseenWell(question);
  const answer = { plan: plan.name, rate: perSecond, errors: errorRate, after: turnsAt, rows, healthy };
  show(shell, options.json, answer, (tamed) => forecastLines(tamed, lookOf(shell)));
}

async function replayed(shell: Shell, { active, candidate, slos, svg, json }: Options, path: string): Promise<void> {
  if (active === undefined || candidate === undefined || active === candidate)
    throw new Failure(EXIT.usage, `--active and --candidate must be two slots of the trace, not twice ${active}.`);
  const slo = await sloFor(shell, slos);
  const points: [number, number][] = [];
  try {
    const result = await replay(readTrace(path), { active, candidate }, slo, (t, log10) => points.push([t, log10]));
    if (svg !== undefined)
      await save(svg, plot(`Evidence against ${candidate}`, [{ name: candidate, points }], Math.log10(result.needed)));
    show(shell, json, result, (tamed) => replayLines(tamed, candidate, lookOf(shell)));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const form = '{"t":0,"slots":{"blue":{"requests":90,"errors":0},"green":{"requests":10,"errors":1}}}';
    throw new Failure(
      EXIT.usage,
      error.message,
      error instanceof LineError ? `Write a line a second, such as ${form}` : undefined,
    );
  }
}

async function save(path: string, svg: string): Promise<void> {
  await writeFile(path, svg).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(EXIT.usage, `${path} cannot be written (${error.code ?? error.message}).`);
  });
}
