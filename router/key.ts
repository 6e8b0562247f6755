// Stage `assign`, first half: the key a visitor is remembered by, and the cookie that carries it.
// The chain: configured header, configured cookie, `sluice_key`, hash of address and user agent.
import { hash32 } from './assign.ts';
import type { Sticky } from './config.ts';

/** Sluice's own cookie. */
const KEY_COOKIE = 'sluice_key';
const YEAR_SECONDS = 31_536_000;
const OWN_KEY = /^[\w-]{8,64}$/;

/** A visitor's key, and whether the visitor brought it (else it was made from the request). */
export interface VisitorKey {
  readonly key: string;
  readonly brought: boolean;
}

/** The first key of the chain that is present. */
export function visitorKey(headers: Headers, sticky: Sticky): VisitorKey {
  const named = sticky.header === undefined ? null : headers.get(sticky.header);
  if (named) return { key: named, brought: true };
  const cookies = headers.get('cookie');
  if (cookies !== null) {
    const theirs = sticky.cookie === undefined ? undefined : readCookie(cookies, sticky.cookie);
    if (theirs) return { key: theirs, brought: true };
    const ours = readCookie(cookies, KEY_COOKIE);
    if (ours !== undefined && OWN_KEY.test(ours)) return { key: ours, brought: true };
  }
  return { key: makeKey(headers), brought: false };
}

/** The value of a cookie in a `Cookie` header, or `undefined`. */
export function readCookie(header: string, name: string): string | undefined {
  let at = 0;
  while (at < header.length) {
    let end = header.indexOf(';', at);
    if (end < 0) end = header.length;
    while (header.charCodeAt(at) === 32) at++;
    if (header.startsWith(name, at) && header.charCodeAt(at + name.length) === 61)
      return header.slice(at + name.length + 1, end).trim();
    at = end + 1;
  }
  return undefined;
}

// A visitor without a cookie who sends five requests at once must land on one slot: hence no random key where an
// address is known. Loopback means local tools, each of which stands for another visitor.
function makeKey(headers: Headers): string {
  const address = headers.get('cf-connecting-ip');
  if (address === null || isLoopback(address)) return crypto.randomUUID();
  const who = `${address} ${headers.get('user-agent') ?? ''}`;
  return hex(hash32(who, 0x5eed)) + hex(hash32(who, 0xcafe));
}

/** The /24 or /64 an address lies in, as text that is the same for all of it; `undefined` of loopback, and of none. */
export function networkOf(address: string | null): string | undefined {
  if (address === null || isLoopback(address)) return undefined;
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  const mapped = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/i.exec(address);
  if (mapped !== null) return mapped[1]?.startsWith('127.') ? undefined : mapped[1];
  // The zeros that `::` stands for are written out, as far as the first four groups need them.
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - groups.length - behind.length, 0);
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...behind];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/**
 * The `Set-Cookie` value that keeps a key.
 * @param secure whether the visitor came by https
 */
export function keyCookie(key: string, sticky: Sticky, secure: boolean): string {
  const age = sticky.maxAgeSeconds ?? YEAR_SECONDS;
  return `${KEY_COOKIE}=${key}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

/** Whether the answer may carry the cookie of this one visitor: not where a shared cache may serve it to others. */
export function mayCarryCookie(method: string, answer: Headers): boolean {
  if (method === 'OPTIONS') return false;
  if (answer.has('cdn-cache-control') || answer.has('cloudflare-cdn-cache-control')) return false;
  const policy = answer.get('cache-control');
  if (policy === null) return !answer.has('expires');
  if (/\b(?:private|no-store|no-cache)\b/i.test(policy)) return true;
  // RFC 9111, 5.2.2.10: s-maxage goes before max-age. An age of 0 means that a cache must ask first.
  const age = /s-maxage\s*=\s*"?(\d+)/i.exec(policy) ?? /max-age\s*=\s*"?(\d+)/i.exec(policy);
  return age === null ? !/\bpublic\b/i.test(policy) : Number(age[1]) === 0;
}
