// What was done while a release lasted, by whom and why: who approved it, say.
import type { AuditPage, ReleaseView } from '../../api/types.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Entries } from './entries.tsx';

const MOST = 100;
/** What came of its end is noted with it, or a moment later. */
const AFTER_MS = 1_000;

interface Shape {
  readonly service: string;
  readonly release: Pick<ReleaseView, 'createdAt' | 'endedAt'>;
  /** When it changes, there may be new entries. */
  readonly stamp: string;
}

/** The audit of a service for as long as a release lasted, the newest entries first. */
export function ReleaseAudit({ service, release: { createdAt, endedAt }, stamp }: Shape) {
  const query = new URLSearchParams({ service, since: createdAt, limit: String(MOST) });
  if (endedAt !== null) query.set('until', new Date(Date.parse(endedAt) + AFTER_MS).toISOString());
  const asked = useAnswer<AuditPage>(`/audit?${query}`, undefined, stamp);
  return (
    <section class="card" aria-labelledby="audit">
      <h2 id="audit">Who did what meanwhile</h2>
      <Shown asked={asked}>
        {({ entries }) => (entries.length === 0 ? <p class="dim">Nothing.</p> : <Entries entries={entries} service={service} />)}
      </Shown>
    </section>
  );
}
