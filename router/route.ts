// Stage `route`: the URL of a request → the service that owns it. Pure.

/** One pattern of a service, taken apart once. */
interface Pattern<T> {
  readonly owner: T;
  /** A host, or with `any` what the host must end with (`''` fits all). */
  readonly host: string;
  readonly any: boolean;
  readonly path: string;
  readonly prefix: boolean;
}

/** The patterns of all services, most specific first. */
export type RouteTable<T> = readonly Pattern<T>[];

/**
 * @param entries routes as in `services.ts`, with what each leads to
 * @returns a table in which an exact host goes before a wildcard, and a longer path before a shorter one
 */
export function compileRoutes<T>(entries: readonly (readonly [route: string, owner: T])[]): RouteTable<T> {
  const patterns = entries.map(([route, owner]) => {
    const slash = route.indexOf('/');
    const host = route.slice(0, slash);
    const any = host.startsWith('*');
    const prefix = route.endsWith('*');
    return { owner, host: any ? host.slice(1) : host, any, path: route.slice(slash, prefix ? -1 : undefined), prefix };
  });
  const rank = (p: Pattern<T>) => [p.any ? 0 : 1, p.host.length, p.path.length, p.prefix ? 0 : 1];
  return patterns.sort((a, b) => compare(rank(b), rank(a)));
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The owner of the first pattern that fits an absolute URL, or `undefined`. */
export function route<T>(table: RouteTable<T>, url: string): T | undefined {
  const first = table[0];
  if (first?.any && first.host === '' && first.prefix && first.path === '/') return first.owner;
  const { host, path } = hostAndPath(url);
  for (const pattern of table) {
    const hostFits = pattern.any ? host.endsWith(pattern.host) : host === pattern.host;
    if (hostFits && (pattern.prefix ? path.startsWith(pattern.path) : path === pattern.path)) return pattern.owner;
  }
  return undefined;
}

function hostAndPath(url: string): { host: string; path: string } {
  const hostStart = url.indexOf('//') + 2;
  let pathStart = url.indexOf('/', hostStart);
  if (pathStart < 0) pathStart = url.length;
  const query = url.indexOf('?', pathStart);
  const authority = url.slice(hostStart, pathStart);
  return {
    host: authority.replace(/:\d+$/, ''),
    path: url.slice(pathStart, query < 0 ? undefined : query) || '/',
  };
}
