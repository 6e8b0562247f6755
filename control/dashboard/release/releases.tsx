// The last releases of a service, each with a link to its own page.
import { useId } from 'preact/hooks';
import type { ReleaseView } from '../../api/types.ts';
import { versionName } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Link } from '../parts/link.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Table } from '../parts/table.tsx';
import { Ago } from '../parts/when.tsx';
import { servicePath } from '../service-path.ts';
import './releases.css';

const MOST = 20;

/** The last releases of a service, the newest first; asked for again when `stamp` changes. */
export function Releases({ service, stamp }: { readonly service: string; readonly stamp: string }) {
  const id = useId();
  const path = `${servicePath(service)}/releases?limit=${MOST}`;
  const asked = useAnswer<{ releases: ReleaseView[] }>(path, undefined, stamp);
  return (
    <section class="card releases" aria-labelledby={id}>
      <h2 id={id}>Releases</h2>
      <Shown asked={asked}>
        {({ releases }) => (releases.length === 0 ? <p class="dim">None yet.</p> : <List releases={releases} />)}
      </Shown>
    </section>
  );
}

function List({ releases }: { readonly releases: readonly ReleaseView[] }) {
  return (
    <Table name="The last releases" heads={['Release', 'State', 'Candidate', { num: 'Stages' }, 'Made', 'By']}>
      {releases.map((release) => (
        <Row key={release.id} release={release} />
      ))}
    </Table>
  );
}

function Row({ release }: { readonly release: ReleaseView }) {
  const { id, service, name, candidate, stage, plan, createdAt, createdBy } = release;
  return (
    <tr>
      <th scope="row">
        <Link to={{ page: 'release', service, release: id }}>
          {id}
          {name !== null && ` ${name}`}
        </Link>
      </th>
      <td>
        <StateBadge state={release.state} />
      </td>
      <td>
        {candidate.slot} {versionName(candidate.version)}
      </td>
      <td class="num">
        {stage?.number ?? 0} of {plan.stages.length}
      </td>
      <td>
        <Ago at={createdAt} />
      </td>
      <td>{createdBy}</td>
    </tr>
  );
}
