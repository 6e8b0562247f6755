// Where we may post to. A URL is given by a person, so it must not lead into a network that only this Worker reaches.
// Pure. What it says of a mistake never repeats the URL: those of Slack and its like are secrets.
import type { ChannelKind } from '../core/channel.ts';

const MAX_URL = 2_048;

/** `[first byte…]/bits` of the IPv4 ranges that no receiver on the internet has (IANA's special-purpose registry). */
const CLOSED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((range) => {
  const [base = '', bits = ''] = range.split('/');
  return { base: ipv4(base) ?? 0, size: 2 ** (32 - Number(bits)) };
});

/** Where the hooks of a chat lie. */
const HOOKS: Readonly<Partial<Record<ChannelKind, { of: string; hosts: readonly string[]; path: string }>>> = {
  slack: { of: 'Slack', hosts: ['hooks.slack.com', 'hooks.slack-gov.com'], path: '/' },
  discord: { of: 'Discord', hosts: ['discord.com', 'discordapp.com'], path: '/api/webhooks/' },
  google_chat: { of: 'Google Chat', hosts: ['chat.googleapis.com'], path: '/' },
};

/** Hosts of a network's own. */
const CLOSED_NAMES = ['localhost', 'local', 'internal', 'home.arpa'];

/** Why we do not post to a URL, `undefined` where we do. `local` also permits http, and this machine itself. */
export function addressMistake(url: string, local: boolean): string | undefined {
  if (url.length > MAX_URL) return `The URL must have at most ${MAX_URL.toLocaleString('en')} characters.`;
  // The parser drops some and rewrites others, so that what is read would differ from what is written.
  if (/[^\x21-\x7e]/.test(url)) return 'The URL must be of ASCII without spaces; write other characters percent-encoded.';
  if (!URL.canParse(url)) return 'The URL is not one; write it as https://host/path.';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:' && !(local && protocol === 'http:')) return 'The URL must start with https://.';
  if (username !== '' || password !== '') return 'The URL must hold no user name and no password.';
  if (url.includes('#')) return 'The URL must hold no #fragment.';
  return local && isLoopback(hostname) ? undefined : hostMistake(hostname);
}

/** Why a URL is none of the chat that a channel is for, `undefined` where it is. Locally this machine may stand in for it. */
export function hookMistake(kind: ChannelKind, url: string, local: boolean): string | undefined {
  const hook = HOOKS[kind];
  if (hook === undefined) return undefined;
  const { hostname, host, pathname } = new URL(url);
  if ((local && isLoopback(hostname)) || (hook.hosts.includes(host) && pathname.startsWith(hook.path))) return undefined;
  return `The URL must begin with https://${hook.hosts[0]}${hook.path}, as ${hook.of} gives it.`;
}

/** Whether a host, as the URL parser writes it, is this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (ipv4(host) !== undefined && host.startsWith('127.'));
}

// The parser has brought every spelling of an address to one: decimal, hex, octal, short, full-width, percent-encoded.
function hostMistake(host: string): string | undefined {
  if (host.startsWith('[')) return isOpenIpv6(host) ? undefined : PRIVATE;
  const address = ipv4(host);
  if (address !== undefined)
    return CLOSED_IPV4.some(({ base, size }) => address >= base && address < base + size) ? PRIVATE : undefined;
  if (host.endsWith('.')) return 'The host of the URL must not end in a dot.';
  if (CLOSED_NAMES.some((name) => host === name || host.endsWith(`.${name}`))) return PRIVATE;
  return host.includes('.') ? undefined : 'The host of the URL must be a full name, such as hooks.example.com.';
}

const PRIVATE = 'The host of the URL must be one on the internet: not private, local, or reserved.';

function ipv4(host: string): number | undefined {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(host)) return undefined;
  return host.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

// Only what is given out to networks on the internet, 2000::/3; in it lie some that carry an IPv4 address (6to4, Teredo) or
// are for documentation.
function isOpenIpv6(host: string): boolean {
  const [first = 0, second = 0] = host
    .slice(1, -1)
    .split(':', 2)
    .map((group) => Number.parseInt(group || '0', 16));
  if (first < 0x2000 || first > 0x3fff) return false;
  const reserved = first === 0x2001 && (second < 0x200 || second === 0xdb8);
  return !(reserved || first === 0x2002 || (first === 0x3fff && second < 0x1000));
}
