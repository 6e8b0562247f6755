// What somebody is about to do on a page, in a dialog, and what was done there last.
import { useState } from 'preact/hooks';
import { Notice } from './notice.tsx';

/** One task at a time. `reload`: what the page shows is other once something was done. */
export function useTasks<T>(reload: () => void) {
  const [task, setTask] = useState<T | null>(null);
  const [what, setWhat] = useState<string | null>(null);
  /** Says what was done, and goes on with the next task, if there is one. */
  const done = (said: string, next: T | null = null) => {
    setTask(next);
    setWhat(said);
    reload();
  };
  const told = what !== null && <Notice kind="good">{what}</Notice>;
  return { task, ask: setTask, close: () => setTask(null), done, told };
}
