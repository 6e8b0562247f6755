// A call that somebody asked for by a button: whether it is under way, and why the last one failed.
import { useState } from 'preact/hooks';
import { asFailure, type Failure } from '../api.ts';

/** Calls, one at a time. */
interface Calling {
  readonly isBusy: boolean;
  /** Why the last one failed. */
  readonly failure: Failure | null;
  /** @returns why it failed, or `null` */
  readonly run: (call: () => Promise<unknown>) => Promise<Failure | null>;
  /** Says no more why the last one failed. */
  readonly forget: () => void;
}

/** Makes calls. */
export function useCall(): Calling {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  async function run(call: () => Promise<unknown>): Promise<Failure | null> {
    setIsBusy(true);
    setFailure(null);
    try {
      await call();
      return null;
    } catch (error) {
      const failed = asFailure(error);
      setFailure(failed);
      return failed;
    } finally {
      setIsBusy(false);
    }
  }
  return { isBusy, failure, run, forget: () => setFailure(null) };
}
