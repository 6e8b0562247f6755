// A sample service, deployed once as each slot: it says who it is, echoes, streams, and fails on request.
// Stands for the user's own Worker; knows nothing of Sluice but the answer header `x-sluice-version`.
import { type Fault, faultOf, type Knobs, suffer } from './fault.ts';

/** The variables and bindings of a slot's wrangler.toml. */
interface Env {
  readonly SLOT: string;
  readonly CF_VERSION_METADATA: WorkerVersionMetadata;
  /** The version in the local run, where the platform gives none. Local only: see .dev.vars. */
  readonly VERSION?: string;
  /** `on` lets requests set faults. Local only: see .dev.vars. */
  readonly FAULTS?: string;
}

/** Which slot and version answers. */
interface Who {
  readonly slot: string;
  readonly version: string;
}

const knobs: Knobs = { stored: {} };

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    const who = { slot: env.SLOT, version: env.VERSION || env.CF_VERSION_METADATA.id };
    const faults = env.FAULTS === 'on';
    if (faults && pathname === '/__fault') return setFault(request);
    const failure = faults ? await suffer(faultOf(request, knobs)) : undefined;
    const response = failure ?? (await serve(request, pathname, who));
    if (response.status !== 101) response.headers.set('x-sluice-version', who.version);
    return response;
  },
} satisfies ExportedHandler<Env>;

async function serve(request: Request, pathname: string, who: Who): Promise<Response> {
  if (pathname === '/') return new Response(`Hello from ${who.slot}, version ${who.version}\n`);
  if (pathname === '/echo') return echoBody(request);
  if (pathname === '/stream') return new Response(ticks(10, 200), { headers: { 'content-type': 'text/plain; charset=utf-8' } });
  if (pathname === '/ws') return echoSocket(request, who);
  return Response.json({ ...who, method: request.method, url: request.url, headers: Object.fromEntries(request.headers) });
}

function echoBody({ body, headers }: Request): Response {
  // Through a stream of its own: `wrangler dev` reads away a request body that a Worker returns as it is.
  const through = body?.pipeThrough(new IdentityTransformStream()) ?? null;
  return new Response(through, { headers: { 'content-type': headers.get('content-type') ?? 'text/plain' } });
}

async function setFault(request: Request): Promise<Response> {
  if (request.method === 'DELETE') knobs.stored = {};
  if (request.method === 'POST') {
    const body = (await request.json().catch(() => undefined)) as Fault | undefined;
    if (typeof body !== 'object' || body === null)
      return Response.json({ error: 'send a JSON object of fault knobs' }, { status: 400 });
    knobs.stored = body;
  }
  return new Response(`${JSON.stringify(knobs.stored)}\n`, { headers: { 'content-type': 'application/json' } });
}

function echoSocket(request: Request, { slot }: Who): Response {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
    return new Response('expected a WebSocket\n', { status: 426 });
  const { 0: client, 1: server } = new WebSocketPair();
  server.binaryType = 'arraybuffer';
  server.accept();
  server.addEventListener('message', ({ data }) => server.send(typeof data === 'string' ? `${slot}: ${data}` : data));
  return new Response(null, { status: 101, webSocket: client });
}

/** `count` lines, one every `gapMs`. */
function ticks(count: number, gapMs: number): ReadableStream {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      if (sent > 0) await new Promise((resolve) => setTimeout(resolve, gapMs));
      controller.enqueue(new TextEncoder().encode(`tick ${++sent}\n`));
      if (sent === count) controller.close();
    },
  });
}
