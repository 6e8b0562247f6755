// Tokens of the API: `slu_<id>_<secret>`. The id is public and finds the token; the whole is kept as its SHA-256 alone.
import { base64url, binaryOf } from './base64.ts';

const TOKEN = /^slu_([a-z0-9]{12})_([\w-]{43})$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 12;
const SECRET_BYTES = 32;

/** A new token: its id, and the text that is shown once. */
export function newToken(): { readonly id: string; readonly text: string } {
  // 252 is the last multiple of 36 below 256: each character is as likely as another.
  const letters = [...crypto.getRandomValues(new Uint8Array(4 * ID_LENGTH))].filter((byte) => byte < 252).slice(0, ID_LENGTH);
  if (letters.length < ID_LENGTH) return newToken();
  const id = letters.map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const secret = base64url(binaryOf(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))));
  return { id, text: `slu_${id}_${secret}` };
}

/** The id in a token; `undefined` for what is none. */
export function idOf(token: string): string | undefined {
  return TOKEN.exec(token)?.[1];
}

/** SHA-256 in hexadecimal. */
export async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether two digests are the same; takes the same time whatever they are. */
export function isSame(a: string, b: string): boolean {
  const utf8 = new TextEncoder();
  const [one, other] = [utf8.encode(a), utf8.encode(b)];
  return one.byteLength === other.byteLength && crypto.subtle.timingSafeEqual(one, other);
}
