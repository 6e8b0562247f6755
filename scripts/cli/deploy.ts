// `sluice deploy`: a version into the idle slot, from lease to release. The work is in scripts/deploy/; here are its options.
import { type Command, Option } from 'commander';
import type { ServiceView } from '../../control/api/types.ts';
import { type Rehearsal, rehearse } from '../deploy/rehearse.ts';
import { deployToSlot, type Outcome } from '../deploy/slot.ts';
import { stepsTo } from '../deploy/steps.ts';
import type { Shell } from './cli.ts';
import { releaseSentence } from './done.ts';
import { EXIT, Failure } from './failure.ts';
import { isLocal, publicRoute } from './local.ts';
import { seconds } from './options.ts';
import { waitFor } from './release-wait.ts';
import { lookOf, oneService, targetOf } from './target.ts';
import { jsonOf, plain } from './text.ts';

const SMOKE_SECONDS = 60;

interface Options {
  readonly slot?: string;
  readonly config?: string;
  readonly tag?: string;
  readonly message?: string;
  readonly author?: string;
  readonly source?: string;
  /** `true` where no plan was named. */
  readonly release?: string | true;
  readonly wait?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly smoke: boolean;
  readonly smokePath: string;
  readonly smokeTimeout: number;
  readonly routerUrl?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Declares `deploy`. */
export function addDeploy(program: Command, shell: Shell): void {
  program
    .command('deploy')
    .description('build a Worker and deploy it into the idle slot, with wrangler; record it and check that it answers')
    .option('--slot <slot>', 'the slot; the idle one if left out')
    .option('--config <path>', "the Worker's wrangler config; the one below slots/ with the name the router binds if left out")
    .option('--tag <text>', 'git describe if left out')
    .option('--message <text>', "the commit's subject if left out")
    .option('--author <text>', "CI's actor or the commit's author if left out")
    .option('--source <text>', 'where the code is; remote and commit if left out')
    .option('--release [plan]', 'start a release of it, under this or the default plan')
    .option('--wait', 'with --release: stay until it has ended, as `release wait` does')
    .option('--force', 'into the slot of --slot though it is in use: its visitors get the new version at once')
    .option('--dry-run', 'build only, and tell what would be done')
    .option('--no-smoke', 'do not check that the slot answers')
    .option('--smoke-path <path>', 'what the check asks for', '/')
    .option('--smoke-timeout <seconds>', 'how long the check tries', seconds, SMOKE_SECONDS)
    .addOption(new Option('--router-url <url>', `the public route; else SLUICE_ROUTER_URL, else the local run's`))
    .option('--verbose', "show wrangler's output")
    .option('--json', 'print what was done as JSON')
    .action(async (options: Options) => {
      refuseContradictions(options);
      if (options.dryRun) return rehearsed(shell, options);
      const router = options.smoke ? routerOf(shell, options) : undefined;
      const target = await oneService(shell);
      const service = await shell.client().call<ServiceView>('GET', target.path);
      const outcome = await deployToSlot({
        ...common(shell, options),
        client: shell.client(),
        service,
        suffix: target.suffix,
        smoke: router === undefined ? undefined : { router, path: options.smokePath, timeoutMs: options.smokeTimeout * 1000 },
      });
      if (!options.wait || !options.json) tell(shell, options, outcome, target.suffix);
      if (options.wait && outcome.release !== null)
        await waitFor(shell, targetOf(service.service, target.suffix !== ''), outcome.release.id, { json: options.json });
    });
}

function refuseContradictions({ force, slot, wait, release, smokePath, dryRun }: Options): void {
  if (force && slot === undefined)
    throw new Failure(EXIT.usage, '--force needs --slot: name the slot whose visitors shall get the new version.');
  if (wait && release === undefined && !dryRun) throw new Failure(EXIT.usage, '--wait needs --release.');
  if (!smokePath.startsWith('/')) throw new Failure(EXIT.usage, '--smoke-path must begin with a slash.');
}

function common(shell: Shell, { slot, config, tag, message, author, source, force, release, verbose, json }: Options) {
  const say = (line: string) => (json ? shell.warn(plain(line)) : shell.print(plain(line)));
  return {
    root: shell.root,
    env: shell.env,
    slot,
    config,
    said: { tag, message, author, source },
    force: force === true,
    release: release === undefined ? undefined : { plan: release === true ? undefined : release },
    step: stepsTo(say),
    say,
    hear: verbose ? (text: string) => void process.stderr.write(text) : undefined,
  };
}

async function rehearsed(shell: Shell, options: Options): Promise<void> {
  const smoke = options.smoke ? `${routerUrl(shell, options)}${options.smokePath}` : undefined;
  const rehearsal: Rehearsal = { ...common(shell, options), client: shell.client, service: shell.service(), smoke };
  const result = await rehearse(rehearsal);
  if (options.json) shell.print(jsonOf(result));
}

function tell(shell: Shell, { json }: Options, outcome: Outcome, suffix: string): void {
  if (json) {
    shell.print(jsonOf(outcome));
    return;
  }
  const { deployment, release } = outcome;
  const slot = plain(deployment.slot);
  if (release === null) {
    shell.print(`${slot} has the new version. To give it visitors: npx sluice release start --slot ${slot}${suffix}`);
    return;
  }
  shell.print(
    `${plain(releaseSentence(release, lookOf(shell, suffix)))} To follow it: npx sluice release wait ${release.id}${suffix}`,
  );
}

// A check of the local run would say nothing of what was deployed.
function routerOf(shell: Shell, options: Options): string {
  const asked = options.routerUrl ?? shell.env.SLUICE_ROUTER_URL;
  const control = shell.client().access.url;
  if (!asked && !isLocal(control))
    throw new Failure(
      EXIT.usage,
      `Control is at ${control}, but where its router is was not said.`,
      'Set SLUICE_ROUTER_URL (or --router-url) to the public route, or pass --no-smoke.',
    );
  return routerUrl(shell, options);
}

function routerUrl(shell: Shell, options: Options): string {
  return publicRoute(shell.env, options.routerUrl);
}
