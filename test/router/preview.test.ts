import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newVerifier, type OverrideRules } from '../../router/override.ts';
import { askedByHand, dropCredentials, openByHand } from '../../router/preview.ts';
import vectors from '../vectors/override.json' with { type: 'json' };

const [first] = vectors.cases;
if (first === undefined) throw new Error('the vectors are empty');
const { secret, token, expires, query, cookie } = first;
/** A minute before the token expires, ms. */
const IN_TIME = (expires - 60) * 1000;
const HOST = 'https://shop.example';
const GONE = '__Host-sluice_slot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure';

interface Given {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly rules?: Partial<OverrideRules>;
  readonly now?: number;
}

/** Like a request of workerd: its URL stays as it is here, where Node would write it anew. */
function requestOf({ url = `${HOST}/`, method = 'GET', headers = {} }: Given): Request {
  return { url, method, headers: new Headers(headers) } as Request;
}

/** `undefined` where nothing is asked for by hand; the slot; or status, headers and problem of the answer. */
async function open(given: Given) {
  const request = requestOf(given);
  const verifier = newVerifier(secret, undefined);
  const defaults = { service: 'app', services: ['app', 'shop'], policy: 'signed', slots: ['blue', 'green'], verifier } as const;
  const rules = { ...defaults, ...given.rules };
  const asked = askedByHand(request, rules);
  if (asked === undefined) return undefined;
  const chosen = await openByHand(request, rules, asked, given.now ?? IN_TIME);
  if (typeof chosen === 'string') return chosen;
  const text = await chosen.text();
  return {
    status: chosen.status,
    location: chosen.headers.get('location'),
    cookies: chosen.headers.getSetCookie(),
    caching: chosen.headers.get('cache-control'),
    type: text === '' ? undefined : (JSON.parse(text) as { type: string }).type,
  };
}

const refused = (type: string, status = 403) => ({ status, location: null, type: `/problems/${type}`, caching: 'no-store' });

