// Why somebody can only look.
import type { Role } from '../../api/types.ts';
import { useRole, useSession } from '../session.tsx';

/** Says that something takes a role, to whoever lacks it. */
export function Needs({ takes, what }: { readonly takes: Role; readonly what: string }) {
  const { me } = useSession();
  if (useRole(takes)) return null;
  return (
    <p class="dim">
      {what} takes the role {takes}; you are {me.role}.
    </p>
  );
}
