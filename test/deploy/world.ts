// A world of its own for each story: a clone, an account of the platform, and the real Workers with control's address.
import { type Stack, startStack } from '../flow/stack.ts';
import { Platform } from '../platform/stand-in.ts';
import { addressOfControl } from './address.ts';
import { Clone } from './clone.ts';

/** All that a story needs. */
export interface World {
  readonly clone: Clone;
  readonly platform: Platform;
  readonly stack: Stack;
  /** Leads wrangler to the platform and the CLI to control. */
  readonly env: Record<string, string>;
  readonly close: () => Promise<void>;
}

/** @param deaf how many calls control's new address answers with somebody else's page first */
export async function newWorld({ deaf = 0, setUp = false } = {}): Promise<World> {
  const clone = new Clone();
  const platform = new Platform();
  const stack = await startStack({ setUp, signed: true });
  const address = await addressOfControl(platform, stack, deaf);
  platform.keys = async () => (await stack.kv.list({ prefix: 'split:' })).keys.map(({ name }) => name);
  const env = { ...(await platform.listen()), SLUICE_URL: address.url, SLUICE_ROUTER_URL: stack.base };
  const close = async () => {
    address.close();
    clone.remove();
    await Promise.all([platform.close(), stack.close()]);
  };
  return { clone, platform, stack, env, close };
}
