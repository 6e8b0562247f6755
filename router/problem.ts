// RFC 9457 problem answers, for the router and the API alike.

/** What a problem says beside its type and status. */
export interface ProblemDetail {
  /** One sentence on this case, and what to do. */
  readonly detail: string;
  /** More members of the problem object. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * @param type kebab-case reason, stable; becomes `/problems/<type>`
 * @param status 400 to 599
 */
export function problem(type: string, status: number, { detail, more, headers }: ProblemDetail): Response {
  const title = type.charAt(0).toUpperCase() + type.slice(1).replaceAll('-', ' ');
  const body = { type: `/problems/${type}`, title, status, detail, ...more };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}
