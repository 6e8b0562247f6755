// Stage `forward`: the one call to a slot's binding. Bodies stream both ways; nothing is buffered.
import { log } from './log.ts';
import { dropCredentials } from './preview.ts';
import { problem } from './problem.ts';

/** How `wrangler dev` marks the 500 that it makes of a slot's exception; deployed, the exception itself arrives. */
const LOCAL_EXCEPTION = 'mf-experimental-error-stack';

/** What Sluice tells a slot about a request, as `x-sluice-*`. */
export interface Marks {
  readonly service: string;
  readonly slot: string;
  readonly revision: number;
}

/** A slot's answer, or the problem in its place. */
export interface Forwarded {
  readonly response: Response;
  /** The slot threw or answered 5xx. */
  readonly failed: boolean;
}

/** Sends a request to a slot. Never rejects: a slot that throws gives 502 `slot-unreachable`. */
export async function forward(request: Request, binding: Fetcher, marks: Marks): Promise<Forwarded> {
  try {
    const response = await binding.fetch(marked(request, marks));
    if (response.status === 500 && response.headers.has(LOCAL_EXCEPTION)) throw new Error('see the log of the slot');
    return { response, failed: response.status >= 500 };
  } catch (error) {
    const { service, slot } = marks;
    log('error', 'a slot threw', { service, slot, requestId: request.headers.get('cf-ray') ?? undefined, error });
    const detail = `Slot ${marks.slot} of ${marks.service} failed before it answered.`;
    return { response: problem('slot-unreachable', 502, { detail }), failed: true };
  }
}

// A visitor's own x-sluice-* never arrive, nor does what would let a slot choose slots in the visitor's name.
function marked(request: Request, { service, slot, revision }: Marks): Request {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (name.startsWith('x-sluice-')) headers.delete(name);
  dropCredentials(headers);
  headers.set('x-sluice-service', service);
  headers.set('x-sluice-slot', slot);
  headers.set('x-sluice-revision', String(revision));
  return new Request(request, { headers });
}