describe('a link', () => {
  it('is answered by the clean URL, with a cookie that lasts as long as the token', async () => {
    expect(await open({ url: `${HOST}/cart?a=1&${query}` })).toEqual({
      status: 302,
      location: `${HOST}/cart?a=1`,
      cookies: [`__Host-sluice_slot=${cookie}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure`],
      caching: 'no-store',
      type: undefined,
    });
    const [plain] = (await openedCookies({ url: `http://127.0.0.1:8787/?${query}`, now: IN_TIME + 59_400 })) ?? [];
    expect(plain).toBe(`sluice_slot=${cookie}; Path=/; Max-Age=1; HttpOnly; SameSite=Lax`);
  });

  it.each([
    ['GET', 302],
    ['HEAD', 302],
    ['POST', 307],
    ['PUT', 307],
    ['OPTIONS', 307],
  ])('by %s gives %i', async (method, status) => {
    expect(await open({ url: `${HOST}/cart?${query}`, method })).toMatchObject({ status, location: `${HOST}/cart` });
  });

  it.each([
    ['alone', `/?${query}`, '/'],
    ['in another order', `/?__slot_token=${token}&__slot=green`, '/'],
    ['amid others', `/?__slot=green&a=1&__slot_token=${token}&b`, '/?a=1&b'],
    ['by an address of two slashes', `//evil.example/x?${query}`, '//evil.example/x'],
    ['by a backslash', `/\\evil.example?${query}`, '/\\evil.example'],
    ['by percent signs that escape nothing', `/%zz?b=%&${query}&c=%E9`, '/%zz?b=%&c=%E9'],
    [
      'by others that are only alike',
      `/__slot=x?my__slot=blue&__slots=1&${query}&__SLOT=2`,
      '/__slot=x?my__slot=blue&__slots=1&__SLOT=2',
    ],
    ['by an empty query', `/?&${query}`, '/?'],
    ['by empty parameters', `/?&&${query}&`, '/?&&'],
    ['by a question mark in a value', `/?next=/a?b&${query}`, '/?next=/a?b'],
    ['by a very long query', `/?a=${'x'.repeat(15_000)}&${query}`, `/?a=${'x'.repeat(15_000)}`],
  ])('%s leaves the rest of the URL as it is', async (_, path, clean) => {
    expect(await open({ url: HOST + path })).toMatchObject({ status: 302, location: HOST + clean });
  });

  it('keeps everything else of any URL', async () => {
    const character = fc.constantFrom(...'aZ09-_.~%=+/?:@!,;[]{}|^`"<>\\'.split(''));
    const parameter = fc.string({ unit: character, maxLength: 12 }).filter((text) => !/^__slot(_token)?(=|$)/.test(text));
    const path = fc.string({ unit: character, maxLength: 20 }).map((text) => text.replaceAll('?', ''));
    const parameters = fc.option(fc.array(parameter, { minLength: 1, maxLength: 6 }), { nil: undefined });
    const place = fc.nat({ max: 6 });
    await fc.assert(
      fc.asyncProperty(path, parameters, place, place, async (text, others, one, two) => {
        const clean = `${HOST}/${text}${others === undefined ? '' : `?${others.join('&')}`}`;
        const all = [...(others ?? [])];
        all.splice(one, 0, '__slot=green');
        all.splice(two, 0, `__slot_token=${token}`);
        const answer = await open({ url: `${HOST}/${text}?${all.join('&')}` });
        expect(answer).toMatchObject({ status: 302, location: clean });
      }),
    );
  });

  it.each<[string, string, Given, ReturnType<typeof refused>]>([
    ['without a token', '__slot=green', {}, refused('override-refused')],
    ['with an empty token', '__slot=green&__slot_token=', {}, refused('override-refused')],
    ['without a slot', `__slot_token=${token}`, {}, refused('override-refused')],
    ['of another slot', `__slot=blue&__slot_token=${token}`, {}, refused('override-refused')],
    ['of a slot with an escape', `__slot=gr%65en&__slot_token=${token}`, {}, refused('override-refused')],
    ['of a slot with more behind it', query.replace('green', 'green=x'), {}, refused('override-refused')],
    ['of two slots', `${query}&__slot=blue`, {}, refused('override-refused')],
    ['that leaves and enters', `${query}&__slot=`, {}, refused('override-refused')],
    ['with two tokens', `${query}&__slot_token=${token}`, {}, refused('override-refused')],
    ['with a padded token', `${query}=`, {}, refused('override-refused')],
    ['with more behind the token', `${query}=x`, {}, refused('override-refused')],
    ['with a very long token', `__slot=green&__slot_token=${'9'.repeat(15_000)}`, {}, refused('override-refused')],
    ['with a malformed escape', '__slot=%&__slot_token=%E0%A4%A', {}, refused('override-refused')],
    ['with a broken ampersand', query.replace('&', '&amp;'), {}, refused('override-refused')],
    ['that has expired', query, { now: expires * 1000 }, refused('override-refused')],
    ['of another service', query, { rules: { service: 'shop' } }, refused('override-refused')],
    ['of another secret', query, { rules: { verifier: newVerifier(`${secret}!`, undefined) } }, refused('override-refused')],
    ['of a slot that is gone', query, { rules: { slots: ['blue'] } }, refused('unknown-slot', 400)],
    ['under policy off', query, { rules: { policy: 'off' } }, refused('override-off')],
    ['of an unknown slot under policy open', '__slot=purple', { rules: { policy: 'open' } }, refused('unknown-slot', 400)],
    ['of two slots under policy open', '__slot=blue&__slot=green', { rules: { policy: 'open' } }, refused('unknown-slot', 400)],
    ['with a bad token under policy open', `${query}x`, { rules: { policy: 'open' } }, refused('override-refused')],
  ])('%s is refused, and sets no cookie', async (_, text, given, answer) => {
    expect(await open({ url: `${HOST}/?${text}`, ...given })).toEqual({ ...answer, cookies: [] });
  });

  it.each([
    ['__slot=green', 3600, 'app.green'],
    [query, 60, cookie],
  ])('under policy open, %s lasts %i s', async (text, seconds, value) => {
    const cookies = [`__Host-sluice_slot=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax; Secure`];
    const rules = { policy: 'open' } as const;
    expect(await open({ url: `${HOST}/?${text}`, rules })).toMatchObject({ status: 302, cookies });
  });

  it.each(['signed', 'open', 'off'] as const)('without a slot in it takes the cookie away under policy %s', async (policy) => {
    for (const [text, rest] of [
      ['__slot=', ''],
      ['__slot', ''],
      ['a=1&__slot=', '?a=1'],
      [`__slot=&__slot_token=${token}`, ''],
    ]) {
      const answer = { status: 302, location: `${HOST}/${rest}`, cookies: [GONE], caching: 'no-store' };
      const headers = { cookie: '__Host-sluice_slot=garbage' };
      expect(await open({ url: `${HOST}/?${text}`, headers, rules: { policy } })).toMatchObject(answer);
    }
  });

  it('goes before x-slot and a cookie', async () => {
    const headers = { 'x-slot': 'blue', cookie: '__Host-sluice_slot=garbage' };
    expect(await open({ url: `${HOST}/?${query}`, headers })).toMatchObject({ status: 302 });
  });
});

