// One release, running or over: why it is where it is. It follows its service for as long as the page is shown.
import type { ReleaseView } from '../../api/types.ts';
import { ReleaseAudit } from '../audit/release-audit.tsx';
import { Shown, useAnswer } from '../parts/answer.tsx';
import { useNow } from '../parts/clock.ts';
import { Link } from '../parts/link.tsx';
import { useLiveService } from '../parts/live-service.ts';
import { Notice } from '../parts/notice.tsx';
import { Stale } from '../parts/stale.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Decisions } from '../release/decisions.tsx';
import { Evidence } from '../release/evidence.tsx';
import { asOf } from '../release/outcome.ts';
import { ReleaseBody } from '../release/release.tsx';
import { isJudged, stampOf } from '../release/stepper.ts';
import { Announcer } from '../service/announcer.tsx';
import { servicePath } from '../service-path.ts';

/** The page of a release. */
export function ReleasePage({ name, id }: { readonly name: string; readonly id: number }) {
  const { service, staleSince, trouble, failure } = useLiveService(name);
  const now = useNow();
  const stamp = service === null ? '' : stampOf(service);
  const asked = useAnswer<ReleaseView>(`${servicePath(name)}/releases/${id}`, undefined, stamp);
  const newest = service?.release?.id === id ? service.release : null;
  const shown = newest === null ? asked : { ...asked, answer: newest, failure: null };
  return (
    <>
      <Announcer service={service} />
      <h1>
        Release {id} of <Link to={{ page: 'service', service: name }}>{name}</Link>
      </h1>
      {failure === null ? <Stale since={staleSince} why={trouble} /> : <Notice kind="bad">{failure.message}</Notice>}
      <Shown asked={shown}>
        {(release) => (
          <>
            <section class="card" aria-label="Where it stands">
              <header class="release-head">
                <StateBadge state={release.state} />
                {release.name !== null && <span class="release-name">{release.name}</span>}
              </header>
              <ReleaseBody view={service === null ? null : asOf(service, now)} release={release} />
              {service?.release != null && service.release.id !== id && (
                <p>
                  The newest release is{' '}
                  <Link to={{ page: 'release', service: name, release: service.release.id }}>release {service.release.id}</Link>.
                </p>
              )}
            </section>
            {service !== null && newest !== null && isJudged(newest) && <Evidence service={service} />}
            <Decisions service={name} release={id} stamp={stamp} />
            <ReleaseAudit service={name} release={release} stamp={stamp} />
          </>
        )}
      </Shown>
    </>
  );
}
