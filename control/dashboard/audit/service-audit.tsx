// The last entries of one service: those asked for, and in front of them those that come over the stream.
import type { AuditPage } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Link } from '../parts/link.tsx';
import type { LiveService } from '../parts/live-service.ts';
import { Entries } from './entries.tsx';
import { ALL, addressOf } from './filter.ts';
import { merged } from './merge.ts';

const MOST = 20;

/** The audit of a service. What a broken stream missed is asked for with the next one. */
export function ServiceAudit({ name, live }: { readonly name: string; readonly live: LiveService }) {
  const path = `/audit?service=${encodeURIComponent(name)}&limit=${MOST}`;
  const asked = useAnswer<AuditPage>(path, undefined, live.streams);
  return (
    <section class="card" aria-labelledby="audit">
      <h2 id="audit">Audit</h2>
      <Shown asked={asked}>
        {({ entries }) => {
          const all = merged(live.entries, entries, MOST);
          return all.length === 0 ? <p class="dim">Nothing has been done yet.</p> : <Entries entries={all} service={name} />;
        }}
      </Shown>
      <p>
        <Link to={{ page: 'audit' }} query={addressOf({ ...ALL, service: name })}>
          All of the audit of {name}
        </Link>
      </p>
    </section>
  );
}