async function openedCookies(given: Given): Promise<string[] | undefined> {
  const answer = await open(given);
  return typeof answer === 'object' ? answer.cookies : undefined;
}

describe('the cookie of a link', () => {
  it.each(vectors.cases)('opens its slot: $cookie', async (vector) => {
    const { service, slot } = vector;
    const verifier = newVerifier(vector.secret, undefined);
    const rules = { service, services: [service], slots: [slot], verifier };
    const headers = { cookie: `a=b; __Host-sluice_slot=${vector.cookie}; c=d` };
    expect(await open({ headers, rules, now: (vector.expires - 1) * 1000 })).toBe(slot);
  });

  it.each<[string, string, Given, ReturnType<typeof refused>]>([
    ['that has expired', cookie, { now: expires * 1000 }, refused('override-refused')],
    [
      'of a secret that is gone',
      cookie,
      { rules: { verifier: newVerifier(`${secret}!`, undefined) } },
      refused('override-refused'),
    ],
    ['for another slot', cookie.replace('green', 'blue'), {}, refused('override-refused')],
    ['of a service that is gone', cookie, { rules: { service: 'shop', services: ['shop'] } }, refused('override-refused')],
    ['whose service was changed', cookie.replace('app', 'apq'), {}, refused('override-refused')],
    ['whose life was stretched', cookie.replace(`${expires}`, `${expires + 1}`), {}, refused('override-refused')],
    ['cut short', cookie.slice(0, -1), {}, refused('override-refused')],
    ['with a tail', `${cookie}.x`, {}, refused('override-refused')],
    ['without a token', 'app.green', {}, refused('override-refused')],
    ['without a slot', 'app', {}, refused('override-refused')],
    ['of garbage', 'garbage', {}, refused('override-refused')],
    ['of escapes', '%00%zz', {}, refused('override-refused')],
    ['beyond ASCII', 'app.gr\u00fcn', {}, refused('override-refused')],
    ['that is very long', 'x.'.repeat(7_000), {}, refused('override-refused')],
    ['of a slot that is gone', cookie, { rules: { slots: ['blue'] } }, refused('unknown-slot', 400)],
    ['under policy off', cookie, { rules: { policy: 'off' } }, refused('override-off')],
    ['of an unknown slot under policy open', 'app.purple', { rules: { policy: 'open' } }, refused('unknown-slot', 400)],
    [
      'that has expired under policy open',
      cookie,
      { rules: { policy: 'open' }, now: expires * 1000 },
      refused('override-refused'),
    ],
  ])('%s is refused and taken away', async (_, value, given, answer) => {
    expect(await open({ headers: { cookie: `__Host-sluice_slot=${value}` }, ...given })).toEqual({ ...answer, cookies: [GONE] });
  });

  it('without a token opens its slot under policy open', async () => {
    expect(await open({ headers: { cookie: '__Host-sluice_slot=app.green' }, rules: { policy: 'open' } })).toBe('green');
  });

  it.each([
    ['of another service of this router', `__Host-sluice_slot=${cookie.replace('app', 'shop')}`],
    ['that is empty', '__Host-sluice_slot='],
    ['that a neighbour may have set', `sluice_slot=${cookie}`],
    ['whose name is only alike', `my_sluice_slot=${cookie}; sluice_slots=x`],
  ])('%s asks for nothing', async (_, text) => expect(await open({ headers: { cookie: text } })).toBeUndefined());

  it('goes behind x-slot, which leaves it alone', async () => {
    const headers = { cookie: `__Host-sluice_slot=${cookie}`, 'x-slot': 'blue' };
    expect(await open({ headers: { ...headers, 'x-slot-token': token } })).toEqual({
      ...refused('override-refused'),
      cookies: [],
    });
    expect(await open({ headers, rules: { policy: 'open' } })).toBe('blue');
    expect(await open({ headers: { cookie: '__Host-sluice_slot=garbage', 'x-slot': 'green', 'x-slot-token': token } })).toBe(
      'green',
    );
  });
});

