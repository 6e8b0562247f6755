// Entries of the audit: when, who, what, why, what became other by it.
import type { AuditView } from '../../api/types.ts';
import { changeText, stateName } from '../../words.ts';
import { Clipped } from '../parts/clipped.tsx';
import { Link } from '../parts/link.tsx';
import { When } from '../parts/when.tsx';
import './entries.css';

const NAME_CHARACTERS = 48;
const TEXT_CHARACTERS = 400;

interface Shape {
  /** The newest first. */
  readonly entries: readonly AuditView[];
  /** The service whose page it is, if it is one's: its name goes without saying. */
  readonly service?: string;
}

/** Entries of the audit. */
export function Entries({ entries, service }: Shape) {
  return (
    <ol class="audit-entries">
      {entries.map((entry) => (
        <Entry key={`${entry.at} ${entry.action} ${entry.what}`} entry={entry} of={service} />
      ))}
    </ol>
  );
}

function Entry({ entry, of }: { readonly entry: AuditView; readonly of: string | undefined }) {
  const { at, service, what, reason, requestId } = entry;
  const change = changeText(entry);
  return (
    <li>
      <p class="audit-entries-when">
        <When at={at} />
      </p>
      <div>
        <p>
          <Who entry={entry} /> <span class="dim">{stateName(entry.action)}</span>{' '}
          {service !== null && service !== of && <Link to={{ page: 'service', service }}>{service}</Link>}
        </p>
        <p>
          <Clipped text={what} most={TEXT_CHARACTERS} />
        </p>
        {change !== '' && (
          <p class="audit-entries-change">
            <Clipped text={change} most={TEXT_CHARACTERS} />
          </p>
        )}
        {reason !== null && (
          <p>
            Why: <Clipped text={reason} most={TEXT_CHARACTERS} />
          </p>
        )}
        {requestId !== null && (
          <p class="hint">
            Request <code>{requestId}</code>
          </p>
        )}
      </div>
    </li>
  );
}

// Whoever holds the secret is called by the role.
function Who({ entry: { actor, role } }: { readonly entry: AuditView }) {
  return (
    <>
      <strong>
        <Clipped text={actor} most={NAME_CHARACTERS} />
      </strong>
      {role !== null && role !== actor && ` (${role})`}
    </>
  );
}
