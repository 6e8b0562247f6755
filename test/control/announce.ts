// What the tests of channels and deliveries share: the registry, channels made in it, announcements.
import { env, runInDurableObject } from 'cloudflare:test';
import { expect } from 'vitest';
import type { Announcement } from '../../control/core/announcement.ts';
import type { By } from '../../control/core/audit.ts';
import type { AskedChannel } from '../../control/notify/channel.ts';
import { type Registry, registryOf } from '../../control/registry.ts';

export const by: By = { actor: 'ada', reason: 'a try', requestId: 'r-1' };

/** The registry, to be called. */
export const registry = () => registryOf(env);

/** The registry, as the platform knows it. */
export const registryStub = () =>
  env.REGISTRY.get(env.REGISTRY.idFromName('registry')) as DurableObjectStub<Registry & Rpc.DurableObjectBranded>;

/** Kills the registry; what it had only in memory is gone. */
export const crashRegistry = () => runInDurableObject(registryStub(), (_, state) => state.abort('crash')).catch(() => {});

/** A webhook that wants to know of holds, as it is asked for. */
export function asked(name: string): AskedChannel {
  return {
    ...{ id: null, name, kind: 'webhook', url: 'https://hooks.example.com/in', to: null, secret: null },
    ...{ topics: ['held'], services: null, team: null },
  };
}

/** Sets a channel. */
export async function made(channel: AskedChannel, who = by) {
  const outcome = await registry().putChannel({ channel, by: who });
  if (!outcome.ok) expect.unreachable(JSON.stringify(outcome));
  return outcome;
}

/** That release 7 is held. */
export function announced(id: string): Announcement {
  return {
    ...{
      id,
      topic: 'held',
      at: Date.now(),
      service: 'app',
      actor: 'sluice',
      what: `Release 7 held (${id}).`,
      why: 'Both are bad.',
    },
    ...{ weights: { blue: 90, green: 10 }, figures: { green: { requests: 40, errors: 4 } } },
    release: { id: 7, name: null, state: 'held', candidate: 'green', from: 'blue' },
  };
}