it.each([
  ['nothing', {}],
  ['other parameters', { url: `${HOST}/__slot?slot=green&a__slot=b&__slots=` }],
  ['no query', { url: `${HOST}/__slot=green` }],
  ['other cookies', { headers: { cookie: 'slot=green; sluice_key=12345678' } }],
])('a request with %s asks for nothing', async (_, given: Given) => expect(await open(given)).toBeUndefined());

describe('what a slot gets', () => {
  const left = (headers: Record<string, string>) => {
    const made = new Headers(headers);
    dropCredentials(made);
    return Object.fromEntries(made);
  };

  it.each([
    ['sluice_slot=x', undefined],
    ['__Host-sluice_slot=x; a=1; sluice_slot=y', 'a=1'],
    ['__Host-sluice_slots=x', '__Host-sluice_slots=x'],
    ['sluice_slot=x; a=1', 'a=1'],
    ['a=1; sluice_slot=x', 'a=1'],
    ['a=1; sluice_slot=x;  b="2=; c', 'a=1;  b="2=; c'],
    ['a=1;sluice_slot=x;b=2', 'a=1;b=2'],
    ['sluice_slot=x; sluice_slot=y; a=1', 'a=1'],
    ['sluice_slot; a=1', 'a=1'],
    ['a=1; sluice_slot =x', 'a=1'],
    ['sluice_slots=1; my_sluice_slot=2; a=sluice_slot=3', 'sluice_slots=1; my_sluice_slot=2; a=sluice_slot=3'],
    ['a=1; b=2', 'a=1; b=2'],
  ])('of the cookies %j is %j', (cookies, kept) => expect(left({ cookie: cookies }).cookie).toBe(kept));

  it('has neither x-slot nor its token', () => {
    expect(left({ 'x-slot': 'green', 'x-slot-token': token, 'x-slots': '2', cookie: 'a=1' })).toEqual({
      'x-slots': '2',
      cookie: 'a=1',
    });
  });
});

it('whatever a visitor sends throws nothing, leads to no other host, and leaves other cookies as they are', async () => {
  const words = [
    'sluice_slot',
    '__Host-sluice_slot',
    '__slot',
    '__slot_token',
    'sluice_key',
    'app.green',
    token,
    'é',
    '%0d%0a',
    '//',
    '\\',
  ];
  const piece = fc.oneof(fc.constantFrom(...words, ...'=;&?.,#" \t\u00a0'), fc.string({ maxLength: 4 }));
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('').replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
  const policy = fc.constantFrom('open', 'signed', 'off');
  await fc.assert(
    fc.asyncProperty(fc.record({ query: text, cookie: text, slot: text, policy }), async ({ query, cookie, slot, policy }) => {
      const headers = { cookie, ...(slot !== '' && { 'x-slot': slot }) };
      const answer = await open({ url: `${HOST}//evil.example/\\a?${query}`, headers, rules: { policy } });
      if (typeof answer === 'object') {
        expect([302, 400, 403]).toContain(answer.status);
        if (answer.location !== null) expect(new URL(answer.location).origin).toBe(HOST);
      } else expect(['blue', 'green', undefined]).toContain(answer);
      const kept = new Headers(headers);
      dropCredentials(kept);
      const all = (cookies: string | null) => (cookies ?? '').split(';').map((one) => one.trim());
      const others = (cookies: string[]) => cookies.filter((one) => one !== '' && !/^(__Host-)?sluice_slot\s*(=|$)/.test(one));
      expect(all(kept.get('cookie')).filter((one) => one !== '')).toEqual(others(all(new Headers(headers).get('cookie'))));
    }),
    { numRuns: 2_000 },
  );
});
