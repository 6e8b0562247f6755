// What a deploy has done so far, a line a step, with the time it took.

/**
 * Does a piece of work and says what came of it.
 * @param doing what to call it when it fails, such as `Upload of sluice-green`
 * @param done what was done, as a sentence without full stop
 */
export type Step = <T>(doing: string, work: () => Promise<T>, done: (result: T) => string) => Promise<T>;

/** Steps whose lines go to `say`. */
export function stepsTo(say: (line: string) => void): Step {
  return async (doing, work, done) => {
    const start = performance.now();
    const took = () => `(${((performance.now() - start) / 1000).toFixed(1)} s)`;
    try {
      const result = await work();
      say(`✓ ${done(result)} ${took()}`);
      return result;
    } catch (error) {
      say(`✗ ${doing} failed ${took()}`);
      throw error;
    }
  };
}

/** Ctrl-C and a terminated job, seen as a signal until `done`; a second Ctrl-C ends the process at once. */
export function interruptible(): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.once(name, abort);
  return { signal: controller.signal, done: () => names.forEach((name) => void process.removeListener(name, abort)) };
}
