// Inboxes of the receiver that stands in for the internet, from inside workerd.
import { DESK, type Received, type Step } from './receiver.ts';

/** An inbox of its own, which answers by a script; without one, 200. */
export async function inbox(...steps: Step[]) {
  const name = crypto.randomUUID();
  const script = async (...next: Step[]) => {
    await fetch(`${DESK}/${name}`, { method: 'POST', body: JSON.stringify(next) });
  };
  const got = async (): Promise<Received[]> => (await fetch(`${DESK}/${name}`)).json();
  /** Has what is held answered. */
  const letGo = async () => {
    await fetch(`${DESK}/${name}`, { method: 'DELETE' });
  };
  await script(...steps);
  return { name, got, script, letGo };
}
