// `sluice preview green`: a token that opens a slot to its holder alone, at any weight, and a line to try it with.
import type { Command } from 'commander';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import { publicRoute } from './local.ts';
import { oneService, show } from './target.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const SHORTEST = 60;
const LONGEST = 30 * SECONDS.d;

/** The answer of `POST …/preview`. */
interface Preview {
  readonly slot: string;
  readonly header: string;
  readonly token: string;
  /** ISO time. */
  readonly expiresAt: string;
}

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
      const preview = await shell.client().call<Preview>('POST', `${service.path}/preview`, { slot, forSeconds });
      show(shell, options.json, preview, (view) => linesOf(view, service.name, router));
    });
}

/**
 * Seconds of a duration such as `90s`, `30m`, `2h` or `1d`.
 * @throws Failure (usage) when it is none, below a minute or above 30 days
 */
export function secondsOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Math.round(Number(number) * SECONDS[(unit ?? 's') as keyof typeof SECONDS]);
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds;
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

function linesOf({ slot, header, token, expiresAt }: Preview, service: string, router: string): string[] {
  return [
    `x-slot: ${slot}`,
    `${header}: ${token}`,
    '',
    `curl -i -H 'x-slot: ${slot}' -H '${header}: ${token}' '${router}'`,
    '',
    `Opens ${slot} of ${service} until ${expiresAt} to whoever has the token.`,
  ];
}
