import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forward } from '../../router/forward.ts';
import { type Details, type Level, log } from '../../router/log.ts';

let lines: [Level, string][] = [];
beforeEach(() => {
  lines = [];
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((...told) => void lines.push([level, told.join('|')]));
});
afterEach(() => vi.restoreAllMocks());

/** The one line that was logged. */
function line(): string {
  expect(lines).toHaveLength(1);
  return lines[0]?.[1] ?? '';
}

function logged(details: Details): Record<string, unknown> {
  log('warn', 'it happened', details);
  return JSON.parse(line());
}

/** What is told of an error with these words. */
function told(words: string): string {
  const { error } = logged({ error: new Error(words) }) as { error: { message: string } };
  return error.message;
}

describe('a line', () => {
  it.each<Level>(['info', 'warn', 'error'])('of level %s is one JSON object, level and message first', (level) => {
    log(level, 'it "happened"\n', { service: 'app', requestId: 'r-1', count: 3, list: [1, 'a'], none: null });
    const text =
      '{"level":"LEVEL","message":"it \\"happened\\"\\n","service":"app","requestId":"r-1","count":3,"list":[1,"a"],"none":null}';
    expect(lines).toEqual([[level, text.replace('LEVEL', level)]]);
  });

  it('leaves out what is undefined', () => {
    expect(logged({ service: undefined, error: undefined, n: 1 })).toEqual({ level: 'warn', message: 'it happened', n: 1 });
  });

  it('tells name, message and the first lines of the stack of an error', () => {
    const { error } = logged({ error: new TypeError('no\nsuch thing') }) as { error: Record<string, string> };
    expect(error).toEqual({ name: 'TypeError', message: 'no\nsuch thing', stack: expect.stringMatching(/^at .*log\.test\.ts/) });
    expect(error.stack?.split('\n')).toHaveLength(5);
  });

  it.each<[unknown, string]>([
    ['lost', 'lost'],
    [null, 'null'],
    [7, '7'],
    [{ toString: () => 'an object' }, 'an object'],
  ])('tells what was thrown though it is no error: %j', (error, message) => {
    expect(logged({ error }).error).toEqual({ message });
  });

  it('is bounded, whatever it is given', () => {
    const long = 'x'.repeat(1e6);
    const error = Object.assign(new Error(long), {
      stack: Array(1e4)
        .fill(`    at ${long.slice(0, 900)}`)
        .join('\n'),
    });
    log('error', long, { service: long, error, list: Array(1e5).fill(long.slice(0, 9)) });
    expect(line().length).toBeLessThan(10_000);
    expect(JSON.parse(line()).message).toBe(`${'x'.repeat(500)}…`);
  });

  it.each(['"', '?', 'token', 'cookie', ' ', 'a.'])('is made at once, though an error says %j over and over', (part) => {
    const error = new Error(part.repeat(50_000));
    const start = performance.now();
    log('error', 'x', { error });
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('a line never throws', () => {
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  const throwing = {
    toJSON() {
      throw new Error('no');
    },
  };
  it.each<[string, unknown, unknown]>([
    ['something circular', circular, 'cannot be written'],
    ['a BigInt', { n: 12n, list: [1n] }, { n: '12', list: ['1'] }],
    ['what cannot be written', throwing, 'cannot be written'],
    ['a function', () => 1, null],
    ['a symbol', Symbol('x'), null],
    ['a hole', [undefined, Number.NaN], [null, null]],
  ])('of %s, and tells the rest', (_, value, shown) => {
    expect(logged({ service: 'app', value, n: 1 })).toEqual({
      level: 'warn',
      message: 'it happened',
      service: 'app',
      value: shown,
      n: 1,
    });
  });

  it.each<[string, unknown]>([
    ['an error that has no words', Object.create(null)],
    [
      'an error whose message throws',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
    ],
  ])('of %s', (_, error) => expect(() => log('error', 'x', { error })).not.toThrow());

  it('where the console does', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('no console');
    });
    expect(() => log('error', 'x')).not.toThrow();
  });
});

describe('a line keeps secrets', () => {
  it.each([
    ['GET https://app.example/a/b?token=s3cret&user=s3cret failed', 'GET https://app.example/a/b?… failed'],
    ['bad header "Authorization: Bearer s3cret.s3cret"', 'bad header "Authorization: …'],
    ['Bearer s3cret was refused', 'Bearer … was refused'],
    [`no /v1/tokens/slu_abcdefghij12_${'s3cret-_'.repeat(5)}abc/x`, 'no /v1/tokens/slu_abcdefghij12_…/x'],
    ['signed by whsec_czNjcmV0/s3cret+==, it says', 'signed by whsec_…, it says'],
    ['set-cookie: sluice_key=s3cret; Path=/', 'set-cookie: …'],
    ['{"x-slot-token":"s3cret","a":1}', '{"x-slot-token=…","a":1}'],
    ['password = s3cret, and so on', 'password=…, and so on'],
    ['Unexpected token \'s\', "s3cret body" is not valid JSON', "Unexpected token 's', a text that is not valid JSON"],
    ['Unexpected token \'s\', ..."a": s3cret, "b"... is not valid JSON', "Unexpected token 's', a text that is not valid JSON"],
  ])('%s', (words, shown) => expect(told(words)).toBe(shown));

  it('in the stack of an error too, and wherever else they stand', () => {
    const error = Object.assign(new Error('x'), { stack: 'Error: s3cret\n    at f (https://x/y?token=s3cret)' });
    logged({ error, why: 'Bearer s3cret', deep: { list: ['cookie: s3cret'] } });
    expect(line()).not.toContain('s3cret');
  });

  it('that the runtime quotes of what it could not parse', () => {
    try {
      JSON.parse('{"password": s3cret}');
    } catch (error) {
      logged({ error });
    }
    expect(line()).not.toContain('s3cre');
  });
});

it('a slot that throws is told of with its request, and with nothing of what was sent', async () => {
  const headers = { 'cf-ray': '8a-FRA', cookie: 'k=s3cret', authorization: 'Bearer s3cret' };
  const request = new Request('https://app.example/pay?card=s3cret', { method: 'POST', headers, body: 's3cret' });
  const binding = { fetch: () => Promise.reject(new Error('out of cheese')) } as unknown as Fetcher;
  const { response } = await forward(request, binding, { service: 'app', slot: 'green', revision: 3 });
  expect(response.status).toBe(502);
  expect(JSON.parse(line())).toMatchObject({
    ...{ level: 'error', message: 'a slot threw', service: 'app', slot: 'green', requestId: '8a-FRA' },
    error: { name: 'Error', message: 'out of cheese' },
  });
  expect(line()).not.toContain('s3cret');
});
