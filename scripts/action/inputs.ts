// The inputs of the Action, as the runner hands them over: `INPUT_<NAME>` in the environment. Pure. An input that is wrong is
// named; its value is not repeated, since somebody may have put a secret into the wrong one.
import { isLoopback, isToken } from '../cli/access.ts';
import type { Access } from '../cli/client.ts';
import { EXIT, Failure } from '../cli/failure.ts';

/** What action.yml sets where a workflow says nothing. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  'auto-start': 'true',
  wait: 'true',
  'wait-timeout': '5400',
  'poll-interval': '10',
};

/** A timer of more than 24 days would fire at once. */
const MAX_SECONDS = 7 * 86_400;

/** What to release, and how to wait for it. */
export interface Inputs {
  readonly access: Access;
  /** Without it, the only one. */
  readonly service: string | undefined;
  /** The candidate; without it, the slot that control chooses. */
  readonly slot: string | undefined;
  readonly versionId: string | undefined;
  readonly plan: string | undefined;
  readonly name: string | undefined;
  readonly autoStart: boolean;
  readonly wait: boolean;
  readonly timeoutSeconds: number;
  readonly intervalSeconds: number;
}

/**
 * Reads them all.
 * @throws Failure that names the input to mend
 */
export function inputsOf(env: NodeJS.ProcessEnv): Inputs {
  const text = (name: string) => given(env, name) || undefined;
  return {
    access: { url: addressOf(required(env, 'control-url')), token: tokenOf(required(env, 'token')) },
    service: text('service'),
    slot: text('slot'),
    versionId: text('version-id'),
    plan: text('plan'),
    name: text('name'),
    autoStart: isTrue(env, 'auto-start'),
    wait: isTrue(env, 'wait'),
    timeoutSeconds: secondsOf(env, 'wait-timeout'),
    intervalSeconds: secondsOf(env, 'poll-interval'),
  };
}

/** The input as it was given, trimmed; an empty text where it was not. */
export function given(env: NodeJS.ProcessEnv, name: string): string {
  return env[`INPUT_${name.toUpperCase()}`]?.trim() ?? '';
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = given(env, name);
  if (value === '') throw wrong(name, 'is required. A secret or variable that does not exist is empty');
  return value;
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrong('control-url', 'must be the address of control, such as https://sluice-control.example.workers.dev');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw wrong('control-url', 'must be an address alone, without user, query or fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw wrong('control-url', 'must begin with https://, so that nobody on the way can read the token');
  return url.href.replace(/\/+$/, '').replace(/\/v1$/, '');
}

function tokenOf(text: string): string {
  if (!isToken(text)) throw wrong('token', 'has characters that no token has');
  return text;
}

function isTrue(env: NodeJS.ProcessEnv, name: string): boolean {
  const text = (given(env, name) || DEFAULTS[name] || '').toLowerCase();
  if (text !== 'true' && text !== 'false') throw wrong(name, 'must be true or false');
  return text === 'true';
}

function secondsOf(env: NodeJS.ProcessEnv, name: string): number {
  const text = given(env, name) || DEFAULTS[name] || '';
  const seconds = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > MAX_SECONDS) throw wrong(name, `must be a number of seconds above 0, and at most ${MAX_SECONDS}`);
  return seconds;
}

function wrong(name: string, what: string): Failure {
  return new Failure(EXIT.usage, `The input ${name} ${what}.`);
}
