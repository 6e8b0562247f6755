// `npm run bench:rollback`: false rollbacks with nothing wrong, and what it costs until a bad candidate is out, under the
// project's own engine and under the rules of others, on the same seeded traces. Tables on stdout, plots as SVG.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { DEFAULT_SLO } from '../../control/core/slo.ts';
import { badCells, type Cell, healthyCells } from './cells.ts';
import { quantileOf } from './forecast.ts';
import { Lab, steady } from './lab.ts';
import { plot } from './plot.ts';
import { Traffic } from './traffic.ts';
import { curve, type Outcome, SLUICE } from './trial.ts';
import type { Outcomes } from './worker.ts';

const RULES = [SLUICE, 'CanaryRoll', 'Flagger', 'HMD', 'any error'];

const { values: asked } = parseArgs({
  options: {
    releases: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '20' },
    runs: { type: 'string', default: '51' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: '.sluice/bench' },
  },
});

await main();

async function main(): Promise<void> {
  const [releases, minutes, runs, seed] = [asked.releases, asked.minutes, asked.runs, asked.seed].map(natural);
  const started = Date.now();
  const healthy = healthyCells((minutes ?? 1) * 60);
  console.log(healthyTable(healthy, await outcomesOf(healthy, releases ?? 1, seed ?? 1), minutes ?? 1));
  const bad = badCells(3600);
  const found = await outcomesOf(bad, runs ?? 1, (seed ?? 1) + 1);
  console.log(badTable(bad, found));
  console.log(targets(bad, found));
  console.log(speed());
  for (const file of plots(asked.out, seed ?? 1)) console.log(`plot: ${file}`);
  console.log(`\n${Math.round((Date.now() - started) / 1000)} s, seed ${seed}`);
}

function natural(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`"${text}" must be a whole number above 0.`);
  process.exit(2);
}

