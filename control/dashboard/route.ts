// Which page an address is. Pure.

/** A page, and what it is about. */
export type Route =
  | { readonly page: 'overview' | 'plans' | 'channels' | 'tokens' | 'audit' | 'unknown' }
  | { readonly page: 'service' | 'objectives'; readonly service: string }
  | { readonly page: 'release'; readonly service: string; readonly release: number };

const ALONE = ['plans', 'channels', 'tokens', 'audit'] as const;

/** The page of a path, such as `/services/app/releases/3`. */
export function routeOf(path: string): Route {
  const [first = '', service, what, id, ...rest] = path.split('/').slice(1).map(decoded);
  if (first === '' && service === undefined) return { page: 'overview' };
  const alone = ALONE.find((page) => page === first);
  if (alone !== undefined && service === undefined) return { page: alone };
  if (first !== 'services' || !service || rest.length > 0) return { page: 'unknown' };
  if (what === undefined) return { page: 'service', service };
  if (what === 'objectives' && id === undefined) return { page: 'objectives', service };
  if (what === 'releases' && id !== undefined && /^[1-9]\d{0,14}$/.test(id))
    return { page: 'release', service, release: Number(id) };
  return { page: 'unknown' };
}

/** The path of a page. */
export function pathOf(route: Exclude<Route, { readonly page: 'unknown' }>): string {
  if (route.page === 'overview') return '/';
  if (!('service' in route)) return `/${route.page}`;
  const service = `/services/${encodeURIComponent(route.service)}`;
  if (route.page === 'objectives') return `${service}/objectives`;
  return route.page === 'release' ? `${service}/releases/${route.release}` : service;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
