import { describe, expect, it } from 'vitest';
import { keyCookie, mayCarryCookie, networkOf, readCookie, visitorKey } from '../../router/key.ts';

const agent = { 'user-agent': 'curl/8', 'cf-connecting-ip': '203.0.113.7' };
const keyOf = (headers: Record<string, string>, sticky = {}) => visitorKey(new Headers(headers), sticky);

describe('visitor key', () => {
  const sticky = { header: 'x-user', cookie: 'session' };
  it.each([
    ['the configured header', { 'x-user': 'u1', cookie: 'session=s1; sluice_key=12345678', ...agent }, 'u1'],
    ['the configured cookie', { cookie: 'sluice_key=12345678; session=s1', ...agent }, 's1'],
    ["Sluice's own cookie", { cookie: 'a=b; sluice_key=12345678', ...agent }, '12345678'],
  ])('is %s first', (_, headers, key) => expect(keyOf(headers, sticky)).toEqual({ key, brought: true }));

  it('is a hash of address and user agent else, the same for every request of a visitor', () => {
    const one = keyOf(agent);
    expect(one).toEqual(keyOf(agent));
    expect(one.brought).toBe(false);
    expect(one.key).toMatch(/^[0-9a-f]{16}$/);
    expect(one.key).not.toBe(keyOf({ ...agent, 'cf-connecting-ip': '203.0.113.8' }).key);
    expect(one.key).not.toBe(keyOf({ ...agent, 'user-agent': 'curl/9' }).key);
  });

  it.each(['127.0.0.1', '::1'])('is random for %s, which stands for many', (address) => {
    const headers = { ...agent, 'cf-connecting-ip': address };
    expect(keyOf(headers).key).not.toBe(keyOf(headers).key);
  });

  it.each(['', 'short', 'a'.repeat(65), '../../etc', '<script>'])('passes over a forged cookie %j', (value) => {
    expect(keyOf({ cookie: `sluice_key=${value}`, ...agent }).brought).toBe(false);
  });
});

describe('network', () => {
  it.each([
    ['203.0.113.7', '203.0.113'],
    ['203.0.113.255', '203.0.113'],
    ['1.1.1.1', '1.1.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002:0003:0004:0005:0006', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0'],
    ['2001:db8:0:0:1::', '2001:db8:0:0'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
    ['::2:3:4:5:6:7:8', '0:2:3:4'],
    ['1:2:3:4:5:6:7::', '1:2:3:4'],
    ['::', '0:0:0:0'],
    ['fe80::1', 'fe80:0:0:0'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0'],
    ['::ffff:203.0.113.7', '203.0.113'],
    ['::FFFF:203.0.113.7', '203.0.113'],
    ['127.0.0.1', undefined],
    ['127.9.9.9', undefined],
    ['::1', undefined],
    ['::ffff:127.0.0.1', undefined],
    [null, undefined],
  ])('of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

  it('is the same for all 65,536 ways to end an address, and another next to it', () => {
    const networks = Array.from({ length: 0x10000 }, (_, n) => networkOf(`2001:db8:1:2:${n.toString(16)}::${n.toString(16)}`));
    expect([...new Set(networks)]).toEqual(['2001:db8:1:2']);
    expect(networkOf('2001:db8:1:3::')).not.toBe(networks[0]);
  });
});

describe('cookies', () => {
  it.each([
    ['a=1; b=2', 'b', '2'],
    ['a=1;b=2', 'b', '2'],
    ['ab=1; b=2', 'b', '2'],
    ['b=2; b=3', 'b', '2'],
    ['x=b=2', 'b', undefined],
    ['b', 'b', undefined],
    ['b=', 'b', ''],
    [';;;  ;', 'b', undefined],
    ['', 'b', undefined],
  ])('in %j, %s is %j', (header, name, value) => expect(readCookie(header, name)).toBe(value));

  it('is kept a year, and by https only where the visitor came by https', () => {
    expect(keyCookie('k', {}, true)).toBe('sluice_key=k; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure');
    expect(keyCookie('k', { maxAgeSeconds: 60 }, false)).toBe('sluice_key=k; Path=/; Max-Age=60; HttpOnly; SameSite=Lax');
  });

  it.each<[boolean, string, Record<string, string>]>([
    [true, 'GET', {}],
    [true, 'POST', { 'cache-control': 'private, max-age=60' }],
    [true, 'GET', { 'cache-control': 'no-store' }],
    [true, 'GET', { 'cache-control': 'public, max-age=0, must-revalidate' }],
    [false, 'OPTIONS', {}],
    [false, 'GET', { 'cache-control': 'public' }],
    [false, 'GET', { 'cache-control': 'max-age=60' }],
    [false, 'GET', { 'cache-control': 'max-age=0, s-maxage=60' }],
    [false, 'GET', { 'cdn-cache-control': 'max-age=60' }],
    [false, 'GET', { expires: 'Thu, 01 Jan 2032 00:00:00 GMT' }],
  ])('may be set: %s, on the answer to %s with %j', (may, method, headers) => {
    expect(mayCarryCookie(method, new Headers(headers))).toBe(may);
  });
});
