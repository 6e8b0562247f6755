// The newest release of a service: where it stands, and what somebody must decide.
import { useId, useState } from 'preact/hooks';
import type { ServiceView } from '../../api/types.ts';
import { isOver } from '../../core/release.ts';
import { whyNotRole } from '../../setting-words.ts';
import { Link } from '../parts/link.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { useSession } from '../session.tsx';
import { NewRelease } from './new-release.tsx';
import { ReleaseBody } from './release.tsx';
import './section.css';

/** The newest release of a service, with its verbs. */
export function ReleaseSection({ service }: { readonly service: ServiceView }) {
  const { release } = service;
  const id = useId();
  return (
    <section class="card" id="release" aria-labelledby={id}>
      <header class="release-head">
        <h2 id={id}>
          {release === null ? (
            'Release'
          ) : (
            <Link to={{ page: 'release', service: service.service, release: release.id }}>Release {release.id}</Link>
          )}
        </h2>
        {release !== null && <StateBadge state={release.state} />}
        {release?.name != null && <span class="release-name">{release.name}</span>}
        {(release === null || isOver(release)) && <NewReleaseButton service={service} />}
      </header>
      {release === null ? (
        <p class="dim">
          There is no release yet. A release moves visitors to another slot in stages, judges that slot by its errors and latency,
          and rolls it back by itself when it fails.
        </p>
      ) : (
        <ReleaseBody view={service} release={release} />
      )}
    </section>
  );
}

function NewReleaseButton({ service }: { readonly service: ServiceView }) {
  const { role } = useSession().me;
  const [isOpen, setIsOpen] = useState(false);
  const whyNot = whyNotRole(role, 'deployer');
  return (
    <span class="release-new">
      {whyNot !== null && <span class="hint">{whyNot}</span>}
      <button type="button" disabled={whyNot !== null} onClick={() => setIsOpen(true)}>
        New release
      </button>
      {isOpen && <NewRelease service={service} close={() => setIsOpen(false)} />}
    </span>
  );
}
