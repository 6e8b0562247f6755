import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PATH } from '../../router/report.ts';
import { shownPath } from '../../router/sample.ts';

const shown = (path: string) => shownPath(`https://app.example${path}`);

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = UPPER + UPPER.toLowerCase();
const ALPHABETS = { hex: '0123456789abcdef', base58: `${LETTERS}123456789`, base64url: `${LETTERS}0123456789-_` };

describe('shown path', () => {
  it.each([
    ['https://app.example/', '/'],
    ['https://app.example', '/'],
    ['https://app.example?next=/account/secret', '/'],
    ['https://app.example#/account/secret', '/'],
    ['https://app.example:8443/cart', '/cart'],
    ['https://user:pass@app.example/cart', '/cart'],
    ['http://[::1]:8787/cart/', '/cart/'],
    ['https://app.example/cart?token=abc', '/cart'],
    ['https://app.example/cart#token=abc', '/cart'],
    ['https://app.example/cart?a=1?b=/2#c', '/cart'],
    ['https://app.example/cart?a\n/b', '/cart'],
    ['https://app.example//a//b', '//a//b'],
  ])('of %j is %s, without query', (url, path) => expect(shownPath(url)).toBe(path));

  it.each([
    ['words', '/shopping-cart/check_out/index.html'],
    ['capitals', '/README.md'],
    ['capitals within words', '/api/listOrders/JavaScript'],
    ['a short number', '/orders/1234'],
    ['a word with a number', '/users/user42'],
    ['a version', '/v2/releases/1.24.3'],
    ['a date', '/blog/2031-12-24/2031/12/24'],
    ['a word as long as may be', `/${'o'.repeat(19)}`],
    ['a home', '/~anna/notes'],
    ['nothing', '/'],
  ])('keeps %s', (_, path) => expect(shown(path)).toBe(path));

  it.each([
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['a UUID of few digits', 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    ['a UUID without dashes', '123e4567e89b12d3a456426614174000'],
    ['a ULID', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['a short hash', 'a1b2c3d'],
    ['a short hash whose digits come last', 'abc123'],
    ['a hash', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a hash in capitals', 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709'],
    ['a hash in a file name', 'main.3f9ab2c1.js'],
    ['an object id', '507f1f77bcf86cd799439011'],
    ['an e-mail address', 'anna@example.com'],
    ['an escaped e-mail address', 'anna%40example.com'],
    ['base64', 'aGVsbG8gd29ybGQ='],
    ['base64 of letters only', 'QWxhZGRpbjpvcGVu'],
    ['capitals all over', 'aBcDeFgHiJk'],
    ['base64 with a plus', 'a+b'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP'],
    ['a secret key', 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'],
    ['a nanoid', 'V1StGXR8_Z5jdHi6B-myT'],
    ['a video id', 'dQw4w9WgXcQ'],
    ['what is percent-encoded', 'caf%C3%A9'],
    ['a percent-encoded space', 'a%20b'],
    ['what is in no Latin letters', 'café'],
    ['a number of five digits', '12345'],
    ['a phone number', '49-151-2345-6789'],
    ['a card number', '4111-1111-1111-1111'],
    ['a social security number', '123-45-6789'],
    ['a date and time', '2031-12-24-18-30'],
    ['a user with a long number', 'user12345'],
    ['a long word', 'o'.repeat(20)],
    ['a long segment of short words', 'a-title-that-goes-on-and-on-and-on'],
    ['a matrix parameter', 'cart;session=1'],
    ['a tag', '<b>'],
    ['quotes', `"'`],
  ])('masks %s', (_, segment) => {
    expect(shown(`/a/${segment}/b`)).toBe('/a/*/b');
    expect(shown(`/${segment}`)).toBe('/*');
  });

  it.each([
    ['hex', 10],
    ['base58', 16],
    ['base64url', 22],
  ] as const)('masks of 10,000 random tokens in %s, %d long, all but 50', (name, length) => {
    const token = fc.array(fc.constantFrom(...ALPHABETS[name]), { minLength: length, maxLength: length });
    const tokens = fc.sample(token, { numRuns: 10_000, seed: 9 }).map((letters) => letters.join(''));
    expect(tokens.filter((text) => shown(`/${text}`) !== '/*').length).toBeLessThan(50);
  });

  it('has 96 characters at most, and tells where it was cut', () => {
    expect(shown(`/${'a/'.repeat(47)}b`)).toBe(`/${'a/'.repeat(47)}b`);
    expect(shown(`/${'a/'.repeat(48)}b`)).toBe(`/${'a/'.repeat(47)}…`);
    expect(shown('/words'.repeat(1000))).toHaveLength(MAX_PATH);
  });

  it('shows of any URL only what needs no escape', () => {
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string().map(shown)), (url) => {
        expect(shownPath(url)).toMatch(/^[\w.~*/-]*…?$/);
      }),
      { seed: 10, numRuns: 1000 },
    );
  });

  it.each([
    ['one segment', 'a'],
    ['slashes', '/'],
    ['short segments', 'ab/'],
    ['words', 'ab-'],
    ['numbers', '1'],
    ['letters and numbers', 'a1'],
    ['capitals', 'aB'],
    ['escapes', '%2e'],
    ['questions', '?'],
    ['fragments', '#a\n'],
    ['masked segments', '12345/'],
  ])('takes linear time for 100 KB of %s', (_, text) => {
    const url = `https://app.example/${text.repeat(100_000 / text.length)}`;
    const before = performance.now();
    for (let i = 0; i < 5; i++) expect(shownPath(url).length).toBeLessThanOrEqual(MAX_PATH);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
