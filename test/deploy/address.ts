// The address of control that the platform gives: it answers once the Worker is deployed in the stand-in, to the token that
// was set there; behind it is the real control Worker.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Stack, TOKEN } from '../flow/stack.ts';
import type { Platform } from '../platform/stand-in.ts';

/** An address to stop. */
export interface Address {
  readonly url: string;
  readonly close: () => void;
}

/** @param deaf how many calls the new address answers with somebody else's page first */
export async function addressOfControl(platform: Platform, stack: Stack, deaf: number): Promise<Address> {
  let left = deaf;
  const server = createServer(async (request, response) => {
    const token = platform.scripts.get('sluice-control')?.secrets.get('ADMIN_TOKEN');
    if (token === undefined || left-- > 0) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>There is nothing here yet</h1>');
      return;
    }
    const authorization = request.headers.authorization === `Bearer ${token}` ? `Bearer ${TOKEN}` : 'Bearer wrong';
    const { method = 'GET' } = request;
    const body = method === 'GET' ? null : await text(request);
    const answer = await stack.control.fetch(`http://control.example${request.url}`, {
      method,
      headers: { authorization },
      body,
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
