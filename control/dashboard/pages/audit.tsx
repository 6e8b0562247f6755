// Who did what, when and why, over all services.
import type { AuditPage } from '../../api/types.ts';
import { clock } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';

/** The page of the audit. */
export function Audit() {
  const asked = useAnswer<AuditPage>('/audit?limit=100');
  return (
    <>
      <h1>Audit</h1>
      <Shown asked={asked}>
        {({ entries }) => (
          <ul>
            {entries.map(({ at, actor, what }, i) => (
              <li key={i}>
                <time dateTime={at}>{clock(at)}</time> {actor}: {what}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </>
  );
}
