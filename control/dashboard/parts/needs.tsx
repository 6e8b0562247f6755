// Why somebody can only look.
import type { Role } from '../../api/types.ts';
import { whyNotRole } from '../../setting-words.ts';
import { useSession } from '../session.tsx';

/** Says that something takes a role, to whoever lacks it. */
export function Needs({ takes, what }: { readonly takes: Role; readonly what: string }) {
  const whyNot = whyNotRole(useSession().me.role, takes, what);
  return whyNot === null ? null : <p class="dim">{whyNot}</p>;
}
