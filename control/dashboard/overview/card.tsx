// A service at a glance: what there is to decide, where its visitors are, its release, how its slots are.
import type { ServiceView } from '../../api/types.ts';
import { count, duration, grouped, versionName } from '../../words.ts';
import { Clipped } from '../parts/clipped.tsx';
import { Link } from '../parts/link.tsx';
import { SlotName } from '../parts/slot.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Table } from '../parts/table.tsx';
import { tied } from '../parts/tied.ts';
import { Ago } from '../parts/when.tsx';
import { ErrorShare } from '../service/error-share.tsx';
import { quantileText } from '../service/slot-rows.ts';
import { SplitBar } from '../service/split-bar.tsx';
import type { Looked } from './needs.ts';
import { NeedsList } from './needs-list.tsx';
import { progressText } from './progress.ts';
import './card.css';

const NAME_CHARACTERS = 48;

/** The card of a service. */
export function Card({ looked: { service, needs }, now }: { readonly looked: Looked; readonly now: number }) {
  return (
    <li class="card overview-card">
      <h2>
        <Link to={{ page: 'service', service: service.service }}>{service.service}</Link>
      </h2>
      <NeedsList needs={needs} short />
      <Active service={service} />
      <SplitBar service={service} small />
      <NewestRelease service={service} now={now} />
      <SlotFigures service={service} />
    </li>
  );
}

function Active({ service: { active, slots } }: { readonly service: ServiceView }) {
  if (active === null) return <p class="dim">No active slot</p>;
  const version = slots[active]?.version ?? null;
  return (
    <p>
      <SlotName slots={Object.keys(slots)} slot={active} /> is active:{' '}
      {version === null ? (
        'empty'
      ) : (
        <>
          <bdi>{versionName(version)}</bdi>, <Ago at={version.at} />
        </>
      )}
    </p>
  );
}

function NewestRelease({ service: { service, release }, now }: { readonly service: ServiceView; readonly now: number }) {
  if (release === null) return <p class="dim">No release yet</p>;
  const { id, name, state } = release;
  return (
    <p>
      <Link to={{ page: 'release', service, release: id }}>Release {id}</Link>{' '}
      {name !== null && (
        <>
          <Clipped text={name} most={NAME_CHARACTERS} />{' '}
        </>
      )}
      <StateBadge state={state} /> <span class="dim">{tied(progressText(release, now))}</span>
    </p>
  );
}

function SlotFigures({ service: { slots, health } }: { readonly service: ServiceView }) {
  const names = Object.keys(slots);
  const requests = names.reduce((sum, slot) => sum + (health.slots[slot]?.requests ?? 0), 0);
  if (requests === 0) return <p class="dim">No requests in the last {duration(health.windowSeconds)}</p>;
  return (
    <Table
      caption={<caption class="visually-hidden">Requests of the last {duration(health.windowSeconds)}</caption>}
      heads={['Slot', { num: 'Requests' }, { num: 'Errors' }, { num: 'p99' }]}
    >
      {names.map((slot) => {
        const figures = health.slots[slot];
        return (
          <tr key={slot}>
            <th scope="row">
              <SlotName slots={names} slot={slot} />
            </th>
            <td class="num" title={`${count(figures?.requests ?? 0, 'request')} in ${duration(health.windowSeconds)}`}>
              {grouped(figures?.requests ?? 0)}
            </td>
            <td class="num">
              <ErrorShare health={figures} objective={health.slo.errorObjective} />
            </td>
            <td class="num">{quantileText(figures, 'p99')}</td>
          </tr>
        );
      })}
    </Table>
  );
}
