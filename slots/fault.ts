// The sample service's fault knobs: how it fails on request, to see Sluice catch it.

/** Shares are 0 to 1 of requests. */
export interface Fault {
  /** Answer 500. */
  readonly errorRate?: number;
  /** Answer so much later, ms. */
  readonly latencyMs?: number;
  /** Answer 1,100 ms later still. */
  readonly slowRate?: number;
  /** Throw. */
  readonly throwRate?: number;
  /** Do not answer for ten minutes. */
  readonly hangRate?: number;
}

/** Knobs set for every request, until they are cleared or the isolate ends. */
export interface Knobs {
  stored: Fault;
}

const SLOW_MS = 1_100;
const HANG_MS = 600_000;

/** The stored knobs, overlaid with those of the request's own `x-fault` header (JSON). */
export function faultOf(request: Request, { stored }: Knobs): Fault {
  const own = request.headers.get('x-fault');
  if (own === null) return stored;
  try {
    return { ...stored, ...JSON.parse(own) };
  } catch {
    return stored;
  }
}

/** Fails as told. @returns the failed answer, or `undefined` to go on. @throws when told to */
export async function suffer({ errorRate, latencyMs, slowRate, throwRate, hangRate }: Fault): Promise<Response | undefined> {
  if (strikes(hangRate)) await sleep(HANG_MS);
  const delay = (latencyMs ?? 0) + (strikes(slowRate) ? SLOW_MS : 0);
  if (delay > 0) await sleep(delay);
  if (strikes(throwRate)) throw new Error('told to throw by a fault knob');
  return strikes(errorRate) ? new Response('failed on request\n', { status: 500 }) : undefined;
}

function strikes(rate: number | undefined): boolean {
  return rate !== undefined && Math.random() < rate;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
