// What control found wrong with a form, while that is being changed. Pure.

/** Of what control found wrong with a body, what stands in a later one as it did then. */
export function stillSo(issues: Readonly<Record<string, string>>, then: unknown, now: unknown): Record<string, string> {
  const isSame = (path: string) => JSON.stringify(valueAt(then, path)) === JSON.stringify(valueAt(now, path));
  return Object.fromEntries(Object.entries(issues).filter(([path]) => isSame(path)));
}

function valueAt(body: unknown, path: string): unknown {
  if (path === '') return body;
  return path.split('.').reduce<unknown>((of, key) => (of as Record<string, unknown> | null | undefined)?.[key], body);
}