/** Every cell's outcomes, in the order of the cells; all cores at work. */
async function outcomesOf(cells: readonly Cell[], releases: number, seed: number): Promise<Outcomes[]> {
  const results: Outcomes[] = [];
  let next = 0;
  const work = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    while (next < cells.length) {
      const id = next++;
      worker.postMessage({ id, cell: cells[id], releases, seed });
      results[id] = await new Promise<Outcomes>((resolve, reject) => {
        worker.once('message', ({ outcomes }: { outcomes: Outcomes }) => resolve(outcomes));
        worker.once('error', reject);
      });
      worker.removeAllListeners('error');
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

function healthyTable(cells: readonly Cell[], outcomes: readonly Outcomes[], minutes: number): string {
  const groups = new Map<string, number[]>();
  cells.forEach(({ name, scenario }, i) => {
    const key = `${name} | ${scenario.errorRate * 100} %`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const lines = [...groups].map(
    ([key, indexes]) => `| ${key} | ${RULES.map((rule) => falseOf(rule, indexes, outcomes)).join(' | ')} |`,
  );
  const all = cells.map((_, i) => i);
  return [
    `## Nothing wrong: releases rolled back, of ${minutes} minutes each`,
    '',
    'A cell is one weight (1, 10, 50 %) and one rate (0.2, 1, 10, 100, 1,000 requests a second). The others also check p99.9 ≤ 500 ms.',
    '',
    `| traffic | errors | ${RULES.join(' | ')} |`,
    `| --- | --- |${RULES.map(() => ' --- |').join('')}`,
    ...lines,
    `| all | | ${RULES.map((rule) => falseOf(rule, all, outcomes)).join(' | ')} |`,
    '',
  ].join('\n');
}

function falseOf(rule: string, indexes: readonly number[], outcomes: readonly Outcomes[]): string {
  const cells = indexes.map((i) => outcomes[i]?.get(rule) ?? []);
  const rolledBack = (of: readonly Outcome[]) => of.filter(({ seconds }) => seconds !== null).length;
  const worst = Math.max(...cells.map((of) => rolledBack(of) / of.length));
  return `${rolledBack(cells.flat())} of ${cells.flat().length} (${Math.round(worst * 1000) / 10} % in its worst cell)`;
}

function badTable(cells: readonly Cell[], outcomes: readonly Outcomes[]): string {
  const lines = cells.map(({ name, weight }, i) => {
    const of = RULES.map((rule) => costOf(outcomes[i]?.get(rule) ?? [], name.startsWith('fails')));
    return `| ${name} | ${weight} % | ${of.join(' | ')} |`;
  });
  return [
    '## A bad candidate: seconds until it is out, and failed answers until then (medians)',
    '',
    '100 requests a second, 0.1 % errors of the active slot. For slow candidates: seconds, and answers of the candidate.',
    '',
    `| candidate | weight | ${RULES.join(' | ')} |`,
    `| --- | --- |${RULES.map(() => ' --- |').join('')}`,
    ...lines,
    '',
  ].join('\n');
}

// Those that were not out within the hour are the longest ones; those that were out before they were bad are told apart.
function costOf(all: readonly Outcome[], countsBad: boolean): string {
  const outcomes = all.filter(({ seconds }) => seconds === null || seconds > 0);
  const early = all.length === outcomes.length ? '' : ` (${all.length - outcomes.length} of ${all.length} while it was well)`;
  if (outcomes.length === 0) return `all ${all.length} while it was well`;
  const seconds =
    quantileOf(
      outcomes.map((o) => o.seconds ?? Number.POSITIVE_INFINITY),
      0.5,
    ) ?? Number.POSITIVE_INFINITY;
  const answers =
    quantileOf(
      outcomes.map((o) => (countsBad ? o.bad : o.served)),
      0.5,
    ) ?? 0;
  return (seconds === Number.POSITIVE_INFINITY ? 'not within 1 h' : `${seconds} s, ${answers}`) + early;
}

function targets(cells: readonly Cell[], outcomes: readonly Outcomes[]): string {
  const median = (name: string, of: (o: Outcome) => number) => {
    const i = cells.findIndex((cell) => cell.name === name && cell.weight === 10);
    return quantileOf((outcomes[i]?.get(SLUICE) ?? []).map(of), 0.5) ?? Number.POSITIVE_INFINITY;
  };
  const seconds = (o: Outcome) => o.seconds ?? Number.POSITIVE_INFINITY;
  const wanted: [string, number, number][] = [
    ['fails 10 %, weight 10 %: seconds', median('fails 10 %', seconds), 10],
    ['fails 10 %, weight 10 %: failed answers', median('fails 10 %', ({ bad }) => bad), 12],
    ['fails 100 %, weight 10 %: seconds', median('fails 100 %', seconds), 4],
    ['latency × 2, weight 10 %: seconds after the grace', median('latency × 2', seconds) - DEFAULT_SLO.latencyGraceSeconds, 30],
  ];
  const lines = wanted.map(([what, is, most]) => `| ${what} | ${is} | ≤ ${most} | ${is <= most ? 'met' : 'missed'} |`);
  return ['## Targets', '', '| | median | target | |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

/** What one second costs the engine: its reports folded, all tests judged, what comes of it decided. */
function speed(): string {
  const lab = new Lab(steady(10), DEFAULT_SLO);
  const traffic = new Traffic({ perSecond: 1000, errorRate: 0.001, shape: 'plain', turnsAt: 0 }, 1);
  const seconds = Array.from({ length: 200 }, (_, t) => traffic.second(t, 0.1));
  const times: number[] = [];
  for (let t = 0; t < 6000; t++) {
    const second = seconds[t % seconds.length];
    const before = performance.now();
    if (second !== undefined) lab.second(t, second);
    times.push((performance.now() - before) * 1000);
  }
  const warm = times.slice(2000);
  const size = JSON.stringify(lab.service.watches).length;
  return `one second of 1,000 requests, folded and judged: ${quantileOf(warm, 0.5)?.toFixed(0)} µs (p99 ${quantileOf(warm, 0.99)?.toFixed(0)} µs); its watch is ${size} bytes of JSON\n`;
}

function plots(folder: string, seed: number): string[] {
  const at = (name: string, weight: number) => badCells(3600).find((cell) => cell.name === name && cell.weight === weight);
  const curves = (names: readonly string[], seconds: number) =>
    names.flatMap((name) => {
      const cell = at(name, 10);
      return cell === undefined ? [] : [curve(name, { ...cell, plan: steady(10), seconds, seed })];
    });
  const healthy = healthyCells(1200).filter(
    ({ weight, scenario }) => weight === 10 && scenario.perSecond === 100 && scenario.errorRate === 0.01,
  );
  const well = healthy.map((cell) => curve(cell.name, { ...cell, plan: steady(10), seed }));
  const drawn: [string, string][] = [
    [
      'errors.svg',
      plot(
        'Candidates that fail, at 10 % of 100 requests/s',
        curves(['fails 100 %', 'fails 10 %', 'fails 5 %', 'fails 2 %'], 120),
        2,
      ),
    ],
    [
      'latency.svg',
      plot(
        'Candidates that are slow, at 10 % of 100 requests/s',
        curves(['latency × 2', 'latency × 1.5', '1 in 100 slower by 1.1 s'], 300),
        2,
      ),
    ],
    ['healthy.svg', plot('Nothing wrong, 1 % errors on both slots', well, 2)],
  ];
  mkdirSync(folder, { recursive: true });
  return drawn.map(([name, svg]) => {
    const file = join(folder, name);
    writeFileSync(file, svg);
    return file;
  });
}
