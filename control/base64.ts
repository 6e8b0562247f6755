// Base64 as it stands in headers and URLs: RFC 4648, section 5, without padding.

/** @param binary a character a byte, U+0000 to U+00FF */
export function base64url(binary: string): string {
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Bytes, a character each. */
export function binaryOf(bytes: ArrayBuffer | Uint8Array): string {
  return String.fromCharCode(...new Uint8Array(bytes));
}
