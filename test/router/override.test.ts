import { describe, expect, it, vi } from 'vitest';
import { newVerifier, overrideSlot } from '../../router/override.ts';
import vectors from '../vectors/override.json' with { type: 'json' };

const DAY = 86_400;
const [first] = vectors.cases;
if (first === undefined) throw new Error('the vectors are empty');
const { secret, token, expires } = first;
/** A minute before the first vector's token expires, ms. */
const IN_TIME = (expires - 60) * 1000;

interface Given {
  readonly policy?: 'open' | 'signed' | 'off';
  readonly service?: string;
  readonly slots?: readonly string[];
  readonly secret?: unknown;
  readonly previous?: unknown;
  readonly by?: 'header' | 'link' | 'cookie';
  readonly slot?: string;
  readonly token?: string | null;
  readonly now?: number;
}

/** The slot, or the status and detail of the problem. */
async function ask(given: Given): Promise<string | { status: number; type: string; detail: string }> {
  const { policy = 'signed', service = 'app', slots = ['blue', 'green'], slot = 'green', now = IN_TIME } = given;
  const verifier = newVerifier('secret' in given ? given.secret : secret, given.previous);
  const asked = { by: given.by ?? 'header', slot, token: given.token === undefined ? token : given.token };
  const chosen = await overrideSlot({ service, policy, slots, services: [service], verifier }, asked, now);
  if (typeof chosen === 'string') return chosen;
  expect(chosen.headers.get('content-type')).toBe('application/problem+json');
  const { type, detail } = (await chosen.json()) as { type: string; detail: string };
  return { status: chosen.status, type, detail };
}

describe('without a token', () => {
  it.each<[string, 'open' | 'signed' | 'off', string | number]>([
    ['green', 'open', 'green'],
    ['purple', 'open', 400],
    ['', 'open', 400],
    ['constructor', 'open', 400],
    ['green', 'signed', 403],
    ['purple', 'signed', 403],
    ['green', 'off', 403],
  ])('x-slot %j under policy %s gives %s', async (slot, policy, expected) => {
    const answer = await ask({ slot, policy, token: null });
    expect(typeof answer === 'string' ? answer : answer.status).toBe(expected);
  });
});

describe('with a token', () => {
  it.each(vectors.cases)('takes what an independent HMAC made: $service $slot $expires', async (vector) => {
    const { service, slot } = vector;
    const now = (vector.expires - 1) * 1000;
    expect(await ask({ ...vector, slots: [slot], now })).toBe(slot);
    expect(await ask({ ...vector, slots: ['other'], now })).toMatchObject({ status: 400, type: '/problems/unknown-slot' });
    expect(await ask({ ...vector, service: `${service}x`, slots: [slot], now })).toMatchObject({ status: 403 });
  });

  it('takes it over and over, with one imported key', async () => {
    const importing = vi.spyOn(crypto.subtle, 'importKey');
    const verifier = newVerifier(secret, undefined);
    const rules = { service: 'app', policy: 'signed', slots: ['green'], services: ['app'], verifier } as const;
    const asked = { by: 'header', slot: 'green', token } as const;
    for (let i = 0; i < 3; i++) expect(await overrideSlot(rules, asked, IN_TIME)).toBe('green');
    expect(importing).toHaveBeenCalledTimes(1);
    importing.mockRestore();
  });

  const text = token.slice(token.indexOf('.') + 1);
  const otherEnd = `${text.slice(0, -1)}${text.endsWith('Y') ? 'Z' : 'Y'}`;
  it.each<[string, Given, string]>([
    ['none', { token: null }, 'it is missing'],
    ['an empty one', { token: '' }, 'it is missing'],
    ['an expired one', { now: expires * 1000 }, 'this one has expired'],
    ['a long expired one', { now: (expires + 90 * DAY) * 1000 }, 'this one has expired'],
    [
      'one for more than 30 days',
      { now: (expires - 30 * DAY - 1) * 1000 },
      'this one is not valid: it expires more than 30 days ahead',
    ],
    ['one for another slot', { slot: 'blue' }, 'this one is not valid'],
    ['one for another service', { service: 'shop' }, 'this one is not valid'],
    ['one of another secret', { secret: `${secret.slice(0, -1)}S` }, 'this one is not valid'],
    ['one whose life was stretched', { token: `${expires + 1}.${text}` }, 'this one is not valid'],
    ['one whose end was changed, in bits that no byte has', { token: `${expires}.${otherEnd}` }, 'this one is not valid'],
    ['one with padding', { token: `${token}=` }, 'this one is not valid'],
    ['one cut short', { token: token.slice(0, -1) }, 'this one is not valid'],
    ['one without a time', { token: `.${text}` }, 'this one is not valid'],
    ['one with a leading space in its time', { token: ` ${token}` }, 'this one is not valid'],
    ['garbage', { token: 'null' }, 'this one is not valid'],
    ['two at once', { token: `${token}, ${token}` }, 'this one is not valid'],
    ['any for a slot that does not exist', { slot: 'purple' }, 'this one is not valid'],
  ])('refuses %s', async (_, given, why) => {
    const answer = await ask(given);
    expect(answer).toMatchObject({ status: 403, type: '/problems/override-refused' });
    expect(answer).toHaveProperty('detail', expect.stringContaining(`needs a signed x-slot-token, and ${why}`));
    expect(answer).toHaveProperty('detail', expect.stringContaining(`"sluice preview ${given.slot ?? 'green'}" makes one.`));
  });

  it('takes one for 30 days to the second', async () => {
    expect(await ask({ now: (expires - 30 * DAY) * 1000 })).toBe('green');
  });

  it('repeats no slot name that is none', async () => {
    const answer = await ask({ slot: 'x"; rm -rf /' });
    expect(answer).toHaveProperty('detail', expect.stringContaining('"sluice preview <slot>" makes one.'));
  });

  it.each([undefined, '', secret.slice(1), 'x'.repeat(31), 7, {}])(
    'refuses every one where OVERRIDE_SECRET is %j',
    async (unfit) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      expect(await ask({ secret: unfit })).toMatchObject({ status: 403, detail: expect.stringContaining('is not valid') });
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('OVERRIDE_SECRET'));
      warn.mockRestore();
    },
  );
});

