// `sluice preview green`: a token that opens a slot to whoever has it, at any weight; a request and a link to try it with.
import type { Command } from 'commander';
import type { PreviewView } from '../../control/api/types.ts';
import { duration } from '../../control/words.ts';
import type { Shell } from './cli.ts';
import { EXIT, Failure } from './failure.ts';
import type { Look } from './layout.ts';
import { isLocal, publicRoute } from './local.ts';
import { lookOf, oneService, show } from './target.ts';
import { wrap } from './text.ts';
import { spanSeconds } from './times.ts';

const SHORTEST = 60;
const LONGEST = 30 * 86_400;

interface Options {
  readonly for: string;
  readonly on?: string;
  readonly json?: boolean;
}

/** Declares `preview`. */
export function addPreview(program: Command, shell: Shell): void {
  program
    .command('preview')
    .description('make a token that opens a slot to whoever has it; print a request and a link to try it with')
    .argument('<slot>', 'the slot to look at, also at 0 %')
    .option('--for <duration>', 'how long it works, such as 30m, 2h or 1d; 1 minute to 30 days', '1h')
    .option('--on <url>', 'the public address to look at; that of the routes or of the local run if left out')
    .option('--json', 'print it as JSON')
    .action(async (slot: string, options: Options) => {
      const forSeconds = secondsOf(options.for);
      const said = saidAddress(options.on, shell);
      const service = await oneService(shell);
      const preview = await shell.client().call<PreviewView>('POST', `${service.path}/preview`, { slot, forSeconds });
      const address = said ?? (preview.link === null ? commonAddress(shell) : withoutQuery(preview.link));
      const link = address === undefined ? null : linkOn(address, preview.query);
      show(shell, options.json, { ...preview, link }, (view) => {
        const look = lookOf(shell);
        return [
          ...requestLines(view, address),
          ...linkLines(view, service.name, look),
          '',
          ...wrap(
            `Opens ${view.slot} of ${service.name} to whoever has it, for ${duration(forSeconds)}: until ${view.expiresAt}.`,
            look.width,
          ),
        ];
      });
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

// A link to the routes of what is deployed would be signed with a secret of the local run: hence none with a local control.
function saidAddress(on: string | undefined, shell: Shell): string | undefined {
  if (on !== undefined) return addressOf(on, '--on');
  const local = isLocal(shell.client().access.url);
  return local ? addressOf(publicRoute(shell.env), 'SLUICE_ROUTER_URL') : undefined;
}

// Goes behind the routes of the service: where there are several services, it may be another's.
function commonAddress({ env }: Shell): string | undefined {
  return env.SLUICE_ROUTER_URL ? addressOf(publicRoute(env), 'SLUICE_ROUTER_URL') : undefined;
}

function addressOf(text: string, from: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text))
    throw new Failure(EXIT.usage, `${from} is no http address: "${text}".`, 'Write it as https://shop.example.');
  return new URL(text).href;
}

function withoutQuery(link: string): string {
  const url = new URL(link);
  url.search = '';
  return url.href;
}

function linkOn(address: string, query: string): string {
  const url = new URL(address);
  url.hash = '';
  url.search = url.search === '' ? query : `${url.search}&${query}`;
  return url.href;
}

function requestLines({ slot, header, token }: PreviewView, address: string | undefined): string[] {
  const headers = [`x-slot: ${slot}`, `${header}: ${token}`];
  if (address === undefined) return headers;
  const quoted = [...headers.map((text) => `-H '${text}'`), `'${address.replaceAll("'", '%27')}'`];
  return [...headers, '', `curl -i ${quoted.join(' ')}`];
}

function linkLines({ slot, query, link }: PreviewView, service: string, { width, style }: Look): string[] {
  const text =
    link === null
      ? `For a browser, put this behind an address of ${service}, or name one with --on:`
      : `For a browser (a cookie then keeps it on ${slot}, until it loads ?__slot=):`;
  return ['', ...wrap(text, width).map((line) => style('dim', line)), style('cyan', link ?? `?${query}`)];
}
