// One service, live: first what there is to decide, then where its visitors are and why.
import type { ServiceView } from '../../api/types.ts';
import { ServiceAudit } from '../audit/service-audit.tsx';
import { LiveChart } from '../chart/live-chart.tsx';
import { needsOf } from '../overview/needs.ts';
import { NeedsList } from '../overview/needs-list.tsx';
import { useNow } from '../parts/clock.ts';
import { Link } from '../parts/link.tsx';
import { type LiveService, useLiveService } from '../parts/live-service.ts';
import { Notice } from '../parts/notice.tsx';
import { Stale } from '../parts/stale.tsx';
import { Decisions } from '../release/decisions.tsx';
import { Evidence } from '../release/evidence.tsx';
import { Moves } from '../release/moves.tsx';
import { asOf } from '../release/outcome.ts';
import { Releases } from '../release/releases.tsx';
import { ReleaseSection } from '../release/section.tsx';
import { stampOf } from '../release/stepper.ts';
import { Alerts } from '../service/alerts.tsx';
import { Announcer } from '../service/announcer.tsx';
import { Slots } from '../service/slots.tsx';
import { SplitBar } from '../service/split-bar.tsx';
import './service.css';

/** The page of a service. */
export function ServicePage({ name }: { readonly name: string }) {
  const live = useLiveService(name);
  const { service, staleSince, trouble, failure } = live;
  return (
    <>
      <Announcer service={service} />
      <div class="service-head">
        <h1>{name}</h1>
        <p>
          <Link to={{ page: 'objectives', service: name }}>Objectives</Link>
        </p>
      </div>
      {failure !== null && <Notice kind="bad">{failure.message}</Notice>}
      {service !== null && failure === null && <Stale since={staleSince} why={trouble} />}
      {service === null ? (
        failure === null && <Waiting isUnheard={staleSince !== null} why={trouble} />
      ) : (
        <Parts service={service} live={live} />
      )}
    </>
  );
}

function Waiting({ isUnheard, why }: { readonly isUnheard: boolean; readonly why: LiveService['trouble'] }) {
  if (isUnheard) return <Notice kind="warn">{why?.message ?? 'Control does not answer.'} Trying again.</Notice>;
  return <p class="dim loading">Loading…</p>;
}

/** The parts in the order of what is looked for first, which a phone keeps; on a desk some stand side by side. */
function Parts({ service: told, live }: { readonly service: ServiceView; readonly live: LiveService }) {
  const now = useNow();
  const service = asOf(told, now);
  const { release } = service;
  const stamp = stampOf(service);
  return (
    <>
      <NeedsList needs={needsOf(service, now)} />
      <div class="service-parts">
        <div class="service-split">
          <SplitBar service={service} />
        </div>
        <div class="service-release">
          <ReleaseSection service={service} />
        </div>
        <div class="service-moves">
          <Moves service={service} />
        </div>
        <div class="service-chart">
          <LiveChart service={service} live={live} />
        </div>
        <div class="service-evidence">
          <Evidence service={service} />
        </div>
        <div class="service-slots">
          <Alerts service={service} />
          <Slots service={service} />
        </div>
        {release !== null && (
          <div class="service-why">
            <Decisions service={service.service} release={release.id} stamp={stamp} />
          </div>
        )}
        <div class="service-audit">
          <ServiceAudit name={service.service} live={live} />
        </div>
        <div class="service-releases">
          <Releases service={service.service} stamp={stamp} />
        </div>
      </div>
    </>
  );
}
