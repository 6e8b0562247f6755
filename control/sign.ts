// Tokens that let their holder choose a slot by hand: signed here, checked in router/override.ts. The two agree by
// test/vectors/override.json, since neither may import the other.
import { base64url, binaryOf } from './base64.ts';

/** A shorter secret could be guessed; the router refuses every token made with one. */
export const MIN_SECRET_LENGTH = 32;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** What a token opens, and until when. */
export interface Override {
  readonly service: string;
  readonly slot: string;
  /** Unix seconds. */
  readonly expires: number;
}

/**
 * The value of `x-slot-token`: `<expires>.<HMAC-SHA-256 in base64url>`.
 * @param secret `OVERRIDE_SECRET`, at least 32 characters
 */
export async function signOverride(secret: string, { service, slot, expires }: Override): Promise<string> {
  const utf8 = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', utf8.encode(secret), HMAC, false, ['sign']);
  const digest = await crypto.subtle.sign('HMAC', key, utf8.encode(`sluice-override\n${service}\n${slot}\n${expires}`));
  return `${expires}.${base64url(binaryOf(digest))}`;
}
