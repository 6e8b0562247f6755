// Effect `call_hook`: asks the hooks of a gate and hands in what they answered. Whatever goes wrong is an answer too, one that
// does not let the release pass: so no gate is forgotten. Nothing here knows a URL or a secret.
import { log } from '../router/log.ts';
import type { CallHook } from './core/effect.ts';
import { type Asking, type Gate, type HookAnswer, isAsked } from './core/gate.ts';
import type { Release } from './core/release.ts';
import type { Service } from './core/service.ts';
import { within } from './within.ts';

/** Above what one request to a receiver may take. */
const ASK_WAIT_MS = 15_000;

/** What a channel is sent, and by which id its receiver knows a repeat. */
export interface HookCall {
  readonly channel: string;
  /** What it is asked about. */
  readonly service: string;
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** What became of it. */
export type HookReply = Omit<HookAnswer, 'channel'>;

/** What hooks are asked with. */
export interface HookTools {
  /** The service as it is now. */
  readonly service: () => Service;
  readonly ask: (call: HookCall) => Promise<HookReply>;
  readonly answered: (asking: Asking, answers: readonly HookAnswer[]) => void;
}

/** Asks all channels of an order at once. One that nobody waits for any more is left alone. */
export async function callHook({ asking, channels }: CallHook, { service, ask, answered }: HookTools): Promise<void> {
  const { name, release } = service();
  if (release === null || release.gate === null || !isAsked(release, asking)) return;
  const { gate } = release;
  const body = bodyOf(name, release, gate);
  const answers = channels.map(async (channel): Promise<HookAnswer> => {
    const call = { channel, service: name, id: idOf(name, release, gate, channel), body };
    return { channel, ...(await replyOf(name, ask, call)) };
  });
  answered(asking, await Promise.all(answers));
}

async function replyOf(name: string, ask: HookTools['ask'], call: HookCall): Promise<HookReply> {
  try {
    return await within(ASK_WAIT_MS, `channel ${call.channel}`, ask(call));
  } catch (failure) {
    log('warn', 'a hook could not be asked', { service: name, channel: call.channel, error: failure });
    return { name: null, status: null, error: 'could not be asked' };
  }
}

// The same whenever it is asked again; the time makes it another one for a service that lost its state.
function idOf(name: string, { id }: Release, { askedAt, on, number }: Gate, channel: string): string {
  return `${name}-${askedAt.toString(36)}-${id}-${on}-${number}-${channel}`;
}

function bodyOf(name: string, release: Release, { on, stage, askedAt, weights }: Gate): string {
  const { id, plan, candidate, candidateVersion, from, fromVersion } = release;
  const of = plan.stages.length;
  // Completion has no stage of its own: it is said of the last.
  const number = Math.min(stage + 1, of);
  const versions = { [candidate]: candidateVersion?.versionId ?? null, [from]: fromVersion?.versionId ?? null };
  return JSON.stringify({
    type: `hook.${on}`,
    timestamp: new Date(askedAt).toISOString(),
    data: {
      service: name,
      release: { id, name: release.name, candidate, from, versions },
      stage: { number, of, weight: (plan.stages[number - 1]?.weight ?? 0) / 100 },
      weights,
    },
  });
}
