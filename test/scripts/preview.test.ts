import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Shell } from '../../scripts/cli/cli.ts';
import { EXIT, Failure } from '../../scripts/cli/failure.ts';
import { addPreview, secondsOf } from '../../scripts/cli/preview.ts';

const ANSWER = { slot: 'green', header: 'x-slot-token', token: '1790000000.abc', expiresAt: '2026-09-21T14:13:20.000Z' };

/** Runs the verb against an API that has `services`; gives what was printed and called. */
async function run(
  args: readonly string[],
  { env = {}, services = ['app'] }: { env?: NodeJS.ProcessEnv; services?: string[] } = {},
) {
  const printed: string[] = [];
  const calls: unknown[][] = [];
  const call = async (...asked: unknown[]) => {
    calls.push(asked);
    return asked[0] === 'GET' ? { services: services.map((service) => ({ service })) } : ANSWER;
  };
  const program = new Command().option('--service <name>').exitOverride();
  const shell = {
    client: () => ({ call }),
    env,
    print: (text: string) => printed.push(text),
    service: () => program.opts<{ service?: string }>().service,
  };
  addPreview(program, shell as unknown as Shell);
  await program.parseAsync(['preview', ...args], { from: 'user' });
  return { text: printed.join('\n'), calls };
}

describe('sluice preview', () => {
  it('prints the headers and a line to try them with', async () => {
    const { text, calls } = await run(['green']);
    expect(calls.at(-1)).toEqual(['POST', '/services/app/preview', { slot: 'green', forSeconds: 3600 }]);
    expect(text).toMatch(/^x-slot: green\nx-slot-token: 1790000000\.abc\n/);
    expect(text).toContain("curl -i -H 'x-slot: green' -H 'x-slot-token: 1790000000.abc' 'http://127.0.0.1:8787/'");
    expect(text).toContain('until 2026-09-21T14:13:20.000Z');
  });

  it("takes a life, a service and the router's address", async () => {
    const env = { SLUICE_ROUTER_URL: 'https://shop.example/a?b=1&c' };
    const { text, calls } = await run(['green', '--for', '2h', '--service', 'shop'], { env, services: ['app', 'shop'] });
    expect(calls).toEqual([['POST', '/services/shop/preview', { slot: 'green', forSeconds: 7200 }]]);
    expect(text).toContain(" 'https://shop.example/a?b=1&c'\n");
  });

  it('prints the answer of the API with --json', async () => {
    expect(JSON.parse((await run(['green', '--json'])).text)).toEqual(ANSWER);
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
