import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ACTION_BUNDLE, bundleAction } from '../../scripts/action/bundle.ts';
import { DEFAULTS } from '../../scripts/action/inputs.ts';

// What a workflow sees of the Action: its metadata, its bundle, and the examples to copy.
const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'scripts/action/examples');

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly steps: readonly Step[];
  readonly 'timeout-minutes'?: number;
  readonly concurrency?: { readonly 'cancel-in-progress': boolean };
  readonly needs?: string;
  readonly outputs?: object;
}

interface Workflow {
  readonly on: object;
  readonly permissions: unknown;
  readonly concurrency?: Job['concurrency'];
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required: boolean; readonly default?: string }>>;
  readonly outputs: object;
  readonly runs: { readonly using: string; readonly main: string };
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;
const isOurs = ({ uses }: Step) => uses === 'owner/sluice@v1';

describe('the bundle of the Action', () => {
  it('is what the sources give: else run `npm run bundle:action` and commit it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'));
    await bundleAction(join(folder, 'index.js'));
    const isFresh = readFileSync(join(folder, 'index.js')).equals(readFileSync(ACTION_BUNDLE));
    rmSync(folder, { recursive: true });
    expect(isFresh).toBe(true);
  });

  it('is what action.yml names, and needs no package', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'scripts/action/dist/index.js' });
    const imported = [...readFileSync(ACTION_BUNDLE, 'utf8').matchAll(/^import .*"(.*)";$/gm)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });
});

describe('action.yml', () => {
  it('has the inputs that are read, with their defaults', () => {
    const read = readFileSync(join(ROOT, 'scripts/action/inputs.ts'), 'utf8').matchAll(
      /(?:text|required|isTrue|secondsOf)\((?:env, )?'([a-z-]+)'\)/g,
    );
    expect(Object.keys(action.inputs).sort()).toEqual([...read].map(([, name]) => name).sort());
    const defaults = Object.entries(action.inputs).flatMap(([name, { default: value }]) => (value ? [[name, value]] : []));
    expect(Object.fromEntries(defaults)).toEqual(DEFAULTS);
    const needed = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required);
    expect(needed).toEqual(['control-url', 'token']);
  });

  it('has the outputs that are written', () => {
    expect(Object.keys(action.outputs)).toEqual(['release-id', 'release-url', 'status']);
  });
});

describe.each(readdirSync(EXAMPLES))('the example %s', (file) => {
  const text = readFileSync(join(EXAMPLES, file), 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('uses the Action with inputs that exist, the required ones among them', () => {
    const used = steps.filter(isOurs).map((step) => Object.keys(step.with ?? {}));
    expect(used.length).toBe(1);
    const needed = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required);
    for (const names of used) {
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(names));
      expect(names).toEqual(expect.arrayContaining(needed));
    }
  });

  it('uses outputs that exist', () => {
    const used = [...text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)].map(([, id = '', output = '']) => ({ id, output }));
    expect(used.length).toBeGreaterThan(0);
    for (const { id, output } of used) {
      const step = steps.find((other) => other.id === id);
      const exists = step !== undefined && (isOurs(step) ? output in action.outputs : step.run?.includes(`${output}=`));
      expect([id, output, exists]).toEqual([id, output, true]);
    }
  });

  it('hands on between jobs only what the one before has', () => {
    for (const [, id = '', output = ''] of text.matchAll(/needs\.([\w-]+)\.outputs\.([\w-]+)/g))
      expect([id, output, workflow.jobs[id]?.outputs ?? {}]).toEqual([
        id,
        output,
        expect.objectContaining({ [output]: expect.any(String) }),
      ]);
    const needed = jobs.flatMap(({ needs }) => needs ?? []);
    expect(Object.keys(workflow.jobs)).toEqual(expect.arrayContaining(needed));
  });

  it('may only read, is never cancelled half-way, and lasts longer than the Action waits', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of jobs) {
      expect((job.concurrency ?? workflow.concurrency)?.['cancel-in-progress']).toBe(false);
      const waits = Number(job.steps.find(isOurs)?.with?.['wait-timeout'] ?? 0);
      expect((job['timeout-minutes'] ?? 0) * 60).toBeGreaterThanOrEqual(waits + 15 * 60);
    }
  });

  it('deploys on a push', () => {
    expect(workflow.on).toHaveProperty('push.branches', ['main']);
    expect(text).toContain('npx sluice deploy --service app');
  });
});
