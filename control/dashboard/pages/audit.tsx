// Who did what, when and why, over all services.
import { useEffect, useState } from 'preact/hooks';
import type { AuditPage, AuditView } from '../../api/types.ts';
import { Entries } from '../audit/entries.tsx';
import { Export } from '../audit/export.tsx';
import { type AuditFilter, addressOf, filterOf, queryOf } from '../audit/filter.ts';
import { Filters } from '../audit/filters.tsx';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { useCall } from '../parts/call.ts';
import { Notice } from '../parts/notice.tsx';
import { useSession } from '../session.tsx';

const LIMIT = 50;

/** The page of the audit. */
export function Audit() {
  const [filter, setFilter] = useState(() => filterOf(location.search));
  const query = queryOf(filter).toString();
  useEffect(() => {
    const moved = () => setFilter(filterOf(location.search));
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  function set(next: AuditFilter): void {
    setFilter(next);
    history.replaceState(null, '', `${location.pathname}${addressOf(next)}`);
  }
  return (
    <>
      <h1>Audit</h1>
      <Filters filter={filter} set={set} />
      <div class="audit-export">
        <Export query={query} />
      </div>
      <Pages key={query} query={query} />
    </>
  );
}

function Pages({ query }: { readonly query: string }) {
  const path = `/audit?${query === '' ? '' : `${query}&`}limit=${LIMIT}`;
  const asked = useAnswer<AuditPage>(path);
  return (
    <Shown asked={asked}>
      {(first) =>
        first.entries.length > 0 ? (
          <List path={path} first={first} />
        ) : (
          <p class="dim">{query === '' ? 'Nothing has been done yet.' : 'Nothing was done that fits.'}</p>
        )
      }
    </Shown>
  );
}

/** The first page, and behind it the older ones that were asked for. */
function List({ path, first }: { readonly path: string; readonly first: AuditPage }) {
  const { api } = useSession();
  const [older, setOlder] = useState<{ readonly entries: readonly AuditView[]; readonly cursor: string | null }>({
    entries: [],
    cursor: first.nextCursor,
  });
  const { isBusy, failure, run } = useCall();
  async function more(cursor: string): Promise<void> {
    const page = await api.call<AuditPage>('GET', `${path}&cursor=${encodeURIComponent(cursor)}`);
    setOlder((last) => ({ entries: [...last.entries, ...page.entries], cursor: page.nextCursor }));
  }
  const { cursor } = older;
  return (
    <>
      <div class="card">
        <Entries entries={[...first.entries, ...older.entries]} />
      </div>
      {failure !== null && <Notice kind="bad">{failure.message}</Notice>}
      {cursor !== null && (
        <p>
          <button type="button" disabled={isBusy} onClick={() => void run(() => more(cursor))}>
            {isBusy ? 'Loading…' : 'Older'}
          </button>
        </p>
      )}
    </>
  );
}
