// Between `load` and `assign`: the slot that a request asks for by hand. Browsers ask by a link, which leaves a cookie, everything
// else by `x-slot`. Whether it is opened is for override.ts to say. Must cost a request nothing that asks for none.
import { readCookie } from './key.ts';
import { type Asked, type OverrideRules, overrideSlot } from './override.ts';

/** Parameters of a link, as they stand in the URL: their values are made of characters that nothing escapes. */
const SLOT_PARAMETER = '__slot';
const TOKEN_PARAMETER = '__slot_token';
/** Keeps a browser on a slot: `<service>.<slot>`, with `.<token>` where the link had one. */
const SLOT_COOKIE = 'sluice_slot';
/** Over https: only the very host can set a cookie of such a name, so that no neighbour keeps a visitor out by a wrong one. */
const HOST_COOKIE = '__Host-sluice_slot';
/** Life of the cookie of a link without a token. */
const OPEN_SECONDS = 3600;

interface Link extends Asked {
  readonly by: 'link';
  /** The URL as it is without the link's parameters. */
  readonly clean: string;
  /** It names no slot: it leads back to the ordinary page. */
  readonly leaves: boolean;
}

interface Carried extends Asked {
  readonly by: 'header' | 'cookie';
}

/** What is asked for, and how: a link goes before `x-slot`, which goes before the cookie. */
export type ByHand = Link | Carried;

/** What a request asks for by hand; `undefined` for all but a few. */
export function askedByHand({ url, headers }: Request, rules: OverrideRules): ByHand | undefined {
  const link = url.includes(SLOT_PARAMETER) ? linkIn(url) : undefined;
  if (link !== undefined) return link;
  const slot = headers.get('x-slot');
  if (slot !== null) return { by: 'header', slot, token: headers.get('x-slot-token') };
  const cookies = headers.get('cookie');
  return cookies?.includes(SLOT_COOKIE) ? keptIn(cookies, nameOf(url), rules) : undefined;
}

// What stands twice is no slot and no token: so two values are kept as a header keeps them, and fit nothing.
function linkIn(url: string): Link | undefined {
  const start = url.indexOf('?');
  if (start < 0) return undefined;
  const slots: string[] = [];
  const tokens: string[] = [];
  const others: string[] = [];
  for (const parameter of url.slice(start + 1).split('&')) {
    const [name, ...value] = parameter.split('=');
    if (name === SLOT_PARAMETER) slots.push(value.join('='));
    else if (name === TOKEN_PARAMETER) tokens.push(value.join('='));
    else others.push(parameter);
  }
  if (slots.length + tokens.length === 0) return undefined;
  const clean = url.slice(0, start) + (others.length === 0 ? '' : `?${others.join('&')}`);
  const slot = slots.join(', ');
  return { by: 'link', slot, token: tokens.join(', ') || null, clean, leaves: slots.length === 1 && slot === '' };
}

// The cookie of another service on the same host asks for nothing here. What is no such cookie at all fits no slot and no token.
function keptIn(cookies: string, cookie: string, { service, services }: OverrideRules): Carried | undefined {
  const value = readCookie(cookies, cookie);
  if (!value) return undefined;
  const [name = '', slot = '', ...token] = value.split('.');
  if (name === service) return { by: 'cookie', slot, token: token.join('.') || null };
  return services.includes(name) ? undefined : { by: 'cookie', slot: '', token: value };
}

/**
 * Checks what is asked for. A link is answered by a redirect to its clean URL, which sets the cookie that lasts as long as its token.
 * @param now ms
 * @returns the slot to go to, or what to answer with; a problem takes a cookie that does not hold any more away
 */
export async function openByHand(request: Request, rules: OverrideRules, asked: ByHand, now: number): Promise<string | Response> {
  const cookie = nameOf(request.url);
  const gone = slotCookie(cookie, '', 0);
  if (asked.by === 'link' && asked.leaves) return redirect(request, asked.clean, gone);
  const chosen = await overrideSlot(rules, asked, now);
  if (asked.by === 'cookie' && chosen instanceof Response) chosen.headers.append('set-cookie', gone);
  if (asked.by !== 'link' || chosen instanceof Response) return chosen;
  const value = [rules.service, chosen, ...(asked.token === null ? [] : [asked.token])].join('.');
  const seconds = asked.token === null ? OPEN_SECONDS : Math.ceil(Number.parseInt(asked.token, 10) - now / 1000);
  return redirect(request, asked.clean, slotCookie(cookie, value, seconds));
}

function nameOf(url: string): string {
  return url.startsWith('https:') ? HOST_COOKIE : SLOT_COOKIE;
}

function slotCookie(name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${name === HOST_COOKIE ? '; Secure' : ''}`;
}

// Absolute, as the request's own URL is: a path such as //example.com must not name another host.
function redirect({ method }: Request, location: string, cookie: string): Response {
  const status = method === 'GET' || method === 'HEAD' ? 302 : 307;
  return new Response(null, { status, headers: { location, 'cache-control': 'no-store', 'set-cookie': cookie } });
}

/** Takes out of a request's headers what opens a slot: the slot must not be able to choose slots in the visitor's name. */
export function dropCredentials(headers: Headers): void {
  headers.delete('x-slot');
  headers.delete('x-slot-token');
  const cookies = headers.get('cookie');
  if (!cookies?.includes(SLOT_COOKIE)) return;
  const others = cookies.split(';').filter((cookie) => !isSlotCookie(cookie.split('=', 1)[0]?.trim()));
  if (others.length === 0) headers.delete('cookie');
  else headers.set('cookie', others.join(';'));
}

function isSlotCookie(name: string | undefined): boolean {
  return name === SLOT_COOKIE || name === HOST_COOKIE;
}
