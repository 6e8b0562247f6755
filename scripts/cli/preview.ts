// `sluice preview green`: a token that opens a slot to its holder alone, at any weight, and a line to try it with.
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './failure.ts';

const LOCAL_ROUTER = 'http://127.0.0.1:8787';
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

/** Adds the verb `preview`. */
export function addPreview(program: Command, cli: Cli): void {
  program
    .command('preview')
    .argument('<slot>', 'the slot to look at, also at 0 %')
    .description('make a token that opens a slot to you alone, and print the request to try it with')
    .option('--for <duration>', 'how long it works, such as 30m, 2h or 1d; 1 minute to 30 days', '1h')
    .option('--json', 'print the answer of the API')
    .action(async (slot: string, own: { for: string; json?: true }, command: Command) => {
      const forSeconds = secondsOf(own.for);
      const router = routerUrl(cli);
      const service = await serviceOf(cli, command.optsWithGlobals<{ service?: string }>().service);
      const path = `/services/${encodeURIComponent(service)}/preview`;
      const preview = await cli.client().call<Preview>('POST', path, { slot, forSeconds });
      if (own.json) cli.print(JSON.stringify(preview, null, 2));
      else show(cli, service, router, preview);
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

function routerUrl({ env }: Cli): string {
  const asked = env.SLUICE_ROUTER_URL || LOCAL_ROUTER;
  if (!/^https?:/.test(asked) || !URL.canParse(asked))
    throw new Failure(
      EXIT.usage,
      `SLUICE_ROUTER_URL is no http address: "${asked}".`,
      'Set it to the public route of the service.',
    );
  return new URL(asked).href.replaceAll("'", '%27');
}

async function serviceOf(cli: Cli, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return asked;
  const { services } = await cli.client().call<{ services: { service: string }[] }>('GET', '/services');
  const [first, ...others] = services.map(({ service }) => service);
  if (first !== undefined && others.length === 0) return first;
  throw new Failure(EXIT.usage, `Which service? There are ${[first, ...others].join(', ')}.`, 'Name one with --service.');
}

function show(cli: Cli, service: string, router: string, { slot, header, token, expiresAt }: Preview): void {
  cli.print(`x-slot: ${slot}`);
  cli.print(`${header}: ${token}`);
  cli.print('');
  cli.print(`curl -i -H 'x-slot: ${slot}' -H '${header}: ${token}' '${router}'`);
  cli.print('');
  cli.print(cli.style('dim', `Opens ${slot} of ${service} until ${expiresAt} to whoever has the token.`));
}
