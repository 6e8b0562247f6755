// A limit on how long work of others may take. The work itself goes on; nobody waits for it any more.

/** What `work` comes to. @throws what it throws, or after `ms` that `who` gave no answer */
export async function within<T>(ms: number, who: string, work: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${who} gave no answer in ${ms} ms`)), ms);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
