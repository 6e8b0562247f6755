// Between `load` and `assign`: whether a slot that was asked for by hand is opened, at any weight. Pure but for the HMAC check.
// Never a silent fall-through: who asks for a slot gets that slot or a problem.
import type { OverridePolicy } from './config.ts';
import { log } from './log.ts';
import { problem } from './problem.ts';

const MIN_SECRET_LENGTH = 32;
const MAX_AHEAD_SECONDS = 30 * 86_400;
/** `<expires>.<signature>`. The last character of 32 bytes in base64url carries four bits: so that only one text stands for them. */
const TOKEN = /^(\d{1,12})\.([\w-]{42}[AEIMQUYcgkosw048])$/;
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** What a problem says of each form, before and behind what is wrong. */
const FORMS = {
  header: { needs: 'Choosing a slot here needs a signed x-slot-token', without: 'Send the request without x-slot.', end: '' },
  link: { needs: 'A link that opens a slot carries a signed __slot_token', without: 'Drop __slot from the address.', end: '' },
  cookie: {
    needs: 'A browser stays on a slot by a cookie with a signed token',
    without: 'Load the page again: its cookie sluice_slot is taken away.',
    end: ' Load the page again for the ordinary one: its cookie sluice_slot is taken away.',
  },
} as const;

/** The check of tokens, one an isolate. */
export interface Verifier {
  /** Name of the binding → what is bound. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Imported with the first token. Never a promise: no request may wait for another's. */
  keys: readonly CryptoKey[] | undefined;
}

/** Who may choose which slot of a service. */
export interface OverrideRules {
  readonly service: string;
  readonly policy: OverridePolicy;
  readonly slots: readonly string[];
  /** Every service of the router: one host may belong to several, and its cookies go to all of them. */
  readonly services: readonly string[];
  readonly verifier: Verifier;
}

/** What a request asks for, and by what: `x-slot`, `?__slot=`, or the cookie that a link left. */
export interface Asked {
  readonly by: keyof typeof FORMS;
  readonly slot: string;
  readonly token: string | null;
}

/**
 * Takes tokens of either secret; anything but a text of at least 32 characters verifies nothing. So a secret changes without a
 * gap: first the old text becomes OVERRIDE_SECRET_PREVIOUS of the router, then the new one OVERRIDE_SECRET of the router, then
 * of control, which signs. When the last token of the old one has expired, the previous one is deleted. One that has leaked is
 * never made the previous one.
 */
export function newVerifier(current: unknown, previous: unknown): Verifier {
  return { secrets: { OVERRIDE_SECRET: current, OVERRIDE_SECRET_PREVIOUS: previous }, keys: undefined };
}

/**
 * @param now ms
 * @returns the slot, or the problem to answer with (403 where the policy or the token refuses, 400 for an unknown slot)
 */
export async function overrideSlot(rules: OverrideRules, asked: Asked, now: number): Promise<string | Response> {
  const { without, end } = FORMS[asked.by];
  if (rules.policy === 'off')
    return problem('override-off', 403, { detail: `This service lets nobody choose a slot. ${without}` });
  // Where none is needed, a link or cookie that brings a token still ends with it.
  const isDue = rules.policy === 'signed' || (asked.by !== 'header' && asked.token !== null);
  const wrong = isDue ? await wrongOf(rules, asked, now) : undefined;
  if (wrong !== undefined) return refused(asked, wrong);
  if (rules.slots.includes(asked.slot)) return asked.slot;
  const detail = `There is no slot "${asked.slot.slice(0, 64)}" here. Slots: ${rules.slots.join(', ')}.${end}`;
  return problem('unknown-slot', 400, { detail });
}

function refused({ by, slot }: Asked, wrong: string): Response {
  const name = /^[a-z][a-z0-9-]{0,31}$/.test(slot) ? slot : '<slot>';
  const detail = `${FORMS[by].needs}, and ${wrong}. "sluice preview ${name}" makes one.${FORMS[by].end}`;
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
  verifier.keys ??= await importKeys(verifier);
  const binary = atob(signature.replaceAll('-', '+').replaceAll('_', '/'));
  const digest = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const signed = new TextEncoder().encode(text);
  for (const key of verifier.keys) if (await crypto.subtle.verify('HMAC', key, digest, signed)) return true;
  return false;
}

// Once an isolate, so that what is wrong with a secret is said once.
async function importKeys({ secrets }: Verifier): Promise<CryptoKey[]> {
  const keys: CryptoKey[] = [];
  const length = `${MIN_SECRET_LENGTH} characters or more`;
  for (const [name, secret] of Object.entries(secrets)) {
    if (typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH)
      keys.push(await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), HMAC, false, ['verify']));
    else if (secret !== undefined) log('warn', `${name} is ignored: it is no secret of ${length}`);
  }
  if (keys.length === 0) log('warn', `every token for a slot is refused: OVERRIDE_SECRET is no secret of ${length}`);
  return keys;
}
