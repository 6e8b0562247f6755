// Entries of the audit that were asked for, and those that came since. Pure.
import type { AuditView } from '../../api/types.ts';

/**
 * One list of both, the newest first, none twice.
 * @param came over the stream, and @param asked for: each the newest first
 * @param most how many at most
 */
export function merged(came: readonly AuditView[], asked: readonly AuditView[], most: number): AuditView[] {
  const known = new Set(asked.map(keyOf));
  const all = [...came.filter((entry) => !known.has(keyOf(entry))), ...asked];
  // Those of one instant keep their order.
  return all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, most);
}

// Entries have no number: what says the same of the same instant is the same.
function keyOf({ at, service, actor, action, what, requestId }: AuditView): string {
  return JSON.stringify([at, service, actor, action, what, requestId]);
}
