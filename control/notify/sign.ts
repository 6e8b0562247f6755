// The headers by which a receiver knows that a webhook is ours and recent: https://www.standardwebhooks.com.

import { Webhook } from 'standardwebhooks';
import { binaryOf } from '../base64.ts';

const PREFIX = 'whsec_';
const NEW_BYTES = 32;
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/**
 * The three headers of one attempt.
 * @param secret `whsec_…`, one that {@link secretMistake} lets pass
 * @param id the same for each attempt, so that the receiver knows a repeat
 * @param now of this attempt, in ms: an old one is refused by receivers
 */
export function signed(
  secret: string,
  { id, body }: { readonly id: string; readonly body: string },
  now: number,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
  };
}

/** A secret to sign with. */
export function newSecret(): string {
  return PREFIX + btoa(binaryOf(crypto.getRandomValues(new Uint8Array(NEW_BYTES))));
}

/** Why a secret cannot be signed with; it is not repeated. */
export function secretMistake(secret: string): string | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const isBase64 = base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
  const bytes = isBase64 ? atob(base64).length : 0;
  if (bytes >= MIN_BYTES && bytes <= MAX_BYTES) return undefined;
  return `The secret must be ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes.`;
}
