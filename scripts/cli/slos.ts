// `sluice slos`: the objectives and guards of a service, where each stands now, and setting some of them.
import { type Command, Option } from 'commander';
import type { HealthView, SlosSetView, SlosView } from '../../control/api/types.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { type Look, nextLines } from './layout.ts';
import { type ChangeOptions, changes, natural, reads, whole } from './options.ts';
import { cap, LATENCY_FORM, latencies, percentShare, points, ratio, ratioOrOff } from './slo-figures.ts';
import { lookOf, oneService, show } from './target.ts';
import { wrap } from './text.ts';
import { slosLines, standingLines } from './view-objectives.ts';

/** Option → what the API calls it. */
const FIELDS = {
  errors: 'errorObjective',
  errorRatio: 'errorRatio',
  latency: 'latencyObjectives',
  latencyRatio: 'latencyRatio',
  falseRollbackChance: 'falseRollbackChance',
  minBad: 'minBad',
  minEffect: 'minEffect',
  minRequests: 'minRequests',
  perVisitorCap: 'perVisitorCap',
  perNetworkCap: 'perNetworkCap',
  latencyGrace: 'latencyGraceSeconds',
  hold: 'holdSeconds',
  bake: 'bakeSeconds',
} as const satisfies Record<string, keyof SlosView>;

type SetOptions = ChangeOptions & { readonly default?: boolean } & { readonly [O in keyof typeof FIELDS]?: unknown };

/** Declares `slos` and `slos set`. */
export function addSlos(program: Command, shell: Shell): void {
  const slos = reads(program.command('slos').helpCommand(false))
    .description('what a slot is held to, and where it stands')
    .action(async ({ json }: { json?: boolean }) => {
      const { name, path, suffix } = await oneService(shell);
      if (json) return show(shell, json, await shell.client().call<SlosView>('GET', `${path}/slos`), () => []);
      const health = await shell.client().call<HealthView>('GET', `${path}/health`);
      show(shell, json, health, (tamed) => overview(name, tamed, lookOf(shell, suffix)));
    });
  addSet(slos, shell);
}

function addSet(slos: Command, shell: Shell): void {
  const set = changes(slos.command('set'), { asks: false })
    .description('set some of them; the others stay. Evidence begins afresh where the tests become others')
    .option('--errors <percent>', 'share of requests that may fail', percentShare)
    .option('--error-ratio <n>', "that share, as a multiple of the active slot's", ratio)
    .option('--latency <list>', LATENCY_FORM, latencies)
    .option('--latency-ratio <n>', 'a latency, as a multiple of the active slot\'s; "off" for no such limit', ratioOrOff)
    .option('--false-rollback-chance <percent>', 'that a healthy slot is rolled back', percentShare)
    .option('--min-bad <n>', 'bad requests that a rollback takes', natural)
    .option('--min-effect <points>', 'percentage points of difference that it takes', points)
    .option('--min-requests <n>', 'requests that a pass takes', whole)
    .option('--per-visitor-cap <n>', 'bad requests of one visitor that count', natural)
    .addOption(new Option('--per-network-cap <n>', 'of one network; "off" for no such limit').argParser(cap))
    .option('--latency-grace <seconds>', "how long a slot's first latencies do not count", whole)
    .option('--hold <seconds>', 'how long a rollback waits while the active slot is as bad', whole)
    .option('--bake <seconds>', 'how long a slot that was activated at once is watched', whole)
    .option('--default', 'put all others back to what Sluice sets by itself');
  set.action(async (options: SetOptions, command: Command) => {
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    const asked = askedOf(options);
    if (Object.keys(asked).length === 0)
      throw new Failure(EXIT.usage, 'Say what to set.', 'sluice slos set --errors 1 --latency p99=500');
    const { name, path, suffix } = await oneService(shell);
    const answer = await shell.client().call<SlosSetView>('PUT', `${path}/slos`, { ...asked, reason: options.reason });
    show(shell, json, answer, (tamed) => setLines(name, tamed, lookOf(shell, suffix)));
  });
}

function askedOf(options: SetOptions): Record<string, unknown> {
  const all = Object.entries(FIELDS).map(([option, field]) => [field, options[option as keyof typeof FIELDS]] as const);
  const given = all.filter(([, value]) => value !== undefined);
  return { ...(options.default ? Object.fromEntries(all.map(([field]) => [field, null])) : {}), ...Object.fromEntries(given) };
}

function overview(name: string, { slo, watches }: HealthView, look: Look): string[] {
  const latency = slo.latencyObjectives.length === 0 ? ['sluice slos set --latency p99=500'] : [];
  const next = [...(watches.length > 0 ? ['sluice status --watch'] : []), ...latency];
  return [...slosLines(name, slo, look), '', ...standingLines(watches, slo, look), '', ...nextLines(next, look)];
}

function setLines(name: string, answer: SlosSetView, look: Look): string[] {
  const { watchedAfresh: slots } = answer;
  const afresh = `Evidence on ${slots.join(', ')} begins afresh: the tests are others now.`;
  return [...slosLines(name, answer, look), ...(slots.length === 0 ? [] : ['', ...wrap(afresh, look.width)]), ''].concat(
    nextLines(['sluice slos'], look),
  );
}
