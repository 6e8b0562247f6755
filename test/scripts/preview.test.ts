import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Shell } from '../../scripts/cli/cli.ts';
import { EXIT, Failure } from '../../scripts/cli/failure.ts';
import { addPreview, secondsOf } from '../../scripts/cli/preview.ts';

const QUERY = '__slot=green&__slot_token=1790000000.abc';
const ANSWER = {
  ...{ slot: 'green', header: 'x-slot-token', token: '1790000000.abc', query: QUERY },
  ...{ link: null, expiresAt: '2026-09-21T14:13:20.000Z' },
};
const DEPLOYED = 'https://control.example';

interface Given {
  readonly env?: NodeJS.ProcessEnv;
  readonly services?: readonly string[];
  /** Where control is. */
  readonly url?: string;
  /** What the API answers. */
  readonly link?: string | null;
}

/** Runs the verb against an API that has `services`; gives what was printed and called. */
async function run(
  args: readonly string[],
  { env = {}, services = ['app'], url = 'http://127.0.0.1:8788', link = null }: Given = {},
) {
  const printed: string[] = [];
  const calls: unknown[][] = [];
  const call = async (...asked: unknown[]) => {
    calls.push(asked);
    return asked[0] === 'GET' ? { services: services.map((service) => ({ service })) } : { ...ANSWER, link };
  };
  const program = new Command().option('--service <name>').exitOverride();
  const shell = {
    client: () => ({ call, access: { url } }),
    columns: () => 80,
    env,
    now: Date.now,
    print: (text: string) => printed.push(text),
    service: () => program.opts<{ service?: string }>().service,
    style: (_: unknown, text: string) => text,
  };
  addPreview(program, shell as unknown as Shell);
  await program.parseAsync(['preview', ...args], { from: 'user' });
  return { text: printed.join('\n'), calls };
}

describe('sluice preview', () => {
  it('prints the headers, a request to try them with, and a link', async () => {
    const { text, calls } = await run(['green']);
    expect(calls.at(-1)).toEqual(['POST', '/services/app/preview', { slot: 'green', forSeconds: 3600 }]);
    expect(text.split('\n')).toEqual([
      'x-slot: green',
      'x-slot-token: 1790000000.abc',
      '',
      "curl -i -H 'x-slot: green' -H 'x-slot-token: 1790000000.abc' 'http://127.0.0.1:8787/'",
      '',
      'For a browser (a cookie then keeps it on green, until it loads ?__slot=):',
      `http://127.0.0.1:8787/?${QUERY}`,
      '',
      'Opens green of app to whoever has it, for 1 h: until 2026-09-21T14:13:20.000Z.',
    ]);
  });

  it.each<[string, string[], Given, string | null]>([
    ['the local run', [], {}, 'http://127.0.0.1:8787/'],
    ['the local run at another port', [], { env: { SLUICE_ROUTER_PORT: '9000' } }, 'http://127.0.0.1:9000/'],
    ['the local run, whatever the routes name', [], { link: `https://shop.example/?${QUERY}` }, 'http://127.0.0.1:8787/'],
    ['SLUICE_ROUTER_URL', [], { env: { SLUICE_ROUTER_URL: 'https://shop.example/a' } }, 'https://shop.example/a'],
    ['the routes', [], { url: DEPLOYED, link: `https://shop.example/cart/?${QUERY}` }, 'https://shop.example/cart/'],
    [
      'the routes, before SLUICE_ROUTER_URL',
      [],
      { url: DEPLOYED, link: `https://shop.example/?${QUERY}`, env: { SLUICE_ROUTER_URL: 'https://other.example' } },
      'https://shop.example/',
    ],
    [
      'SLUICE_ROUTER_URL, where the routes name none',
      [],
      { url: DEPLOYED, env: { SLUICE_ROUTER_URL: 'https://shop.example' } },
      'https://shop.example/',
    ],
    [
      '--on, before all others',
      ['--on', 'https://shop.example/cart/'],
      { url: DEPLOYED, link: `https://other.example/?${QUERY}`, env: { SLUICE_ROUTER_URL: 'https://third.example' } },
      'https://shop.example/cart/',
    ],
    ['none', [], { url: DEPLOYED }, null],
  ])('makes the link on %s', async (_, args, given, address) => {
    const { text } = await run(['green', ...args], given);
    const { link } = JSON.parse((await run(['green', '--json', ...args], given)).text);
    expect(link).toBe(address === null ? null : `${address}?${QUERY}`);
    expect(text.match(/^curl .*'(.*)'$/m)?.[1] ?? null).toBe(address);
    expect(text).toMatch(/^x-slot: green\nx-slot-token: 1790000000\.abc\n/);
    expect(text.split('\n')).toContain(link ?? `?${QUERY}`);
  });

  it('says how to have a link, where the address is not known', async () => {
    const { text } = await run(['green', '--for', '2h', '--service', 'shop'], { url: DEPLOYED });
    expect(text).not.toContain('curl');
    expect(text).toContain('For a browser, put this behind an address of shop, or name one with --on:\n?__slot=green&');
  });

  it('adds to a query that is there, leaves a fragment out, and quotes the address', async () => {
    const { text, calls } = await run(
      ['green', '--for', '2h', '--service', 'shop', '--on', "https://shop.example/it's?b=1&c#d"],
      {
        services: ['app', 'shop'],
      },
    );
    expect(calls).toEqual([['POST', '/services/shop/preview', { slot: 'green', forSeconds: 7200 }]]);
    expect(text).toContain(`\nhttps://shop.example/it's?b=1&c&${QUERY}\n`);
    expect(text).toContain(" 'https://shop.example/it%27s?b=1&c#d'\n");
    expect(text).toContain('Opens green of shop to whoever has it, for 2 h: ');
  });

  it('prints the answer of the API with --json', async () => {
    expect(JSON.parse((await run(['green', '--json'], { url: DEPLOYED })).text)).toEqual(ANSWER);
  });

  it.each<[string, string[], Parameters<typeof run>[1], string]>([
    ['an unknown unit', ['green', '--for', '2w'], {}, '--for takes 1 minute to 30 days, not "2w".'],
    ['a life below a minute', ['green', '--for', '59s'], {}, '--for takes'],
    ['a life above 30 days', ['green', '--for', '31d'], {}, '--for takes'],
    [
      'an address that is none',
      ['green'],
      { env: { SLUICE_ROUTER_URL: 'shop.example' } },
      'SLUICE_ROUTER_URL is no http address',
    ],
    ['another address that is none', ['green', '--on', 'ftp://shop.example'], { url: DEPLOYED }, '--on is no http address'],
    ['no service where there are several', ['green'], { services: ['app', 'shop'] }, 'There are 2 services: app, shop.'],
  ])('refuses %s as wrong usage', async (_, args, given, message) => {
    const failure = await run(args, given).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ code: EXIT.usage, message: expect.stringContaining(message) });
  });

  it.each([
    ['60s', 60],
    ['1m', 60],
    ['1.5h', 5400],
    ['30d', 2_592_000],
  ])('reads %s', (text, seconds) => expect(secondsOf(text)).toBe(seconds));
});