describe('by link or cookie', () => {
  it.each([
    ['link', 'A link that opens a slot carries a signed __slot_token, and this one has expired.', /makes one\.$/],
    ['cookie', 'by a cookie with a signed token, and this one has expired.', /sluice_slot is taken away\.$/],
  ] as const)('says of a %s what is wrong with it', async (by, why, end) => {
    const answer = await ask({ by, now: expires * 1000 });
    expect(answer).toMatchObject({ status: 403, type: '/problems/override-refused', detail: expect.stringContaining(why) });
    expect(answer).toHaveProperty('detail', expect.stringMatching(end));
    expect(await ask({ by, policy: 'off' })).toMatchObject({ status: 403, type: '/problems/override-off' });
    expect(await ask({ by, slots: ['blue'] })).toMatchObject({ status: 400, type: '/problems/unknown-slot' });
  });

  it.each(['link', 'cookie'] as const)('a token that a %s brings counts under policy open, too', async (by) => {
    expect(await ask({ by, policy: 'open', token: null })).toBe('green');
    expect(await ask({ by, policy: 'open' })).toBe('green');
    expect(await ask({ by, policy: 'open', now: expires * 1000 })).toMatchObject({ status: 403 });
    expect(await ask({ by, policy: 'open', slot: 'blue' })).toMatchObject({ status: 403 });
  });

  it('a token beside x-slot does not, where none is needed', async () => {
    expect(await ask({ policy: 'open', token: 'garbage' })).toBe('green');
  });
});

describe('two secrets', () => {
  const another = 'another-secret-for-tests-of-more-than-32';
  const warnings = async (given: Given, asks = 1) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const verifier = newVerifier(given.secret, given.previous);
    const rules = { service: 'app', policy: 'signed', slots: ['green'], services: ['app'], verifier } as const;
    for (let i = 0; i < asks; i++) await overrideSlot(rules, { by: 'header', slot: 'green', token }, IN_TIME);
    const said = warn.mock.calls.map(([text]) => String(text));
    warn.mockRestore();
    return said;
  };

  it.each<[string, unknown, unknown, boolean]>([
    ['the current one', secret, undefined, true],
    ['the current one, where there is a previous one', secret, another, true],
    ['the previous one', another, secret, true],
    ['both', secret, secret, true],
    ['the previous one, where there is no current one', undefined, secret, true],
    ['a third one', another, `${another}!`, false],
    ['a previous one that is too short', another, secret.slice(1), false],
  ])('take or refuse what was signed by %s', async (_, current, previous, taken) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const answer = await ask({ secret: current, previous });
    warn.mockRestore();
    expect(typeof answer === 'string' ? answer : answer.status).toBe(taken ? 'green' : 403);
  });

  it('warns once of one that is unfit, and of none that is not set', async () => {
    expect(await warnings({ secret }, 3)).toEqual([]);
    const said = await warnings({ secret, previous: 'short' }, 3);
    expect(said).toEqual([
      '{"level":"warn","message":"OVERRIDE_SECRET_PREVIOUS is ignored: it is no secret of 32 characters or more"}',
    ]);
    expect(await warnings({ secret: undefined }, 3)).toEqual([expect.stringContaining('every token for a slot is refused')]);
  });
});
