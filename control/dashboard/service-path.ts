// Where the API has a service. Pure.

/** The path of a service, below `/v1`. */
export function servicePath(service: string): string {
  return `/services/${encodeURIComponent(service)}`;
}
