// Between `load` and `assign`: `x-slot`, by which a person chooses a slot by hand, at any weight. Pure but for the HMAC check.
// Never a silent fall-through: who asks for a slot gets that slot or a problem.
import type { OverridePolicy } from './config.ts';
import { log } from './log.ts';
import { problem } from './problem.ts';

const MIN_SECRET_LENGTH = 32;
const MAX_AHEAD_SECONDS = 30 * 86_400;
/** `<expires>.<signature>`. The last character of 32 bytes in base64url carries four bits: so that only one text stands for them. */
const TOKEN = /^(\d{1,12})\.([\w-]{42}[AEIMQUYcgkosw048])$/;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** The check of tokens, one an isolate. */
export interface Verifier {
  /** `undefined`: there is no fit secret, and no token is valid. */
  readonly secret: string | undefined;
  /** Imported with the first token. Never a promise: no request may wait for another's. */
  key: CryptoKey | undefined;
}

/** Who may choose which slot of a service. */
export interface OverrideRules {
  readonly service: string;
  readonly policy: OverridePolicy;
  readonly slots: readonly string[];
  readonly verifier: Verifier;
}

/** What a request asks for: its `x-slot` and `x-slot-token`. */
export interface Asked {
  readonly slot: string;
  readonly token: string | null;
}

/** @param secret the binding `OVERRIDE_SECRET`; anything but a text of at least 32 characters verifies nothing */
export function newVerifier(secret: unknown): Verifier {
  const fit = typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH;
  return { secret: fit ? secret : undefined, key: undefined };
}

/**
 * @param now ms
 * @returns the slot, or the problem to answer with (403 where the policy or the token refuses, 400 for an unknown slot)
 */
export async function overrideSlot(rules: OverrideRules, asked: Asked, now: number): Promise<string | Response> {
  if (rules.policy === 'off')
    return problem('override-off', 403, { detail: 'This service lets nobody choose a slot. Send the request without x-slot.' });
  const wrong = rules.policy === 'signed' ? await wrongOf(rules, asked, now) : undefined;
  if (wrong !== undefined) return refused(asked.slot, wrong);
  if (rules.slots.includes(asked.slot)) return asked.slot;
  const detail = `There is no slot "${asked.slot.slice(0, 64)}" here. Slots: ${rules.slots.join(', ')}.`;
  return problem('unknown-slot', 400, { detail });
}

function refused(slot: string, wrong: string): Response {
  const name = /^[a-z][a-z0-9-]{0,31}$/.test(slot) ? slot : '<slot>';
  const detail = `Choosing a slot here needs a signed x-slot-token, and ${wrong}. "sluice preview ${name}" makes one.`;
  return problem('override-refused', 403, { detail });
}

/** What is wrong with a token, or `undefined`. Only who holds a signed one hears that it has expired. */
async function wrongOf({ service, verifier }: OverrideRules, { slot, token }: Asked, now: number): Promise<string | undefined> {
  if (token === null || token === '') return 'it is missing';
  const [, expires = '', signature = ''] = TOKEN.exec(token) ?? [];
  const sound = signature !== '' && (await isSigned(verifier, `sluice-override\n${service}\n${slot}\n${expires}`, signature));
  if (!sound) return 'this one is not valid';
  const seconds = Number(expires) - now / 1000;
  if (seconds <= 0) return 'this one has expired';
  return seconds > MAX_AHEAD_SECONDS ? 'this one is not valid: it expires more than 30 days ahead' : undefined;
}

async function isSigned(verifier: Verifier, text: string, signature: string): Promise<boolean> {
  if (verifier.secret === undefined) {
    log('warn', `every x-slot-token is refused: OVERRIDE_SECRET is no secret of ${MIN_SECRET_LENGTH} characters or more`);
    return false;
  }
  const utf8 = new TextEncoder();
  verifier.key ??= await crypto.subtle.importKey('raw', utf8.encode(verifier.secret), HMAC, false, ['verify']);
  const binary = atob(signature.replaceAll('-', '+').replaceAll('_', '/'));
  const digest = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return crypto.subtle.verify('HMAC', verifier.key, digest, utf8.encode(text));
}
