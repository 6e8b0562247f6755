// `sluice preview green`: a token that opens a slot to its holder alone, at any weight, and a line to try it with.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { publicRoute } from './local.ts';
import { oneService, show } from './target.ts';
import { spanSeconds } from './times.ts';
import type { PreviewView } from './types.ts';

const SHORTEST = 60;
const LONGEST = 30 * 86_400;

/** Declares `preview`. */
export function addPreview(program: Command, shell: Shell): void {
  program
    .command('preview')
    .description('make a token that opens a slot to you alone, and print the request to try it with')
    .argument('<slot>', 'the slot to look at, also at 0 %')
    .option('--for <duration>', 'how long it works, such as 30m, 2h or 1d; 1 minute to 30 days', '1h')
    .option('--json', "print the API's answer")
    .action(async (slot: string, options: { for: string; json?: boolean }) => {
      const forSeconds = secondsOf(options.for);
      const router = routerUrl(shell.env);
      const service = await oneService(shell);
      const preview = await shell.client().call<PreviewView>('POST', `${service.path}/preview`, { slot, forSeconds });
      show(shell, options.json, preview, (view) => linesOf(view, service.name, router));
    });
}

/**
 * Seconds of a duration such as `90s`, `30m`, `2h` or `1d`.
 * @throws Failure (usage) when it is none, below a minute or above 30 days
 */
export function secondsOf(text: string): number {
  const seconds = spanSeconds(text);
  if (seconds !== undefined && seconds >= SHORTEST && seconds <= LONGEST) return seconds;
  throw new Failure(EXIT.usage, `--for takes 1 minute to 30 days, not "${text}".`, 'Write it as 30m, 2h or 1d.');
}

function routerUrl(env: NodeJS.ProcessEnv): string {
  const asked = publicRoute(env);
  if (!/^https?:/.test(asked) || !URL.canParse(asked))
    throw new Failure(
      EXIT.usage,
      `SLUICE_ROUTER_URL is no http address: "${asked}".`,
      'Set it to the public route of the service.',
    );
  return new URL(asked).href.replaceAll("'", '%27');
}

function linesOf({ slot, header, token, expiresAt }: PreviewView, service: string, router: string): string[] {
  return [
    `x-slot: ${slot}`,
    `${header}: ${token}`,
    '',
    `curl -i -H 'x-slot: ${slot}' -H '${header}: ${token}' '${router}'`,
    '',
    `Opens ${slot} of ${service} until ${expiresAt} to whoever has the token.`,
  ];
}
