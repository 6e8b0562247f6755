// Where control is and with which token to call it: options, then the environment, then the local run.
import type { Access } from './client.ts';
import { EXIT, Failure } from './failure.ts';
import { localControl } from './local.ts';

const LOCAL_TOKEN = 'sluice-dev';

/**
 * Settles URL and token.
 * @throws Failure (usage) for a URL or token that cannot be one, or a deployed control without a token
 */
export function accessOf(given: { readonly url?: string; readonly token?: string }, env: NodeJS.ProcessEnv): Access {
  const url = ((given.url ?? env.SLUICE_URL) || localControl(env)).replace(/\/v1\/*$/, '');
  const host = hostOf(url);
  if (host === undefined)
    throw new Failure(
      EXIT.usage,
      // What stands before an @ may be a password.
      `"${url.replace(/.*@/s, '…@')}" is no URL of a control Worker.`,
      `Write it as ${localControl({})} (--url or SLUICE_URL).`,
    );
  const token = ((given.token ?? env.SLUICE_TOKEN) || (isLoopback(host) ? LOCAL_TOKEN : '')).trim();
  if (token === '') throw new Failure(EXIT.usage, `No token for ${url}.`, 'Set SLUICE_TOKEN, or pass --token.');
  if (!isToken(token))
    throw new Failure(EXIT.usage, 'The token has characters that no token has.', 'Check SLUICE_TOKEN or --token.');
  return { url, token };
}

/** Whether a host, as `URL` writes it, is this very machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

/** Whether a text has only what a token may have in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? hostname : undefined;
}
