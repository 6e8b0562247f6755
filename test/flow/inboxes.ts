// Receivers on this machine: each inbox has a path of its own, which is its secret, and answers by a script.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer: its status, a redirect to somewhere, or none for as long as the caller stays. The last of a script is given for good. */
export type Step = number | 'hang' | { readonly redirect: string };

/** What came in. */
export interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the caller still waits. */
  waits: boolean;
}

/** Where something is posted to. */
export interface Inbox {
  readonly url: string;
  /** The part of the URL that nobody else may hear of. */
  readonly secret: string;
  readonly got: Got[];
}

/** Starts them all. */
export async function startInboxes() {
  const scripts = new Map<string, { readonly steps: Step[]; readonly got: Got[] }>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const { steps = [], got = [] } = scripts.get(request.url ?? '') ?? {};
      const letter: Got = { headers: request.headers, body, waits: true };
      response.on('close', () => {
        letter.waits = false;
      });
      got.push(letter);
      const step = (steps.length > 1 ? steps.shift() : steps[0]) ?? 404;
      if (typeof step === 'number') response.writeHead(step).end();
      else if (step !== 'hang') response.writeHead(302, { location: step.redirect }).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    /** One that answers like this. */
    inbox: (...steps: Step[]): Inbox => {
      const secret = randomUUID();
      const got: Got[] = [];
      scripts.set(`/hooks/${secret}`, { steps, got });
      return { url: `http://127.0.0.1:${port}/hooks/${secret}`, secret, got };
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
