// A receiver on the internet, for the tests in workerd: whatever they fetch comes here, into the Node process beside them.
// What it answers is scripted, inbox by inbox, and what it got can be asked for.

/** One answer. The last one of a script is given for good. */
export interface Step {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
  /** Answered when the inbox is let go. */
  readonly held?: boolean;
}

/** What was received. */
export interface Received {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether it was answered by then. */
  answered: boolean;
}

/** Where inboxes are scripted (POST), read (GET), and have what they hold answered (DELETE). */
export const DESK = 'https://desk.example';

const scripts = new Map<string, Step[]>();
const inboxes = new Map<string, Received[]>();
const holds = new Map<string, (() => void)[]>();

/** Answers a request; the first part of its path names the inbox, on whatever host. */
export async function receive(request: Request): Promise<Response> {
  const { origin, pathname } = new URL(request.url);
  const inbox = pathname.split('/')[1] ?? '';
  if (origin === DESK && request.method === 'GET') return Response.json(inboxes.get(inbox) ?? []);
  if (origin === DESK && request.method === 'DELETE') {
    for (const answer of holds.get(inbox) ?? []) answer();
    holds.delete(inbox);
    return new Response(null, { status: 204 });
  }
  const body = await request.text();
  if (origin === DESK) {
    scripts.set(inbox, JSON.parse(body));
    inboxes.set(inbox, []);
    return new Response(null, { status: 204 });
  }
  const headers = Object.fromEntries(request.headers);
  const received = { url: request.url, method: request.method, headers, body, answered: false };
  inboxes.set(inbox, [...(inboxes.get(inbox) ?? []), received]);
  const script = scripts.get(inbox) ?? [];
  const { status = 200, delayMs = 0, held = false, ...step } = (script.length > 1 ? script.shift() : script[0]) ?? {};
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (held) await new Promise<void>((resolve) => holds.set(inbox, [...(holds.get(inbox) ?? []), resolve]));
  received.answered = true;
  return new Response(step.body ?? null, { status, headers: { ...step.headers } });
}
