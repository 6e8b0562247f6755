// Gathers what control answers: its services and plans with the CLI's own token, how it takes a token that it must not, and the
// dashboard to a browser.
import { existsSync, readFileSync } from 'node:fs';
import type { Client } from '../cli/client.ts';
import { Failure } from '../cli/failure.ts';
import type { ControlSeen, DevTokenSeen, PageAnswer, PageSeen, Seen, ServiceSeen } from './gathered.ts';

const WAIT_MS = 10_000;
const DEV_TOKEN = 'sluice-dev';

/** `GET /services`, as far as it is looked at. */
interface ServicesAnswer {
  readonly services: readonly {
    readonly service: string;
    readonly active: string | null;
    readonly slots: Readonly<Record<string, object>>;
    readonly defaultPlan: string;
  }[];
}

/**
 * Asks control. What fails becomes the reason why it was not looked at.
 * @param clientOf throws a Failure where there is no token for it
 */
export async function gatherControl(clientOf: () => Client): Promise<Seen<ControlSeen>> {
  try {
    const client = clientOf();
    const [{ services }, { plans }] = await Promise.all([
      client.call<ServicesAnswer>('GET', '/services'),
      client.call<{ plans: readonly { name: string }[] }>('GET', '/plans'),
    ]);
    const seen = services.map(
      ({ service, active, slots, defaultPlan }): ServiceSeen => ({ service, active, slots: Object.keys(slots), defaultPlan }),
    );
    return { looked: true, url: client.access.url, services: seen, plans: plans.map(({ name }) => name) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { looked: false, why: error.message, remedy: error.next ?? 'Mend that, and run doctor again.' };
  }
}

/** Tries the token of the local run at a control that is not local. Never rejects. */
export async function gatherDevToken(url: string): Promise<Seen<DevTokenSeen>> {
  if (isLoopback(url)) return { looked: false, why: `${url} is the local run, where the token is meant to work.`, remedy: SET };
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/v1/services`, {
      headers: { authorization: `Bearer ${DEV_TOKEN}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(WAIT_MS),
    });
    await response.body?.cancel();
    return { looked: true, url, status: response.status };
  } catch {
    return { looked: false, why: `${url} does not answer.`, remedy: SET };
  }
}

/** Opens the dashboard as a browser does, without a token. Never rejects. @param built where the clone's own page lies */
export async function gatherPage(url: string, built: string): Promise<Seen<PageSeen>> {
  try {
    const answers = await Promise.all(['/', '/services'].map((path) => open(url.replace(/\/+$/, ''), path)));
    if (answers.some(({ status }) => status >= 300 && status < 400))
      return { looked: false, why: `${url} sends browsers elsewhere first, as Cloudflare Access does.`, remedy: null };
    return { looked: true, url, answers, built: existsSync(built) ? readFileSync(built, 'utf8') : undefined };
  } catch {
    return { looked: false, why: `${url} does not answer.`, remedy: SET };
  }
}

async function open(url: string, path: string): Promise<PageAnswer> {
  const signal = AbortSignal.timeout(WAIT_MS);
  const response = await fetch(url + path, { headers: { accept: 'text/html' }, redirect: 'manual', signal });
  const { status, headers } = response;
  const html = await response.text();
  return { path, status, type: headers.get('content-type'), policy: headers.get('content-security-policy'), html };
}

const SET = 'Set SLUICE_URL (or --url) to where control is deployed.';

/** Whether an address is of this machine. */
export function isLoopback(url: string): boolean {
  return !URL.canParse(url) || /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)$/.test(new URL(url).hostname);
}
