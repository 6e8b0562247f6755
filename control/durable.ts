// The typed face of itty-durable, and the only file that imports it.
// Calls travel as GET with their arguments as JSON in a header: so each method takes one argument, which goes as ASCII,
// and must stay small: the platform takes 128 KB of headers, and the longest that the API lets in has 18 KB. A method returns
// plain JSON; it does not throw, since only status and message would arrive.
import { createDurable, proxyDurable } from 'itty-durable';

/** An argument on its way to an object. */
export type Wire<T> = string & { readonly __carries?: T };

/** What itty-durable gives an object: its state (storage, alarms), and the fetch that turns calls into method calls. */
interface DurableBase extends Rpc.DurableObjectBranded {
  readonly state: DurableObjectState;
  fetch(request: Request): Promise<Response>;
}

const Base = createDurable() as unknown as new (state: DurableObjectState, env: Cloudflare.Env) => DurableBase;

/** Opens a socket to the object of that name, and sends it nothing else; `null` where it takes none. To be accepted by the caller. */
export async function openSocket(namespace: DurableObjectNamespace, name: string): Promise<WebSocket | null> {
  const stub = namespace.get(namespace.idFromName(name));
  const { webSocket } = await stub.fetch('https://object/socket', { headers: { upgrade: 'websocket' } });
  return webSocket;
}

/** The base of an object. Nothing is persisted by itty-durable: an object stores what it must. */
export abstract class Durable extends Base {
  /** Takes what `openSocket` sends aside; all else are calls of methods. */
  override async fetch(request: Request): Promise<Response> {
    return request.headers.get('upgrade') === 'websocket' ? this.socket() : super.fetch(request);
  }

  /** Answers whoever opens a socket: with one, unless it takes none. */
  protected socket(): Response {
    return new Response(null, { status: 503 });
  }

  // Asked once at start, for `reset`, which we never call; the fields of an object need not be JSON.
  getPersistable(): object {
    return {};
  }
}

/** A stub's methods as its caller sees them. */
export type Remote<T> = {
  [K in keyof T as T[K] extends (wire: never) => unknown ? K : never]: T[K] extends () => infer R
    ? () => Promise<Awaited<R>>
    : T[K] extends (wire: Wire<infer A>) => infer R
      ? (argument: A) => Promise<Awaited<R>>
      : never;
};

/** The object of that name. */
export function remote<T>(namespace: DurableObjectNamespace, name: string): Remote<T> {
  const stub = proxyDurable(namespace, { parse: true }).get(name);
  const call = (method: string | symbol) => (argument?: unknown) =>
    argument === undefined ? stub[method]() : stub[method](toWire(argument));
  // A `then` on it would make every `await` of the face a call.
  return new Proxy({} as Remote<T>, { get: (_, method) => (method === 'then' ? undefined : call(method)) });
}

/** Takes an argument off the wire. */
export function fromWire<T>(wire: Wire<T>): T {
  return JSON.parse(wire) as T;
}

/** JSON in ASCII: a header carries no more, and `\uXXXX` is JSON too. */
export function toWire<T>(argument: T): Wire<T> {
  return JSON.stringify(argument).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
