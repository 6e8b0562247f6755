// The last releases of a service, each with a link to its own page.
import { useId } from 'preact/hooks';
import type { ReleaseView } from '../../api/types.ts';
import { versionName } from '../../words.ts';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { Link } from '../parts/link.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Ago } from '../parts/when.tsx';
import { useReload } from './decisions.tsx';
import { Scroll } from './scroll.tsx';
import './releases.css';

const MOST = 20;

/** The last releases of a service, the newest first; asked for again when `stamp` changes. */
export function Releases({ service, stamp }: { readonly service: string; readonly stamp: string }) {
  const id = useId();
  const asked = useAnswer<{ releases: ReleaseView[] }>(`/services/${encodeURIComponent(service)}/releases?limit=${MOST}`);
  useReload(asked.reload, stamp);
  return (
    <section class="card releases" aria-labelledby={id}>
      <h2 id={id}>Releases</h2>
      <Shown asked={asked}>
        {({ releases }) => (releases.length === 0 ? <p class="dim">None yet.</p> : <Table releases={releases} />)}
      </Shown>
    </section>
  );
}

function Table({ releases }: { readonly releases: readonly ReleaseView[] }) {
  return (
    <Scroll name="The last releases">
      <thead>
        <tr>
          <th scope="col">Release</th>
          <th scope="col">State</th>
          <th scope="col">Candidate</th>
          <th scope="col" class="num">
            Stages
          </th>
          <th scope="col">Made</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <Row key={release.id} release={release} />
        ))}
      </tbody>
    </Scroll>
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
