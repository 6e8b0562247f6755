// Runs the Action as a runner does: the committed bundle in a process of its own, inputs in the environment, files for the rest.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUNDLE = join(import.meta.dirname, '../../scripts/action/dist/index.js');

/** How a run ended. */
export interface ActionRun {
  readonly code: number | null;
  /** Lines of the log. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * @param inputs by the names of action.yml
 * @param env beside what every run has
 * @param started called with the process
 */
export async function runAction(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  started: (child: ChildProcess) => void = () => {},
): Promise<ActionRun> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-action-'));
  const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
  for (const file of [output, summary]) writeFileSync(file, '');
  const named = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  // Nothing of this process's own environment.
  const all = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...Object.fromEntries(named), ...env };
  const child = spawn(process.execPath, [BUNDLE], { env: all, stdio: ['ignore', 'pipe', 'pipe'] });
  started(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const run = {
    ...{ code, lines: stdout.trimEnd().split('\n'), stderr },
    ...{ outputs: outputsOf(readFileSync(output, 'utf8')), summary: readFileSync(summary, 'utf8') },
  };
  rmSync(folder, { recursive: true });
  return run;
}

// As the runner reads them: name, delimiter, lines until it.
function outputsOf(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 1) {
    const [name = '', end] = (lines.shift() ?? '').split('<<');
    const until = lines.indexOf(end ?? '');
    if (until < 0) throw new Error(`output ${name} never ends`);
    outputs[name] = lines.splice(0, until).join('\n');
    lines.shift();
  }
  return outputs;
}
